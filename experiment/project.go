package experiment

import (
	"math"

	"hnn/model"
)

// project moves the states of a rollout, n x Dim, along the energy's gradient to the energy of the first: what the integrator
// lets it drift is taken away (E. Hairer, C. Lubich, G. Wanner, "Geometric Numerical Integration", 2006, IV.4: projection on
// an invariant manifold, here of what is given out; the steps themselves are the integrator's).
func project(m *model.Field, states []float64) {
	const most = 5
	energy, grad, g := m.Energy(), m.Grad(), make([]float64, m.Dim)
	want := energy(states[:m.Dim])
	for from := m.Dim; from < len(states); from += m.Dim {
		x := states[from : from+m.Dim]
		for range most {
			off := energy(x) - want
			grad(x, g)
			square := 0.0
			for _, v := range g {
				square += v * v
			}
			if !(math.Abs(off) > 1e-15*math.Abs(want)) || !(square > 0) || math.IsInf(square, 0) {
				break
			}
			for i, v := range g {
				x[i] -= off * v / square
			}
		}
	}
}
