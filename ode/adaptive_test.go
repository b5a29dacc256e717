package ode

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

func pendulum(_ float64, x, dx []float64) { dx[0], dx[1] = 2*x[1], -3*math.Sin(x[0]) }

// TestScipyLike compares steps, evaluations and states with scipy 1.17.1:
//
//	r = solve_ivp(f, (0, T), x0, method, rtol=rtol, atol=atol)          # steps, nfev, end
//	    solve_ivp(f, (0, T), x0, ..., t_eval=[0, T/3, T])               # inside
//
// The first call evaluates the interpolant's stages of no step, so that 3 evaluations
// for the step that holds T/3 come on top with DOP853.
func TestScipyLike(t *testing.T) {
	bernoulli := func(t float64, x, dx []float64) { dx[0] = -2 * t * x[0] * x[0] }
	for _, c := range []struct {
		name               string
		field              Field
		x0                 []float64
		end                float64
		method             Method
		rtol, atol         float64
		steps, evaluations int
		inside, atEnd      []float64
	}{
		{"pendulum", pendulum, []float64{2, 0}, 20, DormandPrince, 1e-3, 1e-6, 51, 452, []float64{1.9424818492097042, 0.3228309898488638}, []float64{1.7553123451972708, 0.7654965810563401}},
		{"pendulum", pendulum, []float64{2, 0}, 20, DormandPrince, 1e-12, 1e-6, 177, 1196, []float64{1.9376161673326338, 0.4153140511715262}, []float64{1.4232985707457069, 1.2997320994612331}},
		{"pendulum", pendulum, []float64{2, 0}, 20, DormandPrince, 1e-10, 1e-12, 1206, 7388, []float64{1.9376151293826014, 0.4153281100757284}, []float64{1.4232107505175764, 1.2998429393587443}},
		{"pendulum", pendulum, []float64{2, 0}, 20, DOP853, 1e-3, 1e-6, 34, 578, []float64{1.9378514158172777, 0.4139886242036912}, []float64{1.4257201934466326, 1.2969912034517175}},
		{"pendulum", pendulum, []float64{2, 0}, 20, DOP853, 1e-6, 1e-9, 74, 1430, []float64{1.9376147980172183, 0.4153251039166628}, []float64{1.4232386988382655, 1.299806961114393}},
		{"Kepler", kepler, []float64{0.4, 0, 0, 2}, 20, DormandPrince, 1e-3, 1e-6, 41, 320, []float64{0.10413992477737571, 0.5708882908188841, -1.2287643756105677, 0.9598969091329305}, []float64{-1.0343232953819712, 0.6783525687787775, -0.6848630976696288, -0.3288463189636574}},
		{"Kepler", kepler, []float64{0.4, 0, 0, 2}, 20, DOP853, 1e-10, 1e-12, 150, 2330, []float64{0.07953560572529594, 0.5869140232011214, -1.2386780206758015, 0.9178593503118748}, []float64{-0.7700755838685238, 0.7883448155806015, -0.8941837284435941, -0.12346176846952621}},
		{"backward", bernoulli, []float64{1}, -5, DormandPrince, 1e-6, 1e-9, 28, 188, []float64{0.2647060031461994}, []float64{0.03846157986207166}},
		{"backward", bernoulli, []float64{1}, -5, DOP853, 1e-6, 1e-9, 13, 170, []float64{0.2647058818315489}, []float64{0.03846153809347653}},
	} {
		t.Run(fmt.Sprintf("%s/%v/%g", c.name, c.method, c.rtol), func(t *testing.T) {
			d := len(c.x0)
			out, stats, err := Solve(c.field, c.x0, []float64{0, c.end / 3, c.end}, nil,
				&Settings{Method: c.method, RTol: c.rtol, ATol: c.atol, Control: ScipyLike})
			if err != nil {
				t.Fatal(err)
			}
			evaluations := c.evaluations
			if c.method == DOP853 {
				evaluations += 3
			}
			if stats.Steps != c.steps || stats.Evaluations != evaluations {
				t.Errorf("%+v, want %d steps and %d evaluations", stats, c.steps, evaluations)
			}
			// The steps follow estimates that cancel to a part of about rtol, and so agree only
			// to rounding over rtol; the error of the states depends on the steps.
			tolerance := max(1e-11, 1e-6*c.rtol)
			if e := distance(out[d:2*d], c.inside); e > tolerance {
				t.Errorf("inside: %v, want %v: %.3g apart", out[d:2*d], c.inside, e)
			}
			if e := distance(out[2*d:], c.atEnd); e > tolerance {
				t.Errorf("end: %v, want %v: %.3g apart", out[2*d:], c.atEnd, e)
			}
		})
	}
}

