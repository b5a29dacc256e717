package data

import (
	"math"
	"slices"
)

// A step in time is a gap, across which nothing is estimated, if it is longer than
// both of these multiples: of the median step, and of the step that a tenth of the
// steps exceed. The second spares times that are random by nature: of exponential
// steps one in ten thousand is a gap.
//
// Of a set of trials at several rates, a step that is usual for its own trial is none:
// one below ownMedian of the trial's median step, where it has at least ownSteps.
const (
	gapOfMedian = 5
	gapOfDecile = 4
	ownMedian   = 2
	ownSteps    = 8
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
	for trial := range s.Trials() {
		count += len(s.gaps(trial, length))
	}
	return length, count
}

// gaps are the rows of a trial behind steps of at least a length that are not usual for it.
func (s *Set) gaps(trial int, length float64) (rows []int) {
	least := 0.0 // the trial's own, not known yet
	for i := s.Offsets[trial] + 1; i < s.Offsets[trial+1]; i++ {
		step := s.T[i] - s.T[i-1]
		if step < length {
			continue
		}
		if least == 0 {
			least = max(length, s.ownGap(trial))
		}
		if step >= least {
			rows = append(rows, i)
		}
	}
	return rows
}

// ownGap is the length below which no step of a trial is a gap, since it is usual there.
func (s *Set) ownGap(trial int) float64 {
	t, _, _ := s.Trial(trial)
	if len(t) <= ownSteps {
		return 0
	}
	steps := make([]float64, len(t)-1)
	for i := range steps {
		steps[i] = t[i+1] - t[i]
	}
	slices.Sort(steps)
	return ownMedian * steps[len(steps)/2]
}

// SplitAtGaps returns a view of s in which a step in time of at least gap, a positive
// length, ends a trial, if it is not usual for that trial.
func (s *Set) SplitAtGaps(gap float64) *Set {
	offsets := []int{0}
	for trial := range s.Trials() {
		offsets = append(append(offsets, s.gaps(trial, gap)...), s.Offsets[trial+1])
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
