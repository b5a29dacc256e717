package shoot

import (
	"math"
	"testing"

	"hnn/data/estimate"
)

// Of paths of the exact field with one wrong held-out start the median error is the integrator's, of a wrong field it is
// not, whether the state is the paths' positions or their positions and velocities.
func TestHeldOut(t *testing.T) {
	field := func(k float64) *System {
		return &System{Dim: 2, Rate: func(x, u, dx, byX, byP []float64) bool { dx[0], dx[1] = x[1], -k*x[0]; return true }}
	}
	whole := &estimate.Paths{N: 2, Step: 0.1, Turn: 2 * math.Pi, Spread: []float64{1, 1}, Smoothed: true}
	split := &estimate.Paths{N: 1, Step: 0.1, Turn: 2 * math.Pi, Spread: []float64{1}, Speeds: []float64{1}, Smoothed: true}
	for k := range 12 {
		var x, q, v []float64
		for i := range 300 {
			s, c := math.Sincos(0.1*float64(i) + float64(k))
			if k%4 != 0 || k == 4 { // not compared, or the one that the median leaves out
				s, c = s*s, c*c
			}
			x, q, v = append(x, s, c), append(q, s), append(v, c)
		}
		whole.Trials = append(whole.Trials, estimate.Path{Q: x})
		split.Trials = append(split.Trials, estimate.Path{Q: q, V: v})
	}
	for name, p := range map[string]*estimate.Paths{"whole": whole, "split": split} {
		e, horizon := field(1).HeldOut(p), SamplingOf(p).Horizon
		if !(e < 1e-4) || math.Abs(horizon-12.5) > 1e-9 {
			t.Errorf("%s: error %g over %g, want below 1e-4 over 12.5", name, e, horizon)
		}
		if e := field(1.2).HeldOut(p); !(e > 0.1) {
			t.Errorf("%s: error %g of a wrong field", name, e)
		}
	}
}
