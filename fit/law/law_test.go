package law

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hnn/data"
	"hnn/fit/shoot"
)

// system is an equation written down by hand.
type example struct {
	d     int
	field func(x, dx []float64)
	start func(u func(lo, hi float64) float64) []float64
	step  float64
	rows  int
	terms int // in the law
}

var cases = map[string]example{
	"van der Pol": {2, func(x, dx []float64) { dx[0], dx[1] = x[1], (1-x[0]*x[0])*x[1]-x[0] },
		func(u func(lo, hi float64) float64) []float64 { return []float64{u(-2, 2), u(-2, 2)} }, 0.05, 200, 4},
	"Lotka-Volterra": {2, func(x, dx []float64) { dx[0], dx[1] = x[0]*(1-x[1]), x[1]*(x[0]-1) },
		func(u func(lo, hi float64) float64) []float64 { return []float64{u(.4, 2), u(.4, 2)} }, 0.05, 200, 4},
	"rigid body": {3, func(x, dx []float64) { dx[0], dx[1], dx[2] = -x[1]*x[2]/3, 2*x[0]*x[2]/3, -x[0]*x[1]/2 },
		func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1, 1), u(-1, 1), u(-1, 1)} }, 0.1, 200, 3},
	"Lorenz": {3, func(x, dx []float64) {
		dx[0], dx[1], dx[2] = 10*(x[1]-x[0]), x[0]*(28-x[2])-x[1], x[0]*x[1]-8*x[2]/3
	}, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-10, 10), u(-10, 10), u(15, 35)} }, 0.01, 400, 7},
}

func (s example) draw(trials int, seed uint64, noise float64) *data.Set {
	rng := rand.New(rand.NewPCG(seed, 3))
	set := &data.Set{Dim: s.d, Offsets: []int{0}}
	exact := &shoot.System{Dim: s.d, Rate: func(x, _, dx, _, _ []float64) bool { s.field(x, dx); return true }}
	for range trials {
		x := make([]float64, s.rows*s.d)
		exact.Roll(s.start(func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }), nil, s.step, 20, x)
		for r := range s.rows {
			set.T = append(set.T, s.step*float64(r))
		}
		set.X = append(set.X, x...)
		set.Offsets = append(set.Offsets, len(set.T))
	}
	for i := range s.d {
		spread := set.Spread()[i]
		for r := i; r < len(set.X); r += s.d {
			set.X[r] += noise * spread * rng.NormFloat64()
		}
	}
	return set
}

// Laws that are polynomials are found, their terms exactly and their coefficients to the noise.
func TestFit(t *testing.T) {
	for name, s := range cases {
		for _, c := range []struct{ noise, coefficient float64 }{{0, 1e-5}, {0.01, 0.02}} {
			set := s.draw(12, 5, c.noise)
			from := time.Now()
			f, r, err := Fit(set, Options{})
			if err != nil {
				t.Errorf("%s, noise %v: %v", name, c.noise, err)
				continue
			}
			fitted := time.Since(from)
			Polish(f, set, r)
			motion := f.NewMotion(nil)
			test := s.draw(5, 77, 0)
			most, size := 0.0, 0.0
			got, want := make([]float64, s.d), make([]float64, s.d)
			for k := range test.T {
				x := test.X[k*s.d : (k+1)*s.d]
				motion.Rate(x, nil, got, nil, nil)
				s.field(x, want)
				for i := range got {
					most, size = math.Max(most, math.Abs(got[i]-want[i])), math.Max(size, math.Abs(want[i]))
				}
			}
			t.Logf("%s, noise %v: field wrong by %.1e, degree %d, %d terms of %d, held-out %.1e, %v and %v; polished to %.3g\n%s", name, c.noise, most/size, r.Degree, r.Terms, r.Candidates, r.Error,
				fitted.Round(time.Millisecond), (time.Since(from) - fitted).Round(time.Millisecond), r.Polish.After, f.Text([]string{"x", "y", "z"}, nil, 5))
			if most/size > c.coefficient {
				t.Errorf("%s, noise %v: the field is wrong by %.1e", name, c.noise, most/size)
			}
			if r.Terms != s.terms {
				t.Errorf("%s, noise %v: %d terms, want %d", name, c.noise, r.Terms, s.terms)
			}
		}
	}
}
