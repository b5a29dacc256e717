package experiment

import (
	"math"
	"testing"

	"hnn/data"
	"hnn/model"
	"hnn/model/lagrangian"
	"hnn/model/network"
)

// A Lagrangian of networks is tried of positions with velocities, where nothing else comes within half a percent of the range.
func TestNetworkIsATrial(t *testing.T) {
	networks := &Config{Model: network.KindLagrangian, Trainer: Adam}
	for _, c := range []struct {
		name     string
		error    float64 // of the Lagrangian that was tried before
		velocity bool
		tried    bool
	}{
		{"nothing within half a percent", 0.02, true, true},
		{"all failed", math.NaN(), true, true},
		{"a law within half a percent", 0.004, true, false},
		{"momenta", 0.02, false, false},
	} {
		d := &dataset{isVelocity: c.velocity, raw: &data.Set{Dim: 4}, Split: data.Split{Train: &data.Set{Dim: 4}}}
		l := &Learning{Tried: []LearningTry{{Error: Number(c.error), config: Config{Model: lagrangian.Kind, Trainer: WeakForm}, field: &model.Field{}}}}
		if skipped := l.skips(networks, d); skipped == c.tried {
			t.Errorf("%s: skipped %v", c.name, skipped)
		}
	}
}

// The double pendulum of docs/measured.md with narrow magnets, a force on each angle that no library has: the network is what is recommended.
func TestNetworkWhereNoLibraryDoes(t *testing.T) {
	if !*long {
		t.Skip("-long trains networks, which takes minutes")
	}
	magnet := func(x float64) float64 { return 3 * x / 0.3 * math.Exp(-x*x/(2*0.3*0.3)) }
	s := choiceSystem{
		name: "magnets", columns: "theta1,theta2,omega1,omega2", angles: []string{"theta1", "theta2"}, horizon: 3, step: 0.02, trials: 16,
		field: func(x, _, dx []float64) {
			sin, cos := math.Sincos(x[0] - x[1])
			f1 := -2*9.81*math.Sin(x[0]) - sin*x[3]*x[3] + magnet(x[0])
			f2 := -9.81*math.Sin(x[1]) + sin*x[2]*x[2] + magnet(x[1])
			d := 2 - cos*cos
			dx[0], dx[1], dx[2], dx[3] = x[2], x[3], (f1-cos*f2)/d, (2*f2-cos*f1)/d
		},
		start: uniforms(1.2, 1.2, 0.8, 0.8),
	}
	l, run, off := s.choose(t, 1, 0)
	if run == nil {
		t.Fatal("no run")
	}
	t.Logf("%s; rollouts of %v s are off by %.2g spreads", l, s.horizon, off)
	if l.of(network.KindLagrangian) == nil || run.Config.Model != network.KindLagrangian {
		t.Errorf("%s is recommended: %s", run.Config.Model, l)
	}
}
