package closedform

import (
	"errors"
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
	probedTrials = 12
	// States whose distance from the integral of their derivatives is below so much of
	// their spread are taken as exact.
	exactness = 1e-3
	// Noise is at least so many times the integral's own error, estimated by that of a
	// polynomial of lower degree.
	clearness = 4
	// The integral's error is smooth: neighbouring distances are alike. Noise is not;
	// the correlation of its neighbours, about a mean, is a little below zero.
	smoothness = 0.5
)

// noisy reports whether in at least three quarters of the trials the states scatter
// about the integral of the derivatives like noise. Trials of which the times are too
// coarse for the integral, such as near-collisions, never do.
func noisy(s *data.Set) bool {
	probed, scattered := 0, 0
	for k := range min(s.Trials(), probedTrials) {
		trial := k * s.Trials() / min(s.Trials(), probedTrials)
		t, x, dx := s.Trial(trial)
		if len(t) < 4 {
			continue
		}
		probed++
		left, coarse := make([]float64, len(x)), make([]float64, len(x))
		cumulative(t, dx, s.Dim, stencil, left)
		cumulative(t, dx, s.Dim, min(coarseStencil, len(t)-1), coarse)
		for i, v := range x {
			coarse[i] -= left[i]
			left[i] = v - left[i]
		}
		states := slices.Clone(x)
		for _, v := range [][]float64{left, coarse, states} {
			centre(v, s.Dim)
		}
		if m := len(s.InputNames); m > 0 {
			// What the integral leaves out of inputs is no noise.
			fine, rough := lag(s, trial, stencil), lag(s, trial, min(coarseStencil, len(t)-1))
			withoutLag(left, s.Dim, fine, m)
			for i := range rough {
				rough[i] -= fine[i]
			}
			withoutLag(coarse, s.Dim, rough, m)
		}
		square := dot(left, left)
		if square > exactness*exactness*dot(states, states) &&
			square > clearness*clearness*dot(coarse, coarse) &&
			dot(left[:len(left)-s.Dim], left[s.Dim:]) < smoothness*square {
			scattered++
		}
	}
	return probed > 0 && 4*scattered >= 3*probed
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
