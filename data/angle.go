package data

import (
	"math"
	"slices"
)

// A column is taken for a wrapped angle if it stays within one turn and has steps of
// about a turn, and none between clearStep and a turn less clearStep (shares of a turn):
// so a fast motion, sampled coarsely, is not taken for one. Noise may carry it wrapSlack of
// a turn out of it. Steps over a gap say nothing.
const (
	clearStep = 0.25
	wrapSlack = 0.05
)

// Wrapped returns which of the positions jump by a whole turn of the given size (2 pi of
// radians, 360 of degrees), as an angle does that is measured within one turn.
func (s *Set) Wrapped(turn float64) []bool {
	wrapped := make([]bool, s.Dim)
	gap, _ := s.Gap()
	for j := range s.positions() {
		least, most := math.Inf(1), math.Inf(-1)
		jumps, unclear := 0, 0
		for trial := range s.Trials() {
			for i := s.Offsets[trial]; i < s.Offsets[trial+1]; i++ {
				v := s.X[i*s.Dim+j]
				least, most = min(least, v), max(most, v)
				if i == s.Offsets[trial] || s.T[i]-s.T[i-1] >= gap {
					continue
				}
				switch step := math.Abs(v-s.X[(i-1)*s.Dim+j]) / turn; {
				case step > 1-clearStep:
					jumps++
				case step > clearStep:
					unclear++
				}
			}
		}
		wrapped[j] = jumps > 0 && unclear == 0 && most-least <= turn*(1+wrapSlack)
	}
	return wrapped
}

// positions is the number of position columns.
func (s *Set) positions() int {
	if s.PositionsOnly || s.FirstOrder {
		return s.Dim
	}
	return s.Dim / 2
}

// Unwrapped returns s with the marked columns, angles in radians, made continuous: a
// step of more than half a turn between neighbouring rows of a trial is taken for one of
// less than that in the other direction. Other columns are shared with s.
func (s *Set) Unwrapped(angles []bool) *Set {
	out := *s
	out.X = slices.Clone(s.X)
	for j, angle := range angles {
		if !angle {
			continue
		}
		for trial := range s.Trials() {
			turns := 0.0
			for i := s.Offsets[trial] + 1; i < s.Offsets[trial+1]; i++ {
				turns -= math.Round((s.X[i*s.Dim+j] - s.X[(i-1)*s.Dim+j]) / (2 * math.Pi))
				out.X[i*s.Dim+j] += float64(2 * math.Pi * turns)
			}
		}
	}
	return &out
}
