package bench

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"hnn/model/network"
)

// Every case is measured and has what it promises. How fast it is, is not tested.
func TestRun(t *testing.T) {
	r, err := Run(context.Background(), Options{Threads: []int{1, 2}, Rounds: 1, Time: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if !(r.Peak["float32"] > 0 && r.Peak["float64"] > 0) {
		t.Errorf("peaks %v", r.Peak)
	}
	seen := map[string]int{}
	for _, c := range r.Cases {
		kind, _, _ := strings.Cut(c.Name, "/")
		seen[kind]++
		if !(c.Seconds > 0) {
			t.Errorf("%s: %v seconds", c.Name, c.Seconds)
		}
		if (kind == "train-step" || kind == "closed-form" || strings.HasPrefix(c.Name, "symplectic/batch")) && !(c.GFLOPs > 0 && c.PeakShare > 0) {
			t.Errorf("%s: %v GFLOP/s, %v of the peak", c.Name, c.GFLOPs, c.PeakShare)
		}
		if kind == "rollout" && !(c.Evaluations > 0 && c.EvaluationsPerSecond > 0) {
			t.Errorf("%s: %v evaluations, %v a second", c.Name, c.Evaluations, c.EvaluationsPerSecond)
		}
	}
	if seen["closed-form"] != 4 || seen["train-step"] != 18 || seen["field"] != 8 || seen["rollout"] != 8 || seen["symplectic"] != 6 {
		t.Errorf("cases %v, want 18 training steps, 8 fields, 8 rollouts, 4 solves and 6 symplectic cases", seen)
	}
}

// An interrupt ends it at the next measurement.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	rounds := 0
	_, err := Run(ctx, Options{Threads: []int{1}, Rounds: 100, Time: time.Millisecond, Only: "field", Log: func(string, ...any) {
		if rounds++; rounds == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || rounds != 2 {
		t.Errorf("error %v after %d rounds", err, rounds)
	}
}

// The count of operations against one by hand for 2-200-200: of the 200 x 200
// products six, of the 2 x 200 ones five, and for the baseline three and two, its
// output layer's three.
func TestStepFLOPs(t *testing.T) {
	hnn := network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{200, 200}, Activation: "tanh"}
	if got, want := stepFLOPs(hnn, 750), 2.*750*(6*40000+5*400); got != want {
		t.Errorf("HNN: %g, want %g", got, want)
	}
	hnn.Kind = network.KindBaseline
	if got, want := stepFLOPs(hnn, 750), 2.*750*(3*40000+2*400+3*400); got != want {
		t.Errorf("baseline: %g, want %g", got, want)
	}
}

// The count by hand for two unknowns: 4 x 10 x 2 x 3 = 240 and 10 x 2^2 = 40, and 8/3.
func TestSolveFLOPs(t *testing.T) {
	if got, want := solveFLOPs(10, 2, 3), 280+8./3; math.Abs(got-want) > 1e-12 {
		t.Errorf("%v operations, want %v", got, want)
	}
}
