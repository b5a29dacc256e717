package data

import (
	"fmt"

	"gonum.org/v1/gonum/interp"
)

// longStep is the longest step, in median ones, over which a column is interpolated.
const longStep = 4

// Late is the set with what its state columns show moved to when it was: column j says at a time what was by[j] (Dim) before, as
// one that is filtered or read later does. Between rows it is a cubic spline. Rows whose state is then not
// known, at the ends of trials and beside gaps, are left out, as derivatives and states without noise are. It panics if there are not Dim numbers.
func (s *Set) Late(by []float64) *Set {
	if len(by) != s.Dim {
		panic(fmt.Sprintf("data: %d delays for states of length %d", len(by), s.Dim))
	}
	out := *s
	out.T, out.X, out.Inputs, out.Offsets, out.DX, out.Clean = nil, nil, nil, []int{0}, nil, nil
	most := longStep * s.MedianStep()
	for k := range s.Trials() {
		for lo := s.Offsets[k]; lo < s.Offsets[k+1]; { // a piece without a gap
			hi := lo + 1
			for hi < s.Offsets[k+1] && s.T[hi]-s.T[hi-1] <= most {
				hi++
			}
			s.move(&out, lo, hi, by)
			lo = hi
		}
		if len(out.T) > out.Offsets[len(out.Offsets)-1] {
			out.Offsets = append(out.Offsets, len(out.T))
		}
	}
	return &out
}

// move appends the rows from lo to hi, with every column what it showed so much later.
func (s *Set) move(out *Set, lo, hi int, by []float64) {
	t := s.T[lo:hi]
	first, last := t[0], t[len(t)-1]
	for _, late := range by {
		first, last = max(first, t[0]-late), min(last, t[len(t)-1]-late)
	}
	columns := make([]interp.NotAKnotCubic, s.Dim)
	for j, late := range by {
		y := make([]float64, len(t))
		for r := range t {
			y[r] = s.X[(lo+r)*s.Dim+j]
		}
		if late != 0 && (len(t) < 4 || columns[j].Fit(t, y) != nil) {
			return
		}
	}
	rounding := 1e-9 * (t[len(t)-1] - t[0]) // a whole step is not missed by it
	for r, at := range t {
		if at < first-rounding || at > last+rounding {
			continue
		}
		row := lo + r
		out.T, out.Inputs = append(out.T, at), append(out.Inputs, s.InputRows(row, row+1)...)
		for j, late := range by {
			v := s.X[row*s.Dim+j]
			if late != 0 {
				v = columns[j].Predict(min(max(at+late, t[0]), t[len(t)-1]))
			}
			out.X = append(out.X, v)
		}
	}
}
