package closedform

import (
	"errors"
	"math"
	"slices"

	"hnn/data"
)

// observations decides what the rows hold.
func observations(s *data.Set, o *Options) (Observations, error) {
	switch {
	case s.DX == nil && (o.Observations == Exact || o.Observations == NoisyStates):
		return 0, errors.New("closedform: the data have no derivatives, and were said to; fit the states only")
	case o.Observations != Automatic:
		return o.Observations, nil
	case s.DX == nil:
		return StatesOnly, nil
	case noisy(s):
		return NoisyStates, nil
	}
	return Exact, nil
}

const (
	// Noise is looked for in so many trials.
	probedTrials = 20
	// States whose distance from the integral of their derivatives is below so much of
	// their spread are taken as exact.
	exactness = 1e-3
	// The integral's own error is smooth: neighbouring distances are alike. Noise is
	// not; the correlation of its neighbours, about a mean, is a little below zero.
	smoothness = 0.5
)

// noisy reports whether the states scatter about the integral of the derivatives like
// noise: in the median over trials by more than exactness of their spread, and without
// correlation of neighbours.
func noisy(s *data.Set) bool {
	var ratios, correlations []float64
	for k := range min(s.Trials(), probedTrials) {
		t, x, dx := s.Trial(k * s.Trials() / min(s.Trials(), probedTrials))
		if len(t) < 4 {
			continue
		}
		left := make([]float64, len(x))
		cumulative(t, dx, s.Dim, left)
		for i, v := range x {
			left[i] = v - left[i]
		}
		states := slices.Clone(x)
		centre(left, s.Dim)
		centre(states, s.Dim)
		square := dot(left, left)
		if square == 0 {
			ratios, correlations = append(ratios, 0), append(correlations, 0)
			continue
		}
		ratios = append(ratios, math.Sqrt(square/dot(states, states)))
		correlations = append(correlations, dot(left[:len(left)-s.Dim], left[s.Dim:])/square)
	}
	if len(ratios) == 0 {
		return false
	}
	slices.Sort(ratios)
	slices.Sort(correlations)
	return ratios[len(ratios)/2] > exactness && correlations[len(correlations)/2] < smoothness
}

// centre subtracts from rows of d numbers their mean row.
func centre(v []float64, d int) {
	n := float64(len(v) / d)
	for i := range d {
		sum := 0.0
		for k := i; k < len(v); k += d {
			sum += v[k]
		}
		for k := i; k < len(v); k += d {
			v[k] -= sum / n
		}
	}
}
