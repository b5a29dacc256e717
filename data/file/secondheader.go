package file

import (
	"fmt"
	"strings"
)

// secondHeader returns an error for a line of words among rows that names other columns than
// the table's header, or the same in another order: what follows is another table, of which no
// row may be taken by its place. again says that the line is the header itself, however it is
// spaced. Other words are neither.
func secondHeader(file string, line int, cells [][]byte, header []string) (again bool, err *ParseError) {
	names := make([]string, len(cells))
	same := len(cells) == len(header)
	for i, c := range cells {
		names[i] = strings.TrimSpace(string(c))
		same = same && strings.EqualFold(names[i], strings.TrimSpace(header[i]))
	}
	if same {
		return true, nil
	}
	r, unknown := new(Columns).resolve(names)
	if unknown != nil && len(names) > 1 {
		r, unknown = (&Columns{Q: names[1:]}).resolve(names) // of a time and names that are not recognised
	}
	if unknown != nil || r.time < 0 {
		return false, nil
	}
	return false, &ParseError{File: file, Line: line, fatal: true,
		Problem: fmt.Sprintf("a second header stands among the rows, with the columns %s where the first has %s", excerptList(names), excerptList(header)),
		Advice:  "cut the file in two in front of it, and give both as trials of one set if they are, as in --data A --data B"}
}
