package data

import (
	"math"
	"testing"
)

// A column that was late is moved to where it belongs, to the spline's error; the rows of which it then says nothing are left out,
// at the end of a trial and before a gap.
func TestLate(t *testing.T) {
	const late, step = 0.013, 0.02
	s := &Set{Dim: 2, Offsets: []int{0}, InputNames: []string{"u"}}
	for k := range 2 {
		for r := range 100 {
			at := step * float64(r)
			if r >= 50 {
				at += float64(k) // a gap of a second in the second trial
			}
			s.T = append(s.T, at)
			s.X = append(s.X, math.Sin(at), math.Cos(at-late))
			s.Inputs = append(s.Inputs, at)
		}
		s.Offsets = append(s.Offsets, len(s.T))
	}
	got := s.Late([]float64{0, late})
	if got.Trials() != 2 || got.Offsets[1] != 99 || got.Offsets[2] != 99+98 || len(got.Inputs) != got.Rows() {
		t.Fatalf("trials end at the rows %v", got.Offsets)
	}
	for r, at := range got.T {
		// A cubic spline errs by 5/384 h^4 = 2e-9, and by some times that at its ends.
		if math.Abs(got.X[2*r]-math.Sin(at)) > 1e-15 || math.Abs(got.X[2*r+1]-math.Cos(at)) > 2e-8 || got.Inputs[r] != at {
			t.Fatalf("row %d at %v: %v, want %v", r, at, got.X[2*r:2*r+2], []float64{math.Sin(at), math.Cos(at)})
		}
	}
	if back := s.Late([]float64{0, -2 * step}); back.Offsets[1] != 98 {
		t.Errorf("early by two rows: a trial of %d rows, want 98", back.Offsets[1])
	}
}
