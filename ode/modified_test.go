package ode

import (
	"math"
	"testing"
)

// The exact flow of the modified field is the method's steps, to the sixth order of their
// length, and far closer than the flow of the field itself.
func TestModified(t *testing.T) {
	for _, m := range []Method{Leapfrog, Midpoint, Gauss4} {
		var h, errs []float64
		x0 := []float64{1.2, 0.4}
		for _, step := range []float64{1. / 12, 1. / 16, 1. / 20, 1. / 24} {
			s := &Settings{Method: m, Step: step}
			modified, err := Modified(pendulum, splitPendulum, 2, s)
			if err != nil {
				t.Fatal(err)
			}
			times := []float64{0, 1}
			flow, _, err := Solve(modified, x0, times, nil, &Settings{Method: DOP853, RTol: 1e-13, ATol: 1e-14})
			if err != nil {
				t.Fatal(err)
			}
			own, _, err := Solve(pendulum, x0, times, nil, &Settings{Method: DOP853, RTol: 1e-13, ATol: 1e-14})
			if err != nil {
				t.Fatal(err)
			}
			steps, _, err := SolveSplit(splitPendulum, x0, times, nil, s)
			if err != nil {
				t.Fatal(err)
			}
			e := distance(flow[2:], steps[2:])
			if plain := distance(own[2:], steps[2:]); m != Gauss4 && !(e < plain/50) {
				t.Errorf("%v, step %v: the modified flow is %.3g beside the steps, the field's own %.3g", m, step, e, plain)
			}
			h, errs = append(h, step), append(errs, e)
		}
		if order := slope(h, errs); math.Abs(order-6) > 0.3 {
			t.Errorf("%v: the error falls as h^%.3g: %.3g", m, order, errs)
		}
	}
	for _, m := range []Method{RK4, SymplecticEuler, Tao2} {
		if _, err := Modified(pendulum, splitPendulum, 2, &Settings{Method: m, Step: 0.1}); err == nil {
			t.Errorf("%v has a modified equation", m)
		}
	}
	// Of the harmonic oscillator leapfrog turns by the angle 2 asin(h/2) a step.
	oscillating := Split{
		Velocity: func(p, v []float64) { v[0] = p[0] },
		Force:    func(q, f []float64) { f[0] = -q[0] },
	}
	const step = 0.1
	modified, err := Modified(nil, oscillating, 2, &Settings{Method: Leapfrog, Step: step})
	if err != nil {
		t.Fatal(err)
	}
	x, dx, ddx := []float64{1, 0}, make([]float64, 2), make([]float64, 2)
	modified(0, x, dx)
	modified(0, dx, ddx)
	if w, want := math.Sqrt(-ddx[0]), 2*math.Asin(step/2)/step; math.Abs(w-want) > 1e-8 {
		t.Errorf("the frequency is %.12g, want %.12g", w, want)
	}
}
