package ode

import "slices"

// SolveSegments is Solve for a field that is smooth between knots only, as that of a system
// under a sampled input. No step goes across a knot, so a method keeps its order, and an
// adaptive one estimates its error as elsewhere.
//
// The knots increase. field returns the field of a segment: segment 0 lies before the first
// knot, segment k between knots k-1 and k. Each field is used for one run at a time. Times may
// run either way.
//
// It refuses methods for separable Hamiltonians and runs that are Reversible or have Copies.
// Compensated and a symplectic step begin anew at every knot.
func SolveSegments(field func(segment int) Field, knots, x0, times, out []float64, s *Settings) ([]float64, Stats, error) {
	if len(times) < 2 || len(knots) == 0 {
		return Solve(field(0), x0, times, out, s)
	}
	solver, err := NewSolver(len(x0), s)
	if err != nil {
		return nil, Stats{}, err
	}
	if err := checkTimes(times); err != nil {
		return nil, Stats{}, err
	}
	d := len(x0)
	if out, err = checkOut(out, 1, len(times), d); err != nil {
		return nil, Stats{}, err
	}
	if solver.set.Method.NeedsSplit() {
		return nil, Stats{}, &NeedsSplitError{solver.set.Method}
	}
	var stats Stats
	state, states := slices.Clone(x0), make([]float64, 0, d*len(times))
	copy(out, x0)
	last := times[len(times)-1]
	// Outputs up to next are written; the motion has come to t.
	for t, next := times[0], 1; next < len(times); {
		segment, end := segmentFrom(knots, t, last)
		// The times within the segment: its start, outputs, its end.
		count := next
		for count < len(times) && (times[count] == end || (times[count] < end) == (t < end)) {
			count++
		}
		piece := append(append(make([]float64, 0, count-next+2), t), times[next:count]...)
		if piece[len(piece)-1] != end {
			piece = append(piece, end)
		}
		states = slices.Grow(states[:0], d*len(piece))[:d*len(piece)]
		_, one, err := solver.Solve(field(segment), state, piece, states)
		stats.Steps += one.Steps
		stats.Rejected += one.Rejected
		stats.add(&one)
		copy(out[next*d:count*d], states[d:])
		if err != nil {
			for i := range out[count*d:] {
				out[count*d+i] = states[len(states)-1] // NaN, since the end was not reached
			}
			return out, stats, err
		}
		copy(state, states[len(states)-d:])
		t, next = end, count
	}
	return out, stats, nil
}

// segmentFrom is the segment that a motion from t towards last is in, and where that ends:
// at a knot, or at last.
func segmentFrom(knots []float64, t, last float64) (segment int, end float64) {
	i, on := slices.BinarySearch(knots, t)
	if last > t {
		if on {
			i++
		}
		if i < len(knots) {
			return i, min(knots[i], last)
		}
		return i, last
	}
	if i > 0 {
		return i, max(knots[i-1], last)
	}
	return 0, last
}
