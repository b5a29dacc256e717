package ode

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// everyMethod is each method with settings that suit the tests' problems.
var everyMethod = []Settings{
	{Method: DormandPrince},
	{Method: DormandPrince, Control: ScipyLike},
	{Method: DOP853},
	{Method: RK4, Step: 0.01},
	{Method: Gauss6, Step: 0.05},
}

func oscillator(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }

// Two and a half periods against the closed form, at 101 times.
func TestHarmonicOscillator(t *testing.T) {
	for _, s := range everyMethod {
		times := linspace(0, 5*math.Pi, 101)
		out, stats, err := Solve(oscillator, []float64{1, 0}, times, nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		var worst float64
		for i, at := range times {
			worst = max(worst, distance(out[2*i:2*i+2], []float64{math.Cos(at), -math.Sin(at)}))
		}
		// Tolerances of 1e-9 a step, or steps of 0.01: h^4 t / 120.
		if worst > 1e-8 {
			t.Errorf("%v, control %v: worst error %.3g after %+v", s.Method, s.Control, worst, stats)
		}
	}
}

// The evaluations counted are the calls of the field.
func TestEvaluationsCounted(t *testing.T) {
	for _, s := range everyMethod {
		var calls int
		f := func(t float64, x, dx []float64) {
			calls++
			pendulum(t, x, dx)
		}
		_, stats, err := Solve(f, []float64{2, 0}, linspace(0, 10, 7), nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		if stats.Evaluations != calls {
			t.Errorf("%v: %d evaluations counted, %d calls", s.Method, stats.Evaluations, calls)
		}
	}
}

func TestOut(t *testing.T) {
	out := make([]float64, 6)
	got, _, err := Solve(oscillator, []float64{1, 0}, []float64{0, 1, 2}, out, nil)
	if err != nil || &got[0] != &out[0] {
		t.Errorf("the states are not in out: %v", err)
	}
	one, stats, err := Solve(oscillator, []float64{3, 4}, []float64{7}, nil, nil)
	if err != nil || one[0] != 3 || one[1] != 4 || stats != (Stats{}) {
		t.Errorf("one time: %v, %+v, %v", one, stats, err)
	}
}

func TestArguments(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x0, times := []float64{1, 0}, []float64{0, 1}
	for name, c := range map[string]struct {
		field     Field
		x0, times []float64
		out       []float64
		settings  Settings
		want      string
	}{
		"nil field":              {nil, x0, times, nil, Settings{}, "field is nil"},
		"no state":               {oscillator, nil, times, nil, Settings{}, "at least one component"},
		"no times":               {oscillator, x0, nil, nil, Settings{}, "no times"},
		"equal times":            {oscillator, x0, []float64{0, 1, 1}, nil, Settings{}, "times[1] = 1 is followed by 1"},
		"turning times":          {oscillator, x0, []float64{0, 1, 0.5}, nil, Settings{}, "times[1] = 1 is followed by 0.5"},
		"turning backward times": {oscillator, x0, []float64{0, -1, -0.5}, nil, Settings{}, "times[1] = -1 is followed by -0.5"},
		"NaN time":               {oscillator, x0, []float64{0, nan}, nil, Settings{}, "times[1] is NaN"},
		"infinite time":          {oscillator, x0, []float64{0, inf}, nil, Settings{}, "times[1] is +Inf"},
		"infinite interval":      {oscillator, x0, []float64{-1e308, 1e308}, nil, Settings{}, "too long"},
		"short out":              {oscillator, x0, times, make([]float64, 3), Settings{}, "out has length 3"},
		"negative tolerance":     {oscillator, x0, times, nil, Settings{RTol: -1}, "RTol is -1"},
		"negative ATol":          {oscillator, x0, times, nil, Settings{ATol: -1e-9}, "ATol is -1e-09"},
		"NaN tolerance":          {oscillator, x0, times, nil, Settings{ATol: nan}, "ATol is NaN"},
		"infinite tolerance":     {oscillator, x0, times, nil, Settings{ATol: inf}, "finite"},
		"tolerance too tight":    {oscillator, x0, times, nil, Settings{RTol: 1e-15}, "limit that rounding sets"},
		"no step":                {oscillator, x0, times, nil, Settings{Method: RK4}, "fixed step"},
		"infinite step":          {oscillator, x0, times, nil, Settings{Method: RK4, Step: inf}, "fixed step"},
		"negative step":          {oscillator, x0, times, nil, Settings{Method: RK4, Step: -0.1}, "Step is -0.1"},
		"negative first step":    {oscillator, x0, times, nil, Settings{InitialStep: -1}, "InitialStep is -1"},
		"negative longest step":  {oscillator, x0, times, nil, Settings{MaxStep: -1}, "MaxStep is -1"},
		"negative limit":         {oscillator, x0, times, nil, Settings{MaxSteps: -1}, "MaxSteps is -1"},
		"unknown method":         {oscillator, x0, times, nil, Settings{Method: 99}, "unknown method"},
		"unknown control":        {oscillator, x0, times, nil, Settings{Control: 99}, "unknown step control"},
	} {
		out, _, err := Solve(c.field, c.x0, c.times, c.out, &c.settings)
		if err == nil || !strings.HasPrefix(err.Error(), "ode: ") || !strings.Contains(err.Error(), c.want) || out != nil {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
	}
	solver, err := NewSolver(3, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := solver.Solve(oscillator, x0, times, nil); err == nil || !strings.Contains(err.Error(), "length 2") {
		t.Errorf("a state of another length: %v", err)
	}
}

func TestNonFiniteStart(t *testing.T) {
	for _, s := range everyMethod {
		out, stats, err := Solve(oscillator, []float64{0, math.Inf(-1)}, []float64{3, 4}, nil, &s)
		var broken *NonFiniteError
		if !errors.As(err, &broken) || broken.Time != 3 || broken.Quantity != InitialState || broken.Component != 1 || !math.IsInf(broken.Value, -1) {
			t.Errorf("%v: infinite state: %v", s.Method, err)
		}
		if stats.Evaluations != 0 || !math.IsNaN(out[2]) {
			t.Errorf("%v: %+v, %v", s.Method, stats, out)
		}
		_, _, err = Solve(func(_ float64, _, dx []float64) { dx[0], dx[1] = 0, math.NaN() }, []float64{0, 5}, []float64{3, 4}, nil, &s)
		if !errors.As(err, &broken) || broken.Time != 3 || broken.Quantity != Derivative || broken.Component != 1 || broken.Largest != 5 {
			t.Errorf("%v: NaN field: %v", s.Method, err)
		}
	}
}

// Interrupt ends the integration within interruptEvery steps and its cause is found.
func TestInterrupt(t *testing.T) {
	for _, s := range everyMethod {
		ctx, cancel := context.WithCancel(context.Background())
		var calls int
		f := func(t float64, x, dx []float64) {
			if calls++; calls == 1000 {
				cancel()
			}
			pendulum(t, x, dx)
		}
		s.Interrupt = ctx.Err
		times := linspace(0, 1e5, 1001)
		out, stats, err := Solve(f, []float64{2, 0}, times, nil, &s)
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "stopped at t = ") {
			t.Errorf("%v: %v", s.Method, err)
		}
		if stats.Evaluations > 1000+60*(interruptEvery+1) {
			t.Errorf("%v: %d evaluations, canceled at 1000", s.Method, stats.Evaluations)
		}
		if out[0] != 2 || !math.IsNaN(out[len(out)-1]) {
			t.Errorf("%v: states from %v to %v", s.Method, out[0], out[len(out)-1])
		}
		cancel()
	}
}

// A Solver that has been used gives the bits of a new one, and allocates nothing.
func TestSolverReuse(t *testing.T) {
	for _, s := range everyMethod {
		solver, err := NewSolver(2, &s)
		if err != nil {
			t.Fatal(err)
		}
		times := linspace(0, 10, 51)
		out := make([]float64, 2*len(times))
		if _, _, err := solver.Solve(func(_ float64, x, dx []float64) { dx[0], dx[1] = math.NaN(), 0 }, []float64{1, 1}, times, out); err == nil {
			t.Fatalf("%v: NaN passed", s.Method)
		}
		if _, _, err := solver.Solve(pendulum, []float64{2, 0}, times, out); err != nil {
			t.Fatal(err)
		}
		want, _, err := Solve(pendulum, []float64{2, 0}, times, nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if out[i] != want[i] {
				t.Fatalf("%v: element %d is %v, and %v from a new solver", s.Method, i, out[i], want[i])
			}
		}
		x0 := []float64{2, 0}
		if n := testing.AllocsPerRun(10, func() { _, _, err = solver.Solve(pendulum, x0, times, out) }); n != 0 || err != nil {
			t.Errorf("%v: %v allocations, %v", s.Method, n, err)
		}
	}
}

// What Solve allocates does not depend on the number of steps.
func TestSolveAllocations(t *testing.T) {
	for _, s := range everyMethod {
		allocations := func(end float64) float64 {
			x0, times, out := []float64{2, 0}, []float64{0, end}, make([]float64, 4)
			return testing.AllocsPerRun(5, func() {
				if _, _, err := Solve(pendulum, x0, times, out, &s); err != nil {
					t.Fatal(err)
				}
			})
		}
		if short, long := allocations(1), allocations(100); short != long {
			t.Errorf("%v: %v allocations for t = 1, %v for t = 100", s.Method, short, long)
		}
	}
}
