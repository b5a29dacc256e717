package lagrange

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// A motor with viscous and dry friction turns freely under steps of its voltage, over less than a quarter of what passes for
// a turn: the four terms of its law are found, and no potential.
func TestRotorThatDrifts(t *testing.T) {
	steps := rand.New(rand.NewPCG(3, 3))
	levels := make([]float64, 400)
	for i := range levels {
		levels[i] = 2 + uniform(steps, 6)
	}
	at := 0
	s := mass(6, 6, func(_, v, u float64) float64 { return 2*u - 0.6*v - math.Tanh(v/0.01) },
		func(t, _, _ float64) float64 { return levels[at+int(2*t)] },
		func(rng *rand.Rand) (x, v float64) { at += 13; return 0, 0 }, 0.005)
	s.InputsHeld = true
	l, r, err := Fit(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	Polish(l, s, r)
	text := l.Text([]string{"x"}, 6)
	t.Logf("%s\n%+v", text, r.Half)
	if strings.Contains(text, "V =") {
		t.Errorf("a potential:\n%s", text)
	}
	// Of 1,800 rows with 0.5% of noise; the smoothed sign of the law stands for a part of the viscous friction.
	dx := make([]float64, 2)
	rate := l.ModelForm().Field().One()
	for _, c := range []struct{ v, u, want float64 }{{4, 0, -3.4}, {-4, 0, 3.4}, {2, 3, 3.8}, {8, 0, -5.8}} {
		rate(0, []float64{10, c.v}, []float64{c.u}, dx)
		if math.Abs(dx[1]-c.want) > 0.01*6 {
			t.Errorf("at speed %g under %g: %g, want %g", c.v, c.u, dx[1], c.want)
		}
	}
}
