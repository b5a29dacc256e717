package file

import (
	"bytes"
	"slices"
)

// layout is how the rows of a table of text are written, wherever in the file they are.
type layout struct {
	// separator stands between cells, 0 for any number of blanks and tabs.
	separator byte
	// arrow says that a time and " -> " stand in front of the cells, as serial monitors
	// write them, and labels that a name and a colon or an equals sign stand in each.
	arrow, labels bool
	// paired says that the commas between cells are decimal signs too: two cells a number.
	paired bool
	// remarks says that lines which begin with # are rows, as those of trials #1, #2.
	remarks bool
	// brackets says that brackets stand around numbers, as those of vectors: (0.1 0.2 0).
	brackets bool
	width    int
	// holds says what the rows have in each column: 'n' for numbers and times, 'x' for
	// text, 'e' for nothing.
	holds []byte
	// commas and points count numbers with either in the lines that were looked at.
	commas, points int
	first          int // the first row's index in the lines
	rows           int
	score          float64
}

// lookAt is the number of lines by which the layout is found.
const lookAt = 4000

// isRemark reports whether a line is a remark, which holds no row.
func (l *layout) isRemark(line []byte) bool {
	if len(line) == 0 || l.remarks {
		return false
	}
	switch line[0] {
	case '%', '!', '@', '/':
		return line[0] != '/' || len(line) > 1 && line[1] == '/'
	case '#':
		return !isSpreadsheetError(line)
	}
	return false
}

// split appends the cells of a line. Where they are not those of a row, what it returns is
// of another width.
func (l *layout) split(dst [][]byte, line []byte) [][]byte {
	if l.arrow {
		stamp, rest, ok := cutStamp(line)
		if !ok {
			return dst
		}
		dst = append(dst, stamp)
		line = rest
	}
	if n := len(line); n > 3 && line[0] == '$' && line[n-3] == '*' {
		line = line[:n-3] // the checksum of a sentence as NMEA has them
	}
	from := len(dst)
	cells, err := splitFields(dst, line, l.separator)
	if err != nil {
		return dst[:0]
	}
	if l.labels {
		for i, c := range cells[from:] {
			if _, value := cutLabel(c); value != nil {
				cells[from+i] = value
			}
		}
	}
	for i, c := range cells[from:] {
		switch {
		case len(c) == 0:
		case l.brackets && bytes.IndexByte(openBrackets, c[0]) >= 0, l.brackets && bytes.IndexByte(closeBrackets, c[len(c)-1]) >= 0:
			if bare := bytes.Trim(c, "()[]{}"); len(bare) == 0 || scansWhole(bare) {
				cells[from+i] = bare
			}
		default:
			cells[from+i] = singleUnquoted(c)
		}
	}
	if l.paired {
		return joinPairs(cells)
	}
	return cells
}

var openBrackets, closeBrackets = []byte("([{"), []byte(")]}")

// scansWhole reports whether a text is a number.
func scansWhole(text []byte) bool {
	_, n := scanNumber(text, ',')
	return n == len(text)
}

// singleUnquoted is a cell without the single quotes around it.
func singleUnquoted(c []byte) []byte {
	if n := len(c); n > 2 && c[0] == '\'' && c[n-1] == '\'' {
		return c[1 : n-1]
	}
	return c
}

// joinPairs joins each two cells to a number with a decimal comma.
func joinPairs(cells [][]byte) [][]byte {
	n := len(cells)
	if n%2 != 0 && len(cells[n-1]) == 0 {
		n--
	}
	for i := 0; i+1 < n; i += 2 {
		cells[i/2] = slices.Concat(cells[i], []byte{','}, cells[i+1])
	}
	return cells[:n/2]
}

// cutLabel cuts a label off a cell, as in "angle: 0.31" and "rate=2".
func cutLabel(cell []byte) (label, value []byte) {
	i := bytes.LastIndexAny(cell, ":=")
	if i <= 0 {
		return nil, nil
	}
	label, value = bytes.TrimSpace(cell[:i]), bytes.TrimSpace(cell[i+1:])
	letter := false
	for _, c := range label {
		letter = letter || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
	}
	if !letter || len(value) == 0 || bytes.ContainsAny(label, ":=") {
		return nil, nil
	}
	if kind, _, _ := classify(value); kind != numberCell && kind != missingCell {
		return nil, nil
	}
	return label, value
}

