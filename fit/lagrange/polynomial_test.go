package lagrange

import (
	"math"
	"testing"
)

func TestPositive(t *testing.T) {
	for _, c := range []struct {
		p    []float64
		want bool
	}{
		{[]float64{0}, true},
		{[]float64{-1e-9}, false},
		{[]float64{1, 1}, false},
		{[]float64{1, -2, 1.001}, true}, // above (1 - x)^2
		{[]float64{1, -2, 0.999}, false},
		{[]float64{0.1, 0, -1, 0, 1}, false}, // (x^2 - 1/2)^2 - 0.15
		{[]float64{0.3, 0, -1, 0, 1}, true},
		{[]float64{1, 0, 0, 5}, false},
	} {
		if got := positive(c.p); got != c.want {
			t.Errorf("%v is positive: %v, want %v", c.p, got, c.want)
		}
	}
	got := roots([]float64{-6, 11, -6, 1})
	for i, want := range []float64{1, 2, 3} {
		if i >= len(got) || math.Abs(got[i]-want) > 1e-12 {
			t.Fatalf("the roots of (x-1)(x-2)(x-3) are %v", got)
		}
	}
}
