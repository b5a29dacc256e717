package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/fit/unroll"
	"hnn/model/network"
	"hnn/ode"
)

// The loss of many small steps is that of rollouts to 1e-12, window by window; it is what
// the trainer reports of test data; by leapfrog it takes the two parts of a separable model.
func TestTrajectoryLoss(t *testing.T) {
	for _, kind := range []string{network.KindHNN, network.KindSeparable} {
		net, err := network.New[float64](network.Architecture{Kind: kind, Dim: 2, Hidden: []int{9}, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		trials := turns[float64](append(many(4, 10), 1, 3), 0.05, 1)
		total, targets := 0.0, 0
		for _, w := range trials.windows(4, 4) {
			states, _, err := ode.Solve(net.Field().Free(), trials.X[2*w.row:2*w.row+2], trials.Times[w.row:w.row+w.steps+1], nil,
				&ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12})
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range states {
				total += math.Pow(v-trials.X[2*w.row+i], 2)
			}
			targets += 2 * w.steps
		}
		want := total / float64(targets)
		for _, c := range []struct {
			m         unroll.Method
			substeps  int
			tolerance float64 // order 2: about the square of a step of 0.1/64; order 4
		}{{unroll.Midpoint, 64, 1e-6}, {unroll.RK4, 16, 1e-10}, {unroll.Leapfrog, 64, 1e-6}} {
			s := Shooting{Method: c.m, Substeps: c.substeps, Window: 4}
			mean, sem, err := TrajectoryLoss(net.Field(), trials, nil, s, 2)
			if c.m == unroll.Leapfrog && kind == network.KindHNN {
				if err == nil {
					t.Error("leapfrog through a model that is not separable")
				}
				continue
			}
			if err != nil || math.Abs(mean/want-1) > c.tolerance || !(sem > 0) {
				t.Errorf("%s, %v: %.12g with error %v, want %.12g (%v)", kind, c.m, mean, sem, want, err)
			}
			tr, err := New(net, Trajectories(trials, trials, s), Options{Steps: 1, LearningRate: 1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test, _, err := tr.loss.testLoss(); err != nil || math.Abs(test/mean-1) > 1e-13 {
				t.Errorf("%s, %v: the trainer's test loss is %.15g, want %.15g (%v)", kind, c.m, test, mean, err)
			}
			tr.Close()
		}
	}
}

// A prediction a whole turn off is right where the component is an angle, and wrong elsewhere.
func TestTrajectoryLossOfAngles(t *testing.T) {
	net := newNetwork[float64](t, small)
	trials := turns[float64]([]int{5}, 0, 1)
	s := Shooting{Method: unroll.RK4}
	before, _, err := TrajectoryLoss(net.Field(), trials, []bool{true, false}, s, 1)
	if err != nil {
		t.Fatal(err)
	}
	trials.X[2*3] += 2 * math.Pi
	wrapped, _, err := TrajectoryLoss(net.Field(), trials, []bool{true, false}, s, 1)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(wrapped-before) > 1e-14 {
		t.Errorf("loss %v, after a turn %v", before, wrapped)
	}
	if plain, _, _ := TrajectoryLoss(net.Field(), trials, nil, s, 1); plain < before+1 {
		t.Errorf("loss %v of a component that is no angle, %v before", plain, before)
	}
}

// Trials with nothing to predict have no loss.
func TestTrajectoryLossOfNothing(t *testing.T) {
	mean, _, err := TrajectoryLoss(newNetwork[float64](t, small).Field(), turns[float64](many(3, 1), 0, 1), nil, Shooting{}, 1)
	if err != nil || !math.IsNaN(mean) {
		t.Errorf("%v, %v", mean, err)
	}
}
