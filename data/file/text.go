package file

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"

	"hnn/data"
)

// maxLine is the longest line that is read, in bytes: room for some 10,000 columns.
// It is the size of the reader's buffer too.
const maxLine = 1 << 18

// textReader reads the rows of a table of text.
type textReader struct {
	*builder
	d     *dialect
	lines *bufio.Reader
	line  int  // the number of the line that next returned last
	cut   bool // that line ended with the file, not with a line break
	key   []byte
	// width is the length of the rows so far, or -1 when they differ.
	width  int
	fields [][]byte
	// rowRemarks counts remarks that would be rows without their sign.
	rowRemarks int
}

// words reports whether a line holds no number, or begins with a word in a column of numbers:
// it is no row, but of what surrounds a table, where no row follows.
func (p *textReader) words(text []byte) bool {
	fields, err := splitFields(nil, text, p.d.separator)
	if err == nil && len(p.dest) > 0 && p.dest[0] == 0 && startsWithWord(fields) {
		return true // Mean, 0.5, 0.3
	}
	for _, f := range fields {
		if kind, _, _ := classify(f); kind != textCell && kind != emptyCell {
			return false
		}
	}
	return err == nil
}

func (p *textReader) secondHeader(text []byte) (again bool, err *ParseError) {
	cells, split := splitFields(nil, text, p.d.separator)
	if split != nil {
		return false, nil
	}
	return secondHeader(p.mapping.File, p.line, cells, p.d.header)
}

// isRow reports whether a remark would be a row without its sign.
func (p *textReader) isRow(text []byte) bool {
	fields, err := splitFields(nil, text[1:], p.d.separator)
	if err != nil || len(fields) != len(p.dest) {
		return false
	}
	for i, dest := range p.dest {
		if dest >= 0 && !isNumber(fields[i], p.d.point) {
			return false
		}
	}
	return true
}

// readText reads a table of text.
func readText(lines *bufio.Reader, file string, o ReadOptions, read func() float64) (*data.Set, *Mapping, error) {
	// A short file ends the peek with an error; what it returned is all there is.
	head, err := lines.Peek(maxLine)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if err := refuseForeign(head, file); err != nil {
		return nil, nil, err
	}
	lines, said := decodeText(lines, head)
	set, m, err := readUTF8(lines, file, o, read)
	if err == nil && said != "" {
		m.Notes = slices.Insert(m.Notes, 0, said)
	}
	return set, m, err
}

