package file

import (
	"bytes"
	"strconv"
	"strings"
)

// header is what the rows above a table name its columns.
type header struct {
	names, units []string
	// first is the index of the first line that is part of it, that of the first row where
	// there is none.
	first int
	// lines are the texts of its rows, by which another block of the same table is known.
	lines [][]byte
	// beside are settings that stand in its rows, above columns without rows.
	beside settings
	// numbers says that the names were column numbers.
	numbers bool
}

// most rows of a header.
const mostHeaderRows = 6

// findHeader reads the header of the table that a layout found: up to six lines in front
// of the first row whose cells are words above the columns, empty lines between them and the
// rows not counted. It corrects the layout where the header shows that two cells are one
// number, or that the first row are numbers of columns.
func findHeader(lines [][]byte, l *layout) *header {
	h := &header{first: l.first}
	if l.labels { // the names stand in the rows
		h.units = make([]string, l.width)
		return h
	}
	if h.keyed(lines, l) {
		return h
	}
	if names := markersInPreamble(lines[:l.first], l); names != nil {
		h.names, h.units = names, make([]string, l.width)
		return h
	}
	var rows [][]string
	index := ""
	first, skipped, between := l.first, 0, false
	for i := l.first - 1; i >= 0 && len(rows) < mostHeaderRows; i-- {
		line := bytes.TrimRight(lines[i], " ")
		if isBlank(line) || isRule(line) {
			if len(rows) > 0 && isBlank(line) {
				break
			}
			continue
		}
		if len(rows) > 0 && l.isRemark(line) && !l.isRemark(h.lines[0]) && !isUnitsRow(rows[0]) {
			break // remarks above a row of names, as InfluxDB's of data types
		}
		if name := nameOfIndex(line, l); name != "" && len(rows) == 0 && skipped == 0 && index == "" {
			index = name
			continue
		}
		cells, ok := h.headerCells(line, l, i, len(rows) == 0)
		if !ok {
			if len(rows) == 0 && l.width == 2 && isSettingLine(line, l) {
				break // what is above is of the preamble too
			}
			// The first rows may be wrong, below a header all the same, or a line of words may
			// stand between the header and the rows.
			if len(rows) == 0 && skipped < 2 {
				skipped++
				if l.nearlyRow(line) {
					first = i
				} else {
					first, between = l.first, true
				}
				continue
			}
			break
		}
		if skipped > 0 && len(rows) == 0 && i > 0 && !between && known(cells) == 0 {
			// A line of words below the one with the names.
			above, ok := (&header{}).headerCells(lines[i-1], l, i-1, true)
			between = ok && len(above) == l.width && known(above) > 0
		}
		if skipped > 0 && len(rows) == 0 && !(len(cells) == l.width && distinct(cells, l) && (!between || known(cells) > 0)) {
			if skipped++; skipped < 4 {
				first, between = l.first, true
				continue
			}
			break
		}
		if len(rows) == 0 && len(cells) == l.width/2 && l.width%2 == 0 && l.separator == ',' && !l.paired && evenDigits(lines, l) {
			l.pair()
		}
		if len(cells) == l.width-1 && len(rows) == 0 && l.separator != ',' && l.holds[l.width-1] != 'e' {
			cells = append([]string{""}, cells...) // R's row names have no name
		}
		if n := len(cells); n == l.width+1 && len(rows) == 0 && l.separator != 0 && meaningOf(cells[n-1], "").quantity == qualityColumn {
			cells = cells[:l.width] // a column of comments, in which nothing stands
		}
		if len(cells) > l.width || len(cells) < l.width && l.holds[l.width-1] != 'e' && len(rows) == 0 {
			break
		}
		for len(cells) < l.width {
			cells = append(cells, "")
		}
		rows = append([][]string{cells}, rows...)
		h.lines = append([][]byte{lines[i]}, h.lines...)
		h.first = i
	}
	if len(rows) > 0 {
		l.first = first
	}
	if names := graceNames(lines[:l.first], l); names != nil {
		h.names, h.units = names, make([]string, l.width)
		return h
	}
	if names := namesInPreamble(lines[:l.first], l); len(rows) == 0 && names != nil {
		h.names, h.units = names, make([]string, l.width)
		return h
	}
	if names := namesInRemarks(lines[:l.first], l.width, l.separator); len(rows) == 0 && names != nil {
		h.names, h.units = names, make([]string, l.width)
		return h
	}
	if len(rows) == 0 {
		h.numbered(lines, l)
		h.units = make([]string, l.width)
		return h
	}
	h.compose(rows, l)
	if bare, unit := unitOfName(h.names[0]); index != "" && meaningOf(bare, unit).quantity == unknownColumn {
		h.names[0] = index
	}
	return h
}

