package file

import (
	"fmt"
	"strings"
)

// ParseError says what is wrong in a file of trajectories, where, and what to do.
type ParseError struct {
	// File is the name that the reader was given.
	File string
	// Line counts from 1; 0 when the error is about the file as a whole. Row is in
	// its place in a file of arrays or of Parquet, which has no lines.
	Line, Row int
	// Column counts the fields of the line from 1; 0 when the error is about the
	// line as a whole. Name is the column's name, where it has one.
	Column int
	Name   string
	// Problem is what is wrong, Advice what to do about it.
	Problem, Advice string

	fatal bool // not about a row, which could be left out
}

// Error returns one line, as in `pend.csv, line 7, column 3 (q): "abc" is not a
// number: correct it or delete the line`.
func (e *ParseError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d", e.Line)
	}
	if e.Row > 0 {
		fmt.Fprintf(&b, ", row %d", e.Row)
	}
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
		if e.Name != "" {
			fmt.Fprintf(&b, " (%s)", e.Name)
		}
	}
	fmt.Fprintf(&b, ": %s: %s", e.Problem, e.Advice)
	return b.String()
}

// excerpt quotes text of a file for an error message, cut to a length that a
// terminal line can show whatever the file holds.
func excerpt(text string) string {
	const most = 32
	if len(text) > most {
		return fmt.Sprintf("%q...", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
