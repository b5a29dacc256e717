package eval

import (
	"math"
	"testing"
)

// An energy that falls by 1% a turn and wobbles by a sine of 3% has just that drift and that wobble.
func TestTurns(t *testing.T) {
	var states, h []float64
	for i := range 2000 {
		at := float64(i) * 0.01 // turns
		states = append(states, 5+math.Cos(2*math.Pi*at), 0)
		h = append(h, 2*(1-0.01*at+0.03*math.Sin(4*math.Pi*at)))
	}
	got, ok := TurnsOf(states, 2, h)
	if !ok {
		t.Fatal("no turns")
	}
	// Within a turn the fall itself is spread as 0.01/sqrt(12).
	first := h[0] / 2
	wobble := math.Hypot(0.03/math.Sqrt2, 0.01/math.Sqrt(12)) / first
	if math.Abs(got.Drift*first-0.01) > 2e-4 || math.Abs(got.Wobble-wobble) > 0.02*wobble {
		t.Errorf("drift %v, want 0.01; wobble %v, want %v", got.Drift, got.Wobble, wobble)
	}
	if _, ok := TurnsOf(states[:200], 2, h[:100]); ok {
		t.Error("a single turn has a drift")
	}
}
