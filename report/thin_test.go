package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/plot/vg"
)

// A spiral, a noisy line and a path that turns back on itself: every point given must
// lie within the tolerance of the path kept, whose points are some of those given, in
// their order and with both ends.
func TestThin(t *testing.T) {
	const n = 3000
	rng := rand.New(rand.NewPCG(1, 0))
	spiral, noisy, back := make([]vg.Point, n), make([]vg.Point, n), make([]vg.Point, n)
	for i := range n {
		s := float64(i) / n
		sin, cos := math.Sincos(40 * s)
		spiral[i] = vg.Point{X: vg.Length(100 * s * cos), Y: vg.Length(100 * s * sin)}
		noisy[i] = vg.Point{X: vg.Length(200 * s), Y: vg.Length(rng.NormFloat64())}
		back[i] = vg.Point{X: vg.Length(50 * math.Sin(20*s))}
	}
	for _, test := range []struct {
		name   string
		points []vg.Point
		most   int // twice what the path's curvature takes; all for noise
	}{
		{"spiral", spiral, 600},
		{"noisy", noisy, n},
		{"back and forth", back, 20},
	} {
		kept := thin(test.points, tolerance)
		if len(kept) > test.most {
			t.Errorf("%s: %d points kept, want at most %d", test.name, len(kept), test.most)
		}
		if worst := deviation(t, test.points, kept); worst > tolerance {
			t.Errorf("%s: path moved by %g, want at most %g", test.name, worst, tolerance)
		}
	}
}

// Whatever the line does between two columns' edges, its envelope stays.
func TestThinColumns(t *testing.T) {
	const n, width = 50000, 1.0
	rng := rand.New(rand.NewPCG(1, 0))
	points := make([]vg.Point, n)
	for i := range points {
		points[i] = vg.Point{X: 100 * vg.Length(i) / n, Y: vg.Length(rng.NormFloat64())}
	}
	points[n/3].Y, points[n/2].Y = 50, -50
	kept := thinColumns(points, width)
	if most := 4 * (100/width + 1); len(kept) > int(most) {
		t.Errorf("%d points kept, want at most %g", len(kept), most)
	}
	if kept[0] != points[0] || kept[len(kept)-1] != points[n-1] {
		t.Error("an end was lost")
	}
	low, high := vg.Length(0), vg.Length(0)
	for i, p := range kept {
		low, high = min(low, p.Y), max(high, p.Y)
		if i > 0 && p.X <= kept[i-1].X {
			t.Fatalf("point %d is out of order", i)
		}
	}
	if low != -50 || high != 50 {
		t.Errorf("the envelope is %g to %g, want -50 to 50", low, high)
	}
	few := points[:2]
	few[1].X = few[0].X + 3*width
	if got := thinColumns(few, width); len(got) != 2 {
		t.Errorf("%d points of 2 kept", len(got))
	}
}

// deviation returns the largest distance of a given point from the part of the kept
// path that replaces it.
func deviation(t *testing.T, given, kept []vg.Point) vg.Length {
	t.Helper()
	if kept[0] != given[0] || kept[len(kept)-1] != given[len(given)-1] {
		t.Fatal("an end of the path was lost")
	}
	var worst vg.Length
	k := 0
	for _, p := range given {
		if k+1 < len(kept) && p == kept[k+1] {
			k++
		}
		if k+1 == len(kept) {
			break
		}
		worst = max(worst, segmentDistance(p, kept[k], kept[k+1]))
	}
	if k != len(kept)-1 {
		t.Fatal("the path kept has points that were not given, or another order")
	}
	return worst
}

// segmentDistance finds the distance of p from the segment by trying points of it,
// which is independent of, and never less than, the formula used.
func segmentDistance(p, a, b vg.Point) vg.Length {
	best := math.Inf(1)
	const n = 200
	for i := range n + 1 {
		q := a.Add(b.Sub(a).Scale(vg.Length(i) / n)).Sub(p)
		best = min(best, math.Hypot(float64(q.X), float64(q.Y)))
	}
	// The nearest of the points tried lies at most half a step from the nearest.
	d := b.Sub(a)
	return vg.Length(max(best-math.Hypot(float64(d.X), float64(d.Y))/(2*n), 0))
}
