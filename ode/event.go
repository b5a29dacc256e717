package ode

import (
	"fmt"
	"math"
	"slices"
)

// Event is a function of time and state whose zeros are found along the trajectories of an
// adaptive method: a Poincare section, the perihelia of an orbit. Each is a root, to
// rounding, of the function on the interpolant of the step in which the sign changes. Two
// zeros within one step cancel and are not seen; MaxStep keeps steps short.
type Event struct {
	// Value is the function. It must not modify or keep x. Zero at the start is no crossing.
	Value func(t float64, x []float64) float64
	// Direction, if not zero, is the sign of the change that counts: positive for zeros at
	// which Value rises in the course of the integration, which may be backwards in time.
	Direction int
	// Found is called at every zero, in the order of their times along each trajectory. If it
	// returns true the trajectory ends there, with an *EventError.
	Found func(c Crossing) (stop bool)
}

// Crossing is a zero of an Event.
type Crossing struct {
	Row   int // of a batch
	Time  float64
	State []float64 // valid until Found returns
}

// EventError says that an event ended the trajectory, as its Found asked.
type EventError struct {
	Event int // its number in Settings.Events
	Time  float64
}

func (e *EventError) Error() string {
	return fmt.Sprintf("ode: event %d ended the trajectory at t = %.9g", e.Event, e.Time)
}

// crossing is one within the step in hand.
type crossing struct {
	theta float64 // where in the step, 0 to 1
	event int
}

// eventsOf are the events' values at the state of slot i.
func (e *Solver) eventsOf(values []float64, i int) []float64 {
	n := len(e.set.Events)
	return values[i*n : (i+1)*n]
}

// startEvents takes the events' values at the initial states.
func (e *Solver) startEvents() {
	for i := range e.n {
		for j, v := range e.set.Events {
			e.eventsOf(e.values, i)[j] = v.Value(e.t[i], e.row(e.x, i))
		}
	}
}

// crossed takes the events' values at the end of the accepted step of slot i and reports
// whether any changed its sign.
func (e *Solver) crossed(i int) bool {
	any := false
	before, after := e.eventsOf(e.values, i), e.eventsOf(e.valuesNew, i)
	for j, v := range e.set.Events {
		after[j] = v.Value(e.slots[i].tNew, e.row(e.next, i))
		any = any || v.changes(before[j], after[j])
	}
	return any
}

func (v *Event) changes(before, after float64) bool {
	return before < 0 && after >= 0 && v.Direction >= 0 || before > 0 && after <= 0 && v.Direction <= 0
}

// takeEvents reports the zeros in the accepted step of slot i, with the outputs before each
// written first, and whether one of them ended the row.
func (e *Solver) takeEvents(i int) (ended bool) {
	s := &e.slots[i]
	before, after := e.eventsOf(e.values, i), e.eventsOf(e.valuesNew, i)
	e.crossings = e.crossings[:0]
	for j := range e.set.Events {
		if e.set.Events[j].changes(before[j], after[j]) {
			e.crossings = append(e.crossings, crossing{e.root(i, j), j})
		}
	}
	slices.SortFunc(e.crossings, func(a, b crossing) int {
		if a.theta != b.theta {
			if a.theta < b.theta {
				return -1
			}
			return 1
		}
		return a.event - b.event
	})
	for _, c := range e.crossings {
		t := e.t[i] + float64(c.theta*e.h[i])
		if c.theta == 1 {
			t = s.tNew
		}
		if !e.writeInside(i, t) {
			return true
		}
		x := e.row(e.next, i)
		if c.theta < 1 {
			x = e.inStep(i, c.theta)
		}
		if e.set.Events[c.event].Found(Crossing{Row: s.row, Time: t, State: x}) {
			if s.next < len(s.times) && s.times[s.next] == t {
				e.write(i, x)
			}
			e.end(i, &EventError{Event: c.event, Time: t})
			return true
		}
	}
	copy(before, after)
	return false
}

// root is the place in the step of slot i at which event j is zero, by the method of T. R.
// Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a
// nonlinear function without using derivatives", Adv. Eng. Software 28, 1997.
func (e *Solver) root(i, j int) float64 {
	value := func(theta float64) float64 {
		return e.set.Events[j].Value(e.t[i]+float64(theta*e.h[i]), e.inStep(i, theta))
	}
	// The zero is between a and b; a is the latest point, and c the one that it replaced.
	a, fa := 1.0, e.eventsOf(e.valuesNew, i)[j]
	b, fb := 0.0, e.eventsOf(e.values, i)[j]
	if fa == 0 {
		return 1
	}
	// What the time resolves.
	resolution := max(0x1p-52, 0x1p-52*math.Abs(e.t[i]/e.h[i]))
	part := 0.5
	for {
		x := a + float64(part*(b-a))
		fx := value(x)
		c, fc := a, fa
		if (fx > 0) != (fa > 0) {
			c, fc = b, fb
			b, fb = a, fa
		}
		a, fa = x, fx
		best := a
		if math.Abs(fb) < math.Abs(fa) {
			best = b
		}
		least := resolution / math.Abs(b-a)
		// Written so that a NaN ends the search.
		if fa == 0 || !(least <= 0.5) || math.IsNaN(fa) {
			return best
		}
		part = 0.5
		xi, phi := (a-b)/(c-b), (fa-fb)/(fc-fb)
		if phi*phi < xi && (1-phi)*(1-phi) < 1-xi { // interpolation is safe
			part = fa/(fb-fa)*fc/(fb-fc) + (c-a)/(b-a)*fa/(fc-fa)*fb/(fc-fb)
		}
		part = min(max(part, least), 1-least)
	}
}
