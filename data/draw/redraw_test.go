package draw_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data/draw"
	"hnn/internal/stream"
	"hnn/system"
)

// falling is a spring, but that of a share of its starts the motion ends before the time asked for: dq/dt = q^2 from q = 10.
type falling struct {
	system.Spring
	share float64
}

func (f falling) Sample(rng *rand.Rand, x []float64) {
	x[0], x[1] = rng.Float64(), rng.Float64()
	if rng.Float64() < f.share {
		x[0] = 10
	}
}

func (f falling) Field(x, dx []float64) {
	if x[0] >= 10 {
		dx[0], dx[1] = x[0]*x[0], 0
		return
	}
	f.Spring.Field(x, dx)
}

// Trajectories whose motion cannot be followed are drawn anew where they are few, to the same bits each time, and else an error.
func TestRedraw(t *testing.T) {
	o := draw.Options{Trajectories: 400, Points: 5, Horizon: 1, Tolerance: 1e-8}
	few := falling{share: 0.01}
	split, err := draw.Generate(few, stream.New(1, "data"), o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := draw.Generate(few, stream.New(1, "data"), o)
	if err != nil {
		t.Fatal(err)
	}
	sane, err := draw.Generate(falling{}, stream.New(1, "data"), o)
	if err != nil {
		t.Fatal(err)
	}
	other := 0
	for k := range split.Train.Trials() {
		_, x, _ := split.Train.Trial(k)
		_, y, _ := again.Train.Trial(k)
		_, z, _ := sane.Train.Trial(k)
		if x[0] != y[0] || x[8] != y[8] || x[0] >= 10 {
			t.Fatalf("trial %d begins at %v and %v", k, x[:2], y[:2])
		}
		if x[0] != z[0] {
			other++
		}
	}
	if other == 0 || other > 12 {
		t.Errorf("%d of 400 trials were drawn anew", other)
	}
	if _, err := draw.Generate(falling{share: 0.2}, stream.New(1, "data"), o); err == nil || !strings.Contains(err.Error(), "trajectory") {
		t.Errorf("a fifth of the trajectories: %v", err)
	}
}
