package lagrange

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// A block on a spring that sticks off its middle: how far the law creeps there is told. Of one
// that is drawn on all the time nothing is told.
func TestCreeps(t *testing.T) {
	for _, trials := range []int{6, 8} {
		stuck := mass(trials, 10, func(x, v, u float64) float64 { return -4*x - 0.9*math.Max(-1, math.Min(1, v/1e-3)) }, nil,
			func(rng *rand.Rand) (x, v float64) { return 1 + uniform(rng, 0.5), 0 }, 0.001)
		l, r, err := Fit(stuck, Options{})
		if err != nil {
			t.Fatal(err)
		}
		Polish(l, stuck, r)
		got := r.Creeps(l, stuck, []string{"x"})
		t.Logf("%q\n%s", got, l.Text([]string{"x"}, 4))
		if len(got) != 1 || !strings.Contains(got[0], "x rests for") {
			t.Errorf("%d trials: %q, want a rest", trials, got)
		}
	}
	driven := mass(6, 10, func(x, v, u float64) float64 { return -4*x - 0.1*math.Tanh(v/0.01) + u }, func(t, _, _ float64) float64 { return 4 * math.Sin(1.7*t) },
		func(rng *rand.Rand) (x, v float64) { return 1 + uniform(rng, 0.5), 0 }, 0.001)
	l, r, err := Fit(driven, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Creeps(l, driven, []string{"x"}); got != nil {
		t.Errorf("%q of\n%s", got, l.Text([]string{"x"}, 4))
	}
}
