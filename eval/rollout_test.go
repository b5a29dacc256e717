package eval

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"hnn/model/network"
	"hnn/ode"
	"hnn/system"
)

// The spring turns by 2t: each row has to be where its own start turns to.
func TestRolloutIsTheSolution(t *testing.T) {
	const n = 37 // several batches, not all of one size
	x0 := InitialStates(system.Spring{}, rand.New(rand.NewPCG(1, 1)), n)
	times := make([][]float64, n)
	for i := range times {
		times[i] = floats.Span(make([]float64, 4), 0, 1+float64(i)/10)
	}
	r, err := RolloutTimes(systemField(system.Spring{}), x0, 2, times, &ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if r.Rows() != n || r.Err() != nil {
		t.Fatalf("%d rows, %v", r.Rows(), r.Err())
	}
	for i := range n {
		for j, tj := range times[i] {
			sin, cos := math.Sincos(2 * tj)
			q, p := x0[2*i], x0[2*i+1]
			got := r.Row(i)[2*j : 2*j+2]
			// A dozen steps at 1e-12.
			if math.Hypot(got[0]-q*cos-p*sin, got[1]-p*cos+q*sin) > 2e-11 {
				t.Errorf("row %d at t = %g: %v", i, tj, got)
			}
		}
	}
}

// dx/dt = x^2 is 1/(1/x0 - t), which meets infinity at t = 1/x0 where x0 is positive.
func TestRolloutIsolatesFailure(t *testing.T) {
	newField := moving(1, func(x, dx []float64) { dx[0] = x[0] * x[0] }).FreeMany
	x0 := make([]float64, 30)
	for i := range x0 {
		x0[i] = -1 - float64(i)/10
	}
	const bad = 11
	x0[bad] = 0.5
	times := []float64{0, 1, 3}
	r, err := Rollout(newField, x0, 1, times, nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x0 {
		states := r.Row(i)
		if i == bad {
			if r.Errs[i] == nil || math.Abs(states[1]-1) > 1e-7 || !math.IsNaN(states[2]) {
				t.Errorf("a row beyond infinity: %v, states %v", r.Errs[i], states)
			}
			continue
		}
		want := 1 / (1/x0[i] - 3)
		if r.Errs[i] != nil || math.Abs(states[2]-want) > 1e-7 {
			t.Errorf("row %d: %v at t = 3, want %g; error %v", i, states[2], want, r.Errs[i])
		}
	}
	if !errors.Is(r.Err(), r.Errs[bad]) {
		t.Errorf("Err is %v, want row %d's", r.Err(), bad)
	}
}

func TestRolloutDoesNotDependOnWorkers(t *testing.T) {
	m := untrained(t, network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{11, 6}, Activation: "tanh"}).Field()
	rng := rand.New(rand.NewPCG(3, 4))
	x0 := make([]float64, 4*41)
	for i := range x0 {
		x0[i] = rng.NormFloat64()
	}
	times := floats.Span(make([]float64, 9), 0, 4)
	run := func(workers int) *Rollouts {
		r, err := Rollout(m.FreeMany, x0, 4, times, &ode.Settings{RTol: 1e-6, ATol: 1e-6}, workers)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	want := run(1)
	for _, workers := range []int{0, 2, 3, 16} {
		got := run(workers)
		if !slices.Equal(got.States, want.States) || !slices.Equal(got.Stats, want.Stats) {
			t.Errorf("%d workers give other bits than one", workers)
		}
	}
}

func TestRolloutInterrupted(t *testing.T) {
	stop := errors.New("stop")
	_, err := Rollout(systemField(system.Spring{}), make([]float64, 2*40), 2, []float64{0, 1},
		&ode.Settings{Interrupt: func() error { return stop }}, 2)
	if !errors.Is(err, stop) {
		t.Errorf("error %v, want Interrupt's", err)
	}
}

func TestRolloutArguments(t *testing.T) {
	field := systemField(system.Spring{})
	for _, c := range []struct {
		name  string
		x0    []float64
		dim   int
		times []float64
	}{
		{"no states", nil, 2, []float64{0, 1}},
		{"half a state", make([]float64, 3), 2, []float64{0, 1}},
		{"no dimension", make([]float64, 2), 0, []float64{0, 1}},
		{"no times", make([]float64, 2), 2, nil},
		{"times out of order", make([]float64, 2), 2, []float64{0, 2, 1}},
	} {
		if _, err := Rollout(field, c.x0, c.dim, c.times, nil, 1); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
}
