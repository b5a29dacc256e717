package check

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
)

// A recording that stood still while the clock went on is told, and split; what comes to rest or turns round is not.
func TestStalls(t *testing.T) {
	stalled := func(at, n int) *data.Set {
		return motion(300, 0.05, qp, func(t float64) []float64 {
			i := int(math.Round(t / 0.05))
			i = min(i, max(at, i-n))
			return oscillation(0.1 * float64(i))
		})
	}
	if r := Observations(stalled(107, 5), Options{}); len(r.Findings) == 0 || !strings.Contains(r.Findings[0].What, "nothing changes in 6 rows from row 108") || len(r.Jumps) != 1 || r.Jumps[0] != 113 {
		t.Errorf("a stall: %+v", r)
	}
	if r := Observations(stalled(107, 5), Options{SplitAtJumps: true}); len(r.Warnings(Warning)) != 0 {
		t.Errorf("a stall that is split: %+v", r.Findings)
	}
	stops := motion(300, 0.05, qp, func(t float64) []float64 { // by dry friction, at its turns
		u := math.Min(t, 4*math.Pi)
		return []float64{math.Round(1000*(1-u/20)*math.Cos(u)) / 1000, math.Round(-1000*(1-u/20)*math.Sin(u)) / 1000}
	})
	if text := strings.Join(Observations(stops, Options{Dissipation: true}).Warnings(Warning), " "); strings.Contains(text, "nothing changes") {
		t.Errorf("a motion that comes to rest: %s", text)
	}
}

// An outlier is told where the motion is fast, too.
func TestOutlierOfFastMotion(t *testing.T) {
	for _, at := range []int{60, 77, 93} {
		s := motion(300, 0.05, qp, func(t float64) []float64 { return []float64{1.3 * math.Cos(2*t), -2.6 * math.Sin(2*t)} })
		s.X[2*at] += 0.8
		if r := Observations(s, Options{}); len(r.Bad) != 1 || r.Bad[0] != at {
			t.Errorf("row %d: %v, %v", at, r.Bad, r.Findings)
		}
	}
}
