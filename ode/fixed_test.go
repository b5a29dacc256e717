package ode

import (
	"errors"
	"math"
	"testing"
)

// decay counts the evaluations of x' = -x.
func decay(evaluations *int) Field {
	return func(_ float64, x, dx []float64) {
		*evaluations++
		dx[0] = -x[0]
	}
}

// The intervals between outputs are divided into the fewest equal steps that are not
// longer than Step, in either direction of time, and every step is four evaluations.
func TestFixedSteps(t *testing.T) {
	for _, c := range []struct {
		name  string
		times []float64
		step  float64
		want  int
	}{
		{"one step", []float64{0, 1}, 1, 1},
		{"longer step than interval", []float64{0, 1}, 7, 1},
		{"divides", []float64{0, 1}, 0.25, 4},
		{"divides but for rounding", linspace(0, 3, 31), 0.1, 30},
		{"does not divide", []float64{0, 1}, 0.3, 4},
		{"uneven times", []float64{0, 0.05, 0.35, 1}, 0.1, 1 + 3 + 7},
		{"backward", []float64{1, 0.3, 0}, 0.1, 10},
		{"far from zero", []float64{1e6, 1e6 + 1}, 0.1, 10},
		{"only the start", []float64{3}, 0.1, 0},
	} {
		var evaluations int
		out, stats, err := Solve(decay(&evaluations), []float64{1}, c.times, nil, &Settings{Method: RK4, Step: c.step})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if stats != (Stats{Steps: c.want, Evaluations: 4 * c.want}) || evaluations != 4*c.want {
			t.Errorf("%s: %+v and %d evaluations, want %d steps of 4", c.name, stats, evaluations, c.want)
		}
		if out[0] != 1 {
			t.Errorf("%s: the first output is %v", c.name, out[0])
		}
	}
}

// One step of RK4 on x' = -x multiplies by the Taylor polynomial of e^-h of degree 4.
func TestFixedStepValue(t *testing.T) {
	var evaluations int
	const h = 0.5
	for _, direction := range []float64{1, -1} {
		out, _, err := Solve(decay(&evaluations), []float64{1}, []float64{2, 2 + direction*h, 2 + 2*direction*h}, nil, &Settings{Method: RK4, Step: h})
		if err != nil {
			t.Fatal(err)
		}
		z := -direction * h
		growth := 1 + z*(1+z/2*(1+z/3*(1+z/4)))
		if math.Abs(out[1]-growth) > 1e-15 || math.Abs(out[2]-growth*growth) > 1e-15 {
			t.Errorf("%v, want powers of %v", out, growth)
		}
	}
}

// The field of a fixed step is evaluated inside the interval only, and the last step ends
// at the output.
func TestFixedTimes(t *testing.T) {
	var latest float64
	f := func(t float64, x, dx []float64) { latest = max(latest, t); dx[0] = 3 * t * t }
	times := linspace(0, 0.7, 8)
	out, _, err := Solve(f, []float64{0}, times, nil, &Settings{Method: RK4, Step: 0.03})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(latest-0.7) > 1e-15 {
		t.Errorf("the last evaluation is at %v", latest)
	}
	for i, at := range times {
		// Exact for polynomials of this degree.
		if math.Abs(out[i]-at*at*at) > 1e-15 {
			t.Errorf("t = %v: %v, want %v", at, out[i], at*at*at)
		}
	}
}

