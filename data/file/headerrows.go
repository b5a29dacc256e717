package file

import (
	"bytes"
	"regexp"
	"slices"
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

// graceNames are the names that xmgrace's commands give, as GROMACS writes them: the axis of
// the first column and a legend for each other; nil where there are none.
func graceNames(lines [][]byte, l *layout) []string {
	var names []string
	for _, line := range lines {
		if len(line) == 0 || line[0] != '@' {
			continue
		}
		words, err := splitFields(nil, trimRemark(line), 0)
		if err != nil || len(words) != 3 {
			continue
		}
		at := -1
		if string(words[1]) == "label" && string(words[0]) == "xaxis" {
			at = 0
		} else if n, err := strconv.Atoi(strings.TrimPrefix(string(words[0]), "s")); string(words[1]) == "legend" && err == nil && n >= 0 {
			at = n + 1
		}
		if at < 0 || at >= l.width {
			continue
		}
		if names == nil {
			names = make([]string, l.width)
		}
		names[at] = string(words[2])
	}
	return names
}

// listKeys are those of a preamble's line that names the columns.
var listKeys = map[string]bool{"markernames": true, "channeltitle": true, "channeltitles": true, "channelnames": true, "channelname": true, "columnnames": true, "columns": true, "tracename": true, "signalnames": true, "signals": true, "fields": true, "variables": true, "names": true}

// markersInPreamble are the names of Qualisys' MARKER_NAMES where lines of a key and a value alone
// stand between them and the rows, which a table of one marker would take for a header.
func markersInPreamble(lines [][]byte, l *layout) []string {
	for i := len(lines) - 1; i >= max(0, len(lines)-4); i-- {
		key, _, ok := bytes.Cut(lines[i], []byte{'\t'})
		switch {
		case !ok || !bytes.Equal(bytes.ToUpper(key), key):
			return nil
		case plainKey(string(key)) == "markernames":
			return namesInPreamble(lines[i:i+1], l)
		}
	}
	return nil
}

// namesInPreamble are the names of a line in front of the table that begins with a key, as
// MARKER_NAMES of Qualisys, nil where there is none: for every column, or all but the first, or
// of markers, each with three columns, behind which may stand a number of the row and a time.
func namesInPreamble(lines [][]byte, l *layout) []string {
	for i, line := range lines {
		cells, err := splitFields(nil, trimRemark(line), l.separator)
		if i+1 < len(lines) && err == nil && len(bytes.Join(cells, nil)) == len(cells[0]) && bytes.HasSuffix(cells[0], []byte(":")) {
			below, _ := splitFields(nil, trimRemark(lines[i+1]), l.separator)
			cells = append(cells[:1], below...)
		}
		if err != nil || len(cells) < 2 || !listKeys[plainKey(string(cells[0]))] {
			continue
		}
		var list []string
		for _, c := range cells[1:] {
			if len(c) > 0 {
				list = append(list, string(c))
			}
		}
		names := make([]string, l.width)
		switch k := len(list); {
		case k == l.width:
			copy(names, list)
		case k == l.width-1:
			names[0] = "time"
			copy(names[1:], list)
		case k > 0 && l.width >= 3*k && l.width <= 3*k+2:
			front := l.width - 3*k
			copy(names, []string{"Frame", "Time"}[2-max(front, 0):])
			for i, marker := range list {
				for a, axis := range []string{" X", " Y", " Z"} {
					names[front+3*i+a] = marker + axis
				}
			}
		default:
			continue
		}
		return names
	}
	return nil
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

var (
	// vectorNames are a name and those of a vector's parts: omega (x y z).
	vectorNames = regexp.MustCompile(`([^\s(]+)\s*\(([a-z](?: [a-z])+)\)`)
	// keyedNames are the names of columns in quotes behind a key: DEF="t / s"	"U / V".
	keyedNames = regexp.MustCompile(`^[A-Z]+=("[^"]*".*)$`)
)

// namesOfVector writes the name of a vector in front of those of its parts.
func namesOfVector(match []byte) []byte {
	m := vectorNames.FindSubmatch(match)
	var out [][]byte
	for _, part := range bytes.Fields(m[2]) {
		out = append(out, slices.Concat(m[1], []byte{'_'}, part))
	}
	return bytes.Join(out, []byte{' '})
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

// genericWords name no column: they say of which kind of thing it is.
var genericWords = map[string]bool{"marker": true, "bone marker": true, "rigid body": true, "rigid body marker": true, "bone": true, "position": true, "positions": true, "coords": true, "scorer": true, "trajectories": true, "type": true, "name": true, "id": true, "parent": true, "smp": true, "avg": true, "max": true, "min": true, "tot": true}

// compose makes names and units of the rows of a header.
func (h *header) compose(rows [][]string, l *layout) {
	n := l.width
	h.names, h.units = make([]string, n), make([]string, n)
	var kept [][]string
	for i, row := range rows {
		if i > 0 && isTypesRow(row) {
			continue
		}
		if isUnitsRow(row) && (i > 0 || len(rows) == 1 && slices.ContainsFunc(row, isTimeUnit) && !slices.ContainsFunc(row, isWord)) {
			for j, cell := range row {
				if h.units[j] == "" {
					h.units[j] = strings.Trim(cell, "()[] ")
				}
			}
			continue
		}
		kept = append(kept, row)
	}
	if len(kept) == 0 {
		return // units alone
	}
	// Above a row that names all columns, a line of a key and its value is none of the header.
	last := kept[len(kept)-1]
	if distinct(last, l) && !slices.Contains(last, "") {
		kept = slices.DeleteFunc(kept, func(row []string) bool {
			full := 0
			for _, cell := range row {
				full += min(len(cell), 1)
			}
			return row[0] != "" && 2*full < l.width
		})
	}
	// A last row of one word for all but the time, as Second, Value, Value: the names are above.
	if n := len(kept); n > 1 && !distinct(last, l) && (isTimeUnit(last[0]) || meaningOf(last[0], "").quantity == timeColumn) {
		for i := n - 2; i >= 0; i-- {
			if row := kept[i]; distinct(row, l) && !slices.Contains(row, "") {
				if row[0] = last[0]; isTimeUnit(last[0]) {
					h.units = make([]string, l.width) // those above are of the preamble
					row[0], h.units[0] = "Time", last[0]
				}
				kept = [][]string{row}
				break
			}
		}
	}
	carry(kept, l)
	// Of rows each of which would tell the columns apart, the one has the names of which most
	// mean something, the first of equals.
	if tells := func(row []string) bool { return distinct(row, l) && row[lastHeld(l)] != "" && !generic(row, l) }; tells(kept[0]) {
		best := kept[0]
		for _, row := range kept[1:] {
			if tells(row) && known(row) > known(best) {
				best = row
			}
		}
		kept = [][]string{best}
	}
	if len(kept) > 1 {
		kept = needed(kept, l)
	}
	for j := range n {
		h.names[j] = joinName(kept, j)
	}
}

// isUnitsRow reports whether the cells of a row are units.
func isUnitsRow(row []string) bool {
	known, full := 0, 0
	for _, cell := range row {
		cell = strings.Trim(cell, "()[] ")
		if cell == "" || cell == "-" {
			continue
		}
		full++
		if _, ok := knownUnit(cell); ok || slices.Contains([]string{"volt", "sequence", "ts", "rn", "none"}, strings.ToLower(cell)) {
			known++
		}
	}
	return known > 0 && 2*known >= full
}

// typeNames are those of data types, which some programs write below the names.
var typeNames = regexp.MustCompile(`^(?i)(f4|f8|u1|u2|u4|u8|i1|i2|i4|i8|u?int(8|16|32|64)?|float(32|64)?|double|l?real(32|64)?|u?[ds]?int|bool|single|numeric|number|string|text)$`)

// isTypesRow reports whether the cells of a row are data types.
func isTypesRow(row []string) bool {
	full := 0
	for _, cell := range row {
		if cell == "" {
			continue
		}
		if full++; !typeNames.MatchString(cell) {
			return false
		}
	}
	return full > 1
}

// isWord reports whether a cell is no unit and means something, as a name does.
func isWord(cell string) bool {
	_, ok := knownUnit(strings.Trim(cell, "()[] "))
	return !ok && meaningOf(cell, "").quantity != unknownColumn
}

// isTimeUnit reports whether a cell is a unit of time.
func isTimeUnit(cell string) bool {
	u, ok := knownUnit(strings.Trim(cell, "()[] "))
	return ok && u.quantity == timeColumn
}

// carry fills a row's empty cells with the name to the left, where a row below names the
// column.
func carry(rows [][]string, l *layout) {
	for i, row := range rows[:len(rows)-1] {
		for j := 1; j < len(row); j++ {
			below := false
			for _, other := range rows[i+1:] {
				below = below || other[j] != ""
			}
			if row[j] == "" && below && row[j-1] != "" && l.holds[j] == 'n' {
				row[j] = row[j-1]
			}
		}
	}
	// A name of its own, as Frame# and Time above empty cells, is not carried on: it
	// stands in a column that no row below names.
}

// lastHeld is the last column that holds numbers.
func lastHeld(l *layout) int {
	for j := l.width - 1; j > 0; j-- {
		if l.holds[j] == 'n' {
			return j
		}
	}
	return 0
}

// distinct reports whether a row names every column of numbers, each by a name of its own.
func distinct(row []string, l *layout) bool {
	seen := map[string]bool{}
	for j, cell := range row {
		if l.holds[j] != 'n' {
			continue
		}
		if cell == "" && j > 0 || seen[cell] {
			return false
		}
		seen[cell] = true
	}
	return true
}

// generic reports whether all names of a row say of which kind things are.
func generic(row []string, l *layout) bool {
	for j, cell := range row {
		if l.holds[j] == 'n' && cell != "" && !genericWords[strings.ToLower(cell)] {
			return false
		}
	}
	return true
}

// needed drops the rows of a header that are not needed to tell its columns apart: kinds
// first, then those between the first and the last.
func needed(rows [][]string, l *layout) [][]string {
	apart := func(rows [][]string) bool {
		seen := map[string]bool{}
		for j := range l.width {
			if l.holds[j] != 'n' {
				continue
			}
			name := joinName(rows, j)
			if seen[name] {
				return false
			}
			seen[name] = true
		}
		return true
	}
	before := apart(rows)
	drop := func(i int) bool {
		if without := slices.Delete(slices.Clone(rows), i, i+1); len(rows) > 1 && (apart(without) || !before) {
			rows = without
			return true
		}
		return false
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if generic(rows[i], l) {
			drop(i)
		}
	}
	for i := len(rows) - 2; i > 0; i-- {
		drop(i)
	}
	if len(rows) > 2 && strings.EqualFold(rows[0][0], "scorer") {
		drop(0)
	}
	return rows
}

// joinName is the name of a column over the rows of a header.
func joinName(rows [][]string, j int) string {
	var parts []string
	for _, row := range rows {
		if cell := strings.TrimSpace(row[j]); cell != "" && !slices.Contains(parts, cell) {
			parts = append(parts, cell)
		}
	}
	if n := len(parts); n > 1 {
		// The number behind X1, Y1, Z1 is that of the marker, which has a name.
		if last := parts[n-1]; len(last) > 1 && strings.ContainsAny(last[:1], "XYZxyz") && digits([]byte(last[1:])) {
			parts[n-1] = last[:1]
		}
	}
	return strings.Join(parts, " ")
}
