package expansion_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model"
	"hnn/model/internal/modeltest"
)

// An expansion with friction loses energy, also from its file: its loss is what its field has
// beside the symplectic gradient, and H falls at its power, by differences. One without does
// not.
func TestFriction(t *testing.T) {
	for name, e := range modeltest.Expansions(t) {
		rate, friction := e.Friction()
		for _, m := range []*model.Field{e.Field(), reloaded(t, e).Field()} {
			if (m.Loss != nil) != friction || (m.Power() != nil) != friction {
				t.Errorf("%s loses energy: %v", name, m.Loss != nil)
			}
			if m.Loss == nil {
				continue
			}
			d := m.Dim
			x := modeltest.Normal(rand.New(rand.NewPCG(3, 4)), d)
			f, g, r := make([]float64, d), make([]float64, d), make([]float64, d)
			m.Free()(0, x, f)
			m.Grad()(x, g)
			m.Loss()(x, r)
			for i := range d / 2 {
				q, p := i, d/2+i
				if f[q] != g[p] || r[q] != 0 || r[p] != -rate*x[p] || math.Abs(f[p]+g[q]-r[p]) > 1e-15*(1+math.Abs(f[p])) {
					t.Errorf("%s: field %v, gradient %v, loss %v", name, f, g, r)
				}
			}
			change := modeltest.EnergyRate(m.Energy(), x, f)
			if p := m.Power()(x); math.Abs(p-change) > 1e-8*(1+math.Abs(p)) || p == 0 {
				t.Errorf("%s: power %v, by differences %v", name, p, change)
			}
		}
	}
}
