package file

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"hnn/internal/printable"
)

// A sheet is a table of text as it was understood: columns of numbers with names and units,
// and what the lines around them say.
type sheet struct {
	file     string
	layout   *layout
	text     []byte
	head     [][]byte       // its first lines
	first    map[int][]byte // the lines of the first rows, by their number
	header   *header
	settings settings
	columns  []*column
	rows     int
	// line is that of each row, from 1; block the block of lines that it stands in, from 0.
	line, block []int32
	notes       []string
	bad         []*ParseError
	badRows     int
	cut         bool // the last line has no end
	grouped     bool // blanks parted the thousands of numbers, so that commas do not
	byFile      bool // the columns are known by the file's name
}

// A column of a sheet.
type column struct {
	name string // as the header has it, without run and unit
	full string // as the header has it
	unit string
	run  string
	// called is what label made of labelled.
	called, labelled string
	meaning
	// values are NaN where a cell is empty. Of text they are numbers of the texts.
	values []float64
	texts  []string
	textOf map[string]int
	clock  clockKind
	// dayFirst says that dates with slashes have the day in front.
	dayFirst bool
	// exact says that values are differences from base, which has more digits than they
	// could.
	exact     bool
	whole     int64
	billions  int64
	base      float64
	filled    int  // cells that hold something
	left      bool // out of what is recognised by its name
	low, high float64
	at        int // the column's place in the file, from 1
	// julian says that times were days of a Julian date, in seconds from the first now.
	julian bool
	// asItStands says that nothing says of times what they count.
	asItStands bool
}

func (c *column) constant() bool { return c.low == c.high }

// readSheet understands the text of a table; it is nil where there is none.
func readSheet(file string, text []byte, skip bool) (*sheet, error) {
	text, grouped := ungroup(hyphenated(text))
	s := &sheet{file: file, text: text, grouped: grouped, head: firstLines(text), first: map[int][]byte{}, cut: len(text) > 0 && text[len(text)-1] != '\n'}
	if s.layout = findLayout(s.head); s.layout == nil {
		return nil, nil
	}
	if n := s.layout.width; n > mostColumns {
		return nil, generalError{s.errorf(s.layout.first+1, fmt.Sprintf("give the ones to learn from, %d at most", mostColumns), "the table has %d columns", n)}
	} else if n > someColumns && len(text) < n*perColumn {
		return nil, s.errorf(s.layout.first+1, "write an instant to each row and a quantity to each column: turn the table over, if its rows are the quantities",
			"the table has %d columns, and few rows", n)
	}
	s.header = findHeader(s.head, s.layout)
	s.header.channelsInPreamble(s.head[:s.header.first])
	s.settings = readPreamble(s.head, s.header.first, s.layout)
	if err := s.checkDecimals(); err != nil {
		return nil, err
	}
	if err := s.checkFactor(); err != nil {
		return nil, err
	}
	s.makeColumns()
	s.meanByFile()
	if err := s.readRows(skip); err != nil {
		return nil, err
	}
	s.dropCounts()
	return s, nil
}

// toUTF8 turns text of Windows-1252, which includes Latin-1, into UTF-8.
func toUTF8(text []byte) ([]byte, bool) {
	if utf8.Valid(text) {
		return text, false
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(text)
	if err != nil {
		return bytes.ToValidUTF8(text, []byte("\ufffd")), true
	}
	return out, true
}

// mostColumns is how many columns a table that has to be looked for may have.
const mostColumns = 4096

// A table of more than someColumns has perColumn bytes of text for each at least, so that what is
// known of a column, about a kilobyte, is at most twenty times its text beside the megabyte that
// someColumns take.
const (
	someColumns = 512
	perColumn   = 96
)

// firstLines are the first lines of a text without blanks around them, by which a table is
// found.
func firstLines(text []byte) [][]byte {
	var lines [][]byte
	for len(text) > 0 && len(lines) < lookAt {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		lines = append(lines, trimBlanks(line))
		text = rest
	}
	return lines
}

// note adds a sentence about what was assumed.
func (s *sheet) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *sheet) errorf(line int, advice, format string, args ...any) *ParseError {
	return &ParseError{File: s.file, Line: line, Problem: fmt.Sprintf(format, args...), Advice: advice}
}

