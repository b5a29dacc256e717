package report

import (
	"math"
	"testing"
)

func TestPlaneArea(t *testing.T) {
	none := area{emptyInterval(), emptyInterval()}
	for _, test := range []struct {
		name         string
		given, extra area
		equal        bool // both axes have one scale
	}{
		{"data alone", area{interval{-1, 1}, interval{-0.5, 0.7}}, none, true},
		{"a model a little wider", area{interval{-1, 1}, interval{-1, 1}}, area{interval{-1.2, 1}, interval{-1, 1.1}}, true},
		{"a model that flew off", area{interval{-1, 1}, interval{-1, 1}}, area{interval{-1e12, 1}, interval{-1, 1e15}}, true},
		{"ranges far apart", area{interval{-0.01, 0.01}, interval{-50, 50}}, none, false},
		{"no data", none, area{interval{3, 4}, interval{3, 4}}, true},
		{"nothing", none, none, true},
		{"one point", area{interval{5, 5}, interval{5, 5}}, none, true},
	} {
		got := planeArea(test.given, test.extra)
		for _, r := range []struct{ got, given interval }{{got.x, test.given.x}, {got.y, test.given.y}} {
			if !(r.got.width() > 0) || !drawable(r.got.min, r.got.max) {
				t.Errorf("%s: range %v", test.name, r.got)
			}
			if !r.given.empty() && (r.given.min < r.got.min || r.given.max > r.got.max) {
				t.Errorf("%s: range %v leaves out some of %v", test.name, r.got, r.given)
			}
		}
		if equal := math.Abs(got.x.width()/got.y.width()-1) < 1e-12; equal != test.equal {
			t.Errorf("%s: ranges %v, equal scales %v", test.name, got, equal)
		}
	}
	// The bound on what flies off: 1.5 times the data's extent, and the margin.
	flown := planeArea(area{interval{-1, 1}, interval{-1, 1}}, area{interval{-1e12, 1e12}, interval{0, 0}})
	if want := 2 * 1.5 * (1 + 2*margin); math.Abs(flown.x.width()-want) > 1e-12 {
		t.Errorf("width %g, want %g", flown.x.width(), want)
	}
}

func TestEnergyRange(t *testing.T) {
	run := func(e ...float64) series {
		r := &Run{Name: "r", E: e}
		for i := range e {
			r.T = append(r.T, float64(i))
		}
		return newSeries(r, r.E)
	}
	for _, test := range []struct {
		name     string
		all      []series
		min, max float64 // that must be shown
		most     float64 // width that is still legible
	}{
		{"a baseline that decays", []series{run(0.5, 0.5), run(0.5, 0.1)}, 0.1, 0.5, 0.5},
		{"a baseline that explodes", []series{run(-1, -1), run(-1, 1e9)}, -1, -1, 5},
		{"rounding errors", []series{run(2, 2+1e-15)}, 2, 2, 0.1},
		{"no energy at all", []series{run(0, 0), run(0, 3)}, 0, 3, 4},
		{"a NaN", []series{run(1, 1), run(1, math.NaN())}, 1, 1, 1},
	} {
		got := energyRange(test.all)
		if got.min > test.min || got.max < test.max || got.width() > test.most || !(got.width() > 0) {
			t.Errorf("%s: range %v, want one that holds %g to %g and is at most %g wide", test.name, got, test.min, test.max, test.most)
		}
	}
}
