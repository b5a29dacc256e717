package eval

import (
	"math"
	"testing"

	"hnn/model"
)

// turning is the exact field of a rotation with the given angular velocity.
func turning(rate float64) *model.Field {
	return moving(2, func(x, dx []float64) { dx[0], dx[1] = rate*x[1], -rate*x[0] })
}

// circles are trials of the rotation at rate 1, n rows over a time.
func circles(trials, n int, length float64) []HeldOutTrial {
	all := make([]HeldOutTrial, trials)
	for k := range all {
		for i := range n {
			t := length * float64(i) / float64(n-1)
			all[k].T = append(all[k].T, t)
			all[k].States = append(all[k].States, math.Cos(t+float64(k)), -math.Sin(t+float64(k)))
		}
		all[k].Measured = all[k].States
	}
	return all
}

// A model that turns too fast by a share e is off by 2 sin(e t / 2): of ranges of 2 and two
// components by sin(e t / 2) / sqrt 2, so that it is lost at t = 2 asin(0.1 sqrt 2) / e.
func TestHeldOut(t *testing.T) {
	const e = 0.05
	for _, test := range []struct {
		trials  int
		horizon float64
		starts  int
	}{{25, 20, 25}, {1, 10, 20}, {3, 10, 21}} {
		r, err := HeldOut(turning(1+e), circles(test.trials, 401, 20), HeldOutOptions{Range: []float64{2, 2}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Starts != test.starts || math.Abs(r.Horizon-test.horizon) > 1e-9 {
			t.Errorf("%d trials: %d rollouts over %v, want %d over %v", test.trials, r.Starts, r.Horizon, test.starts, test.horizon)
		}
		lost := 2 * math.Asin(Far*math.Sqrt2) / e
		// The rows are 0.05 apart.
		if math.Abs(r.ValidTime.Median-lost) > 0.05 || r.Lost != r.Starts || r.Diverged != 0 {
			t.Errorf("%d trials: lost after %v, want %v; %d of %d", test.trials, r.ValidTime.Median, lost, r.Lost, r.Starts)
		}
		// The mean of sin^2(e t / 2) / 2 over (0, T).
		want := math.Sqrt((1 - math.Sin(e*test.horizon)/(e*test.horizon)) / 4)
		if math.Abs(r.Error.Mean-want) > 5e-3*want { // the sum over 200 rows
			t.Errorf("%d trials: an error of %v, want %v", test.trials, r.Error.Mean, want)
		}
		for i, v := range r.Curve {
			if i > 0 && v <= r.Curve[i-1] {
				t.Errorf("%d trials: the error does not grow: %v", test.trials, r.Curve)
			}
		}
	}
	r, err := HeldOut(turning(1), circles(1, 401, 20), HeldOutOptions{Range: []float64{2}})
	if err == nil {
		t.Error("measurements of two columns pass for one")
	}
	if r, err = HeldOut(turning(1), circles(1, 401, 20), HeldOutOptions{Range: []float64{2, 2}}); err != nil || r.Lost != 0 || r.ValidTime.Median != r.Horizon || r.Error.Mean > 1e-7 {
		t.Errorf("the true rotation: %+v, %v", r, err)
	}
}

// Rollouts that run away are counted, lost when they end, and in no mean.
func TestHeldOutDiverged(t *testing.T) {
	r, err := HeldOut(exploding(), circles(1, 401, 20), HeldOutOptions{Range: []float64{2, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Diverged != r.Starts || r.Lost != r.Starts || !math.IsNaN(r.Error.Mean) || r.ValidTime.Median > 2 {
		t.Errorf("%+v", r)
	}
}

// exploding is infinite after a time of at most a few.
func exploding() *model.Field {
	return moving(2, func(x, dx []float64) {
		dx[0], dx[1] = 1+x[0]*x[0], 1+x[1]*x[1]
	})
}

// Whole trials are rolled out once, however few; first rows that are skipped do not count; errors are given in spreads too.
func TestHeldOutWhole(t *testing.T) {
	const e = 0.05
	all := func(skip int) HeldOutResult {
		r, err := HeldOut(turning(1+e), circles(3, 401, 20), HeldOutOptions{Range: []float64{2, 2}, Spread: []float64{0.5, 0.5}, Whole: true, Skip: skip})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := all(0)
	if r.Starts != 3 || math.Abs(r.Horizon-20) > 1e-9 || math.Abs(r.Relative.Median-4*r.Error.Median) > 1e-12 {
		t.Errorf("%d rollouts over %v, in spreads of a quarter of the range %v, and %v of it", r.Starts, r.Horizon, r.Relative.Median, r.Error.Median)
	}
	// The mean of sin^2(e t / 2) / 2 over (10, 20).
	want := math.Sqrt((1 - (math.Sin(20*e)-math.Sin(10*e))/(10*e)) / 4)
	if got := all(200).Error.Mean; math.Abs(got-want) > 5e-3*want {
		t.Errorf("without the first half the error is %v, want %v", got, want)
	}
}
