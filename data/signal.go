package data

import (
	"errors"
	"fmt"
	"slices"
)

// Signal is what acts on a system from outside over time, as it is sampled. Between two
// samples it is the line through them (a first-order hold); where it is Held it stays at the
// first of them (a zero-order hold, as the output of a digital controller does). Before the
// first sample it equals the first, after the last it equals the last.
type Signal struct {
	// T are the times of n samples, increasing; with none the signal is constant.
	T []float64
	// U holds the samples, n x inputs, row-major, or the constant.
	U    []float64
	Held bool
}

// Constant returns a signal that never changes: one number for each input.
func Constant(u ...float64) *Signal { return &Signal{U: u} }

// Inputs returns the number of inputs.
func (s *Signal) Inputs() int { return len(s.U) / max(len(s.T), 1) }

// Validate returns an error if the samples do not fit their times, are not finite or are out
// of order.
func (s *Signal) Validate() error {
	if m := s.Inputs(); m == 0 || len(s.U) != m*max(len(s.T), 1) {
		return fmt.Errorf("data: %d numbers of a signal with %d samples", len(s.U), len(s.T))
	}
	for i, v := range s.U {
		if !finite(v) {
			return fmt.Errorf("data: sample %d of a signal is %v", i/s.Inputs(), v)
		}
	}
	for i, t := range s.T {
		if !finite(t) || i > 0 && t <= s.T[i-1] {
			return errors.New("data: the times of a signal's samples are finite and increase")
		}
	}
	return nil
}

// At writes the signal at time t to u, one number for each input. At the time of a sample a
// held signal is that sample.
func (s *Signal) At(t float64, u []float64) {
	segment, exact := slices.BinarySearch(s.T, t)
	if exact {
		segment++
	}
	s.Within(segment, t, u)
}

// Within writes to u the signal of a segment at time t. Segment k lies between samples k-1 and
// k with both ends, so that a held signal has one value in all of it; segment 0 lies before
// the first sample and segment len(T) after the last.
func (s *Signal) Within(segment int, t float64, u []float64) {
	m := s.Inputs()
	before := max(segment-1, 0)
	u0 := s.U[before*m : (before+1)*m]
	if s.Held || segment == 0 || segment >= len(s.T) {
		copy(u, u0)
		return
	}
	t0, t1 := s.T[segment-1], s.T[segment]
	part := min(max((t-t0)/(t1-t0), 0), 1)
	for j, v := range s.U[segment*m : (segment+1)*m] {
		u[j] = u0[j] + float64(part*(v-u0[j]))
	}
}
