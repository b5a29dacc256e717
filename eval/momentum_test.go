package eval

import (
	"testing"

	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/system"
)

func TestMomentumDrift(t *testing.T) {
	s := system.NewNBody(2)
	// Both bodies drift by (0.3, -0.4) in momentum; then the first turns about the origin.
	states := []float64{
		1, -1, 0, 0, 0, 0, 1, -1, // L = 2
		1, -1, 0, 0, 0.3, 0, 0.6, -1, // L = 0.6 + 1 = 1.6
		1, -1, 0, 0, 0, 0, 3, -3, // L = 6
	}
	p, l := MomentumDrift(s, states)
	near(t, "momentum", p, 0.5, 1e-15)
	near(t, "angular momentum", l, 4, 1e-15)
}

// A pairwise model keeps momentum and angular momentum to rounding, whatever it has
// learned; a plain HNN does not.
func TestStrictMomentum(t *testing.T) {
	s := system.NewNBody(3)
	o := StrictOptions{X0: InitialStates(s, stream.New(0, StrictStream), 3), Horizon: 1, Points: 11}
	drift := func(kind string) StrictResult {
		return strict(t, untrained(t, network.Architecture{Kind: kind, Dim: 12, Hidden: []int{16}, Activation: "tanh"}).Field(), s, o)
	}
	r := drift(network.KindPairwise)
	// 1e-10 a step over some tens of steps.
	if r.MomentumDrift > 1e-8 || r.AngularMomentumDrift > 1e-8 {
		t.Errorf("pairwise: momentum strays by %g, angular momentum by %g", r.MomentumDrift, r.AngularMomentumDrift)
	}
	r = drift(network.KindHNN)
	if r.MomentumDrift < 1e-3 || r.AngularMomentumDrift < 1e-3 {
		t.Errorf("plain: momentum strays by %g, angular momentum by %g", r.MomentumDrift, r.AngularMomentumDrift)
	}
	o.X0 = springStates(1)
	m := untrained(t, network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{16}, Activation: "tanh"}).Field()
	if r := strict(t, m, system.Spring{}, o); r.MomentumDrift != 0 {
		t.Errorf("a spring has no momentum to keep: %+v", r)
	}
}
