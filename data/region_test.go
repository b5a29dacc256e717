package data

import (
	"math"
	"testing"
)

func TestRegion(t *testing.T) {
	box := Region{Least: []float64{-1, 0}, Most: []float64{1, 4}}
	turns := Region{Least: []float64{-1, 0}, Most: []float64{1, 4}, Angles: []bool{true}}
	for _, test := range []struct {
		region    *Region
		x         []float64
		component int
		ranges    float64
	}{
		{&box, []float64{0, 2}, 0, 0},
		{&box, []float64{1, 4}, 0, 0},
		{&box, []float64{2, 2}, 0, 0.5},
		{&box, []float64{0, -2}, 1, 0.5},
		{&box, []float64{2 * math.Pi, 2}, 0, (2*math.Pi - 1) / 2},
		{&turns, []float64{2 * math.Pi, 2}, 0, 0},
		{&turns, []float64{2*math.Pi + 2, 2}, 0, 0.5},
		{&turns, []float64{-6 * math.Pi, 6}, 1, 0.5},
	} {
		if j, r := test.region.Outside(test.x); j != test.component || math.Abs(r-test.ranges) > 1e-12 {
			t.Errorf("%v lies outside %v by %v in component %d, want %v in %d", test.x, test.region, r, j, test.ranges, test.component)
		}
	}
	still := Region{Least: []float64{-1, 3}, Most: []float64{1, 3}}
	if _, r := still.Outside([]float64{0, 3 + 1e-12}); r > Beyond {
		t.Errorf("a component that rounding moved is outside by %v", r)
	}
	row, j, most := box.Leaves([]float64{0, 1, 1.1, 1, 0, 6, 0, 8})
	if row != 2 || j != 1 || most != 1 {
		t.Errorf("the states leave at row %d by component %d, as far as %v; want 2, 1, 1", row, j, most)
	}
	if row, _, _ := box.Leaves([]float64{0, 1, math.NaN(), 1}); row != 1 {
		t.Errorf("a state that is no number leaves at row %d, want 1", row)
	}
}
