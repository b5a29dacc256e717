package data_test

import (
	"math"
	"testing"

	"hnn/data"
	"hnn/data/internal/datatest"
)

// The noise that was added is found again within its statistical error (of some 1,000
// rows, 5% is more than two of them for the differences' correlated squares) wherever
// rows are close enough to tell it from the motion, and data without noise show far less.
func TestNoiseEstimate(t *testing.T) {
	for _, test := range []struct {
		system    string
		random    bool
		noise     float64
		least, up float64
	}{
		{"spring", false, 0.1, 0.09, 0.11}, {"spring", true, 0.1, 0.09, 0.11}, {"spring", false, 0.01, 0.009, 0.011},
		{"pendulum", false, 0.1, 0.09, 0.11}, {"pendulum", true, 0.01, 0.009, 0.011}, {"double-pendulum", false, 0.1, 0.09, 0.11},
		{"spring", false, 0, 0, 3e-8}, {"pendulum", false, 0, 0, 1e-4}, {"double-pendulum", false, 0, 0, 0.01},
	} {
		for j, v := range datatest.Observed(t, test.system, test.random, test.noise).Noise() {
			if math.IsNaN(v) || v < test.least || v > test.up {
				t.Errorf("%s, random times: %v, noise %v, column %d: estimated as %.3g", test.system, test.random, test.noise, j, v)
			}
		}
	}
	if v := (&data.Set{Dim: 1, Offsets: []int{0, 2}, T: []float64{0, 1}, X: []float64{1, 2}}).Noise(); v != nil {
		t.Errorf("two rows have the noise %v", v)
	}
}

// Evenly spaced rows with some missing have no gap; a long stop is one; random times are
// what they are.
func TestGap(t *testing.T) {
	var even data.Set
	even.Dim, even.Offsets = 1, []int{0, 97}
	for i := range 100 {
		if i%30 != 7 { // 7, 37, 67, 97
			even.T = append(even.T, float64(i))
		}
	}
	even.Offsets[1] = len(even.T)
	even.X = make([]float64, len(even.T))
	if length, n := even.Gap(); n != 0 || length != 5 {
		t.Errorf("%d gaps of %v, want none, and 5", n, length)
	}
	for i := 40; i < len(even.T); i++ {
		even.T[i] += 10
	}
	if _, n := even.Gap(); n != 1 || even.SplitAtGaps(5).Trials() != 2 {
		t.Errorf("%d gaps, want 1", n)
	}
	if _, n := datatest.Observed(t, "pendulum", true, 0).Gap(); n > 2 {
		t.Errorf("%d gaps in random times", n)
	}
}
