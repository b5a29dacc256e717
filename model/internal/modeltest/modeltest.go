// Package modeltest holds what the tests of models share: small ones of every kind.
package modeltest

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/model/expansion"
	"hnn/model/network"
	"hnn/nn"
)

// New returns a network with random weights, always the same.
func New[T nn.Float](t testing.TB, a network.Architecture) *network.Network[T] {
	t.Helper()
	n, err := network.New[T](a, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Architectures are one of every kind and option, small.
func Architectures() map[string]network.Architecture {
	all := map[string]network.Architecture{}
	for _, kind := range network.Kinds() {
		all[kind] = network.Architecture{Kind: kind, Dim: 4, Hidden: []int{9, 7}, Activation: "softplus", Skew: SkewOf(kind)}.Complete()
		if kind == network.KindPairwise {
			a := all[kind]
			a.Dim = 12 // three bodies in a plane
			all[kind] = a
			continue
		}
		a := all[kind]
		a.Angles = []bool{true, false, false, false}
		all[kind+" with an angle"] = a
	}
	add := func(name string, change func(a *network.Architecture)) {
		a := all[network.KindHNN]
		change(&a)
		all[name] = a.Complete()
	}
	for kind, a := range map[string]network.Architecture{"hnn": all[network.KindHNN], "baseline": all[network.KindBaseline], "second-order baseline": all[network.KindSecondOrder],
		"separable": all[network.KindSeparable], "dissipative": all[network.KindDissipative], "helmholtz": all[network.KindHelmholtz],
		"hnn with an angle": all[network.KindHNN+" with an angle"], "baseline with an angle": all[network.KindBaseline+" with an angle"]} {
		a.Inputs = 3
		all["driven "+kind] = a.Complete()
	}
	for name, change := range map[string]func(a *network.Architecture){
		"":               func(a *network.Architecture) { a.Inputs, a.Rates = 2, []float64{0.7, 1.6} },
		" with friction": func(a *network.Architecture) { a.Dissipation = network.DissipationLinear },
		" with convex dissipation, constant gain": func(a *network.Architecture) {
			a.Dissipation, a.Inputs, a.InputGain = network.DissipationConvex, 1, network.GainConstant
		},
	} {
		a := all[network.KindLagrangian+" with an angle"]
		change(&a)
		all["driven lagrangian"+name] = a.Complete()
	}
	add("driven, constant gain", func(a *network.Architecture) { a.Inputs, a.InputGain = 1, network.GainConstant })
	add("driven bodies", func(a *network.Architecture) { a.Structure, a.Masses, a.Inputs = network.Pairwise, []float64{1, 3}, 2 })
	add("constant masses", func(a *network.Architecture) { a.Structure = network.Separable | network.QuadraticKinetic })
	add("bodies on a line", func(a *network.Architecture) { a.Structure, a.Masses = network.Pairwise, []float64{1, 3} })
	add("bodies nearer than seen", func(a *network.Architecture) {
		a.Structure, a.Masses, a.Nearest = network.Pairwise, []float64{1, 3}, 1.5
	})
	add("friction", func(a *network.Architecture) { a.Dissipation = network.DissipationLinear })
	add("convex dissipation", func(a *network.Architecture) { a.Dissipation = network.DissipationConvex })
	add("separable with dissipation", func(a *network.Architecture) {
		a.Structure, a.Dissipation = network.Separable, network.DissipationLearned
	})
	add("bodies with friction", func(a *network.Architecture) {
		a.Structure, a.Masses, a.Dissipation = network.Pairwise, []float64{2, 1}, network.DissipationLinear
	})
	return all
}

// SkewOf is a matrix for a kind that needs one, nil for others: that of two kinetic momenta
// in a magnetic field of 0.7, with positions whose brackets with them are 2 and 3.
func SkewOf(kind string) []float64 {
	if kind != network.KindNonCanonical {
		return nil
	}
	return []float64{
		0, 0, 2, 0,
		0, 0, 0, 3,
		-2, 0, 0, 0.7,
		0, -3, -0.7, 0,
	}
}

// Normal are n normal numbers.
func Normal(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// Expansions are Hamiltonians of every kind of term, with random coefficients.
func Expansions(t testing.TB) map[string]*expansion.Model {
	rng := rand.New(rand.NewPCG(1, 2))
	angles := []bool{true, false, false, false}
	terms := map[string][]expansion.Term{
		"network":   {expansion.NewNetwork(4, nil, nn.Tanh, Normal(rng, 36), Normal(rng, 9))},
		"angles":    {expansion.NewNetwork(4, angles, nn.Sin, Normal(rng, 45), Normal(rng, 9))},
		"quadratic": {expansion.NewQuadratic(4, []expansion.Monomial{{I: 0, J: -1}, {I: 1, J: 1}, {I: 0, J: 3}, {I: 2, J: 2}, {I: 3, J: -1}})},
		"pair":      {expansion.NewPair(3, 2, []float64{1, 2, 3}, nn.Tanh, Normal(rng, 5), Normal(rng, 5))},
		"inertia":   {expansion.NewInertia(2, angles[:2], nn.Softplus, Normal(rng, 21), Normal(rng, 7))},
	}
	terms["sum"] = []expansion.Term{terms["angles"][0], terms["quadratic"][0], terms["inertia"][0]}
	all := map[string]*expansion.Model{}
	for _, name := range slices.Sorted(maps.Keys(terms)) { // the draws below follow one another
		list, dim := terms[name], 4
		if name == "pair" {
			dim = 12
		}
		m, err := expansion.New(dim, list...)
		if err != nil {
			t.Fatal(err)
		}
		m.SetCoefficients(Normal(rng, m.Size()))
		m.SetZero(Normal(rng, dim))
		if name == "sum" {
			m.SetFriction(0.25)
		}
		all[name] = m
	}
	return all
}

// EnergyRate is dH/dt at x along a direction, by five points at 1e-3: its error is 1e-13 times
// a fifth derivative, and rounding of 1e-13 times H.
func EnergyRate(energy func(x []float64) float64, x, along []float64) float64 {
	const h = 1e-3
	at := func(k float64) float64 {
		y := make([]float64, len(x))
		for i := range y {
			y[i] = x[i] + k*h*along[i]
		}
		return energy(y)
	}
	return (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
}

// Difference is the largest of two vectors' components.
func Difference(a, b []float64) (d float64) {
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}