// findLayout finds the layout that makes most of the lines rows of numbers: of all
// separators, and with labels or times in front where the lines have them. It is nil
// where no two lines are rows.
func findLayout(lines [][]byte) *layout {
	lines = lines[:min(len(lines), lookAt)]
	arrows, colons, remarks, brackets := 0, 0, 0, 0
	for _, line := range lines {
		if _, _, ok := cutStamp(line); ok {
			arrows++
		}
		if bytes.ContainsAny(line, ":=") {
			colons++
		}
		if len(line) > 0 && line[0] == '#' {
			remarks++
		}
		if bytes.ContainsAny(line, "([{") {
			brackets++
		}
	}
	var best *layout
	consider := func(l layout) {
		if l.measure(lines); l.rows >= 2 && (best == nil || l.score > best.score*(1+1e-9)) {
			best = &l
		}
	}
	for _, separator := range []byte{'\t', ';', ',', '|', 0} {
		consider(layout{separator: separator, arrow: 2*arrows > len(lines)})
		if 2*colons > len(lines) && 2*arrows <= len(lines) {
			consider(layout{separator: separator, labels: true})
		}
		if 2*arrows > len(lines) && 2*colons > len(lines) {
			consider(layout{separator: separator, labels: true, arrow: true})
		}
		if 2*brackets > len(lines) && 2*arrows <= len(lines) {
			consider(layout{separator: separator, brackets: true})
			if 2*colons > len(lines) {
				consider(layout{separator: separator, brackets: true, labels: true})
			}
		}
	}
	if best == nil && 2*remarks > len(lines) {
		for _, separator := range []byte{'\t', ';', ',', 0} {
			consider(layout{separator: separator, remarks: true})
		}
	}
	if best != nil && best.separator == ',' {
		best.findPairs(lines)
	}
	return best
}

// measure finds the longest run of rows of like width that the separator gives, runs that
// agree on what their columns hold counting as one.
func (l *layout) measure(lines [][]byte) {
	type group struct {
		holds          []byte
		first, rows    int
		score          float64
		commas, points int
		filled         []int // cells of each column that hold something
	}
	const most = 16 // groups that are kept: text of no table would make one of every line
	var groups []*group
	var current *group
	words := false // in the line before
	var cells [][]byte
	var holds []byte
	for i, line := range lines {
		if len(line) == 0 || l.isRemark(line) {
			continue
		}
		cells = l.split(cells[:0], line)
		holds = holds[:0]
		numbers, full := 0, 0
		commas, points := 0, 0
		for _, c := range cells {
			kind, _, _ := classify(c)
			switch kind {
			case emptyCell, missingCell:
				holds = append(holds, 'e')
				continue
			case numberCell:
				holds = append(holds, 'n')
				if bytes.IndexByte(c, ',') >= 0 {
					commas++
				} else if bytes.IndexByte(c, '.') >= 0 {
					points++
				}
			case timeCell:
				holds = append(holds, 'n')
			default:
				holds = append(holds, 'x')
				full++
				continue
			}
			numbers++
			full++
		}
		behindWords := words
		if words = numbers == 0; words {
			current = nil
			continue
		}
		if current == nil || !agree(current.holds, holds) {
			current = nil
			for _, g := range groups {
				if agree(g.holds, holds) {
					current = g
				}
			}
			// Behind words, one or two lines of numbers were none of the table.
			if current != nil && current.rows <= 2 && behindWords {
				*current = group{holds: slices.Clone(holds), first: i, filled: make([]int, len(holds))}
			}
			if current == nil {
				current = &group{holds: slices.Clone(holds), first: i, filled: make([]int, len(holds))}
				if len(groups) < most {
					groups = append(groups, current)
				} else {
					// The smallest makes room.
					k := 0
					for j, g := range groups {
						if g.score < groups[k].score {
							k = j
						}
					}
					groups[k] = current
				}
			}
		}
		for j, h := range holds {
			if h != 'e' {
				current.holds[j] = h
				current.filled[j]++
			}
		}
		current.rows++
		current.commas += commas
		current.points += points
		// Of equals, the one of more columns is the table; blanks part a date from its time too.
		more := 0.001 * float64(min(numbers, 100))
		if l.separator == 0 {
			more = 0
		}
		current.score += float64(numbers) / float64(full) * (1 + more)
	}
	var best *group
	for _, g := range groups {
		if g.score > l.score && g.rows >= 2 {
			best = g
			l.score, l.rows, l.first, l.width = g.score, g.rows, g.first, len(g.holds)
			l.holds, l.commas, l.points = g.holds, g.commas, g.points
		}
	}
	if best != nil {
		l.extend(lines, best.filled)
	}
}

