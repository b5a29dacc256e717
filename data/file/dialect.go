package file

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"hnn/internal/printable"
)

// dialect is how a text file writes a table.
type dialect struct {
	// separator stands between fields, 0 for any number of blanks and tabs.
	separator byte
	// point is a comma where it may be the decimal sign, else '.'; decimalComma says
	// that it is.
	point        byte
	decimalComma bool
	// header holds the names of the columns; headerLine is the line that it is on,
	// 0 where the file does not name its columns.
	header     []string
	headerLine int
	// measured says that the header leaves out the trial and the time in front, and
	// the derivatives behind: see Read.
	measured bool
	columns  int // of the first row of numbers, or of the header where there is none
	notes    []string
}

func (d *dialect) String() string {
	name := map[byte]string{',': "CSV, separated by commas", ';': "CSV, separated by semicolons", '\t': "TSV", 0: "text, separated by blanks"}[d.separator]
	if d.decimalComma {
		name += ", with decimal commas"
	}
	switch {
	case d.measured:
		return name + ", trial and time first, not named by the header"
	case d.headerLine == 0:
		return name + ", no header"
	}
	return name
}

// mostPlain is how many columns a table may have. With more, what follows from the columns, as a
// matrix of masses, would take more memory than there is.
const mostPlain = 1 << 14

// sampleLines is how many lines the dialect is found by.
const sampleLines = 50

// sampleLine is one of them.
type sampleLine struct {
	number  int
	text    []byte
	comment bool
}

// sample returns the first lines that are not empty.
func sample(head []byte, whole bool) []sampleLine {
	var lines []sampleLine
	for number := 1; len(head) > 0 && len(lines) < sampleLines; number++ {
		text, rest, ended := bytes.Cut(head, []byte{'\n'})
		if !ended && !whole {
			break // cut by the end of the head
		}
		if text = trimBlanks(text); !isBlank(text) {
			lines = append(lines, sampleLine{number, text, isComment(text)})
		}
		head = rest
	}
	return lines
}

// isComment reports whether a line without blanks around it is a comment: it begins with #
// or %, and not with a spreadsheet's error, as #DIV/0!.
func isComment(line []byte) bool {
	return len(line) > 0 && (line[0] == '%' || line[0] == '#' && !isSpreadsheetError(line))
}

// isSpreadsheetError reports whether a line begins with a cell such as #N/A.
func isSpreadsheetError(line []byte) bool {
	end := bytes.IndexAny(line[:min(len(line), 12)], ",;\t ")
	return end > 1 && isMissing(line[:end])
}

// trimBlanks drops blanks and carriage returns around a line; a tab may separate.
func trimBlanks(line []byte) []byte {
	i, n := 0, len(line)
	for i < n && line[i] == ' ' {
		i++
	}
	for n > i && (line[n-1] == ' ' || line[n-1] == '\r') {
		n--
	}
	return line[i:n]
}

// isBlank reports whether there is nothing to see in a line.
func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// findDialect finds out how a file is written by its first bytes. whole says that
// they are the whole file.
func findDialect(file string, head []byte, whole bool, o *ReadOptions) (*dialect, error) {
	lines := sample(head, whole)
	var rows, comments []sampleLine
	for _, l := range lines {
		switch {
		case !l.comment:
			rows = append(rows, l)
		case len(rows) == 0:
			comments = append(comments, l)
		}
	}
	if len(rows) == 0 {
		if !whole && len(lines) < sampleLines {
			return nil, &ParseError{File: file, Line: len(lines) + 1, Problem: fmt.Sprintf("there is no row in the first %d bytes, or its line is longer than that", len(head)),
				Advice: "check that this is a text file of numbers, a row a line"}
		}
		if len(lines) == 0 {
			return nil, &ParseError{File: file, Problem: "the file is empty", Advice: "check that it was written or downloaded to its end"}
		}
		return nil, &ParseError{File: file, Problem: "the file has comments but no data", Advice: "check that it was written or downloaded to its end"}
	}
	for _, separator := range []string{",", ";", "\t"} {
		if n := bytes.Count(rows[0].text, []byte(separator)) + 1; n > mostPlain {
			return nil, &ParseError{File: file, Line: rows[0].number, Problem: fmt.Sprintf("the table has %d columns", n), fatal: true,
				Advice: fmt.Sprintf("give the ones to learn from, %d at most", mostPlain)}
		}
	}
	d := &dialect{separator: findSeparator(rows), point: '.'}
	if d.separator != ',' {
		if err := d.findPoint(file, rows); err != nil {
			return nil, err
		}
	}
	first, err := splitFields(nil, rows[0].text, d.separator)
	if err != nil {
		return nil, &ParseError{File: file, Line: rows[0].number, Problem: err.Error(), Advice: "correct the quotes of the line"}
	}
	d.columns = len(first)
	if !slices.ContainsFunc(first, func(f []byte) bool { return isNumber(f, d.point) }) {
		d.headerLine = rows[0].number
		for _, f := range first {
			d.header = append(d.header, printable.FromCell(printable.Name(string(f))))
		}
		if len(rows) > 1 {
			row, err := splitFields(nil, rows[1].text, d.separator)
			if err == nil {
				d.columns = len(row)
			}
		}
		return d, d.complete(file)
	}
	if err := d.findComment(file, comments, o); err != nil || d.headerLine > 0 {
		return d, err
	}
	note, err := o.Columns.assume(d.columns, d.numbers(rows))
	if err != nil {
		return nil, fileError(file, rows[0].number, err)
	}
	d.header, d.notes = numbered(d.columns), append(d.notes, note...)
	return d, nil
}

