package data

import "slices"

// Calibrated is the set with its states as they were, of columns that showed gain times them and an offset: gains (Dim, nil
// for 1) and the offsets of all trials (Dim) or of each (trials x Dim, row-major), nil for none. States without noise and derivatives are
// left out. It panics on other lengths.
func (s *Set) Calibrated(gain, offset []float64) *Set {
	if gain != nil && len(gain) != s.Dim || offset != nil && len(offset) != s.Dim && len(offset) != s.Trials()*s.Dim {
		panic("data: gains or offsets of another number of columns or trials")
	}
	out := *s
	out.X, out.DX, out.Clean = slices.Clone(s.X), nil, nil
	for k := range s.Trials() {
		of := offset
		if len(offset) > s.Dim {
			of = offset[k*s.Dim : (k+1)*s.Dim]
		}
		for i := s.Offsets[k] * s.Dim; i < s.Offsets[k+1]*s.Dim; i++ {
			if of != nil {
				out.X[i] -= of[i%s.Dim]
			}
			if gain != nil {
				out.X[i] /= gain[i%s.Dim]
			}
		}
	}
	return &out
}
