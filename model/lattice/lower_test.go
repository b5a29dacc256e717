package lattice

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/program"
)

// What is written out is the field and the energy, within the intervals of the laws and beyond them.
func TestLower(t *testing.T) {
	for _, c := range []struct {
		shape        string
		sites, space int
	}{{"fixed-chain", 4, 1}, {"torus:2x3", 6, 1}, {"grid:2x2", 4, 2}} {
		s := drawnSystem(t, c.shape, c.sites, c.space)
		n := s.Half()
		s.Bond[0].Exponentials = []float64{-0.8, 0.6, 0.1}
		if c.shape != "torus:2x3" { // two with masses and friction, one without
			s.Friction = 0.3
			for i := range s.Sites {
				s.Masses = append(s.Masses, 1+0.5*float64(i))
			}
		}
		b := program.NewBuilder()
		x := b.Input(2 * n)
		field, energy, err := s.LowerField(b, x, program.None)
		if err != nil {
			t.Fatal(err)
		}
		run := b.Function(b.Concat(field, energy)).Run()
		rng := rand.New(rand.NewPCG(9, 9))
		at, want := make([]float64, 2*n), make([]float64, 2*n)
		for range 5 {
			for i := range at {
				at[i] = 2 * rng.NormFloat64()
			}
			got := run(at)
			s.ModelForm().Field().One()(0, at, nil, want)
			for i, v := range append(want, s.energy(at)) {
				if math.Abs(got[i]-v) > 1e-10*(1+math.Abs(v)) {
					t.Fatalf("%s: element %d is %v, want %v", c.shape, i, got[i], v)
				}
			}
			want = want[:2*n]
		}
	}
}
