package eval

import (
	"slices"
	"testing"

	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/ode"
)

// Any number of workers gives the bits of one batch of all rows, through a network.
func TestRolloutSplit(t *testing.T) {
	net, err := network.New[float64](network.Architecture{Kind: network.KindSeparable, Dim: 4, Hidden: []int{24, 24}, Activation: "tanh"}, stream.New(0, "init"))
	if err != nil {
		t.Fatal(err)
	}
	separable := net.Field()
	const rows = 300
	rng := stream.New(1, "states")
	x0 := make([]float64, 4*rows)
	for i := range x0 {
		x0[i] = rng.NormFloat64()
	}
	times := []float64{0, 0.5, 2}
	s := &ode.Settings{Method: ode.BlanesMoan4, Step: 0.2}
	want, err := ode.SolveSplitBatch(separable.SplitMany(), x0, rows, times, nil, s)
	if err != nil {
		t.Fatal(err)
	}
	for workers := range 4 {
		got, err := RolloutSplit(separable.SplitMany, x0, 4, times, s, workers)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.States, want.States) || got.Err() != nil || !slices.Equal(got.Stats, want.Stats) {
			t.Errorf("%d workers: other bits than one batch", workers)
		}
	}
	for _, bad := range []struct {
		x0    []float64
		times []float64
	}{{x0[:3], times}, {nil, times}, {x0, []float64{0, 0}}} {
		if _, err := RolloutSplit(separable.SplitMany, bad.x0, 4, bad.times, s, 2); err == nil {
			t.Errorf("%d numbers and times %v pass", len(bad.x0), bad.times)
		}
	}
}
