package file

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

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
