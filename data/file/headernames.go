package file

import (
	"regexp"
	"slices"
	"strings"
)

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
