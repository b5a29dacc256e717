package data

import "slices"

// Steps returns the times between neighbouring rows of every trial, in order, in the unit of time.
func (s *Set) Steps() []float64 {
	var steps []float64
	for i := range s.Trials() {
		t, _, _ := s.Trial(i)
		for k := 1; k < len(t); k++ {
			steps = append(steps, t[k]-t[k-1])
		}
	}
	return steps
}

// MedianStep is the median of Steps, of an even number the larger of the two in the middle; 0 where no trial has two rows.
func (s *Set) MedianStep() float64 {
	steps := s.Steps()
	if len(steps) == 0 {
		return 0
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}
