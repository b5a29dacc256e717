package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// An expansion with friction is a Dissipating model, also from its file: its parts add up to
// its field, and H falls at its power, by differences. One without is none.
func TestDampedExpansion(t *testing.T) {
	all := expansions(t)
	for name, e := range all {
		_, friction := e.Friction()
		loaded := reloaded(t, e)
		for _, m := range []Model{e.Damped(), loaded} {
			d, ok := m.(Dissipating)
			if ok != friction {
				t.Errorf("%s loses energy: %v", name, ok)
			}
			if !ok {
				continue
			}
			x := normal(rand.New(rand.NewPCG(3, 4)), m.Dim())
			f, c, r := make([]float64, m.Dim()), make([]float64, m.Dim()), make([]float64, m.Dim())
			m.Field()(0, x, f)
			d.Conservative()(0, x, c)
			d.Dissipation()(0, x, r)
			for i := range f {
				if math.Abs(f[i]-c[i]-r[i]) > 1e-15*(1+math.Abs(f[i])) {
					t.Errorf("%s: component %d is %v, its parts %v and %v", name, i, f[i], c[i], r[i])
				}
			}
			rate := energyRate(d.Energy(), x, f)
			if p := d.Power()(x); math.Abs(p-rate) > 1e-8*(1+math.Abs(p)) || p == 0 {
				t.Errorf("%s: power %v, by differences %v", name, p, rate)
			}
		}
	}
}
