package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
)

// How late a column of velocities is, to a part of a row, and whether by a delay or by a filter; of one that is not late, noisy or
// exact, none is found.
func TestLags(t *testing.T) {
	const step = 0.05
	rng := rand.New(rand.NewPCG(8, 1))
	draw := func(delay, constant, noise float64) *data.Set {
		s := &data.Set{Dim: 2, Offsets: []int{0}}
		frequencies, sizes := []float64{1, 2.3, 4.1}, []float64{1, 0.5, 0.2}
		for k := range 4 {
			for i := range 300 {
				at := step * float64(i)
				q, v := noise*rng.NormFloat64(), 2*noise*rng.NormFloat64()
				for j, w := range frequencies {
					phase := w*at + float64(k*(j+1))
					q += sizes[j] * math.Sin(phase)
					// Behind the filter 1/(1 + i w T) the wave is smaller and later.
					gain := 1 / math.Hypot(1, w*constant)
					v += gain * sizes[j] * w * math.Cos(phase-w*delay-math.Atan(w*constant))
				}
				s.T, s.X = append(s.T, at), append(s.X, q, v)
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		return s
	}
	for _, c := range []struct {
		delay, constant, noise float64
	}{{0, 0, 0.005}, {0, 0, 0}, {0.013, 0, 0.005}, {-0.07, 0, 0.005}, {0.013, 0, 0}, {0, 0.1, 0.005}, {0, 0.1, 0}} {
		got := Lags(draw(c.delay, c.constant, c.noise))
		if len(got) != 1 {
			t.Fatalf("%+v: %v", c, got)
		}
		l := got[0]
		t.Logf("%+v: %+v", c, l)
		want := c.delay + c.constant
		if l.Late(5) != (want != 0) || l.Filtered != (c.constant != 0) {
			t.Errorf("%+v: %+v", c, l)
		}
		// Of one set in many the error is four standard errors; what is smooth of exact rows is not the rate to the last digit.
		if math.Abs(l.Delay-want) > 4*l.Error+1e-4 || !(l.Error < 0.002) {
			t.Errorf("%+v: a lag of %v +- %v, want %v", c, l.Delay, l.Error, want)
		}
	}
	s := draw(0, 0, 0.005)
	for r := range s.Rows() {
		s.X[2*r+1] = rng.NormFloat64()
	}
	if got := Lags(s); got != nil {
		t.Errorf("noise is taken for a velocity: %+v", got)
	}
}
