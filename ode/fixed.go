package ode

import (
	"fmt"
	"math"
)

// stepper is a method with a fixed step.
type stepper interface {
	// layout is the memory that the method needs for states of length dim.
	layout(dim int) layout
	// start prepares the first step of the rows in w.
	start(w *work)
	// advance takes one step of every running row: from w.x at w.t by w.h to w.next. It
	// counts evaluations in w.evaluations, and puts what fails in w.failed.
	advance(w *work)
}

// shearing is a method whose steps are made of shears, x_i += c g(x_j): each can be undone,
// and the whole step by the step back if it is symmetric.
type shearing interface {
	stepper
	symmetric() bool
}

// runFixed steps all running rows together with fixed steps.
func (e *Solver) runFixed() error {
	if e.n > 0 {
		e.fixed.start(&e.work)
	}
	for e.n > 0 {
		if err := e.interrupted(); err != nil {
			return err
		}
		for i := e.n - 1; i >= 0; i-- {
			if err := e.planFixed(i); err != nil {
				e.end(i, err)
			}
		}
		if e.constant {
			e.takeInside()
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
		if !e.constant {
			s.from, s.step = e.t[i], 0
		}
		// The slack lets times that are multiples of Step up to rounding have that many
		// steps, and not one more.
		ratio := max(1, math.Ceil(math.Abs(s.times[s.next]-s.from)/e.set.Step*(1-1e-9)))
		taken := e.stats[s.row].Steps - s.step
		if ratio > float64(e.set.MaxSteps-taken) {
			return e.tooManySteps(i)
		}
		s.steps = int(ratio)
	}
	s.step++
	if e.constant {
		e.h[i] = s.direction * e.set.Step
		s.tNew = s.from + float64(float64(s.step)*e.h[i])
	} else {
		end := s.times[s.next]
		e.h[i] = (end - s.from) / float64(s.steps)
		s.tNew = end
		if s.step < s.steps {
			s.tNew = s.from + float64(float64(s.step)*e.h[i])
		}
	}
	// A step of a few units in the last place of the time would be rounded to another one. An
	// output that is so near, of a longer step, is not.
	if t := max(math.Abs(e.t[i]), math.Abs(s.tNew)); s.tNew == e.t[i] || e.set.Step < unresolved*resolution(t) {
		return &UnresolvedStepError{Time: e.t[i], Step: e.set.Step, Resolution: resolution(t)}
	}
	// So it would be before the last time, at which it is refused before the first step rather than after hours.
	if last := s.times[len(s.times)-1]; e.stats[s.row].Steps == 0 && len(s.times) > 1 && s.tNew != last && e.set.Step < unresolved*resolution(last) {
		return &UnresolvedStepError{Time: last, Step: e.set.Step, Resolution: resolution(last)}
	}
	return nil
}

// unresolved is how many times the resolution of the time a step is at least.
const unresolved = 10

// resolution is the distance from a time to the next that a float64 holds.
func resolution(t float64) float64 { return math.Nextafter(math.Abs(t), math.Inf(1)) - math.Abs(t) }

// slack is the distance from the end of a step within which a time counts as that end.
func (e *Solver) slack(t float64) float64 {
	return max(1e-9*e.set.Step, 4*0x1p-52*math.Abs(t))
}

// isInside reports whether the next output of slot i is inside the step in hand.
func (e *Solver) isInside(i int) bool {
	s := &e.slots[i]
	return s.next < len(s.times) && s.direction*(s.tNew-s.times[s.next]) > e.slack(s.tNew)
}

// takeInside writes the outputs inside the steps in hand, each by a shorter step beside the
// trajectory, and ends the rows that need no more.
func (e *Solver) takeInside() {
	for {
		e.inside = e.inside[:0]
		for i := range e.n {
			if e.isInside(i) {
				e.inside = append(e.inside, i)
			}
		}
		if len(e.inside) == 0 {
			return
		}
		p := &e.part
		p.single, p.batch, p.split, p.batchSplit = e.single, e.batch, e.split, e.batchSplit
		p.n = len(e.inside)
		for place, i := range e.inside {
			s := &e.slots[i]
			p.t[place], p.h[place] = e.t[i], s.times[s.next]-e.t[i]
			copy(p.row(p.x, place), e.row(e.x, i))
			e.carry(p, place, i)
		}
		e.fixed.advance(p)
		// Backwards, because a row that ends is replaced by the last.
		for place := p.n - 1; place >= 0; place-- {
			i := e.inside[place]
			s := &e.slots[i]
			e.stats[s.row].add(&p.counts[place])
			x := p.row(p.next, place)
			if err := p.failed[place]; err != nil {
				p.failed[place] = nil
				e.end(i, err)
			} else if c := nonFinite(x); c >= 0 {
				e.end(i, e.nonFinite(i, State, c, x[c]))
			} else if e.write(i, x); s.next == len(s.times) {
				e.stats[s.row].add(&e.counts[i])
				e.end(i, nil)
			}
		}
	}
}

// concludeFixed moves slot i to the end of its step, writes the output there and ends
// the row at its last time.
func (e *Solver) concludeFixed(i int) {
	s := &e.slots[i]
	stats := &e.stats[s.row]
	stats.add(&e.counts[i])
	if err := e.failed[i]; err != nil {
		e.end(i, err)
		return
	}
	next := e.row(e.next, i)
	if err := e.brokenFixed(i, next); err != nil {
		e.end(i, err)
		return
	}
	stats.Steps++
	e.t[i] = s.tNew
	copy(e.row(e.x, i), next)
	if e.lost != nil {
		copy(e.row(e.lost, i), e.row(e.lostNext, i))
	}
	if math.Abs(s.times[s.next]-s.tNew) <= e.slack(s.tNew) {
		e.write(i, next)
		// Where another output is as near, as only rounding can make it.
		for s.next < len(s.times) && s.direction*(s.tNew-s.times[s.next]) >= -e.slack(s.tNew) {
			e.write(i, next)
		}
	}
	if s.next == len(s.times) {
		e.end(i, nil)
	}
}

// brokenFixed finds out what is not finite, or out of range, after the step of slot i.
func (e *Solver) brokenFixed(i int, next []float64) error {
	switch m := e.fixed.(type) {
	case *rungeKutta:
		for _, k := range e.k {
			dx := e.row(k, i)
			if c := nonFinite(dx); c >= 0 {
				return e.nonFinite(i, Derivative, c, dx[c])
			}
		}
	case *implicit:
		stages := m.stagesOf(&e.work, i)
		if c := nonFinite(stages); c >= 0 {
			return e.nonFinite(i, Derivative, c%e.d, stages[c])
		}
	}
	if c := nonFinite(next); c >= 0 {
		return e.nonFinite(i, State, c, next[c])
	}
	return e.offGrid(i, next)
}

// offGrid reports a state of slot i that has outgrown the grid.
func (e *Solver) offGrid(i int, x []float64) error {
	if e.grid == 0 {
		return nil
	}
	if c, v := largest(x); math.Abs(v) > 0x1p53*e.grid {
		return fmt.Errorf("ode: component %d of the state is %.3g at t = %.9g, outside the grid of %.2g, which ends at %.3g; widen Grid",
			c, v, e.t[i], e.grid, 0x1p53*e.grid)
	}
	return nil
}

// checkSteps reports times that are not whole steps apart, where they must be.
func (e *Solver) checkSteps(times []float64) error {
	if !e.set.Reversible {
		return nil
	}
	for i, t := range times {
		steps := math.Abs(t-times[0]) / e.set.Step
		if math.Abs(steps-math.Round(steps))*e.set.Step > e.slack(t) {
			return fmt.Errorf("ode: times[%d] is %.9g, which is %.9g steps of %v from times[0]; to be reversible there must be whole steps between", i, t, steps, e.set.Step)
		}
	}
	return nil
}
