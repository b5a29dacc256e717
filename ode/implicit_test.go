package ode

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// fast is a harmonic oscillator of frequency 100, on which fixed-point iteration at a step
// of 0.1 diverges.
func fast(_ float64, x, dx []float64) { dx[0], dx[1] = 100*x[1], -100*x[0] }

// A step of a Gauss method on x' = i w x multiplies by the diagonal Pade approximant of
// e^(i w h), of modulus one: Newton's iteration must find that, from finite differences or
// a given Jacobian, where the fixed point does not exist.
func TestNewtonFallback(t *testing.T) {
	jacobian := func(_ float64, _, j []float64) { copy(j, []float64{0, 100, -100, 0}) }
	const z = -10 // w h, and x = q + i p turns clockwise
	pade := map[Method]complex128{
		Midpoint: complex(1, z/2.) / complex(1, -z/2.),
		Gauss4:   complex(1-z*z/12., z/2.) / complex(1-z*z/12., -z/2.),
		Gauss6:   complex(1-z*z/10., z/2.-z*z*z/120.) / complex(1-z*z/10., -z/2.+z*z*z/120.),
	}
	for m, want := range pade {
		for _, given := range []func(float64, []float64, []float64){nil, jacobian} {
			s := &Settings{Method: m, Step: 0.1, Jacobian: given}
			out, stats, err := Solve(fast, []float64{1, 0}, []float64{0, 0.1}, nil, s)
			if err != nil {
				t.Fatal(err)
			}
			if e := distance(out[2:], []float64{real(want), imag(want)}); e > 1e-14 {
				t.Errorf("%v: %v, want %v", m, out[2:], want)
			}
			if stats.NewtonSteps != 1 || stats.Iterations == 0 || stats.Residual > 1e-14 {
				t.Errorf("%v: %+v", m, stats)
			}
			// Over many steps the energy stays to rounding, however long they are.
			out, stats, err = Solve(fast, []float64{1, 0}, []float64{0, 1000}, nil, s)
			if err != nil {
				t.Fatal(err)
			}
			if e := math.Abs(out[2]*out[2] + out[3]*out[3] - 1); e > 1e-11 || stats.NewtonSteps != 10_000 {
				t.Errorf("%v: after %d steps the energy is %.3g off", m, stats.NewtonSteps, e)
			}
		}
	}
}

// Rows of a batch converge each on its own, in as many iterations as alone and to the same
// bits.
func TestImplicitBatch(t *testing.T) {
	x0 := []float64{0.1, 0, 1.5, 0.3, 2.5, -1}
	stiff := func(_ float64, x, dx []float64) { dx[0], dx[1] = 2*x[1], -3*math.Exp(2*x[0]) }
	times := []float64{0, 0.15, 0.4}
	var calls, total int
	for _, m := range unsplit {
		s := &Settings{Method: m, Step: 0.1}
		if m.copies() {
			s.Step = 0.01
		}
		r, err := SolveBatch(each(stiff, &calls, &total), x0, 3, times, nil, s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			want, stats, err := Solve(stiff, x0[2*i:2*i+2], times, nil, s)
			if (err == nil) != (r.Errs[i] == nil) || err == nil && distance(r.Row(i), want) != 0 || r.Stats[i] != stats {
				t.Errorf("%v: row %d is %v with %+v, %v; alone %v with %+v, %v", m, i, r.Row(i), r.Stats[i], r.Errs[i], want, stats, err)
			}
		}
		if m == Midpoint && (r.Stats[0].NewtonSteps != 0 || r.Stats[2].NewtonSteps == 0) {
			t.Errorf("Newton's iteration in %d and %d steps", r.Stats[0].NewtonSteps, r.Stats[2].NewtonSteps)
		}
	}
}

// x1 = x0 + h ((x0 + x1)/2)^2 has no real solution for h x0 > 1/2,
// and none is invented.
func TestNoConvergence(t *testing.T) {
	square := func(_ float64, x, dx []float64) { dx[0] = x[0] * x[0] }
	_, _, err := Solve(square, []float64{1}, []float64{0, 0.8}, nil, &Settings{Method: Midpoint, Step: 0.8})
	var fails *ConvergenceError
	if !errors.As(err, &fails) || fails.Time != 0 || fails.Step != 0.8 || !strings.Contains(err.Error(), "shorten the step") {
		t.Errorf("%v", err)
	}
}

// A field in float32 cannot be solved to the rounding of float64; it ends where the field's
// own precision does, and says so.
func TestImplicitFieldInFloat32(t *testing.T) {
	f := func(_ float64, x, dx []float64) {
		dx[0], dx[1] = float64(2*float32(x[1])), float64(-3*float32(math.Sin(float64(float32(x[0])))))
	}
	for _, m := range []Method{Midpoint, Gauss4, Gauss6} {
		_, stats, err := Solve(f, []float64{1.5, 0.3}, []float64{0, 50}, nil, &Settings{Method: m, Step: 0.05})
		if err != nil || stats.NewtonSteps != 0 || stats.Residual > 1e-7 {
			t.Errorf("%v: %+v, %v", m, stats, err)
		}
	}
}