// readUTF8 is readText for text in UTF-8.
func readUTF8(lines *bufio.Reader, file string, o ReadOptions, read func() float64) (*data.Set, *Mapping, error) {
	head, err := lines.Peek(maxLine)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if err := refuseJSON(head, file); err != nil {
		return nil, nil, err
	}
	if problem, advice := notText(head); problem != "" {
		return nil, nil, &ParseError{File: file, Problem: problem, Advice: advice}
	}
	if mark := []byte("\ufeff"); bytes.HasPrefix(head, mark) {
		head = head[len(mark):]
		lines.Discard(len(mark)) // cannot fail: the peek has them
	}
	whole := err == io.EOF
	given := o // findDialect assumes what columns without names hold
	d, problem := findDialect(file, head, whole, &o)
	if e := new(ParseError); errors.As(problem, &e) && e.fatal {
		return nil, nil, problem // no other reader takes so many columns
	}
	var roles *roles
	if problem == nil {
		roles, err = o.Columns.resolve(d.header)
		if err == nil && roles.time < 0 {
			err = &columnError{"no column is the time: the file has " + excerptList(d.header), "name it, as in --time NAME, or give the time from row to row in seconds, as in --dt 0.01"}
		}
		if err != nil {
			problem = fileError(file, d.headerLine, err)
		}
	}
	if problem != nil || fileSays(file) != unknownColumn || groupsThousands(head) || bytes.Contains(head, []byte(minusSign)) || !d.plain(sample(head, whole), roles, &given) {
		s, m, text, err := readAsTable(lines, file, &given)
		if s != nil || text == nil {
			return s, m, err
		}
		if problem != nil || err != nil && d.headerLine == 0 {
			return nil, nil, strongest(cmp.Or(problem, err), err)
		}
		if err = strongest(nil, err); err != nil {
			return nil, nil, err
		}
		lines = bufio.NewReaderSize(bytes.NewReader(text), maxLine)
	}
	m := newMapping(file, d.String(), d.header, roles)
	m.Notes = append(d.notes, m.Notes...)
	_, timeUnit := unitOfName(m.Time)
	if timeUnit != "" {
		if u, ok := knownUnit(timeUnit); ok && u.quantity == timeColumn && u.factor != 1 {
			m.note("by its name %s is in %s: it is taken as it stands, and derivatives are per %s", m.Time, u.name, u.name)
		}
	}
	p := &textReader{builder: newBuilder(m, roles, &o), d: d, lines: lines}
	p.builder.read, p.noUnit = read, timeUnit == ""
	var headerText string
	var behind []*ParseError // of the first lines of words since the last row, behindRows of them
	behindRows, block := 0, 0
	for {
		text, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if p.line == d.headerLine {
			headerText = string(text)
			continue
		}
		if !p.parse(text) {
			if err := p.parseSlowly(text); err != nil {
				if p.set.Rows() > 0 && p.words(text) {
					again := string(text) == headerText
					if !again && d.headerLine > 0 {
						var other *ParseError
						if again, other = p.secondHeader(text); other != nil {
							behind = slices.Insert(behind, 0, other)
							continue
						}
					}
					if !again || p.roles.trial >= 0 {
						if behindRows++; len(behind) < keepBad {
							behind = append(behind, err)
						}
						continue
					}
					// The header again: another trial.
					block++
					p.key = strconv.AppendInt(p.key[:0], int64(block), 10)
					continue
				}
				if err := p.bad(err); err != nil {
					return nil, nil, err
				}
				continue
			}
		}
		if len(behind) > 0 {
			for _, err := range behind {
				if err := p.bad(err); err != nil {
					return nil, nil, err
				}
			}
			m.BadRows += max(behindRows-len(behind), 0)
			behind, behindRows = behind[:0], 0
		}
		if err := p.add(p.line, p.key); err != nil {
			if err := p.bad(err); err != nil {
				return nil, nil, err
			}
		} else if len(m.First) < mostFirst {
			m.First = append(m.First, FirstRow{p.line, string(text)})
		}
	}
	if behindRows > 0 {
		m.note("%s behind the last row, from line %d on: no rows, passed over", plural(behindRows, "line"), behind[0].Line)
	}
	if block > 0 {
		m.note("the header comes again %s: a trial begins behind each", plural(block, "time"))
	}
	if p.rowRemarks > 0 {
		m.note("%s that begin with # or %% look like rows: they are taken for remarks", plural(p.rowRemarks, "line"))
	}
	s, err := p.finish()
	if err != nil {
		return nil, nil, err
	}
	return s, m, nil
}

// fileError puts an error about the columns into the form of this package.
func fileError(file string, line int, err error) error {
	var c *columnError
	if errors.As(err, &c) {
		return &ParseError{File: file, Line: line, Problem: c.problem, Advice: c.advice}
	}
	return err
}

// notText says what a file is that is no text, or nothing.
func notText(head []byte) (problem, advice string) {
	switch {
	case bytes.IndexByte(head, 0) >= 0:
		return "this is not a text file, nor NPY, NPZ, Parquet or gzip", "give a file in one of these formats: CSV, TSV, columns separated by blanks, NPY, NPZ, Parquet"
	}
	return "", ""
}

