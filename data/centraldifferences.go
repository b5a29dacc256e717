package data

import "errors"

// CentralDifferences returns a copy of s whose derivatives are those of the
// parabola through each row and its two neighbours in time, which may be unevenly
// spaced; the first and last row of a trial take the parabola of their neighbour
// (Fornberg 1988, with three points). The error of a derivative is of second order
// in the time step. Unlike ForwardDifferences it shifts nothing by half a step, so
// a fitted system neither gains nor loses energy by it. A trial of two rows has the
// one difference at both; one of a single row vanishes. It is an error if no trial
// has two rows, or if a derivative overflows.
func (s *Set) CentralDifferences() (*Set, error) {
	d := s.Dim
	out := s.empty()
	for trial := range s.Trials() {
		t, x, _ := s.Trial(trial)
		n := len(t)
		if n < 2 {
			continue
		}
		out.T = append(out.T, t...)
		out.X = append(out.X, x...)
		out.Inputs = append(out.Inputs, s.InputRows(s.Offsets[trial], s.Offsets[trial+1])...)
		if s.Clean != nil {
			out.Clean = append(out.Clean, view(s.Clean, s.Offsets[trial], s.Offsets[trial+1], d)...)
		}
		for i := range n {
			for j := range d {
				slope := func(a, b int) float64 { return (x[b*d+j] - x[a*d+j]) / (t[b] - t[a]) }
				if n == 2 {
					out.DX = append(out.DX, slope(0, 1))
					continue
				}
				k := min(max(i, 1), n-2) // the middle of the three points
				left, right := slope(k-1, k), slope(k, k+1)
				// Newton's form: the slope of the first interval, and the second
				// divided difference times how far t_i lies from its middle.
				second := (right - left) / (t[k+1] - t[k-1])
				out.DX = append(out.DX, left+float64(second*((t[i]-t[k-1])+(t[i]-t[k]))))
			}
		}
		out.Offsets = append(out.Offsets, len(out.T))
	}
	if out.Rows() == 0 {
		return nil, errors.New("no trial has two rows, so no derivative can be taken")
	}
	if err := out.Validate(); err != nil {
		return nil, err
	}
	return out, nil
}