// findSeparator returns the separator that splits most lines into the same number of
// fields with the fewest that are no numbers.
func findSeparator(rows []sampleLine) byte {
	best, bestScore := byte(0), -1.0
	var split [][]byte
	for _, sep := range []byte{'\t', ';', ',', 0} {
		counts := map[int]int{}
		fields, numbers := 0, 0
		for _, l := range rows {
			var err error
			if split, err = splitFields(split[:0], l.text, sep); err != nil {
				continue
			}
			counts[len(split)]++
			fields += len(split)
			for _, f := range split {
				if len(f) == 0 || isNumber(f, ',') {
					numbers++
				}
			}
		}
		same := 0
		for n, k := range counts {
			if n > 1 {
				same = max(same, k)
			}
		}
		if fields == 0 || same == 0 {
			continue
		}
		// A header's names count little against rows; of equals the first wins.
		score := float64(same)/float64(len(rows)) + float64(numbers)/float64(fields)
		if score > bestScore+1e-9 {
			best, bestScore = sep, score
		}
	}
	return best
}

// findPoint finds out whether the decimal sign is a comma. Where the first numbers
// have none, both are taken.
func (d *dialect) findPoint(file string, rows []sampleLine) error {
	var points, commas int
	var fields [][]byte
	for _, l := range rows {
		var err error
		if fields, err = splitFields(fields[:0], l.text, d.separator); err != nil {
			continue // the reader of rows says what is wrong
		}
		for _, f := range fields {
			comma, point := bytes.IndexByte(f, ',') >= 0, bytes.IndexByte(f, '.') >= 0
			switch {
			case comma && isNumber(f, ','):
				commas++
			case point && isNumber(f, '.'):
				points++
			}
			if points > 0 && commas > 0 {
				return &ParseError{File: file, Line: l.number, Problem: fmt.Sprintf("numbers with a decimal point and numbers with a comma, as %s", excerpt(string(f))),
					Advice: "write all numbers one way; digits cannot be grouped in thousands"}
			}
		}
	}
	d.decimalComma = commas > 0
	if points == 0 {
		d.point = ','
	}
	return nil
}

// complete fits the header to the number of columns: it may leave out the trial, the
// time and the derivatives, or end with a separator.
func (d *dialect) complete(file string) error {
	names := d.header
	if n := len(names); n > 1 && names[n-1] == "" && n-1 == d.columns {
		d.header = names[:n-1]
		return nil
	}
	n := len(names)
	if d.separator != 0 || d.columns == n {
		d.columns = n
		return nil
	}
	// Some write the two columns that the measured format takes for granted too.
	if n > 2 && trialName.MatchString(plainName(names[0])) && timeName.MatchString(plainName(names[1])) {
		names, n = names[2:], n-2
	}
	if d.columns != n+2 && d.columns != 2*n+2 {
		return &ParseError{File: file, Line: d.headerLine, Problem: fmt.Sprintf(
			"the rows have %d columns where the header's %d names ask for %d, or for %d with trial and time in front, or %d with derivatives behind",
			d.columns, n, n, n+2, 2*n+2), Advice: "correct the header, or the rows"}
	}
	d.measured = true
	d.header = append([]string{"trial", "t"}, names...)
	if d.columns == 2*n+2 {
		for _, name := range names {
			d.header = append(d.header, "d"+name+"/dt")
		}
	}
	return nil
}

