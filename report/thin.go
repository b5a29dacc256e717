package report

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// tolerance is how far a drawn line may lie from the given one, well below what a
// screen or a printer resolves.
const tolerance vg.Length = 0.1

// thin drops points from a line that change it by at most the tolerance. It keeps the
// ends.
//
// It is the algorithm of Ramer (1972) and Douglas and Peucker (1973): keep the point
// farthest from the chord and go on with both halves. That takes quadratic time on
// lines that wind, hence it is applied to a window of points at a time.
func thin(points []vg.Point, tolerance vg.Length) []vg.Point {
	const window = 256
	if len(points) <= 2 {
		return points
	}
	keep := make([]bool, len(points))
	for first := 0; first < len(points)-1; first += window {
		last := min(first+window, len(points)-1)
		keep[first], keep[last] = true, true
		mark(keep, points, first, last, tolerance)
	}
	var kept []vg.Point
	for i, k := range keep {
		if k {
			kept = append(kept, points[i])
		}
	}
	return kept
}

// mark sets keep for the points between first and last that must stay.
func mark(keep []bool, points []vg.Point, first, last int, tolerance vg.Length) {
	farthest, most := 0, tolerance
	for i := first + 1; i < last; i++ {
		if d := distance(points[i], points[first], points[last]); d > most {
			farthest, most = i, d
		}
	}
	if farthest > 0 {
		keep[farthest] = true
		mark(keep, points, first, farthest, tolerance)
		mark(keep, points, farthest, last, tolerance)
	}
}

// distance returns that from p to the segment from a to b.
func distance(p, a, b vg.Point) vg.Length {
	ab, ap := b.Sub(a), p.Sub(a)
	s := float64(ap.Dot(ab)) / float64(ab.Dot(ab)) // NaN if a is b, and then 0 is right
	if !(s > 0) {
		s = 0
	}
	rest := ap.Sub(ab.Scale(vg.Length(min(s, 1))))
	return vg.Length(math.Hypot(float64(rest.X), float64(rest.Y)))
}

// thinColumns drops points of a line whose X increases, so that at most four are left
// in each column of the given width: the first, the last, the highest and the lowest.
// A line that oscillates faster than can be drawn keeps its envelope so.
func thinColumns(points []vg.Point, width vg.Length) []vg.Point {
	var kept []vg.Point
	for first := 0; first < len(points); {
		low, high, last := first, first, first
		for last+1 < len(points) && points[last+1].X < points[first].X+width {
			last++
			if points[last].Y < points[low].Y {
				low = last
			}
			if points[last].Y > points[high].Y {
				high = last
			}
		}
		previous := -1
		for _, i := range []int{first, min(low, high), max(low, high), last} {
			if i > previous {
				kept = append(kept, points[i])
				previous = i
			}
		}
		first = last + 1
	}
	return kept
}
