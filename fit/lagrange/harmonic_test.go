package lagrange

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/ode"
)

// driven is a pendulum with friction whose bearing is pushed by 3 cos(2.3 t + 0.4).
var driven = truth{
	n: 1, inputs: 1, angles: []bool{true},
	acc:   func(q, v, u, a []float64) { a[0] = -g*math.Sin(q[0]) - 0.1*v[0] + u[0] },
	start: func(rng *rand.Rand) (q, v []float64) { return []float64{uniform(rng, 1.5)}, []float64{uniform(rng, 1)} },
	input: func(*rand.Rand) func(t float64) []float64 {
		return func(t float64) []float64 { return []float64{3 * math.Cos(2.3*t+0.4)} }
	},
}

// A force of the time alone is found without a column of it, its frequency with it, and rollouts follow trials of other
// starts; where a free mode has its frequency, that is said and none is taken; a motion without a force has none.
func TestHarmonic(t *testing.T) {
	for _, noise := range []float64{0, 0.01} {
		s := driven.draw(16, 5, noise)
		s.Inputs, s.InputNames = nil, nil
		l, r, timed, err := FitTimed(s, Options{Angles: driven.angles})
		if err != nil || r.Harmonic == nil || r.Harmonic.Mode {
			t.Fatalf("noise %v: %v, %+v", noise, err, r)
		}
		Polish(l, timed, r)
		// 5 s of 16 trials, which all begin in one phase, tell a frequency to a hundredth of a turn in them.
		if off := math.Abs(r.Harmonic.Omega - 2.3); off > 2e-3 {
			t.Errorf("noise %v: a frequency of %v", noise, r.Harmonic.Omega)
		}
		test := driven.draw(10, 99, 0)
		field := l.ModelForm().Field()
		worst, square := 0.0, 0.0
		for k := range test.Trials() {
			times, x, _ := test.Trial(k)
			out, _, err := ode.Solve(field.Free(), x[:2], times, nil, &ode.Settings{Method: ode.DOP853})
			if err != nil {
				t.Fatal(err)
			}
			for i := range out {
				worst, square = max(worst, math.Abs(out[i]-x[i])), max(square, math.Abs(x[i]))
			}
		}
		t.Logf("noise %v: omega %.7g, rollouts over 5 s within %.1e of %.2g\n%s", noise, r.Harmonic.Omega, worst, square, l.Text([]string{"q"}, 6))
		if worst > 2e-2*square {
			t.Errorf("noise %v: rollouts are off by %v", noise, worst)
		}
	}
	resonant := driven
	resonant.angles = []bool{false}
	resonant.acc = func(q, v, u, a []float64) { a[0] = -2.3*2.3*q[0] + u[0] }
	s := resonant.draw(16, 5, 0.01)
	s.Inputs, s.InputNames = nil, nil
	if l, r, _, err := FitTimed(s, Options{Angles: resonant.angles}); err == nil && (r.Harmonic == nil || !r.Harmonic.Mode || l.Harmonics != nil) {
		t.Errorf("at resonance: %v, %+v", err, r.Harmonic)
	}
	free := links(1).draw(16, 5, 0.01)
	if _, r, _, err := FitTimed(free, Options{Angles: []bool{true}}); err != nil || r.Harmonic != nil {
		t.Errorf("a force in a free motion: %v, %+v", err, r.Harmonic)
	}
}
