package ode_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data/draw"
	"hnn/fit"
	"hnn/model/network"
	"hnn/ode"
	"hnn/system"
)

// steps is how far the tests of reversibility go.
func steps() int {
	if f := flag.Lookup("long"); f.Value.String() == "true" {
		return 1_000_000
	}
	return 2_000
}

// As many steps back as forward return to the same bits, with every method made of shears,
// in one leap or with outputs on the way.
func TestExactlyReversible(t *testing.T) {
	s := system.HenonHeiles{Alpha: 1}
	split := ode.Split{Velocity: s.Velocity, Force: s.Force}
	double := system.DoublePendulum{G: 9.81}
	field := func(_ float64, x, dx []float64) { double.Field(x, dx) }
	for _, m := range []ode.Method{ode.Leapfrog, ode.Yoshida4, ode.Yoshida6, ode.Yoshida8, ode.BlanesMoan4, ode.BlanesMoan6, ode.Tao2, ode.Tao4} {
		set := &ode.Settings{Method: m, Step: 0.01, Reversible: true, MaxSteps: 2_000_000}
		x0 := []float64{0.1, -0.2, 0.3, 0.05}
		solve := func(x, times []float64) []float64 {
			var out []float64
			var err error
			if m.NeedsSplit() {
				out, _, err = ode.SolveSplit(split, x, times, nil, set)
			} else {
				set.Copies = true
				out, _, err = ode.Solve(field, x, times, nil, set)
			}
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if !m.NeedsSplit() {
			x0 = append(x0, x0...)
		}
		d := len(x0)
		end := float64(steps()) * set.Step
		forward := solve(x0, []float64{0, end / 4, end / 2, end})
		back := solve(forward[3*d:], []float64{end, 0})
		if start := forward[:d]; !slices.Equal(back[d:], start) {
			t.Errorf("%v: %v returned to %v", m, start, back[d:])
		}
		if slices.Equal(forward[3*d:], forward[:d]) {
			t.Errorf("%v: the state did not move", m)
		}
		for i, v := range forward[:d] {
			if math.Abs(v-x0[i]) > 0x1p-44 {
				t.Errorf("%v: the start is %v on the grid, and was %v", m, v, x0[i])
			}
		}
		// Without the grid it is not so: the test can fail.
		set.Reversible = false
		forward = solve(x0, []float64{0, end})
		if back := solve(forward[d:], []float64{end, 0}); slices.Equal(back[d:], x0) {
			t.Errorf("%v: returns to the bit without a grid", m)
		}
	}
}

// learned returns a network that was trained on the spring, whose orbits so stay near it for
// as long as one likes.
func learned(t *testing.T, kind string) *network.Network[float64] {
	rng := rand.New(rand.NewPCG(1, 2))
	split, err := draw.Generate(system.Spring{}, rng, draw.Options{Trajectories: 50, Points: 30, Horizon: 3, Noise: 0.1, TestFraction: 0.5, Tolerance: 1e-10})
	if err != nil {
		t.Fatal(err)
	}
	net, err := network.New[float64](network.Architecture{Kind: kind, Dim: 2, Hidden: []int{32, 32}, Activation: "tanh"}, rng)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := fit.RowsOf[float64](split.Train)
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := fit.New(net, fit.Derivatives(rows, fit.Rows[float64]{}), fit.Options{Steps: 200, LearningRate: 1e-2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	if err := trainer.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return net
}

// Through learned models: a separable one by a splitting, any by Tao's method.
func TestExactlyReversibleNetwork(t *testing.T) {
	x0 := []float64{0.75, -0.5} // on the grid
	for kind, m := range map[string]ode.Method{network.KindSeparable: ode.Leapfrog, network.KindHNN: ode.Tao2} {
		net := learned(t, kind)
		set := &ode.Settings{Method: m, Step: 0.05, Reversible: true, Copies: !m.NeedsSplit(), MaxSteps: 2_000_000}
		solve := func(x, times []float64) []float64 {
			var out []float64
			var err error
			if f := net.Field(); f.Split != nil {
				out, _, err = ode.SolveSplit(f.Split(), x, times, nil, set)
			} else {
				out, _, err = ode.Solve(f.Free(), x, times, nil, set)
			}
			if err != nil {
				t.Fatal(err)
			}
			return out[len(x):]
		}
		start := x0
		if set.Copies {
			start = append(slices.Clone(x0), x0...)
		}
		end := float64(steps()) * set.Step
		there := solve(start, []float64{0, end})
		if back := solve(there, []float64{end, 0}); !slices.Equal(back, start) || slices.Equal(there, start) {
			t.Errorf("%s: %v became %v and returned to %v", kind, start, there, back)
		}
	}
}

// The grid costs accuracy of its own size only: the state keeps beside the one in floating
// point, as far apart as the rounding of that many shears to 1e-13 allows.
func TestGridIsAccurate(t *testing.T) {
	s := system.Pendulum{K: 3}
	split := ode.Split{Velocity: s.Velocity, Force: s.Force}
	set := &ode.Settings{Method: ode.BlanesMoan6, Step: 0.1}
	want, _, err := ode.SolveSplit(split, []float64{1, 0}, []float64{0, 100}, nil, set)
	if err != nil {
		t.Fatal(err)
	}
	set.Reversible = true
	got, _, err := ode.SolveSplit(split, []float64{1, 0}, []float64{0, 100}, nil, set)
	if err != nil || math.Abs(got[2]-want[2])+math.Abs(got[3]-want[3]) > 2e-10 {
		t.Errorf("%v, want %v, %v", got, want, err)
	}
}

func TestReversibleErrors(t *testing.T) {
	s := system.Spring{}
	split := ode.Split{Velocity: s.Velocity, Force: s.Force}
	for _, c := range []struct {
		set   ode.Settings
		x0    []float64
		times []float64
		want  string
	}{
		{ode.Settings{Method: ode.RK4, Step: 0.1}, []float64{1, 0}, []float64{0, 1}, "leapfrog"},
		{ode.Settings{Method: ode.SymplecticEuler, Step: 0.1}, []float64{1, 0}, []float64{0, 1}, "not exactly reversible"},
		{ode.Settings{Method: ode.Gauss4, Step: 0.1}, []float64{1, 0}, []float64{0, 1}, "tao2"},
		{ode.Settings{Method: ode.Leapfrog, Step: 0.1}, []float64{1, 0}, []float64{0, 0.25}, "whole steps"},
		{ode.Settings{Method: ode.Leapfrog, Step: 0.1, Grid: 0.3}, []float64{1, 0}, []float64{0, 1}, "power of two"},
		{ode.Settings{Method: ode.Leapfrog, Step: 0.1, Compensated: true}, []float64{1, 0}, []float64{0, 1}, "compensate"},
		{ode.Settings{Method: ode.Leapfrog, Step: 0.1}, []float64{5000, 0}, []float64{0, 1}, "widen Grid"},
		{ode.Settings{Method: ode.Leapfrog, Step: 2}, []float64{1, 0}, []float64{0, 100}, "widen Grid"},
	} {
		c.set.Reversible = true
		_, _, err := ode.SolveSplit(split, c.x0, c.times, nil, &c.set)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v does not say %q", c.set.Method, err, c.want)
		}
	}
}
