package data

import (
	"math"
	"slices"
)

// A step in time is a gap, across which nothing is estimated, if it is longer than
// both of these multiples: of the median step, and of the step that a tenth of the
// steps exceed. The second spares times that are random by nature: of exponential
// steps one in ten thousand is a gap.
const (
	gapOfMedian = 5
	gapOfDecile = 4
)

// Gap returns the length from which on a step between neighbouring rows of a trial
// counts as a gap in the measurement, and the number of gaps. The length is the largest
// number, which a file can hold, if no trial has two rows.
func (s *Set) Gap() (length float64, count int) {
	steps := s.Steps()
	if len(steps) == 0 {
		return math.MaxFloat64, 0
	}
	slices.Sort(steps)
	n := len(steps)
	length = max(gapOfMedian*steps[n/2], gapOfDecile*steps[n-1-n/10])
	first, _ := slices.BinarySearch(steps, length)
	return length, n - first
}

// SplitAtGaps returns a view of s in which a step in time of at least gap, a positive
// length, ends a trial.
func (s *Set) SplitAtGaps(gap float64) *Set {
	offsets := []int{0}
	for trial := range s.Trials() {
		for i := s.Offsets[trial] + 1; i < s.Offsets[trial+1]; i++ {
			if s.T[i]-s.T[i-1] >= gap {
				offsets = append(offsets, i)
			}
		}
		offsets = append(offsets, s.Offsets[trial+1])
	}
	return s.view(0, s.Rows(), offsets)
}

// LongestTrial returns the number of rows of the longest trial.
func (s *Set) LongestTrial() int {
	longest := 0
	for trial := range s.Trials() {
		longest = max(longest, s.Offsets[trial+1]-s.Offsets[trial])
	}
	return longest
}