// nameOfIndex is the only word of a line of empty cells, with which pandas names the first column
// below the names of the others.
func nameOfIndex(line []byte, l *layout) string {
	if l.separator == 0 || l.width < 3 || l.isRemark(line) {
		return ""
	}
	cells, err := splitFields(nil, line, l.separator)
	if err != nil || len(cells) != l.width || len(bytes.Join(cells[1:], nil)) > 0 {
		return ""
	}
	if kind, _, _ := classify(cells[0]); kind != textCell {
		return ""
	}
	return string(cells[0])
}

// isSettingLine reports whether a line is a word and a number.
func isSettingLine(line []byte, l *layout) bool {
	cells := l.split(nil, line)
	if len(cells) != 2 {
		return false
	}
	key, _, _ := classify(cells[0])
	value, _, _ := classify(cells[1])
	return key == textCell && value == numberCell
}

// isRule reports whether a line is a rule between a header and its rows, of dashes and the like.
func isRule(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) >= 3 && len(bytes.Trim(line, "-=_+|*~ \t")) == 0 && bytes.ContainsAny(line, "-=_")
}

// known is the number of names whose meaning is known.
func known(names []string) (n int) {
	for _, name := range names {
		if bare, unit := unitOfName(name); name != "" && meaningOf(bare, unit).quantity != unknownColumn {
			n++
		}
	}
	return n
}

// nearlyRow reports whether a line is a row but for a word or two among its numbers.
func (l *layout) nearlyRow(line []byte) bool {
	cells := l.split(nil, line)
	if len(cells) != l.width {
		return false
	}
	numbers, want := 0, 0
	for j, c := range cells {
		if l.holds[j] == 'n' {
			want++
			switch kind, _, unit := classify(c); {
			case unit != "" || bytes.HasSuffix(c, []byte("=")) || bytes.HasSuffix(c, []byte(":")):
				return false // a setting
			case kind == numberCell || kind == timeCell:
				numbers++
			}
		}
	}
	return numbers > 0 && 2*numbers >= want
}

// headerCells are the cells of a line that may be a header's, without empty ones at its
// end. Where none is a word, or one is a number above numbers, it is no header.
func (h *header) headerCells(line []byte, l *layout, at int, nearest bool) ([]string, bool) {
	remark := false
	if len(line) > 0 && (l.isRemark(line) || line[0] == '#' || line[0] == ';' || line[0] == '*') && !isMissing(line) {
		// The sign of a remark may be the name of a column of row numbers.
		line, remark = trimRemark(line), true
	}
	if l.width > 1 && isSection(line) {
		return nil, false
	}
	if l.brackets {
		line = vectorNames.ReplaceAllFunc(line, namesOfVector)
	}
	if definition := keyedNames.FindSubmatch(line); definition != nil {
		line = definition[1]
	}
	var cells [][]byte
	for k, separator := range []byte{l.separator, ',', '\t', ';', 0} {
		if k > 0 && (separator == l.separator || !nearest) {
			continue
		}
		split, err := splitFields(nil, line, separator)
		if err != nil {
			continue
		}
		if separator == 0 && bytes.Contains(line, []byte("  ")) && len(split) != l.width {
			split = splitWide(line)
		}
		n := len(split)
		for n > 0 && len(split[n-1]) == 0 && (n != l.width || separator == 0) {
			n--
		}
		if k == 0 || n == l.width || n == l.width-1 && separator == 0 {
			cells = split[:n]
			if n == l.width || n == l.width/2 {
				break
			}
		}
	}
	if len(cells) == 0 || len(cells) > 1 && bytes.HasSuffix(cells[0], []byte("=")) || remark && len(cells) != l.width && len(cells) != l.width/2 {
		return nil, false
	}
	words, full := 0, 0
	out := make([]string, len(cells))
	var beside settings
	mostly := len(cells) == l.width && mostlyWords(cells, l)
	for j, c := range cells {
		c = singleUnquoted(c)
		out[j] = string(c)
		kind, _, _ := classify(c)
		if kind == emptyCell {
			continue
		}
		full++
		if kind == textCell || kind == missingCell {
			words++
			continue
		}
		// A number above a column of numbers is a row's, or the channel's, in front of units.
		if (mostly || !nearest && len(cells) == l.width) && words > 0 && digits(c) && len(c) < 4 {
			continue
		}
		if j >= len(l.holds) || l.holds[j] != 'e' && !(kind == numberCell && remark) {
			if !sparse(l, j) {
				return nil, false
			}
		}
		if remark {
			return nil, false
		}
		beside = append(beside, setting{text: out[j], line: at + 1, key: strconv.Itoa(j)})
		out[j] = ""
	}
	// A name alone belongs to the table where it stands above others, in cells of its own.
	alone := full < 2 && l.width > 1 && (nearest || len(cells[0]) > 0)
	if words == 0 || alone {
		return nil, false
	}
	h.beside = append(h.beside, beside...)
	return out, true
}