// findComment looks for the header in the last comment in front of the rows, where
// NumPy's savetxt and the measured format put it.
func (d *dialect) findComment(file string, comments []sampleLine, o *ReadOptions) error {
	if len(comments) == 0 {
		return nil
	}
	last := comments[len(comments)-1]
	separator := d.separator
	text := trimBlanks(bytes.TrimLeft(last.text, "#%"))
	if bytes.IndexByte(text, d.separator) < 0 {
		separator = 0
	}
	fields, err := splitFields(nil, text, separator)
	if err != nil || slices.ContainsFunc(fields, func(f []byte) bool { return isNumber(f, d.point) }) {
		return nil
	}
	if d.separator == 0 && len(fields) != d.columns && bytes.Contains(text, []byte("  ")) {
		if wide := splitWide(text); len(wide) == d.columns {
			fields = wide // names of several words
		}
	}
	named := len(fields) == d.columns+1 && bytes.HasSuffix(fields[0], []byte(":"))
	if named {
		fields = fields[1:] // columns: time angle rate
	}
	c := *d
	c.headerLine = last.number
	for _, f := range fields {
		c.header = append(c.header, printable.FromCell(printable.Name(string(f))))
	}
	err = c.complete(file)
	if last.text[0] == '%' && len(comments) == 1 && last.number == 1 && d.separator == 0 {
		if len(text) == 0 {
			return &ParseError{File: file, Line: 1, Problem: "the header names no columns", Advice: "the first line must name the state columns, as in \"% q p\""}
		}
		*d = c
		return err
	}
	if err != nil || len(c.header) != c.columns {
		return nil
	}
	// Any comment may have as many words as there are columns: names that say what
	// they are make it a header.
	if _, err := o.Columns.resolve(c.header); err == nil || wideNames(c.header, named) {
		*d = c
	}
	return nil
}

// wideNames reports whether names, of several words or with units, say what they are: of a time,
// with its unit unless the line says that it has the columns, and of positions.
func wideNames(names []string, named bool) bool {
	var has [2]bool
	for _, name := range names {
		bare, unit := unitOfName(name)
		switch m := meaningOf(bare, unit); m.quantity {
		case timeColumn:
			has[0] = has[0] || unit != "" || named
		case positionColumn:
			has[1] = true
		}
	}
	return has[0] && has[1]
}

// numbers returns the rows of a sample that are numbers throughout.
func (d *dialect) numbers(rows []sampleLine) [][]float64 {
	var all [][]float64
	var fields [][]byte
	for _, l := range rows {
		var err error
		fields, err = splitFields(fields[:0], l.text, d.separator)
		row := make([]float64, 0, len(fields))
		for _, f := range fields {
			if v, n := scanNumber(f, d.point); n > 0 && n == len(f) {
				row = append(row, v)
			}
		}
		if err == nil && len(row) == d.columns {
			all = append(all, row)
		}
	}
	return all
}

var (
	errOpenQuote  = errors.New("a quote is opened and not closed on the line")
	errAfterQuote = errors.New("text follows a closing quote")
)

// splitFields appends the fields of a line, without blanks and quotes around them.
func splitFields(dst [][]byte, line []byte, separator byte) ([][]byte, error) {
	blanks := " \t"
	if separator == '\t' {
		blanks = " "
	}
	line = bytes.Trim(line, blanks)
	if dst == nil && separator != 0 {
		dst = make([][]byte, 0, bytes.Count(line, []byte{separator})+1)
	}
	for {
		var field []byte
		var err error
		if len(line) > 0 && line[0] == '"' {
			if field, line, err = unquote(line); err != nil {
				return nil, err
			}
			trimmed := bytes.TrimLeft(line, blanks)
			blank := len(trimmed) < len(line)
			line = trimmed
			dst = append(dst, field)
			switch {
			case len(line) == 0:
				return dst, nil
			case separator == 0 && blank:
			case separator != 0 && line[0] == separator:
				line = bytes.TrimLeft(line[1:], blanks)
			default:
				return nil, errAfterQuote
			}
			continue
		}
		end := bytes.IndexByte(line, separator)
		if separator == 0 {
			end = bytes.IndexAny(line, blanks)
		}
		if end < 0 {
			return append(dst, line), nil
		}
		dst = append(dst, bytes.TrimRight(line[:end], blanks))
		line = bytes.TrimLeft(line[end:], blanks)
		if separator != 0 {
			line = bytes.TrimLeft(line[1:], blanks)
		}
	}
}

// unquote returns the text of the quoted field that line begins with and what
// follows it. Two quotes within stand for one.
func unquote(line []byte) (field, rest []byte, err error) {
	for i := 1; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			i++
			continue
		}
		field = line[1:i]
		if bytes.Contains(field, []byte(`""`)) {
			field = bytes.ReplaceAll(field, []byte(`""`), []byte(`"`))
		}
		return bytes.TrimSpace(field), line[i+1:], nil
	}
	return nil, nil, errOpenQuote
}
