package data

import (
	"errors"
	"fmt"
	"strconv"
)

// builder collects the rows of a text file into a Set. Both readers of text end
// here, so that they refuse the same numbers with the same words.
type builder struct {
	file    string
	columns []string // names of the file's columns, for errors
	set     *Set
	seen    map[string]int // the line on which each trial began
}

// newBuilder starts a set of states of the given names, with derivatives or
// without.
func newBuilder(file string, columns, states []string, derivatives bool) *builder {
	b := &builder{
		file:    file,
		columns: columns,
		set:     &Set{Dim: len(states), Names: states, Offsets: []int{0}},
		seen:    make(map[string]int),
	}
	if derivatives {
		b.set.DX = []float64{}
	}
	return b
}

// errorf returns an error about a field; column counts from 0, and -1 means the
// whole line.
func (b *builder) errorf(line, column int, advice, format string, args ...any) *ParseError {
	e := &ParseError{File: b.file, Line: line, Column: column + 1, Problem: fmt.Sprintf(format, args...), Advice: advice}
	if column >= 0 && column < len(b.columns) {
		e.Name = b.columns[column]
	}
	return e
}

// number parses the field of a column (from 0) and refuses what is not finite.
func (b *builder) number(line, column int, field string) (float64, error) {
	v, err := strconv.ParseFloat(field, 64)
	switch {
	case err == nil && finite(v):
		return v, nil
	case err == nil:
		return 0, b.errorf(line, column, "delete the line, or put a number there", "the value is %v", v)
	case field == "":
		return 0, b.errorf(line, column, "fill it in or delete the line", "the field is empty")
	case errors.Is(err, strconv.ErrRange):
		return 0, b.errorf(line, column, "correct it or delete the line", "%s is too large for a number", excerpt(field))
	default:
		return 0, b.errorf(line, column, "correct it or delete the line", "%s is not a number", excerpt(field))
	}
}

// startTrial ends the current trial before the row that comes next. The key
// tells trials apart: one that has been left may not come back, because the time
// steps between its rows would be lost.
func (b *builder) startTrial(line int, key string) error {
	if first, ok := b.seen[key]; ok {
		return b.errorf(line, -1, "sort the file by trial, then by time",
			"trial %s, which began on line %d, goes on after another trial", excerpt(key), first)
	}
	b.seen[key] = line
	b.endTrial()
	return nil
}

func (b *builder) endTrial() {
	if n := b.set.Rows(); n > b.set.Offsets[len(b.set.Offsets)-1] {
		b.set.Offsets = append(b.set.Offsets, n)
	}
}

// time appends the time of the next row, which its states and derivatives must
// follow. column is that of the time, from 0.
func (b *builder) time(line, column int, t float64) error {
	n := b.set.Rows()
	if n > b.set.Offsets[len(b.set.Offsets)-1] && t <= b.set.T[n-1] {
		return b.errorf(line, column,
			"sort the rows by time and drop repeated ones; where a new trajectory begins, give it a trial number of its own",
			"the time goes from %v to %v within a trial", b.set.T[n-1], t)
	}
	b.set.T = append(b.set.T, t)
	return nil
}

// finish returns the set, or an error if it has no rows.
func (b *builder) finish() (*Set, error) {
	b.endTrial()
	if b.set.Rows() == 0 {
		return nil, &ParseError{File: b.file, Problem: "the file has a header but no data",
			Advice: "check that it was written or downloaded to its end"}
	}
	return b.set, nil
}
