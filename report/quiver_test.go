package report

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestArrow(t *testing.T) {
	middle := vg.Point{X: 30, Y: -20}
	for _, v := range []vg.Point{{X: 10, Y: 0}, {X: -3, Y: 4}, {X: 0, Y: -0.7}, {X: 300, Y: 400}} {
		const most = 50
		a, ok := newArrow(middle, v, most)
		if !ok {
			t.Errorf("no arrow for %v", v)
			continue
		}
		length := math.Hypot(float64(v.X), float64(v.Y))
		want := min(length, most)
		along := a.tip.Sub(a.tail)
		if got := math.Hypot(float64(along.X), float64(along.Y)); math.Abs(got-want) > 1e-12*want {
			t.Errorf("%v: length %g, want %g", v, got, want)
		}
		if cross := float64(along.X*v.Y - along.Y*v.X); math.Abs(cross) > 1e-12*want*length || along.Dot(v) <= 0 {
			t.Errorf("%v: arrow points along %v", v, along)
		}
		if center := a.tip.Add(a.tail).Scale(0.5).Sub(middle); math.Abs(float64(center.X))+math.Abs(float64(center.Y)) > 1e-12 {
			t.Errorf("%v: middle is off by %v", v, center)
		}
		if base := a.left.Add(a.right).Scale(0.5).Sub(a.neck); math.Abs(float64(base.X))+math.Abs(float64(base.Y)) > 1e-12 {
			t.Errorf("%v: head is off the line by %v", v, base)
		}
	}
	nan, inf := vg.Length(math.NaN()), vg.Length(math.Inf(1))
	for _, v := range []vg.Point{{}, {X: 0.1, Y: 0.1}, {X: nan}, {X: 1, Y: inf}} {
		if _, ok := newArrow(middle, v, 50); ok {
			t.Errorf("an arrow for %v", v)
		}
	}
}

// The scale is shared, holds for most vectors, and is not spoiled by a wild one.
func TestShareScale(t *testing.T) {
	plane := area{interval{0, 2}, interval{0, 4}}
	calm := fieldQuiver(func(x, dx []float64) { dx[0], dx[1] = 0.2, 0 }, plane) // a tenth of the x axis
	wild := fieldQuiver(func(x, dx []float64) { dx[0], dx[1] = 0, 0.4 }, plane) // a tenth of the y axis
	wild.vector[0] = [2]float64{1e9, 0}
	wild.vector[1] = [2]float64{math.NaN(), math.Inf(1)}
	shareScale(plane, []*quiver{calm, wild})
	if calm.longest != wild.longest || math.Abs(calm.longest-0.1) > 1e-15 {
		t.Errorf("scales %g and %g, want 0.1 for both", calm.longest, wild.longest)
	}
}

func TestFieldQuiver(t *testing.T) {
	plane := area{interval{-1, 1}, interval{2, 5}}
	q := fieldQuiver(springField, plane)
	if len(q.at) != gridSide*gridSide {
		t.Fatalf("%d arrows, want %d", len(q.at), gridSide*gridSide)
	}
	for i, at := range q.at {
		if at[0] < -1 || at[0] > 1 || at[1] < 2 || at[1] > 5 {
			t.Errorf("arrow at %v lies outside the plane", at)
		}
		if want := [2]float64{2 * at[1], -2 * at[0]}; q.vector[i] != want {
			t.Errorf("at %v: %v, want %v", at, q.vector[i], want)
		}
	}
}
