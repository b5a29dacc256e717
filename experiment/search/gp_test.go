package search

import (
	"math"
	"slices"
	"testing"

	"hnn/internal/stream"
)

// GP beats random where values are noisy, where some are choices, where half of the space fails and where values are negative.
func TestGPBeatsRandom(t *testing.T) {
	noise := stream.New(1, "noise")
	noisy := func(u []float64) float64 { return branin(u) * math.Exp(0.3*noise.NormFloat64()) }
	beatsRandom(t, "GP", func(space Space, seed uint64) (func(int, []Trial) []float64, error) {
		s, err := NewGP(space, seed)
		if err != nil {
			return nil, err
		}
		return s.Next, nil
	}, []problem{
		{"noisy Branin", make(Space, 2), noisy, 2},
		{"Hartmann", make(Space, 6), hartmann6, 1},
		{"mixed", Space{{}, {4}, {}}, mixed, 4},
		{"failing", make(Space, 2), failing, 1},
	}, 20, 5)
}

// The process of given lengths, signal and noise is what scikit-learn 1.9.1 gives for them, its
// constant of the likelihood and the noise of its variance taken off:
// GaussianProcessRegressor(ConstantKernel(2)*Matern([0.3, 0.7], nu=2.5)+WhiteKernel(0.1), optimizer=None, alpha=0).
func TestProcess(t *testing.T) {
	p := &process{space: make(Space, 2), length: []float64{0.3, 0.7}, signal: 2, noise: 0.1}
	trials := []Trial{{Point: []float64{0.1, 0.2}}, {Point: []float64{0.5, 0.9}}, {Point: []float64{0.8, 0.4}}}
	likelihood := p.set(trials, []float64{1, -0.5, 0.3})
	mean, sd := p.at([]float64{0.4, 0.5})
	for _, c := range [][2]float64{{likelihood, -1.4447863129234055}, {mean, 0.04265435925080055}, {sd, 0.8771345795108337}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%v, want %v", c[0], c[1])
		}
	}
}

// Whatever trials come to, there is a point, and the same one again.
func TestGPTakesAnything(t *testing.T) {
	s, err := NewGP(Space{{}, {3}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	inf := math.Inf(1)
	for _, values := range [][]float64{{0}, {1}, {math.NaN()}, {inf}, {-inf, inf, 2}, {1e300, 1e-300}, {-5, 0, 5}, {math.NaN(), 1}} {
		var past []Trial
		for n := range 12 {
			past = append(past, Trial{Point: s.sobol.Point(n % 5), Value: values[n%len(values)], Running: n > 10})
		}
		p := s.Next(12, past)
		if !slices.Equal(p, s.Next(12, past)) || !(p[0] >= 0 && p[0] < 1 && p[1] >= 0 && p[1] < 1) {
			t.Errorf("values %v: the point %v, or another", values, p)
		}
	}
}
