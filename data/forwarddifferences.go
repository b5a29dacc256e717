package data

import "errors"

// ForwardDifferences returns a copy of s whose derivatives are the differences to
// the next row divided by the time between the two. The last row of every trial
// has none and is left out; a trial of one row vanishes. The error of such a
// derivative is of first order in the time step: it is the derivative half a
// step later. It is an error if no trial has two rows, or if a derivative
// overflows.
func (s *Set) ForwardDifferences() (*Set, error) {
	d := s.Dim
	out := s.empty()
	for trial := range s.Trials() {
		t, x, _ := s.Trial(trial)
		if len(t) < 2 {
			continue
		}
		last := len(t) - 1
		out.T = append(out.T, t[:last]...)
		out.X = append(out.X, x[:last*d]...)
		out.Inputs = append(out.Inputs, s.InputRows(s.Offsets[trial], s.Offsets[trial]+last)...)
		for i := range last {
			for j := range d {
				out.DX = append(out.DX, (x[(i+1)*d+j]-x[i*d+j])/(t[i+1]-t[i]))
			}
		}
		if s.Clean != nil {
			lo := s.Offsets[trial]
			out.Clean = append(out.Clean, view(s.Clean, lo, lo+last, d)...)
		}
		out.Offsets = append(out.Offsets, len(out.T))
	}
	if out.Rows() == 0 {
		return nil, errors.New("no trial has two rows, so no derivative can be taken")
	}
	// Finite numbers can still be too far apart, or their times too close.
	if err := out.Validate(); err != nil {
		return nil, err
	}
	return out, nil
}
