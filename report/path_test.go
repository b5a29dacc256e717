package report

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestPathStep(t *testing.T) {
	p := path{t: []float64{2, 3, 4, 10}, end: 10}
	for i, want := range []int{0, pathSteps / 8, pathSteps / 4, pathSteps - 1} {
		if got := p.step(i); got != want {
			t.Errorf("time %g lies in step %d, want %d", p.t[i], got, want)
		}
	}
}

// A piece that turns around too often is cut, not coarsened: no chord may lead
// through the middle of the circle.
func TestThinPiece(t *testing.T) {
	const turns, radius = 60, 50
	points := make([]vg.Point, 100*turns)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 100)
		points[i] = vg.Point{X: vg.Length(radius * cos), Y: vg.Length(radius * sin)}
	}
	kept := thinPiece(points)
	if len(kept) != stepPoints {
		t.Fatalf("%d points kept, want %d", len(kept), stepPoints)
	}
	for i, p := range kept[1:] {
		if d := distance(vg.Point{}, kept[i], p); d < radius-2*coarsest {
			t.Errorf("chord %d comes as near to the middle as %g", i, d)
		}
	}
}
