package report

import (
	"math"
	"testing"
)

// What cannot be drawn is an error; a number that is none does not hide the others; the scale's ends are its colours.
func TestSpaceTime(t *testing.T) {
	site, time := Quantity{Name: "site"}, Quantity{Name: "t"}
	for name, f := range map[string][]Field{
		"nothing": nil, "one moment": {{Times: []float64{0}, Values: [][]float64{{1}}}},
		"other moments": {{Times: []float64{0, 1}, Values: [][]float64{{1}}}}, "other sites": {{Times: []float64{0, 1}, Values: [][]float64{{1}, {1, 2}}}},
	} {
		if _, err := SpaceTime("", site, time, f); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
	f, err := SpaceTime("field", site, time, []Field{{Title: "one", Times: []float64{0, 1, 3}, Values: [][]float64{{1, -2}, {math.NaN(), 0}, {0.5, 2}}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Save("field", t.TempDir()); err != nil {
		t.Error(err)
	}
	s := shaded{most: 2}
	if red, blue, zero, none := s.color(2), s.color(-2), s.color(0), s.color(math.NaN()); red.R <= red.B || blue.B <= blue.R || zero.R != 255 || zero.B != 255 || none.R != none.B {
		t.Errorf("%v %v %v %v", red, blue, zero, none)
	}
}