// mostlyWords reports whether of a line's cells above columns of numbers most are words, and the
// others different whole numbers, as the names of a vector's further parts: no row is such.
func mostlyWords(cells [][]byte, l *layout) bool {
	words := 0
	seen := map[string]bool{}
	for j, c := range cells {
		if l.holds[j] != 'n' {
			continue
		}
		switch kind, _, _ := classify(c); {
		case kind == textCell:
			words++
		case kind != numberCell || seen[string(c)]:
			return false
		}
		seen[string(c)] = true
	}
	return 2*words > len(seen) && words > 1
}

// isSection reports whether a line is the title of a section, as [data].
func isSection(line []byte) bool {
	return len(line) > 2 && line[0] == '[' && bytes.IndexByte(line, ']') == len(line)-1
}

// sparse reports whether a column is empty in the rows.
func sparse(l *layout, j int) bool { return j < len(l.holds) && l.holds[j] == 'e' }

// splitWide splits a line at two blanks or more, or tabs, so that names may have blanks.
func splitWide(line []byte) [][]byte {
	var cells [][]byte
	for _, part := range strings.FieldsFunc(strings.ReplaceAll(string(line), "  ", "\t"), func(r rune) bool { return r == '\t' }) {
		if part = strings.TrimSpace(part); part != "" {
			cells = append(cells, []byte(part))
		}
	}
	return cells
}

// evenDigits reports whether each second cell of the rows is of digits alone.
func evenDigits(lines [][]byte, l *layout) bool {
	ok := true
	l.eachRow(lines, func(cells [][]byte) {
		for j := 1; j < len(cells); j += 2 {
			ok = ok && len(cells[j]) > 0 && digits(cells[j])
		}
	})
	return ok
}

// numbered knows a first row that numbers the columns, 0, 1, 2, as pandas writes where they
// have no names: no motion begins so and goes on in other steps.
func (h *header) numbered(lines [][]byte, l *layout) {
	cells := l.split(nil, lines[l.first])
	if len(cells) != l.width || l.width < 3 {
		return
	}
	from := 0
	if len(cells[0]) == 0 {
		from = 1
	}
	start, n := scanNumber(cells[from], '.')
	if n != len(cells[from]) || start != 0 && start != 1 {
		return
	}
	for j := from; j < len(cells); j++ {
		if string(cells[j]) != strconv.Itoa(int(start)+j-from) {
			return
		}
	}
	fractions := false
	rows := 0
	l.eachRow(lines, func(cells [][]byte) {
		if rows++; rows > 1 {
			for _, c := range cells {
				fractions = fractions || bytes.ContainsAny(c, ".eE")
			}
		}
	})
	if !fractions {
		return
	}
	h.numbers, h.lines, h.first = true, [][]byte{lines[l.first]}, l.first
	l.first++
	l.rows--
}
