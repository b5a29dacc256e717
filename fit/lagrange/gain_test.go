package lagrange

import (
	"math"
	"testing"
)

// carried is a pendulum whose pivot is accelerated sideways: the force on the angle is cos q times the input.
var carried = truth{
	n: 1, inputs: 1, angles: []bool{true},
	acc:   func(q, v, u, a []float64) { a[0] = -g*math.Sin(q[0]) - 0.1*v[0] + math.Cos(q[0])*u[0] },
	start: links(1).start,
	input: cartPole.input,
}

// A gain that depends on the position is found where the constant one does not do.
func TestSteered(t *testing.T) {
	for _, noise := range []float64{0, 0.01} {
		s := carried.draw(16, 5, noise)
		l, r, err := Fit(s, Options{Angles: carried.angles})
		if err != nil || !l.Steered {
			t.Fatalf("noise %v: %v, %+v", noise, err, r)
		}
		Polish(l, s, r)
		short, long := carried.score(l)
		t.Logf("noise %v: %.1e, %.1e\n%s", noise, short, long, l.Text([]string{"q"}, 6))
		if short > 5e-3 || long > 2e-2 {
			t.Errorf("noise %v: rollouts wrong by %.1e after 1 s and %.1e after 5 s", noise, short, long)
		}
	}
	if l, _, err := Fit(cartPole.draw(12, 3, 0.01), Options{Angles: cartPole.angles}); err != nil || l.Steered {
		t.Errorf("a constant gain: %v", err)
	}
}