// checkDecimals refuses numbers that could be read in two ways.
func (s *sheet) checkDecimals() error {
	l := s.layout
	if l.commas == 0 || l.paired {
		if l.paired {
			s.note("commas separate the cells and are the decimal signs too: each two cells are one number, as %s", s.exampleRow())
		}
		return nil
	}
	said := s.settings.find(func(text string) bool { return text == "," || strings.EqualFold(text, "comma") }, "decimalseparator", "decimalsymbol", "decimal", "dezimaltrennzeichen")
	thousands, line, example := true, 0, ""
	at := l.first
	l.eachRow(s.head, func(cells [][]byte) {
		for _, c := range cells {
			kind, _, _ := classify(c)
			if bytes.IndexByte(c, ',') < 0 || kind != numberCell && kind != timeCell {
				continue
			}
			if kind == timeCell || !isThousands(c) {
				thousands = false // 09:08:57,020 has a decimal comma
			} else if example == "" {
				example, line = string(c), at
			}
		}
	})
	switch {
	case l.points > 0 && l.commas > 0 && said == nil:
		return generalError{s.errorf(s.lineOf(','), "write all numbers one way; digits cannot be grouped in thousands",
			"numbers with a decimal point and numbers with a comma")}
	case thousands && said == nil && !s.grouped && example != "":
		decimal, whole := strings.Replace(example, ",", ".", 1), strings.Replace(example, ",", "", 1)
		return s.errorf(line+1, "write the numbers without groups of thousands, or with a decimal point",
			"%s can be read in two ways, as %s and as %s", excerpt(example), decimal, whole)
	}
	return nil
}

// lineOf is the first line of a row with a sign in a number.
func (s *sheet) lineOf(sign byte) int {
	for i := s.layout.first; i < len(s.head); i++ {
		for _, c := range s.layout.split(nil, s.head[i]) {
			if kind, _, _ := classify(c); kind == numberCell && bytes.IndexByte(c, sign) >= 0 {
				return i + 1
			}
		}
	}
	return 0
}

// exampleRow is the first row, for a note.
func (s *sheet) exampleRow() string { return excerpt(string(s.head[s.layout.first])) }

// makeColumns names the columns, and finds out by the first rows which of them are times
// that take more digits than a float64 has.
func (s *sheet) makeColumns() {
	l := s.layout
	labels := make([]string, l.width)
	units := make([]string, l.width)
	clocks := make([]int, l.width)
	dates := make([]clockKind, l.width)
	wide := make([]int, l.width)
	rows := 0
	if l.labels {
		plain := *l
		plain.labels = false
		plain.eachRow(s.head, func(cells [][]byte) {
			for j, c := range cells {
				if label, _ := cutLabel(c); label != nil && labels[j] == "" {
					labels[j] = string(label)
				}
			}
		})
	}
	// The last rows, after some days, may tell the day from the month.
	dayFirst := make([]bool, l.width)
	seeDates := func(cells [][]byte) {
		for j, c := range cells {
			dayFirst[j] = dayFirst[j] || isDayFirst(c)
		}
	}
	tail := s.text[max(0, len(s.text)-1<<14):]
	for line := range bytes.Lines(tail[bytes.IndexByte(tail, '\n')+1:]) {
		if cells := l.split(nil, trimBlanks(bytes.TrimSuffix(line, []byte{'\n'}))); len(cells) == l.width {
			seeDates(cells)
		}
	}
	l.eachRow(s.head, func(cells [][]byte) {
		rows++
		seeDates(cells)
		for j, c := range cells {
			kind, v, unit := classify(c)
			switch {
			case kind == timeCell:
				clocks[j]++
				_, dates[j], _ = parseClock(c)
			case kind == numberCell && unit != "" && units[j] == "":
				units[j] = unit
			case kind == numberCell && math.Abs(v) >= 1e9:
				if _, _, ok := exactNumber(c); ok {
					wide[j]++
				}
			}
		}
	})
	for j := range l.width {
		c := &column{at: j + 1, low: math.Inf(1), high: math.Inf(-1), unit: units[j]}
		if s.header.names != nil {
			c.full = s.header.names[j]
		}
		if c.full == "" {
			c.full = labels[j]
		}
		var run string
		c.full = printable.Name(c.full)
		c.name, run = cutRun(c.full)
		c.run = run
		bare, unit := unitOfName(c.name)
		switch {
		case s.header.units[j] != "":
			unit = s.header.units[j]
		case unit == "" && c.unit != "":
			unit = c.unit
		}
		c.unit = unit
		c.meaning = meaningOf(bare, unit)
		if 2*clocks[j] > rows {
			c.clock, c.dayFirst = dates[j], dayFirst[j]
			c.quantity = timeColumn
		}
		c.exact = 2*wide[j] > rows
		s.columns = append(s.columns, c)
	}
}

