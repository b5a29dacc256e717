package law

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/ode"
)

// The masses of three bodies between springs, one of them stiffening, come out of their positions and velocities, also with
// noise; of two that nothing couples there are none.
func TestMasses(t *testing.T) {
	chain := func(x, dx []float64) {
		a, b := x[1]-x[0], x[2]-x[1]
		copy(dx, x[3:])
		dx[3], dx[4], dx[5] = -2*x[0]+3*a+a*a*a, (-3*a-a*a*a+1.5*b)/2, (-1.5*b-x[2])/.5
	}
	apart := func(x, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -x[0], -3*x[1] }
	for _, c := range []struct {
		dim    int
		noise  float64
		field  func(x, dx []float64)
		want   []float64
		within float64
	}{{6, 0, chain, []float64{1, 2, .5}, 1e-3}, {6, 0.005, chain, []float64{1, 2, .5}, 0.05}, {4, 0, apart, nil, 0}} {
		rng := rand.New(rand.NewPCG(7, 0))
		s := &data.Set{Dim: c.dim, Offsets: []int{0}}
		var times []float64
		for i := range 150 {
			times = append(times, 0.1*float64(i))
		}
		for range 10 {
			x0 := make([]float64, c.dim)
			for i := range x0 {
				x0[i] = 2*rng.Float64() - 1
			}
			x := make([]float64, c.dim*len(times))
			field := func(_ float64, x, dx []float64) { c.field(x, dx) }
			if _, _, err := ode.Solve(field, x0, times, x, &ode.Settings{Method: ode.DOP853, RTol: 1e-10, ATol: 1e-10}); err != nil {
				t.Fatal(err)
			}
			for i := range x {
				x[i] += c.noise * rng.NormFloat64()
			}
			s.T, s.X, s.Offsets = append(s.T, times...), append(s.X, x...), append(s.Offsets, len(s.T)+len(times))
		}
		paths, err := estimate.NewPaths(s, estimate.PathOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Masses(paths, nil)
		if c.want == nil {
			if !errors.Is(err, ErrNoMasses) {
				t.Errorf("uncoupled positions have masses %v (%v)", got, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("noise %v: %v", c.noise, err)
			continue
		}
		for i, m := range c.want {
			if math.Abs(got[i]/m-1) > c.within {
				t.Errorf("noise %v: masses %.5g, want %v", c.noise, got, c.want)
				break
			}
		}
	}
}
