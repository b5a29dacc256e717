package closedform

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
	"hnn/model/expansion"
	"hnn/model/expr"
	"hnn/model/formula"
	"hnn/ode"
)

// greySet is trials of H as text in q and p, with their derivatives.
func greySet(t *testing.T, h string, trials, rows int, span float64, rng *rand.Rand) *data.Set {
	t.Helper()
	e, err := expr.Parse(h, []string{"q", "p"})
	if err != nil {
		t.Fatal(err)
	}
	f := (&formula.Formula{N: 1, Terms: []formula.Term{{Expr: e, Coefficient: 1}}}).ModelForm().Field().One()
	s := &data.Set{Dim: 2, Offsets: []int{0}}
	var times []float64
	for r := range rows {
		times = append(times, span*float64(r)/float64(rows-1))
	}
	for range trials {
		x, _, err := ode.Solve(func(t float64, x, dx []float64) { f(t, x, nil, dx) }, []float64{4*rng.Float64() - 2, 2*rng.Float64() - 1}, times, nil, &ode.Settings{RTol: 1e-12, ATol: 1e-12})
		if err != nil {
			t.Fatal(err)
		}
		s.T, s.X = append(s.T, times...), append(s.X, x...)
		s.Offsets = append(s.Offsets, len(s.T))
	}
	s.DX = make([]float64, len(s.X))
	for r := range s.Rows() {
		f(0, s.X[2*r:2*r+2], nil, s.DX[2*r:2*r+2])
	}
	return s
}

// rateError is the root mean square error of a model's field on a set's rows, relative to its size.
func rateError(h *expansion.Model, s *data.Set) float64 {
	one, dx := h.Field().One(), make([]float64, len(s.X))
	off, size := 0.0, 0.0
	for i := 0; i < len(s.X); i += 2 {
		one(0, s.X[i:i+2], nil, dx[i:i+2])
	}
	for i, v := range s.DX {
		off += (dx[i] - v) * (dx[i] - v)
		size += v * v
	}
	return math.Sqrt(off / size)
}

// A known pendulum with an unknown quartic term, in each of the three ways, from few rows: the features are fitted to the
// quartic term alone, and the whole is nearer than where all of H is learned by as much as that term is smaller.
func TestKnownPart(t *testing.T) {
	const known, truth = "p^2/2 + 3*(1-cos(q))", "p^2/2 + 3*(1-cos(q)) + 0.02*q^4"
	k, err := expr.Parse(known, []string{"q", "p"})
	if err != nil {
		t.Fatal(err)
	}
	test := greySet(t, truth, 30, 20, 3, stream.New(2, "test"))
	for _, c := range []struct {
		name         string
		observations Observations
		noise        float64
	}{
		{"derivatives", Exact, 0},
		{"noisy states", NoisyStates, 0.05},
		{"states alone", StatesOnly, 0},
	} {
		train := greySet(t, truth, 4, 15, 3, stream.New(1, "train"))
		rng := stream.New(3, "noise")
		for i := range train.X {
			train.X[i] += c.noise * rng.NormFloat64()
		}
		if c.observations == StatesOnly {
			train.DX = nil
		}
		var errors [2]float64
		for i, part := range []*expr.Expr{k, nil} {
			h, _, err := Fit(train, Options{Known: part, Observations: c.observations, RNG: stream.New(4, "features")})
			if err != nil {
				t.Fatal(err)
			}
			errors[i] = rateError(h, test)
			if (i == 0) != slices.ContainsFunc(h.Terms(), func(t expansion.Term) bool { return t.Kind() == "known" }) {
				t.Errorf("%s: the known part is not where it belongs", c.name)
			}
		}
		t.Logf("%s: error %.2g with the known part, %.2g without", c.name, errors[0], errors[1])
		if !(errors[0] < 0.1) || !(errors[0]*3 < errors[1]) {
			t.Errorf("%s: error %.2g with the known part, %.2g without", c.name, errors[0], errors[1])
		}
	}
}
