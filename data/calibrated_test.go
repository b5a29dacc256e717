package data

import (
	"math"
	"testing"
)

func TestCalibrated(t *testing.T) {
	s := &Set{Dim: 2, T: []float64{0, 1, 0}, X: []float64{1, 2, 3, 4, 5, 6}, Offsets: []int{0, 2, 3}, DX: make([]float64, 6)}
	for _, c := range []struct{ gain, offset, want []float64 }{
		{nil, nil, []float64{1, 2, 3, 4, 5, 6}},
		{[]float64{2, 1}, []float64{1, 0}, []float64{0, 2, 1, 4, 2, 6}},
		{nil, []float64{1, 0, 0, -1}, []float64{0, 2, 2, 4, 5, 7}},
	} {
		got := s.Calibrated(c.gain, c.offset)
		for i, v := range got.X {
			if math.Abs(v-c.want[i]) > 1e-15 {
				t.Errorf("gain %v, offset %v: %v, want %v", c.gain, c.offset, got.X, c.want)
				break
			}
		}
		if got.DX != nil || s.X[0] != 1 {
			t.Error("derivatives are kept, or the set was changed")
		}
	}
}
