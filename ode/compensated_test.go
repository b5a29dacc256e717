package ode

import (
	"math"
	"testing"
)

// Over a long run compensated sums keep the state within a few units of rounding, and plain
// ones lose up to one unit a step.
func TestCompensated(t *testing.T) {
	// x' = 1/3 takes the same increment every step, whose rounding is a drift.
	f := func(_ float64, x, dx []float64) { dx[0] = 1. / 3 }
	const n, h = 30_000, 0x1p-9
	times := []float64{0, n * h}
	for m := range methods {
		m := Method(m)
		if m.NeedsSplit() || m.copies() {
			continue // below: they take positions and momenta
		}
		s := Settings{Method: m, Step: h, MaxStep: h, InitialStep: h}
		plain, _, err := Solve(f, []float64{1}, times, nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		s.Compensated = true
		compensated, _, err := Solve(f, []float64{1}, times, nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		want := 1 + n*h/3
		if e := math.Abs(compensated[1] - want); e > 3e-14 {
			t.Errorf("%v, compensated: %.3g off", m, e)
		}
		if e := math.Abs(plain[1] - want); e < 1e-13 {
			t.Errorf("%v, plain: %.3g off only", m, e)
		}
	}
	drift := Split{
		Velocity: func(p, v []float64) { v[0] = 1. / 3 },
		Force:    func(q, f []float64) { f[0] = -1. / 3 },
	}
	for m := range methods {
		m := Method(m)
		if !m.NeedsSplit() && !m.copies() {
			continue
		}
		out, _, err := SolveSplit(drift, []float64{1, 1}, times, nil, &Settings{Method: m, Step: h, Compensated: true})
		if err != nil {
			t.Fatal(err)
		}
		if e := distance(out[2:], []float64{1 + n*h/3, 1 - n*h/3}); e > 3e-14 {
			t.Errorf("%v, compensated: %.3g off", m, e)
		}
	}
}
