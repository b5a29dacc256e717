package ode

import (
	"errors"
	"math"
	"testing"
)

// held is the oscillator dq/dt = p, dp/dt = -q + u with u = k in segment k, and its motion
// from (1, 0) at time 0, put together from that of each segment about its rest point.
func held(knots []float64) (field func(int) Field, exact func(t float64) (q, p float64)) {
	field = func(k int) Field {
		return func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0]+float64(k) }
	}
	exact = func(t float64) (q, p float64) {
		q, p = 1, 0
		from := 0.0
		for k := 0; k <= len(knots); k++ {
			to := t
			if k < len(knots) {
				to = min(t, knots[k])
			}
			if to < from {
				continue
			}
			sin, cos := math.Sincos(to - from)
			a := q - float64(k)
			q, p = float64(k)+a*cos+p*sin, p*cos-a*sin
			from = to
		}
		return q, p
	}
	return field, exact
}

// Every output of a motion with jumps in its field, forwards and back again.
func TestSolveSegments(t *testing.T) {
	knots := []float64{0.5, 1, 1.7, 4}
	field, exact := held(knots)
	times := []float64{0, 0.1, 0.5, 0.7, 1, 1.05, 3, 3.5, 5, 6}
	back := make([]float64, len(times))
	for i, v := range times {
		back[len(times)-1-i] = v
	}
	for _, c := range []struct {
		set Settings
		tol float64
	}{
		{Settings{Method: DOP853, RTol: 1e-12, ATol: 1e-12}, 1e-11},
		{Settings{Method: DormandPrince, RTol: 1e-12, ATol: 1e-12}, 1e-10},
		{Settings{Method: RK4, Step: 1e-3}, 1e-11}, // (1e-3)^4 over six units of time
		{Settings{Method: Gauss6, Step: 0.02}, 1e-12},
	} {
		out, stats, err := SolveSegments(field, knots, []float64{1, 0}, times, nil, &c.set)
		if err != nil {
			t.Fatal(err)
		}
		for i, time := range times {
			q, p := exact(time)
			if math.Hypot(out[2*i]-q, out[2*i+1]-p) > c.tol {
				t.Errorf("%v: at %v: %v, want %v %v", c.set.Method, time, out[2*i:2*i+2], q, p)
			}
		}
		if stats.Steps == 0 || stats.Evaluations == 0 {
			t.Errorf("%v: counts %+v", c.set.Method, stats)
		}
		home, _, err := SolveSegments(field, knots, out[len(out)-2:], back, nil, &c.set)
		if err != nil {
			t.Fatal(err)
		}
		for i := range times {
			j := len(times) - 1 - i
			if math.Hypot(home[2*i]-out[2*j], home[2*i+1]-out[2*j+1]) > 2*c.tol {
				t.Errorf("%v: back at %v: %v, there %v", c.set.Method, back[i], home[2*i:2*i+2], out[2*j:2*j+2])
			}
		}
	}
}

// Steps across the jumps would be of first order; those between them keep the method's.
func TestOrderAcrossKnots(t *testing.T) {
	knots := []float64{0.7, 1.3, 2.1}
	field, exact := held(knots)
	distance := func(step float64) float64 {
		out, _, err := SolveSegments(field, knots, []float64{1, 0}, []float64{0, 3}, nil, &Settings{Method: RK4, Step: step})
		if err != nil {
			t.Fatal(err)
		}
		q, p := exact(3)
		return math.Hypot(out[2]-q, out[3]-p)
	}
	if order := math.Log2(distance(0.1) / distance(0.05)); math.Abs(order-4) > 0.2 {
		t.Errorf("order %.3f, want 4", order)
	}
}

func TestSolveSegmentsFails(t *testing.T) {
	field := func(k int) Field {
		return func(_ float64, x, dx []float64) {
			if dx[0] = 1; k == 2 {
				dx[0] = math.NaN()
			}
		}
	}
	out, _, err := SolveSegments(field, []float64{1, 2}, []float64{0}, []float64{0, 1.5, 2.5, 3}, nil, nil)
	if err == nil || math.Abs(out[1]-1.5) > 1e-12 || !math.IsNaN(out[2]) || !math.IsNaN(out[3]) {
		t.Errorf("a field that ends at 2 gives %v, %v", out, err)
	}
	var split *NeedsSplitError
	if _, _, err := SolveSegments(field, []float64{1}, []float64{0, 0}, []float64{0, 3}, nil, &Settings{Method: Leapfrog, Step: 0.1}); !errors.As(err, &split) {
		t.Errorf("leapfrog: %v", err)
	}
	if _, _, err := SolveSegments(field, []float64{1}, []float64{0}, []float64{0, 0}, nil, nil); err == nil {
		t.Error("times that stand still were taken")
	}
}
