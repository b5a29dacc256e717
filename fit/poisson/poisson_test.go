package poisson

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
)

// rolled is trials of a field.
func rolled(dim int, step float64, rows int, field func(x, dx []float64), start func(rng *rand.Rand) []float64) *data.Set {
	s := &data.Set{Dim: dim, FirstOrder: true, Offsets: []int{0}}
	rng := rand.New(rand.NewPCG(3, 3))
	exact := &shoot.System{Dim: dim, Rate: func(x, _, dx, _, _ []float64) bool { field(x, dx); return true }}
	for range 12 {
		x := make([]float64, rows*dim)
		exact.Roll(start(rng), nil, step, 20, x)
		for r := range rows {
			s.T = append(s.T, step*float64(r))
		}
		s.X = append(s.X, x...)
		s.Offsets = append(s.Offsets, len(s.T))
	}
	return s
}

// A free rigid body and a chain of populations are Poisson systems, with J to rounding; Lorenz's field is none, and of
// a body whose J breaks Jacobi's identity the residual says so.
func TestFit(t *testing.T) {
	uniform := func(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
	signs := func(rng *rand.Rand) []float64 {
		return []float64{uniform(rng, -1, 1), uniform(rng, -1, 1), uniform(rng, -1, 1)}
	}
	for _, c := range []struct {
		name             string
		dim              int
		step             float64
		field            func(x, dx []float64)
		start            func(rng *rand.Rand) []float64
		residual, jacobi [2]float64 // least and most
		terms            string
	}{
		{"rigid body", 3, 0.1, func(x, dx []float64) {
			dx[0], dx[1], dx[2] = -x[1]*x[2]/6, 2*x[2]*x[0]/3, -x[0]*x[1]/2
		}, signs, [2]float64{0, 1e-6}, [2]float64{0, 1e-6}, ""},
		{"populations", 2, 0.1, func(x, dx []float64) { dx[0], dx[1] = x[0]*(1-x[1]), x[1]*(x[0]-1) },
			func(rng *rand.Rand) []float64 { return []float64{uniform(rng, .4, 1.8), uniform(rng, .4, 1.8)} },
			[2]float64{0, 1e-6}, [2]float64{0, 0}, "log"},
		{"Lorenz", 3, 0.01, func(x, dx []float64) {
			dx[0], dx[1], dx[2] = 10*(x[1]-x[0]), x[0]*(28-x[2])-x[1], x[0]*x[1]-8./3*x[2]
		}, func(rng *rand.Rand) []float64 {
			return []float64{uniform(rng, -10, 10), uniform(rng, -10, 10), uniform(rng, 15, 35)}
		}, [2]float64{0.05, 1}, [2]float64{0, 10}, ""},
	} {
		p, err := estimate.NewPaths(rolled(c.dim, c.step, 200, c.field, c.start), estimate.PathOptions{})
		if err != nil {
			t.Fatal(err)
		}
		m, r, err := Fit(p, c.field, nil)
		if err == ErrNothing && c.residual[0] > 0 {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		t.Logf("%s: %+v\n%s", c.name, *r, m.Text([]string{"x", "y", "z"}[:c.dim], 4))
		if r.Residual < c.residual[0] || r.Residual > c.residual[1] || r.Jacobi < c.jacobi[0] || r.Jacobi > c.jacobi[1] {
			t.Errorf("%s: %+v", c.name, *r)
		}
		if text := m.Text([]string{"x", "y", "z"}[:c.dim], 4); !strings.Contains(text, c.terms) {
			t.Errorf("%s: %s", c.name, text)
		}
		if c.residual[0] > 0 {
			continue
		}
		// The model's field is the system's, and its energy is constant along it.
		x := []float64{0.7, 0.9, 0.4}[:c.dim]
		dx, want, g := make([]float64, c.dim), make([]float64, c.dim), make([]float64, c.dim)
		field := m.ModelForm().Field()
		field.Free()(0, x, dx)
		c.field(x, want)
		field.Grad()(x, g)
		for i := range dx {
			if math.Abs(dx[i]-want[i]) > 1e-6 {
				t.Errorf("%s: component %d is %v, want %v", c.name, i, dx[i], want[i])
			}
		}
		if e := dot(g, dx); math.Abs(e) > 1e-12 {
			t.Errorf("%s: the energy changes by %v", c.name, e)
		}
	}
}
