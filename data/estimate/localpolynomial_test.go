package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// At even times the weights are those that Savitzky and Golay tabulate: of five points and
// a parabola (-3, 12, 17, 12, -3)/35 for the value, (-2, -1, 0, 1, 2)/10 for the slope and
// (2, -1, -2, -1, 2)/7 for the second derivative.
func TestSavitzkyGolay(t *testing.T) {
	l := new(localPolynomial)
	l.resize(Window{5, 2})
	l.weigh([]float64{1, 2, 3, 4, 5}, 3)
	for _, test := range []struct{ got, want []float64 }{
		{l.value, []float64{-3. / 35, 12. / 35, 17. / 35, 12. / 35, -3. / 35}},
		{l.slope, []float64{-0.2, -0.1, 0, 0.1, 0.2}},
		{l.curvature, []float64{2. / 7, -1. / 7, -2. / 7, -1. / 7, 2. / 7}},
	} {
		for i := range test.want {
			if math.Abs(test.got[i]-test.want[i]) > 1e-15 {
				t.Errorf("weights %v, want %v", test.got, test.want)
				break
			}
		}
	}
}

// A polynomial of the degree is reproduced with its derivatives, anywhere in a window of
// random times; rounding is amplified by the derivatives of the fit at its edges.
func TestPolynomialsAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	l := new(localPolynomial)
	for range 200 {
		w := Window{Degree: rng.IntN(7)}
		w.Rows = w.Degree + 1 + rng.IntN(20)
		if w.Rows < 2 {
			continue
		}
		times := make([]float64, w.Rows)
		for i := range times {
			times[i] = float64(i) + 0.9*rng.Float64()
		}
		slices.Sort(times)
		c := make([]float64, w.Degree+1)
		for i := range c {
			c[i] = rng.NormFloat64()
		}
		at := func(u float64) (v, d, s float64) {
			u /= float64(w.Rows)
			for _, a := range slices.Backward(c) {
				s, d, v = s*u+2*d, d*u+v, v*u+a
			}
			return v, d / float64(w.Rows), s / float64(w.Rows*w.Rows)
		}
		y := make([]float64, w.Rows)
		for i, u := range times {
			y[i], _, _ = at(u)
		}
		l.resize(w)
		row := times[rng.IntN(w.Rows)]
		l.weigh(times, row)
		v, d, s := at(row)
		for k, got := range []float64{l.estimate(l.value, y, 0, 1, 0) - v, l.estimate(l.slope, y, 0, 1, 0) - d, l.estimate(l.curvature, y, 0, 1, 0) - s} {
			if math.Abs(got) > 1e-10 {
				t.Errorf("window %+v: derivative %d is off by %v", w, k, got)
			}
		}
	}
}
