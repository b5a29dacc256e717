package ode

import (
	"math"

	"hnn/internal/elementary"
)

// runAdaptive steps all running rows together, each with a step of its own, until the
// last has ended. A row whose step is rejected tries again beside the next steps of the
// others.
func (e *Solver) runAdaptive() error {
	if e.n > 0 {
		e.startEvents()
		e.initialSteps()
	}
	for e.n > 0 {
		if err := e.interrupted(); err != nil {
			return err
		}
		for i := e.n - 1; i >= 0; i-- {
			if err := e.plan(i); err != nil {
				e.end(i, err)
			}
		}
		if e.n == 0 {
			break
		}
		e.pair.advance(&e.work)
		e.judge()
		e.extraStages()
		for i := e.n - 1; i >= 0; i-- {
			e.conclude(i)
		}
	}
	return nil
}

// plan sets the step of slot i: the length that the control chose, within MaxStep, what
// rounding lets through, and the end of the trajectory.
func (e *Solver) plan(i int) error {
	s := &e.slots[i]
	stats := &e.stats[s.row]
	if stats.Steps+stats.Rejected >= e.set.MaxSteps {
		return e.tooManySteps(i)
	}
	t := e.t[i]
	shortest := unresolved * math.Abs(math.Nextafter(t, s.direction*math.Inf(1))-t)
	length := min(s.length, e.set.MaxStep)
	if length < shortest {
		if s.retry {
			if s.broken != nil {
				return s.broken
			}
			return e.underflow(i, length)
		}
		length = shortest
	}
	end := s.times[len(s.times)-1]
	tNew := t + float64(s.direction*length)
	// A rest that is but the rounding of earlier steps is taken along: with a MaxStep
	// that divides the interval it would cost a step.
	if s.direction*(tNew-end) > -1e-10*length {
		tNew = end
	}
	s.tNew = tNew
	e.h[i] = tNew - t
	s.length = math.Abs(e.h[i])
	return nil
}

// judge estimates the errors of the steps just taken, accepts or rejects each and
// chooses the length of the next. It lists the accepted steps with outputs inside.
func (e *Solver) judge() {
	p, d := e.pair, e.d
	for j, sum := range p.estimates {
		weigh(e.estimates[j][:e.n*d], e.k, 0, sum)
	}
	e.inside = e.inside[:0]
	for i := range e.n {
		s := &e.slots[i]
		stats := &e.stats[s.row]
		stats.add(&e.counts[i])

		x, next := e.row(e.x, i), e.row(e.next, i)
		var squares [2]float64
		for j := range p.estimates {
			squares[j] = scaledSquares(e.row(e.estimates[j], i), x, next, e.set.RTol, e.set.ATol)
		}
		err := p.norm(e.h[i], squares, d)
		if s.broken = e.broken(i); s.broken != nil {
			err = math.Inf(1)
		}
		s.accepted = err < 1
		if !s.accepted {
			stats.Rejected++
			s.length *= e.gain.shrink(err)
			s.retry = true
			continue
		}
		stats.Steps++
		logErr := elementary.Log(err)
		s.length *= e.gain.grow(logErr, s.logOld, s.retry)
		s.retry = false
		s.logOld = max(logErr, leastLogOld)
		// All events are looked at, whether there are outputs or not.
		if crossed := e.crossed(i); crossed || s.direction*(s.times[s.next]-s.tNew) < 0 {
			e.inside = append(e.inside, i)
		}
	}
}

// extraStages evaluates the stages that only the interpolant needs, for the rows in
// e.inside.
func (e *Solver) extraStages() {
	rows := len(e.inside)
	if rows == 0 {
		return
	}
	p := e.pair
	for j, sum := range p.extra {
		for place, i := range e.inside {
			e.combineRow(e.row(e.stageX, place), i, sum)
			e.stageT[place] = e.t[i] + float64(p.extraC[j]*e.h[i])
		}
		// The estimates have been used, so that their memory takes the derivatives.
		dx := e.estimates[0]
		e.eval(e.stageT, e.stageX, dx, rows)
		k := e.k[len(p.stages)+j]
		for place, i := range e.inside {
			copy(e.row(k, i), e.row(dx, place))
			e.stats[e.slots[i].row].Evaluations++
		}
	}
}

// conclude writes the outputs of slot i up to the end of its step if that was accepted,
// moves on, and ends the row at its last time.
func (e *Solver) conclude(i int) {
	s := &e.slots[i]
	if !s.accepted {
		return
	}
	p := e.pair
	next := e.row(e.next, i)
	if e.takeEvents(i) || !e.writeInside(i, s.tNew) {
		return
	}
	if s.next < len(s.times) && s.times[s.next] == s.tNew {
		e.write(i, next)
	}
	if s.next == len(s.times) {
		e.end(i, nil)
		return
	}
	e.t[i] = s.tNew
	copy(e.row(e.x, i), next)
	copy(e.row(e.k[0], i), e.row(e.k[len(p.stages)-1], i))
	if e.lost != nil {
		copy(e.row(e.lost, i), e.row(e.lostNext, i))
	}
}

// writeInside writes the outputs of slot i inside its step up to, and without, time end. It
// reports false if the row has ended, where the interpolant is not finite.
func (e *Solver) writeInside(i int, end float64) bool {
	s := &e.slots[i]
	for s.next < len(s.times) && s.direction*(s.times[s.next]-end) < 0 {
		x := e.inStep(i, (s.times[s.next]-e.t[i])/e.h[i])
		// The step did not look where the interpolant's own stages do.
		if c := nonFinite(x); c >= 0 {
			e.end(i, e.nonFinite(i, State, c, x[c]))
			return false
		}
		e.write(i, x)
	}
	return true
}

// inStep is the state at t + theta h in the step of slot i, until the next call.
func (e *Solver) inStep(i int, theta float64) []float64 {
	e.pair.weights(theta, e.weights)
	x := e.row(e.stageX, 0)
	e.combineRow(x, i, e.weights)
	return x
}

// broken finds out what is not finite after the trial step of slot i. The error's norm
// does not say it: DOP853's does not look at the last stage, and a state that overflows
// is hidden by its own scale.
func (e *Solver) broken(i int) *NonFiniteError {
	last := len(e.pair.stages) - 1
	next, dx := e.row(e.next, i), e.row(e.k[last], i)
	if nonFinite(next) < 0 && nonFinite(dx) < 0 {
		return nil
	}
	// The earliest stage is nearest to the cause.
	for _, k := range e.k[:last+1] {
		dx := e.row(k, i)
		if c := nonFinite(dx); c >= 0 {
			return e.nonFinite(i, Derivative, c, dx[c])
		}
	}
	c := nonFinite(next)
	return e.nonFinite(i, State, c, next[c])
}
