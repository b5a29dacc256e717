package eval

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model"
	"hnn/model/network"
)

// springEnergy is the spring, H = q^2 + p^2, whose gradient points away from rest.
func springEnergy() *model.Field {
	return &model.Field{Dim: 2, Energy: func() func(x []float64) float64 {
		return func(x []float64) float64 { return x[0]*x[0] + x[1]*x[1] + 7 }
	}}
}

func TestAddEnergyOfTheSpring(t *testing.T) {
	m := springEnergy()
	x := []float64{0.6, -0.8}
	for _, delta := range []float64{3, -0.75, 0} {
		got, err := AddEnergy(m, x, delta)
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			near(t, "component", got[i], x[i]*math.Sqrt(1+delta), 1e-7)
		}
		near(t, "energy", m.Energy()(got), 8+delta, 1e-10)
	}
	for _, delta := range []float64{-1.5, math.NaN(), math.Inf(1)} {
		if got, err := AddEnergy(m, x, delta); err == nil {
			t.Errorf("%v of energy added: %v", delta, got)
		} else if delta == -1.5 && !strings.Contains(err.Error(), "vanishes on the way") {
			t.Errorf("below the least energy: %v", err)
		}
	}
	if _, err := AddEnergy(m, x[:1], 1); err == nil || !strings.Contains(err.Error(), "1 components") {
		t.Errorf("half a state: %v", err)
	}
}

// A network's gradient turns; its energy is what was asked for all the same.
func TestAddEnergyOfANetwork(t *testing.T) {
	n, err := network.New[float32](network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{12, 12}, Activation: "tanh"}, rand.New(rand.NewPCG(3, 4)))
	if err != nil {
		t.Fatal(err)
	}
	m := network.Widen(n).Field()
	x := []float64{0.3, -0.2, 0.5, 0.1}
	energy := m.Energy()
	got, err := AddEnergy(m, x, 0.05)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "energy", energy(got)-energy(x), 0.05, 1e-8)
}
