package ode

import "math"

// runFixed steps all running rows together with fixed steps: the interval between two
// outputs of a row is divided into the fewest equal steps that are not longer than
// Settings.Step.
func (e *Solver) runFixed() error {
	for e.n > 0 {
		if err := e.interrupted(); err != nil {
			return err
		}
		for i := e.n - 1; i >= 0; i-- {
			if err := e.planFixed(i); err != nil {
				e.end(i, err)
			}
		}
		if e.n == 0 {
			break
		}
		e.fixed.advance(&e.work)
		for i := e.n - 1; i >= 0; i-- {
			e.concludeFixed(i)
		}
	}
	return nil
}

// planFixed sets the step of slot i.
func (e *Solver) planFixed(i int) error {
	s := &e.slots[i]
	if s.step == s.steps {
		s.from = e.t[i]
		// The slack lets times that are multiples of Step up to rounding have that many
		// steps, and not one more.
		ratio := math.Ceil(math.Abs(s.times[s.next]-s.from) / e.set.Step * (1 - 1e-9))
		ratio = max(1, ratio)
		if ratio > float64(e.set.MaxSteps-e.stats[s.row].Steps) {
			return e.tooManySteps(i)
		}
		s.steps, s.step = int(ratio), 0
	}
	end := s.times[s.next]
	e.h[i] = (end - s.from) / float64(s.steps)
	s.step++
	s.tNew = end
	if s.step < s.steps {
		s.tNew = s.from + float64(s.step)*e.h[i]
	}
	if s.tNew == e.t[i] {
		return e.underflow(i, math.Abs(e.h[i]))
	}
	return nil
}

// concludeFixed moves slot i to the end of its step, writes the output there and ends
// the row at its last time.
func (e *Solver) concludeFixed(i int) {
	s := &e.slots[i]
	stats := &e.stats[s.row]
	stats.Evaluations += e.fixed.evaluations()
	for _, k := range e.k {
		dx := e.row(k, i)
		if c := nonFinite(dx); c >= 0 {
			e.end(i, e.nonFinite(i, Derivative, c, dx[c]))
			return
		}
	}
	next := e.row(e.next, i)
	if c := nonFinite(next); c >= 0 {
		e.end(i, e.nonFinite(i, State, c, next[c]))
		return
	}
	stats.Steps++
	e.t[i] = s.tNew
	copy(e.row(e.x, i), next)
	if s.step == s.steps {
		e.write(i, next)
	}
	if s.next == len(s.times) {
		e.end(i, nil)
	}
}
