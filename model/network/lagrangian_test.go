package network_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// The accelerations satisfy the equations of Lagrange of L = v.M v/2 - V, which the energy v.M v/2 + V gives, by
// differences; friction takes energy away, and nothing else does.
func TestLagrangianEquations(t *testing.T) {
	for _, dissipation := range []string{"", network.DissipationLinear, network.DissipationConvex} {
		a := network.Architecture{Kind: network.KindLagrangian, Dim: 6, Hidden: []int{9, 7}, Activation: "softplus", Angles: []bool{true, false, true, false, false, false}, Dissipation: dissipation}.Complete()
		net := modeltest.New[float64](t, a)
		for i := range net.Params() {
			net.Params()[i] += 0.05
		}
		net.Refresh()
		m := net.Field()
		energy, field := m.Energy(), m.Free()
		rng := rand.New(rand.NewPCG(4, 2))
		const n = 3
		lagrangian := func(x []float64) float64 {
			still := append(append([]float64(nil), x[:n]...), 0, 0, 0)
			return energy(x) - 2*energy(still)
		}
		slope := func(f func([]float64) float64, x []float64, i int) float64 {
			const h = 1e-3
			keep, sum := x[i], 0.0
			for _, k := range []struct{ shift, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
				x[i] = keep + k.shift*h
				sum += k.weight * f(x) / (12 * h)
			}
			x[i] = keep
			return sum
		}
		for range 5 {
			x, f, loss := modeltest.Normal(rng, 2*n), make([]float64, 2*n), make([]float64, 2*n)
			field(0, x, f)
			if m.Loss != nil {
				m.Loss()(x, loss)
				if power := m.Power()(x); !(power < 0) {
					t.Errorf("%s: friction brings %v", dissipation, power)
				}
			}
			for i := range f {
				f[i] -= loss[i]
			}
			if r := modeltest.EnergyRate(energy, x, f); math.Abs(r) > 1e-8 {
				t.Errorf("%s: without friction the energy changes at a rate of %v", dissipation, r)
			}
			for i := range n {
				const h = 1e-3
				momentum := func(part float64) float64 {
					y := make([]float64, 2*n)
					for c := range y {
						y[c] = x[c] + part*h*f[c]
					}
					return slope(lagrangian, y, n+i)
				}
				rate := (momentum(-2) - 8*momentum(-1) + 8*momentum(1) - momentum(2)) / (12 * h)
				// Five points at 1e-3 are right to 1e-12 of the fifth derivative, rounding leaves 1e-10 of the second.
				if want := slope(lagrangian, x, i); math.Abs(rate-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("%s: d/dt dL/dv_%d is %v, dL/dq %v", dissipation, i, rate, want)
				}
			}
		}
	}
}

func TestLagrangianArchitecture(t *testing.T) {
	for want, change := range map[string]func(a *network.Architecture){
		"structure":   func(a *network.Architecture) { a.Structure = network.Separable },
		"not learned": func(a *network.Architecture) { a.Dissipation = network.DissipationLearned },
		"3 rates":     func(a *network.Architecture) { a.Rates = []float64{1, 1, 1} },
		"rate of -1":  func(a *network.Architecture) { a.Rates = []float64{1, -1} },
		"at most":     func(a *network.Architecture) { a.Dim = 40 },
	} {
		a := network.Architecture{Kind: network.KindLagrangian, Dim: 4, Hidden: []int{9}, Activation: "tanh"}
		change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
}
