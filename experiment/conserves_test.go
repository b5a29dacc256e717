package experiment

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
)

// A look at a file says that an oscillator conserves its energy, that one with friction conserves nothing, and nothing of one
// trial, whose energy is one number.
func TestConserves(t *testing.T) {
	swings := func(trials int, friction float64) *data.Set {
		s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"q", "p"}}
		rate := math.Sqrt(1 - friction*friction/4)
		for k := range trials {
			size := 0.5 + 0.2*float64(k)
			for r := range 200 {
				now := 0.1 * float64(r)
				decay := size * math.Exp(-friction/2*now)
				sin, cos := math.Sincos(rate*now + float64(k))
				s.T = append(s.T, now)
				s.X = append(s.X, decay*sin, decay*(rate*cos-friction/2*sin))
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		return s
	}
	marks := make([]bool, 2)
	for _, c := range []struct {
		trials   int
		friction float64
		want     string
	}{{10, 0, "conserved along the trials"}, {10, 0.2, "conserves nothing"}, {1, 0, ""}, {1, 0.2, ""}} {
		got := conserves(swings(c.trials, c.friction), marks)
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%d trials, friction %v: %q, want a word on %q", c.trials, c.friction, got, c.want)
		}
	}
}