var adaptiveMethods = []Method{DormandPrince, DOP853}

// The error at dense output times follows the tolerance on every problem, in both
// directions of time.
func TestTolerance(t *testing.T) {
	for _, m := range adaptiveMethods {
		for _, p := range problems {
			for _, backward := range []bool{false, true} {
				a, b := p.start, p.end
				if backward {
					a, b = b, a
				}
				times := linspace(a, b, 50)
				x0, exact := make([]float64, p.dim), make([]float64, p.dim)
				p.solution(a, x0)
				before := math.Inf(1)
				for _, tolerance := range []float64{1e-4, 1e-6, 1e-8, 1e-10, 1e-12} {
					out, _, err := Solve(p.field, x0, times, nil, &Settings{Method: m, RTol: tolerance, ATol: tolerance})
					if err != nil {
						t.Fatal(err)
					}
					var worst float64
					for i, at := range times {
						p.solution(at, exact)
						worst = max(worst, distance(exact, out[i*p.dim:(i+1)*p.dim]))
					}
					if worst > 50*tolerance {
						t.Errorf("%v, %s, backward %v: error %.3g at tolerance %g", m, p.name, backward, worst, tolerance)
					}
					if worst > before/2 {
						t.Errorf("%v, %s, backward %v: error %.3g at tolerance %g, %.3g at a hundred times that", m, p.name, backward, worst, tolerance, before)
					}
					before = worst
				}
			}
		}
	}
}

