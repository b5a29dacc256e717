package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// ensembleOf is three networks of an architecture with different parameters, and their mean.
func ensembleOf(t *testing.T, a network.Architecture) ([]*network.Network[float64], *model.Field) {
	t.Helper()
	var nets []*network.Network[float64]
	var members []*model.Form[float64]
	for seed := range uint64(3) {
		n, err := network.New[float64](a, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		nets, members = append(nets, n), append(members, n.Form())
	}
	e, err := model.Mean(members)
	if err != nil {
		t.Fatal(err)
	}
	return nets, e.Field()
}

// The mean field is the mean of the members' fields; of Hamiltonians it is the symplectic
// gradient of their mean, by differences.
func TestMean(t *testing.T) {
	for _, kind := range []string{network.KindBaseline, network.KindHNN, network.KindSeparable} {
		nets, e := ensembleOf(t, network.Architecture{Kind: kind, Dim: 4, Hidden: []int{7}, Activation: "tanh"})
		if len(e.Members) != 3 || nets[0].Field().Members != nil || e.Kind != kind || e.Parameters != 3*nets[0].Parameters() {
			t.Errorf("%s: kind %s, %d members, %d parameters", kind, e.Kind, len(e.Members), e.Parameters)
		}
		rng := rand.New(rand.NewPCG(5, 6))
		const rows = 3
		x := modeltest.Normal(rng, rows*4)
		want, one, got := make([]float64, rows*4), make([]float64, rows*4), make([]float64, rows*4)
		for _, n := range nets {
			n.Field().Many()(nil, x, nil, one, rows)
			for i, v := range one {
				want[i] += v / 3
			}
		}
		e.Many()(nil, x, nil, got, rows)
		field := e.Free()
		for r := range rows {
			field(0, x[4*r:4*r+4], one[4*r:4*r+4])
		}
		if modeltest.Difference(got, want) > 1e-15 || modeltest.Difference(one, want) > 1e-15 {
			t.Fatalf("%s: %v in a batch and %v alone, the mean %v", kind, got, one, want)
		}
		if (e.Energy != nil) != (kind != network.KindBaseline) || (e.Grad != nil) != (kind != network.KindBaseline) {
			t.Fatalf("%s: energy %v, gradient %v", kind, e.Energy != nil, e.Grad != nil)
		}
		if e.Energy != nil {
			h, g := e.Energy(), make([]float64, 4)
			e.Grad()(x[:4], g)
			for i := range 4 {
				along := make([]float64, 4)
				along[i] = 1
				d := modeltest.EnergyRate(h, x[:4], along)
				field := want[(i+2)%4]
				if i < 2 {
					field = -field
				}
				if math.Abs(field-d) > 1e-10 || math.Abs(g[i]-d) > 1e-10 {
					t.Errorf("%s: dH/dx_%d is %v by differences, the field %v, the gradient %v", kind, i, d, field, g[i])
				}
			}
		}
		if (e.Split != nil) != (kind == network.KindSeparable) {
			t.Fatalf("%s: separable %v", kind, e.Split != nil)
		}
		if e.Split != nil {
			e.Split().Field()(0, x[:4], one[:4])
			if modeltest.Difference(one[:4], want[:4]) > 1e-15 {
				t.Errorf("%s: %v in its parts, %v whole", kind, one[:4], want[:4])
			}
		}
	}
}

func TestMeanRefuses(t *testing.T) {
	a := network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh"}
	one := modeltest.New[float64](t, a).Form()
	a.Kind = network.KindBaseline
	other := modeltest.New[float64](t, a).Form()
	for _, members := range [][]*model.Form[float64]{nil, {one}, {one, other}} {
		if _, err := model.Mean(members); err == nil {
			t.Errorf("an ensemble of %d", len(members))
		}
	}
}

// An ensemble of models that lose energy loses it: the rate of the mean H along the mean
// field, by differences.
func TestMeanDissipates(t *testing.T) {
	a := modeltest.Architectures()[network.KindDissipative]
	_, m := ensembleOf(t, a)
	rng := rand.New(rand.NewPCG(5, 6))
	x, f := modeltest.Normal(rng, a.Dim), make([]float64, a.Dim)
	m.Free()(0, x, f)
	rate := modeltest.EnergyRate(m.Energy(), x, f)
	if p := m.Power()(x); math.Abs(p-rate) > 1e-9 || p == 0 {
		t.Errorf("power %v, by differences %v", p, rate)
	}
}
