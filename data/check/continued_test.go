package check

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
)

// One decaying swing that is cut in six is named, with times that go on or begin anew; trials of other starts are not.
func TestContinued(t *testing.T) {
	set := func(cut, restart bool) *data.Set {
		rng := stream.New(1, "continued")
		s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"q", "v"}}
		for k := range 6 {
			phase, size := 0., 1.
			if !cut {
				phase, size = 2*math.Pi*rng.Float64(), 0.5+rng.Float64()
			}
			for i := range 40 {
				at := float64(i) * 0.05
				if cut {
					at += float64(k*40) * 0.05
				}
				a := size * math.Exp(-0.05*at)
				s.X = append(s.X, a*math.Cos(3*at+phase), -3*a*math.Sin(3*at+phase))
				if restart {
					at = float64(i) * 0.05
				}
				s.T = append(s.T, at)
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		return s
	}
	for _, test := range []struct{ cut, restart, want bool }{{true, false, true}, {true, true, true}, {false, true, false}} {
		named := false
		for _, f := range Observations(set(test.cut, test.restart), Options{}).Findings {
			named = named || strings.Contains(f.What, "continue each other")
		}
		if named != test.want {
			t.Errorf("cut %v, times begin anew %v: named %v", test.cut, test.restart, named)
		}
	}
}
