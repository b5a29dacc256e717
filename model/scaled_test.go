package model_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/data"
	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// In any units the field of an HNN is the symplectic gradient of its energy, and the batch
// gives the same as single states.
func TestScaled(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	scales := &data.Scales{State: []float64{1e3, 0.5, 2e-3, 4}, Origin: []float64{7e3, -1, 0, 0}, Time: 1e-3}
	for _, kind := range network.Kinds() {
		a := network.Architecture{Kind: kind, Dim: 4, Hidden: []int{20, 20}, Activation: "tanh"}
		if kind == network.KindPairwise {
			a.Masses = []float64{1, 2} // of two bodies on a line
		}
		skew := modeltest.SkewOf(kind)
		if skew != nil {
			a.Skew = scales.Skew(skew)
		} else {
			skew = []float64{0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0}
		}
		n, err := network.New[float64](a, rng)
		if err != nil {
			t.Fatal(err)
		}
		form, err := model.WithScales(n.Form(), scales)
		if err != nil {
			t.Fatal(err)
		}
		m := form.Field()
		if own, kept := m.Dimensionless(); own.Scales != nil || kept != scales {
			t.Errorf("%s: the model has lost its scales", kind)
		}
		x, dx, batch := make([]float64, 4), make([]float64, 4), make([]float64, 8)
		for range 20 {
			for j := range x {
				x[j] = scales.Origin[j] + scales.State[j]*rng.NormFloat64()
			}
			m.Free()(0, x, dx)
			m.FreeMany()([]float64{0, 0}, append(append([]float64(nil), x...), x...), batch, 2)
			for j := range x {
				if math.Abs(batch[4+j]-dx[j]) > 1e-13*scales.State[j]/scales.Time {
					t.Errorf("%s: a batch gives %v, a single state %v", kind, batch[4+j], dx[j])
				}
			}
			if m.Split != nil {
				velocity, force := make([]float64, 2), make([]float64, 2)
				m.Split().Velocity(x[2:], velocity)
				m.Split().Force(x[:2], force)
				for j, v := range append(velocity, force...) {
					if math.Abs(v-dx[j]) > 1e-13*scales.State[j]/scales.Time {
						t.Errorf("%s: component %d of the split is %v, of the field %v", kind, j, v, dx[j])
					}
				}
			}
			if m.Energy == nil {
				continue
			}
			total, dx := dx, slices.Clone(dx)
			if m.Loss != nil {
				loss := make([]float64, 4)
				m.Loss()(x, loss)
				for j, v := range loss {
					dx[j] -= v
				}
			}
			power := 0.0
			h := m.Energy()
			gradient, g := make([]float64, 4), make([]float64, 4)
			m.Grad()(x, g)
			for j := range x {
				// Central differences at 1e-5 of the scale: their error is 1e-10 for smooth
				// networks, and of bodies close to each other, whose forces are large, some 1e-7 of
				// these.
				step, at := 1e-5*scales.State[j], x[j]
				x[j] = at + step
				up := h(x)
				x[j] = at - step
				gradient[j] = (up - h(x)) / (2 * step)
				x[j] = at
				power += gradient[j] * total[j]
				if unit := scales.Energy() / scales.State[j]; math.Abs(g[j]-gradient[j]) > 1e-6*max(unit, math.Abs(g[j])) {
					t.Errorf("%s: component %d of the gradient is %v, by differences %v", kind, j, g[j], gradient[j])
				}
			}
			if kind == network.KindLagrangian {
				continue // its states are no momenta
			}
			for k := range x {
				want := 0.0
				for j, g := range gradient {
					want += skew[4*k+j] * g
				}
				if math.Abs(dx[k]-want) > 1e-6*max(scales.State[k]/scales.Time, math.Abs(want)) {
					t.Errorf("%s: component %d of the field is %v, the symplectic gradient %v", kind, k, dx[k], want)
				}
			}
			if f := m.Power(); f != nil && math.Abs(f(x)-power) > 1e-6*scales.Energy()/scales.Time {
				t.Errorf("%s: the power is %v, and by the gradient %v", kind, f(x), power)
			}
		}
		if (m.Energy != nil) != network.LearnsH(kind) || (m.Loss != nil) != (n.Architecture().Dissipation != "") {
			t.Errorf("%s: energy %v, losses %v", kind, m.Energy != nil, m.Loss != nil)
		}
	}
}
