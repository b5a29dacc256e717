package file

import (
	"bytes"
	"math"
	"regexp"
)

// displayed is the factor that MATLAB shows above a matrix.
var displayed = regexp.MustCompile(`^[0-9.]+[eE][+-][0-9]+ \*$`)

// checkFactor refuses numbers above which stands what they have to be multiplied by.
func (s *sheet) checkFactor() error {
	for i, line := range s.head[:min(s.layout.first, len(s.head))] {
		if line = bytes.TrimSpace(line); displayed.Match(line) {
			return s.errorf(i+1, "write all digits, as MATLAB's writematrix(x, 'x.csv') does", "the numbers below are shown without their factor, %s", line)
		}
	}
	return nil
}

// goesOn refuses columns without names that are one series of numbers, some to a line, as files of
// seismographs have them: from the last of a line to the first of the next is a step as within
// the line, and far less than down a column.
func (s *sheet) goesOn() error {
	w := len(s.columns)
	if s.header.names != nil || s.layout.labels || w < 3 || s.rows < 8 {
		return nil
	}
	for _, c := range s.columns {
		if c.filled < s.rows-1 || s.isText(c) || c.clock != 0 || c.exact {
			return nil
		}
	}
	var within, across, down float64
	square := func(a, b float64) float64 { return (a - b) * (a - b) }
	for i := range s.rows - 2 { // the last row may be shorter
		for j, c := range s.columns {
			down += square(c.values[i+1], c.values[i]) / float64(w)
			if j > 0 {
				within += square(c.values[i], s.columns[j-1].values[i]) / float64(w-1)
			}
		}
		across += square(s.columns[0].values[i+1], s.columns[w-1].values[i])
	}
	if math.IsNaN(down) || !(across < down/4 && within < down/4 && across < 4*within && within < 4*across) {
		return nil
	}
	return s.errorf(int(s.line[0]), "write one number a line, under a name, and give their step, as in --dt 0.01",
		"the %d columns have no names, and are one series of numbers that goes on from line to line", w)
}