func TestFixedErrors(t *testing.T) {
	var evaluations int
	_, stats, err := Solve(decay(&evaluations), []float64{1}, []float64{0, 1, 2}, nil, &Settings{Method: RK4, Step: 0.1, MaxSteps: 15})
	var many *TooManyStepsError
	// The second interval is not begun, since its end cannot be reached.
	if !errors.As(err, &many) || many.Time != 1 || many.End != 2 || stats.Steps != 10 {
		t.Errorf("MaxSteps 15: %v, %+v", err, stats)
	}
	// More steps than an integer holds.
	_, _, err = Solve(decay(&evaluations), []float64{1}, []float64{0, 1}, nil, &Settings{Method: RK4, Step: 1e-300})
	if !errors.As(err, &many) || many.Time != 0 {
		t.Errorf("Step 1e-300: %v", err)
	}
	// A step below the resolution of the time.
	_, _, err = Solve(decay(&evaluations), []float64{1}, []float64{1e16, 1e16 + 2}, nil, &Settings{Method: RK4, Step: 0.1})
	var lost *UnresolvedStepError
	if !errors.As(err, &lost) || lost.Time != 1e16 {
		t.Errorf("t = 1e16: %v", err)
	}
	// An Euler-like instability: x' = -x^3 with a step far too long.
	out, _, err := Solve(func(_ float64, x, dx []float64) { dx[0] = -x[0] * x[0] * x[0] }, []float64{10}, linspace(0, 10, 11), nil, &Settings{Method: RK4, Step: 1})
	var broken *NonFiniteError
	if !errors.As(err, &broken) || !math.IsNaN(out[10]) || !(broken.Largest > 1e10) {
		t.Errorf("instability: %v, %v", err, out)
	}
	// A field that ends.
	_, _, err = Solve(func(t float64, x, dx []float64) { dx[0], dx[1] = 1, math.Sqrt(1-t) }, []float64{0, 0}, []float64{0, 2}, nil, &Settings{Method: RK4, Step: 0.25})
	if !errors.As(err, &broken) || broken.Time != 1 || broken.Quantity != Derivative || broken.Component != 1 {
		t.Errorf("end of the field: %v", err)
	}
}

// What the last time cannot resolve is refused before the first of 1e17 steps.
func TestUnresolvedEnd(t *testing.T) {
	steps := 0
	field := func(_ float64, x, dx []float64) { steps++; dx[0] = -x[0] }
	_, _, err := Solve(field, []float64{1}, []float64{0, 1e14, 1e15}, nil, &Settings{Method: RK4, Step: 0.01, MaxSteps: math.MaxInt})
	var lost *UnresolvedStepError
	if !errors.As(err, &lost) || lost.Time != 1e15 || steps > 4 {
		t.Errorf("%v after %d evaluations", err, steps)
	}
}

// A step that the times cannot resolve is refused by every method that keeps one, at the
// start and where a rollout comes to such times; a longer one is taken.
func TestUnresolvedStep(t *testing.T) {
	turn := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }
	split := Split{Velocity: func(p, dq []float64) { dq[0] = p[0] }, Force: func(q, dp []float64) { dp[0] = -q[0] }}
	for m := range Method(len(methods)) {
		if m.Adaptive() {
			continue
		}
		solve := func(times []float64, step float64) error {
			var err error
			if m.NeedsSplit() {
				_, _, err = SolveSplit(split, []float64{1, 0}, times, nil, &Settings{Method: m, Step: step})
			} else {
				_, _, err = Solve(turn, []float64{1, 0}, times, nil, &Settings{Method: m, Step: step})
			}
			return err
		}
		// Two times about 1e15 are 0.125 apart.
		for _, step := range []float64{0.01, 0.1, 0.2, 1} {
			var lost *UnresolvedStepError
			if err := solve([]float64{1e15, 1e15 + 4}, step); !errors.As(err, &lost) || lost.Resolution != 0.125 {
				t.Errorf("%v, step %v: %v, want an UnresolvedStepError", m, step, err)
			}
		}
		if err := solve([]float64{1e15, 1e15 + 4}, 2); err != nil {
			t.Errorf("%v, a step that is resolved: %v", m, err)
		}
		if err := solve([]float64{0, 1, math.Nextafter(1, 2)}, 0.1); err != nil {
			t.Errorf("%v, two outputs beside each other: %v", m, err)
		}
	}
}
