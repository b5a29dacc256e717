package ode

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// The perihelia of a Kepler orbit are one period of 2 pi apart, in either direction of time
// and however few outputs there are.
func TestPerihelia(t *testing.T) {
	for _, m := range adaptiveMethods {
		for _, direction := range []float64{1, -1} {
			var times []float64
			perihelion := Event{
				Value:     func(_ float64, x []float64) float64 { return x[0]*x[2] + x[1]*x[3] },
				Direction: 1, // the distance has its least value where its derivative rises
				Found: func(c Crossing) bool {
					times = append(times, c.Time)
					if r := math.Hypot(c.State[0], c.State[1]); math.Abs(r-0.6) > 1e-9 {
						t.Errorf("%v: a perihelion at the distance %v", m, r)
					}
					return false
				},
			}
			x0 := make([]float64, 4)
			keplerOrbit(0.4, math.Pi, x0) // at the aphelion
			if direction < 0 {
				perihelion.Direction = -1 // run backwards, it falls there
			}
			_, _, err := Solve(kepler, x0, []float64{0, direction * 20 * math.Pi}, nil, &Settings{Method: m, RTol: 1e-12, ATol: 1e-12, Events: []Event{perihelion}})
			if err != nil {
				t.Fatal(err)
			}
			if len(times) != 10 {
				t.Fatalf("%v: %d perihelia in 10 periods", m, len(times))
			}
			for k, at := range times {
				// The phase error of the orbit at this tolerance.
				if want := direction * (2*float64(k) + 1) * math.Pi; math.Abs(at-want) > 1e-8 {
					t.Errorf("%v: perihelion %d at %v, want %v", m, k, at, want)
				}
			}
		}
	}
}

// A root is found to rounding where the interpolant is exact, in the middle of steps and at
// their ends, several in order, and what comes before it is written before.
func TestEventRoots(t *testing.T) {
	for _, m := range adaptiveMethods {
		var found []float64
		level := func(v float64, direction int) Event {
			return Event{
				Value:     func(_ float64, x []float64) float64 { return x[0] - v },
				Direction: direction,
				Found:     func(c Crossing) bool { found = append(found, c.Time); return false },
			}
		}
		// x = t^2 - 1 from t = -2 to 2, whose zeros are at -1 and 1.
		f := func(t float64, x, dx []float64) { dx[0] = 2 * t }
		set := &Settings{Method: m, MaxStep: 0.7, Events: []Event{level(0, 0), level(0, 1), level(0, -1), level(3, 0), level(-0.5, 0)}}
		out, _, err := Solve(f, []float64{3}, []float64{-2, -1.5, 2}, nil, set)
		if err != nil {
			t.Fatal(err)
		}
		want := []float64{-1, -1, -math.Sqrt(0.5), math.Sqrt(0.5), 1, 1, 2}
		// The last is at the end itself, which rounding may leave aside.
		if n := len(found); n < 6 || n > 7 {
			t.Fatalf("%v: zeros at %v", m, found)
		}
		for i, at := range found {
			if math.Abs(at-want[i]) > 1e-14 {
				t.Errorf("%v: zero at %.17g, want %.17g", m, at, want[i])
			}
		}
		if math.Abs(out[1]-1.25) > 1e-14 || math.Abs(out[2]-3) > 1e-14 {
			t.Errorf("%v: outputs %v", m, out)
		}
	}
}

// A ball thrown up comes down after 2 v / g, which ends its flight; the outputs that it does
// not reach are NaN, and rows of a batch end each at its own time.
func TestEventEnds(t *testing.T) {
	const g = 9.81
	fall := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -g }
	times := linspace(0, 3, 31)
	for _, m := range adaptiveMethods {
		var ends [4]float64
		set := &Settings{Method: m, Events: []Event{{
			Value:     func(_ float64, x []float64) float64 { return x[0] },
			Direction: -1,
			Found:     func(c Crossing) bool { ends[c.Row] = c.Time; return true },
		}}}
		x0 := []float64{0, 5, 0, 20, 0, 7, 0, 9}
		var calls, total int
		r, err := SolveBatch(each(fall, &calls, &total), x0, 4, times, nil, set)
		if err != nil {
			t.Fatal(err)
		}
		batch := ends
		for i := range 4 {
			v := x0[2*i+1]
			want := 2 * v / g
			var ended *EventError
			if i == 1 {
				if r.Errs[i] != nil || ends[i] != 0 {
					t.Errorf("%v: a ball that does not come down in time: %v", m, r.Errs[i])
				}
				continue
			}
			if !errors.As(r.Errs[i], &ended) || ended.Event != 0 || ended.Time != ends[i] || math.Abs(ends[i]-want) > 1e-14 {
				t.Errorf("%v: row %d ended at %v with %v, want %v", m, i, ends[i], r.Errs[i], want)
			}
			for k, at := range times {
				if x := r.Row(i)[2*k]; at < want != !math.IsNaN(x) {
					t.Errorf("%v: row %d at t = %v is %v", m, i, at, x)
				}
			}
			_, _, err := Solve(fall, x0[2*i:2*i+2], times, nil, set)
			if !errors.As(err, &ended) || ends[0] != batch[i] {
				t.Errorf("%v: row %d alone ended at %v, in the batch at %v", m, i, ends[0], batch[i])
			}
		}
	}
}

func TestEventErrors(t *testing.T) {
	value := func(float64, []float64) float64 { return 1 }
	found := func(Crossing) bool { return false }
	for want, set := range map[string]Settings{
		"rk45, dop853": {Method: Leapfrog, Step: 0.1, Events: []Event{{Value: value, Found: found}}},
		"event 1":      {Events: []Event{{Value: value, Found: found}, {Value: value}}},
	} {
		if _, err := NewSolver(2, &set); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	// Values that are not numbers are no crossings.
	nan := Event{Value: func(t float64, _ []float64) float64 { return math.Log(1 - t) }, Found: func(Crossing) bool { return true }}
	if _, _, err := Solve(pendulum, []float64{1, 0}, []float64{0, 3}, nil, &Settings{Events: []Event{nan}}); err != nil {
		t.Error(err)
	}
}
