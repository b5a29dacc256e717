package poisson

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Of populations whose J is given as an expression the energy x - log(x) + y - log(y) is found, exactly and from 1% of noise.
func TestFitGiven(t *testing.T) {
	names := []string{"x", "y"}
	start := func(rng *rand.Rand) []float64 { return []float64{.4 + 1.4*rng.Float64(), .4 + 1.4*rng.Float64()} }
	for _, noise := range []float64{0, 0.01} {
		s := rolled(2, 0.1, 200, func(x, dx []float64) { dx[0], dx[1] = x[0]*(1-x[1]), x[1]*(x[0]-1) }, start)
		rng := rand.New(rand.NewPCG(5, 5))
		spread := s.Spread()
		for i := range s.X {
			s.X[i] += noise * spread[i%2] * rng.NormFloat64()
		}
		elements, err := ParseBracket("0, -x*y; x*y, 0", names, s)
		if err != nil {
			t.Fatal(err)
		}
		f, r, err := FitGiven(s, elements, nil)
		if err != nil {
			t.Fatal(err)
		}
		off := 0.0
		for _, x := range [][]float64{{0.5, 0.7}, {1.2, 1.5}, {1.5, 0.6}} {
			e := f.H().Derivative(0).Eval(x) - (1 - 1/x[0])
			off = max(off, math.Abs(e))
		}
		if limit := map[float64]float64{0: 1e-6, 0.01: 5e-3}[noise]; off > limit || f.Jacobi > 1e-12 {
			t.Errorf("noise %g: the slope of H is off by %g, wanted %g; %s; %v", noise, off, limit, f.Text(names, 4), r.Error)
		}
	}
}

func TestParseBracket(t *testing.T) {
	s := rolled(2, 0.1, 20, func(x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }, func(*rand.Rand) []float64 { return []float64{1, 0} })
	for text, want := range map[string]string{"0, x; x, 0": "not skew", "0, 1": "1 x 2", "0, log(x); -log(x), 0": "at row", "0, z; -z, 0": "z"} {
		if _, err := ParseBracket(text, []string{"x", "y"}, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
