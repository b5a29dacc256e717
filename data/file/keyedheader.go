package file

import (
	"bytes"
	"slices"
	"strings"
)

// nameKeys are those of a line of a keyed header that names the columns, the best first.
var nameKeys = []string{"name", "signalname", "channelname", "symbolname", "variablename"}

// mostKeyed is the number of lines of a keyed header.
const mostKeyed = 40

// keyed reads a header whose lines begin with a key, as Name, Data-Type and Unit, which may
// come again in front of each group of columns: in these places the rows have times, in the
// unit that the key of the sample time gives. It reports whether the header is such.
func (h *header) keyed(lines [][]byte, l *layout) bool {
	rows := map[string][]string{}
	var places []int // of the key in a line
	first := l.first
	for i := l.first - 1; i >= 0 && i >= l.first-mostKeyed; i-- {
		if isBlank(lines[i]) {
			if len(rows) > 0 {
				break
			}
			continue
		}
		split, err := splitFields(nil, lines[i], l.separator)
		if err != nil || len(split) > l.width || len(split) < 2 || len(split[0]) == 0 || isNumber(split[0], '.') {
			break
		}
		cells := make([]string, l.width)
		var at []int
		for j, c := range split {
			if cells[j] = string(c); bytes.Equal(c, split[0]) {
				at = append(at, j)
			}
		}
		if places != nil && !slices.Equal(at, places) {
			break
		}
		places = at
		bare, _ := unitOfName(cells[0])
		if key := plainKey(bare); rows[key] == nil {
			rows[key] = cells
		}
		h.lines = append([][]byte{lines[i]}, h.lines...)
		first = i
	}
	var names []string
	for _, key := range nameKeys {
		if names == nil && rows[key] != nil {
			names = rows[key]
		}
	}
	if names == nil || len(rows) < 3 || len(places) < 2 {
		h.lines = nil
		return false
	}
	h.names, h.units, h.first = slices.Clone(names), make([]string, l.width), first
	if units := rows["unit"]; units != nil {
		for j, u := range units {
			if _, ok := knownUnit(strings.Trim(u, "()[] ")); ok {
				h.units[j] = strings.Trim(u, "()[] ")
			}
		}
	}
	step := rows["sampletime"]
	for _, j := range places {
		if h.names[j], h.units[j] = "Time", ""; step != nil {
			_, h.units[j] = unitOfName(step[j])
		}
	}
	return true
}