// readRows reads the rows of all blocks. A row that is none among rows is an error, or, to
// be skipped, is counted; lines behind the last row are the file's end.
func (s *sheet) readRows(skip bool) error {
	l := s.layout
	// Lines that hold numbers and are no rows, since the last row: rows that are wrong if
	// another row follows, else the end of the file.
	var doubts struct {
		errs        []*ParseError
		count       int
		first, last int
		trailer     bool // the first of them begins with a word
	}
	settle := func() error {
		for _, err := range doubts.errs {
			if !skip {
				return err
			}
			s.badRow(err)
		}
		s.badRows += doubts.count - len(doubts.errs)
		doubts.errs, doubts.count = doubts.errs[:0], 0
		return nil
	}
	block, words, repeated := int32(0), 0, false
	var other *ParseError // of a header of another table
	var cells [][]byte
	most := newAllowance().most / 8 / int64(l.width) // rows that there is memory for
	// Room for all rows at once: no row is shorter than its cells and the signs between them.
	room := min(bytes.Count(s.text, []byte{'\n'})+1, len(s.text)/(2*l.width)+1)
	s.line, s.block = make([]int32, 0, room), make([]int32, 0, room)
	for _, c := range s.columns {
		c.values = make([]float64, 0, room)
	}
	rest := s.text
	for i := 0; len(rest) > 0; i++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
		if line = trimBlanks(line); len(line) == 0 || i < l.first {
			continue
		}
		if l.isRemark(line) {
			if s.rows > 0 && bytes.Equal(line, lastLine(s.header.lines)) {
				repeated = true
			}
			continue
		}
		cells = l.split(cells[:0], line)
		for len(cells) < l.width && len(cells) > 1 && l.holds[len(cells)] == 'e' {
			cells = append(cells, nil)
		}
		if len(cells) == l.width+1 && len(cells[l.width]) == 0 {
			cells = cells[:l.width]
		}
		last := len(rest) == 0 && s.cut
		err, numbers := s.check(i, cells, last)
		if err != nil {
			if s.rows == 0 && (numbers == 0 || bytes.Equal(line, lastLine(s.header.lines))) {
				continue
			}
			for _, h := range s.header.lines {
				repeated = repeated || bytes.Equal(h, line)
			}
			if numbers == 0 {
				words++
				if s.rows > 0 && !repeated {
					again, second := secondHeader(s.file, i+1, cells, s.header.names)
					repeated = again
					if other == nil {
						other = second
					}
				}
				continue
			}
			if doubts.count++; doubts.count == 1 {
				doubts.first, doubts.trailer = i, startsWithWord(cells)
			}
			if doubts.last = i; len(doubts.errs) < keepBad {
				doubts.errs = append(doubts.errs, err)
			}
			continue
		}
		if numbers == 0 {
			continue
		}
		if s.rows > 0 && (repeated || words > 0) {
			block++
			if repeated {
				doubts.errs, doubts.count = doubts.errs[:0], 0 // the other lines of a header
			}
		}
		if other != nil {
			return other
		}
		words, repeated = 0, false
		if err := settle(); err != nil {
			return err
		}
		if int64(s.rows) > most {
			return tooManyNumbers(s.file)
		}
		if s.add(i, block, cells); s.rows <= mostBeside {
			s.first[i+1] = line
		}
	}
	if words > 0 && doubts.count == 0 {
		s.note("%s behind the last row: no rows, passed over", plural(words, "line"))
	}
	if doubts.count > 0 && !doubts.trailer {
		if err := settle(); err != nil {
			return err
		}
	} else if doubts.count > 0 {
		s.note("lines %d to %d, behind the last row, are no rows: passed over", doubts.first+1, doubts.last+1)
	}
	if before := s.header.first; before > 0 {
		s.note("the first %s in front of the table's header %s no rows", plural(before, "line"), map[bool]string{true: "is", false: "are"}[before == 1])
	}
	return nil
}