// Ten orbits forward and back again.
func TestThereAndBack(t *testing.T) {
	x0 := make([]float64, 4)
	keplerOrbit(0.5, 0, x0)
	for _, m := range adaptiveMethods {
		s := &Settings{Method: m, RTol: 1e-12, ATol: 1e-12}
		there, _, err := Solve(kepler, x0, []float64{0, 20 * math.Pi}, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := Solve(kepler, there[4:], []float64{20 * math.Pi, 0}, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		// An error in the energy grows to one in the phase with the square of the time;
		// measured 1.3e-8 and 1.5e-8.
		if e := distance(back[4:], x0); e > 3e-8 {
			t.Errorf("%v: %.3g from the start", m, e)
		}
	}
}

// The energy of an orbit of eccentricity 0.5 over 100 revolutions. The bounds are about
// three times what was measured.
func TestEnergyDrift(t *testing.T) {
	x0 := make([]float64, 4)
	keplerOrbit(0.5, 0, x0)
	times := linspace(0, 200*math.Pi, 1001)
	for _, c := range []struct {
		settings Settings
		bound    float64
	}{
		{Settings{Method: DormandPrince, RTol: 1e-10, ATol: 1e-10}, 4e-8},
		{Settings{Method: DOP853, RTol: 1e-10, ATol: 1e-10}, 8e-8},
		{Settings{Method: DOP853, RTol: 1e-13, ATol: 1e-13}, 6e-11},
		{Settings{Method: RK4, Step: 0.01}, 5e-7},
	} {
		out, stats, err := Solve(kepler, x0, times, nil, &c.settings)
		if err != nil {
			t.Fatal(err)
		}
		var drift float64
		for i := range times {
			drift = max(drift, math.Abs(keplerEnergy(out[4*i:])+0.5))
		}
		if drift > c.bound {
			t.Errorf("%v at %g: energy drifts by %.3g, want below %g; %+v", c.settings.Method, c.settings.RTol, drift, c.bound, stats)
		}
	}
}

// How many outputs are asked for changes neither the steps nor the bits of the states
// at the same times; outputs inside cost DOP853 three evaluations in the steps that have
// any, and DormandPrince none.
func TestOutputsDoNotDisturb(t *testing.T) {
	for _, m := range adaptiveMethods {
		s := &Settings{Method: m}
		few, statsFew, err := Solve(pendulum, []float64{2, 0}, []float64{0, 3, 6, 10}, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		times := linspace(0, 10, 1001)
		many, statsMany, err := Solve(pendulum, []float64{2, 0}, times, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range []int{0, 300, 600, 1000} {
			for j := range 2 {
				if few[2*i+j] != many[2*at+j] {
					t.Errorf("%v: component %d at t = %g is %v or %v", m, j, times[at], few[2*i+j], many[2*at+j])
				}
			}
		}
		if statsFew.Steps != statsMany.Steps || statsFew.Rejected != statsMany.Rejected {
			t.Errorf("%v: %+v or %+v", m, statsFew, statsMany)
		}
		tries := statsMany.Steps + statsMany.Rejected
		wantFew, wantMany := 2+6*tries, 2+6*tries
		if m == DOP853 {
			wantFew, wantMany = 2+12*tries+3*2, 2+12*tries+3*statsMany.Steps
		}
		if statsFew.Evaluations != wantFew || statsMany.Evaluations != wantMany {
			t.Errorf("%v: %d and %d evaluations, want %d and %d", m, statsFew.Evaluations, statsMany.Evaluations, wantFew, wantMany)
		}
	}
}

// MaxStep bounds every step, InitialStep is the first: seen from the times at which the
// field is evaluated. A MaxStep that divides the interval takes no step for the rounding.
func TestStepLimits(t *testing.T) {
	for _, m := range adaptiveMethods {
		for _, end := range []float64{1, -1} {
			var at []float64
			f := func(t float64, x, dx []float64) {
				at = append(at, t)
				dx[0] = -x[0]
			}
			_, stats, err := Solve(f, []float64{1}, []float64{0, end}, nil,
				&Settings{Method: m, RTol: 1e-3, InitialStep: 0.05, MaxStep: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			perStep := methods[m].pair.evaluations()
			// The last evaluation of a step is at its end.
			if got := at[perStep]; math.Abs(got-0.05*end) > 1e-15 {
				t.Errorf("%v: the first step ends at %v", m, got)
			}
			longest, last := 0.0, at[perStep]
			for i := 2 * perStep; i < len(at); i += perStep {
				longest = max(longest, math.Abs(at[i]-last))
				last = at[i]
			}
			if longest > 0.1*(1+1e-9) || longest < 0.099 || stats.Rejected > 0 {
				t.Errorf("%v: longest step %v; %+v", m, longest, stats)
			}
		}
		_, stats, err := Solve(func(_ float64, x, dx []float64) { dx[0] = -x[0] }, []float64{1}, []float64{0, 1}, nil,
			&Settings{Method: m, RTol: 1e-3, InitialStep: 0.1, MaxStep: 0.1})
		if err != nil || stats.Steps != 10 {
			t.Errorf("%v: %+v, %v; want 10 steps of 0.1", m, stats, err)
		}
	}
}

// x' = x^2 from 1 has a pole at t = 1, which no step can pass.
func TestSingularity(t *testing.T) {
	square := func(_ float64, x, dx []float64) { dx[0] = x[0] * x[0] }
	for _, m := range adaptiveMethods {
		times := []float64{0, 0.5, 0.9, 1.5, 2}
		out, stats, err := Solve(square, []float64{1}, times, nil, &Settings{Method: m})
		var underflow *StepUnderflowError
		if !errors.As(err, &underflow) {
			t.Fatalf("%v: %v, want a StepUnderflowError", m, err)
		}
		if math.Abs(underflow.Time-1) > 1e-7 || underflow.Component != 0 || underflow.Value < 1e7 || underflow.Step > 1e-14 {
			t.Errorf("%v: %+v", m, underflow)
		}
		if math.Abs(out[1]-2) > 1e-7 || math.Abs(out[2]-10) > 1e-5 || !math.IsNaN(out[3]) || !math.IsNaN(out[4]) {
			t.Errorf("%v: states %v; want 2 and 10, then NaN", m, out)
		}
		if stats.Steps == 0 {
			t.Errorf("%v: %+v", m, stats)
		}
	}
}

// A field that ends at t = 1, and one whose state ends at x = 0, where a step from inside
// may look outside: the error says where.
func TestFieldUndefined(t *testing.T) {
	for _, m := range adaptiveMethods {
		for name, f := range map[string]Field{
			"NaN": func(t float64, x, dx []float64) {
				dx[0], dx[1] = 1, 1
				if t > 1 {
					dx[1] = math.NaN()
				}
			},
			"Inf": func(t float64, x, dx []float64) {
				dx[0], dx[1] = 1, 1
				if x[0] > 2 {
					dx[1] = math.Inf(-1)
				}
			},
		} {
			_, _, err := Solve(f, []float64{1, 0}, []float64{0, 2}, nil, &Settings{Method: m})
			var broken *NonFiniteError
			if !errors.As(err, &broken) {
				t.Fatalf("%v, %s: %v, want a NonFiniteError", m, name, err)
			}
			if math.Abs(broken.Time-1) > 1e-9 || broken.Quantity != Derivative || broken.Component != 1 || broken.Value-broken.Value == 0 {
				t.Errorf("%v, %s: %+v", m, name, broken)
			}
		}
	}
}

// DOP853's interpolant evaluates the field where its step does not, at a tenth of it.
// Where the field is not finite there, the output must not become NaN without an error.
func TestFieldUndefinedInside(t *testing.T) {
	f := func(t float64, x, dx []float64) {
		dx[0] = 1
		if math.Abs(t-0.1) < 1e-9 {
			dx[0] = math.NaN()
		}
	}
	s := &Settings{Method: DOP853, InitialStep: 1}
	if _, stats, err := Solve(f, []float64{1}, []float64{0, 1}, nil, s); err != nil || stats.Steps != 1 {
		t.Errorf("without an output inside: %+v, %v; want one step", stats, err)
	}
	out, _, err := Solve(f, []float64{1}, []float64{0, 0.5, 1}, nil, s)
	var broken *NonFiniteError
	if !errors.As(err, &broken) || out[0] != 1 || !math.IsNaN(out[1]) || !math.IsNaN(out[2]) {
		t.Errorf("%v, %v; want a NonFiniteError", out, err)
	}
}

// A step may look outside the field's domain and still find its way back: y' = -sqrt(y)
// from 1 is (1 - t/2)^2 and is left well before it ends at t = 2.
func TestDomainRecovered(t *testing.T) {
	root := func(_ float64, x, dx []float64) { dx[0] = -math.Sqrt(x[0]) }
	for _, m := range adaptiveMethods {
		out, stats, err := Solve(root, []float64{1}, []float64{0, 1.9}, nil, &Settings{Method: m, InitialStep: 1.9})
		if err != nil {
			t.Fatalf("%v: %v", m, err)
		}
		if math.Abs(out[1]-0.0025) > 1e-8 || stats.Rejected == 0 {
			t.Errorf("%v: %v after %+v, want 0.0025", m, out[1], stats)
		}
	}
}

// e^t overflows at t = 709.78, and the sums of stages, whose coefficients reach 43, a
// little before.
func TestStateOverflow(t *testing.T) {
	growth := func(_ float64, x, dx []float64) { dx[0] = x[0] }
	for _, m := range adaptiveMethods {
		_, _, err := Solve(growth, []float64{1}, []float64{0, 1000}, nil, &Settings{Method: m, RTol: 1e-6})
		var broken *NonFiniteError
		if !errors.As(err, &broken) {
			t.Fatalf("%v: %v, want a NonFiniteError", m, err)
		}
		if broken.Time < 705 || broken.Time > 709.8 || broken.Largest < 1e306 {
			t.Errorf("%v: %+v", m, broken)
		}
	}
}

// A state at the edge of the numbers with a field that is finite everywhere.
func TestStateBecomesInfinite(t *testing.T) {
	steady := func(_ float64, x, dx []float64) { dx[0] = 1e306 }
	const x0, overflow = 1.79e308, 0.7694 // (MaxFloat64 - x0) / 1e306
	for _, s := range everyMethod {
		s.Step, s.MaxSteps = 0.25, 1000
		out, _, err := Solve(steady, []float64{x0}, []float64{0, 0.5, 2}, nil, &s)
		var at float64
		var broken *NonFiniteError
		var many *TooManyStepsError
		switch {
		case errors.As(err, &broken) && broken.Quantity == State:
			at = broken.Time
		case errors.As(err, &many) && s.Method.Adaptive():
			// So close to the end short steps do not change the state at all, and go on.
			at = many.Time
		default:
			t.Errorf("%v: %v", s.Method, err)
		}
		if at < 0.5 || at > overflow {
			t.Errorf("%v: the state overflows at t = %v, the error is at %v: %v", s.Method, overflow, at, err)
		}
		if math.Abs(out[1]/(x0+0.5e306)-1) > 1e-9 || !math.IsNaN(out[2]) {
			t.Errorf("%v: states %v", s.Method, out)
		}
	}
}

// The Euler step that estimates the first step may leave the domain: here it passes
// x = 0.9999, where (1e-2 - t/2)^2 + 0.9999 is heading and the field ends.
func TestInitialStepLeavesDomain(t *testing.T) {
	f := func(_ float64, x, dx []float64) { dx[0] = -math.Sqrt(x[0] - 0.9999) }
	for _, m := range adaptiveMethods {
		out, stats, err := Solve(f, []float64{1}, []float64{0, 0.019}, nil, &Settings{Method: m})
		if err != nil || math.Abs(out[1]-0.9999-0.25e-6) > 1e-9 {
			t.Errorf("%v: %v, %+v, %v", m, out, stats, err)
		}
	}
}

func TestTooManySteps(t *testing.T) {
	for _, m := range adaptiveMethods {
		_, stats, err := Solve(pendulum, []float64{2, 0}, []float64{0, 1000}, nil, &Settings{Method: m, MaxSteps: 50})
		var many *TooManyStepsError
		if !errors.As(err, &many) {
			t.Fatalf("%v: %v, want a TooManyStepsError", m, err)
		}
		if stats.Steps+stats.Rejected != 50 || many.Limit != 50 || many.End != 1000 || !(many.Time > 0 && many.Time < 100) || many.Value == 0 {
			t.Errorf("%v: %+v, %+v", m, many, stats)
		}
	}
}

// Where the field is zero, or the state is, no step can be estimated from their ratio.
func TestRest(t *testing.T) {
	for _, m := range adaptiveMethods {
		for _, x := range []float64{0, 1} {
			out, stats, err := Solve(func(_ float64, x, dx []float64) { dx[0] = 0 }, []float64{x}, []float64{0, 1e6}, nil, &Settings{Method: m})
			if err != nil || out[1] != x || stats.Steps > 20 {
				t.Errorf("%v from %v: %v, %+v, %v", m, x, out[1], stats, err)
			}
		}
	}
}
