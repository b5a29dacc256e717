package data

import (
	"math"
	"slices"
	"testing"
)

// What a controller holds is told from what is sampled: every input has to be held, and a ramp, a line or a single jump is
// none.
func TestSteppedInputs(t *testing.T) {
	level := func(i int) float64 { return []float64{1, -2, 0.5, 3}[i/10%4] }
	for _, c := range []struct {
		name string
		u    []func(i int) float64
		want bool
	}{
		{"steps", []func(int) float64{level}, true},
		{"steps and a constant", []func(int) float64{level, func(int) float64 { return 9.81 }}, true},
		{"steps and a sine", []func(int) float64{level, func(i int) float64 { return math.Sin(float64(i)) }}, false},
		{"a triangle", []func(int) float64{func(i int) float64 { return float64(i % 10) }}, false},
		{"slow steps of a converter", []func(int) float64{func(i int) float64 { return math.Round(50*math.Sin(float64(i)/90)) / 50 }}, false},
		{"one step", []func(int) float64{func(i int) float64 { return float64(i / 30) }}, false},
		{"constant", []func(int) float64{func(int) float64 { return 1 }}, false},
	} {
		s := &Set{Dim: 2, Offsets: []int{0, 30, 60}}
		for j := range c.u {
			s.InputNames = append(s.InputNames, string(rune('a'+j)))
		}
		for i := range 60 {
			s.T, s.X = append(s.T, float64(i)), append(s.X, 0, 0)
			for _, u := range c.u {
				s.Inputs = append(s.Inputs, u(i))
			}
		}
		if got := s.SteppedInputs(); (got != nil) != c.want || c.want && !slices.Equal(got, []string{"a"}) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