// mostBeside is the number of first rows whose lines are kept, for what stands beside them.
const mostBeside = 64

// plural is a number of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

func lastLine(lines [][]byte) []byte {
	if len(lines) == 0 {
		return nil
	}
	return lines[len(lines)-1]
}

// startsWithWord reports whether the first cell that holds anything holds a word, as in the
// lines of a file's end.
func startsWithWord(cells [][]byte) bool {
	for _, c := range cells {
		if len(c) > 0 {
			kind, _, _ := classify(c)
			return kind == textCell
		}
	}
	return true
}

func (s *sheet) badRow(err *ParseError) {
	s.badRows++
	if len(s.bad) < keepBad {
		s.bad = append(s.bad, err)
	}
}

// check says what is wrong with a row, and how many of its cells are numbers. cut says that
// the file ends in it.
func (s *sheet) check(i int, cells [][]byte, cut bool) (*ParseError, int) {
	l := s.layout
	numbers := 0
	var wrong *ParseError
	for j, c := range cells {
		kind, _, _ := classify(c)
		switch {
		case kind == numberCell || kind == timeCell:
			numbers++
		case kind == textCell && j < l.width && l.holds[j] == 'n' && wrong == nil:
			wrong = s.errorf(i+1, "correct it"+orSkip, "%s is not a number", excerpt(string(c)))
			wrong.Column, wrong.Name = j+1, s.columns[j].full
		}
	}
	if len(cells) != l.width {
		if len(cells) < l.width && cut {
			return s.errorf(i+1, "fetch the whole file again, or delete the last line"+orSkip, "the file is cut off: its last row has %d columns of %d", len(cells), l.width), numbers
		}
		return s.errorf(i+1, "correct or delete the line"+orSkip, "the row has %d columns where there should be %d", len(cells), l.width), numbers
	}
	return wrong, numbers
}

// add appends a row.
func (s *sheet) add(i int, block int32, cells [][]byte) {
	s.line = append(s.line, int32(i+1))
	s.block = append(s.block, block)
	for j, cell := range cells {
		s.columns[j].add(s.layout.holds[j], cell)
	}
	s.rows++
}

// mostTexts is how many different texts of a column are kept apart.
const mostTexts = 4096

// add appends a cell.
func (c *column) add(holds byte, cell []byte) {
	v := math.NaN()
	switch {
	case len(cell) == 0:
	case c.clock != 0:
		if n, kind, ok := parseClockIn(cell, c.dayFirst); ok {
			if c.filled == 0 {
				c.whole, c.clock = n, kind
			}
			v = float64(n-c.whole) / 1e9
		} else if number, n := scanNumber(cell, ','); n == len(cell) {
			v = number
		}
	case c.exact:
		if whole, billions, ok := exactNumber(cell); ok {
			if c.filled == 0 {
				c.whole, c.billions = whole, billions
				c.base = float64(whole) + float64(billions)/1e9
			}
			if d := whole - c.whole; d > -1e9 && d < 1e9 {
				v = float64(d*1e9+billions-c.billions) / 1e9
			} else {
				v = float64(d) + float64(billions-c.billions)/1e9
			}
		} else if _, number, _ := classify(cell); c.filled > 0 {
			v = number - c.base
		}
	case holds == 'x':
		v = float64(c.text(cell))
	default:
		_, v, _ = classify(cell)
	}
	c.values = append(c.values, v)
	if !math.IsNaN(v) {
		c.filled++
		c.low, c.high = min(c.low, v), max(c.high, v)
	}
}

// text is the number of a text in a column.
func (c *column) text(cell []byte) int {
	if i, ok := c.textOf[string(cell)]; ok {
		return i
	}
	if len(c.texts) >= mostTexts {
		return mostTexts
	}
	if c.textOf == nil {
		c.textOf = map[string]int{}
	}
	c.texts = append(c.texts, string(cell))
	c.textOf[string(cell)] = len(c.texts) - 1
	return len(c.texts) - 1
}

// inexact adds what was taken off a column that turns out to be no time.
func (c *column) inexact() {
	if !c.exact {
		return
	}
	for i := range c.values {
		c.values[i] += c.base
	}
	c.low += c.base
	c.high += c.base
	c.exact = false
}