// extend takes in the rows in front of the first that agree with it in the columns which
// most rows fill: what stands beside these in the first rows are settings, of words and
// numbers, as oscilloscopes write them.
func (l *layout) extend(lines [][]byte, filled []int) {
	var cells [][]byte
	for i := l.first - 1; i >= 0; i-- {
		cells = l.split(cells[:0], lines[i])
		if len(cells) != l.width || l.isRemark(lines[i]) {
			return
		}
		dense := 0
		for j, c := range cells {
			if 2*filled[j] >= l.rows {
				dense++
				if kind, _, _ := classify(c); kind != numberCell && kind != timeCell {
					return
				}
			}
		}
		if dense == 0 {
			return
		}
		for j, c := range cells {
			if kind, _, _ := classify(c); 2*filled[j] < l.rows && kind != emptyCell {
				l.holds[j] = 'x'
			}
		}
		l.first, l.rows = i, l.rows+1
	}
}

// agree reports whether a row fits rows that hold such columns: no column holds numbers in
// one and text in the other, and one holds numbers in both.
func agree(rows, row []byte) bool {
	if len(rows) != len(row) {
		return false
	}
	shared := false
	for i, h := range row {
		if h != 'e' && rows[i] != 'e' && rows[i] != h {
			return false
		}
		shared = shared || h == 'n' && rows[i] == 'n'
	}
	return shared
}

// findPairs finds out whether commas that separate are decimal signs too, where no header
// says so: each second cell is of digits alone, as many in every row, and some begin with a
// zero, as no whole number is written.
func (l *layout) findPairs(lines [][]byte) {
	if l.width%2 != 0 || l.width == 0 {
		return
	}
	length := make([]int, l.width)
	zeros := make([]bool, l.width)
	l.eachRow(lines, func(cells [][]byte) {
		for j := 1; j < l.width; j += 2 {
			c := cells[j]
			if len(c) < 2 || !digits(c) || length[j] > 0 && length[j] != len(c) {
				length[j] = -1
				return
			}
			if length[j] == 0 {
				length[j] = len(c)
			}
			zeros[j] = zeros[j] || c[0] == '0'
		}
		for j := 0; j < l.width; j += 2 {
			if c := bytes.TrimLeft(cells[j], "+-"); len(c) == 0 || !digits(c) {
				length[1] = -1
			}
		}
	})
	for j := 1; j < l.width; j += 2 {
		if length[j] < 2 || !zeros[j] {
			return
		}
	}
	l.pair()
}

// pair makes two cells one.
func (l *layout) pair() {
	l.paired, l.width, l.commas = true, l.width/2, l.commas+l.rows
	l.holds = slices.Repeat([]byte{'n'}, l.width)
}

// eachRow calls f with the cells of the first rows.
func (l *layout) eachRow(lines [][]byte, f func(cells [][]byte)) {
	const most = 500
	var cells [][]byte
	n := 0
	for _, line := range lines[min(l.first, len(lines)):] {
		if len(line) == 0 || l.isRemark(line) {
			continue
		}
		if cells = l.split(cells[:0], line); len(cells) == l.width {
			f(cells)
			if n++; n == most {
				return
			}
		}
	}
}

func (l *layout) String() string {
	name := map[byte]string{',': "CSV, separated by commas", ';': "CSV, separated by semicolons", '\t': "TSV", '|': "text, separated by |", 0: "text, separated by blanks"}[l.separator]
	if l.labels {
		name += ", a name in front of each number"
	}
	if l.arrow {
		name = "lines of a serial monitor, " + name
	}
	if l.commas > 0 {
		name += ", with decimal commas"
	}
	return name
}
