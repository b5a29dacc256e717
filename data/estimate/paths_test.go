package estimate_test

import (
	"slices"
	"testing"

	"hnn/data/estimate"
)

// Half-widths are parts of a turn, and no wider than the longest path where that is short.
func TestHalves(t *testing.T) {
	for _, c := range []struct {
		turn float64
		rows []int
		want []int
	}{
		{turn: 100, rows: []int{50, 401}, want: []int{13, 20, 40}},
		{turn: 100, rows: []int{50, 31}, want: []int{13, 20, 24}},
		{turn: 100, rows: []int{21, 20}, want: []int{6, 10}},
		{turn: 1000, rows: []int{151, 150}, want: []int{12, 25, 37, 75}},
		{turn: 20, rows: []int{401}, want: []int{6, 8}},
		{turn: 20, rows: []int{9}, want: []int{6}},
	} {
		p := &estimate.Paths{N: 2, Step: 0.5, Turn: c.turn / 2}
		for _, r := range c.rows {
			p.Trials = append(p.Trials, estimate.Path{Q: make([]float64, 2*r)})
		}
		if got := p.Halves(); !slices.Equal(got, c.want) {
			t.Errorf("turn of %g steps, paths of %v rows: %v, want %v", c.turn, c.rows, got, c.want)
		}
	}
}