// next returns the next line that is neither empty nor a comment, without the blanks
// around it, or io.EOF.
func (p *textReader) next() ([]byte, error) {
	for {
		text, err := p.lines.ReadSlice('\n')
		if err != nil && err != io.EOF {
			if errors.Is(err, bufio.ErrBufferFull) {
				return nil, p.errorf(p.line+1, -1, "check that this is a text file of numbers", "the line is longer than %d bytes", maxLine)
			}
			return nil, err
		}
		p.line++
		p.cut = err == io.EOF
		if n := len(text); n > 0 && text[n-1] == '\n' {
			text = text[:n-1]
		}
		text = trimBlanks(text)
		if len(text) > 0 && (text[0] > ' ' && !isComment(text) || p.line == p.d.headerLine || text[0] <= ' ' && !isBlank(text)) {
			return text, nil
		}
		if len(text) > 1 && p.line > p.d.headerLine && p.isRow(text) {
			p.rowRemarks++
		}
		if p.cut {
			return nil, io.EOF
		}
	}
}

// parse reads the numbers of a row, or reports that there is anything about the row
// that needs a closer look.
func (p *textReader) parse(text []byte) bool {
	separator, point := p.d.separator, p.d.point
	blank := func(c byte) bool { return c == ' ' || separator == 0 && c == '\t' }
	if p.cut && separator == 0 {
		return false
	}
	i, n := 0, len(text)
	last := len(p.dest) - 1
	for column, dest := range p.dest {
		for i < n && blank(text[i]) {
			i++
		}
		if dest >= 0 {
			v, length := scanNumber(text[i:], point)
			if length == 0 {
				return false
			}
			p.values[dest] = v
			i += length
		} else {
			start := i
			for i < n && text[i] != separator && text[i] != '"' && !(separator == 0 && text[i] <= ' ') {
				i++
			}
			if i < n && text[i] == '"' {
				return false
			}
			if column == p.roles.trial {
				p.key = bytes.TrimRight(text[start:i], " \t")
			}
		}
		start := i
		for i < n && blank(text[i]) {
			i++
		}
		switch {
		case column == last:
			if i < n {
				return false
			}
		case separator == 0:
			if i == start {
				return false
			}
		default:
			if i == n || text[i] != separator {
				return false
			}
			i++
		}
	}
	if separator == 0 && p.width != n {
		if p.width == 0 {
			p.width = n
		} else {
			p.width = -1
		}
	}
	return true
}

// parseSlowly reads a row that parse does not, or says what is wrong with it.
func (p *textReader) parseSlowly(text []byte) *ParseError {
	var err error
	if p.fields, err = splitFields(p.fields[:0], text, p.d.separator); err != nil {
		return p.errorf(p.line, -1, "correct the quotes of the line"+orSkip, "%v", err)
	}
	want := len(p.dest)
	if len(p.fields) == want+1 && len(p.fields[want]) == 0 {
		p.fields = p.fields[:want] // a separator at the end
	}
	if err := p.checkWhole(text); err != nil {
		return err
	}
	for column, field := range p.fields {
		if dest := p.dest[column]; dest >= 0 {
			v, err := p.number(p.line, column, field, p.d.point)
			if err != nil {
				return err
			}
			p.values[dest] = v
		}
		if column == p.roles.trial {
			p.key = field
		}
	}
	return nil
}

// checkWhole refuses a row of a wrong number of columns, and a last row that the
// end of the file cuts.
func (p *textReader) checkWhole(text []byte) *ParseError {
	got, want := len(p.fields), len(p.dest)
	switch {
	case got < want && p.cut:
		return p.errorf(p.line, -1, "fetch the whole file again, or delete the last line"+orSkip,
			"the file is cut off: its last row has %d columns of %d", got, want)
	case got != want:
		return p.errorf(p.line, -1, "correct or delete the line"+orSkip, "the row has %d columns where there should be %d", got, want)
	case p.cut && p.d.separator == 0 && p.width > 0 && len(text) < p.width:
		// A cut within the last number leaves a number, as in 9.19e-0 for 9.19e-001.
		// Where all rows were of one length, as in the published files, it shows.
		return p.errorf(p.line, want-1, "fetch the whole file again, or delete the last line"+orSkip,
			"the file is cut off: its last row is shorter than the others, which are all of one length, and has no line end")
	}
	return nil
}
