package ode

import (
	"fmt"
	"math"
)

// StepUnderflowError says that the step became so short that it is lost in the rounding
// of the time: the solution is singular there, or the field is not smooth enough for the
// tolerance.
type StepUnderflowError struct {
	Time      float64 // the last time reached
	Step      float64 // the step refused
	Component int     // the state's largest component at Time
	Value     float64 // and its value
}

func (e *StepUnderflowError) Error() string {
	if far := resolution(e.Time); e.Step > farStep && far > farStep {
		return fmt.Sprintf("ode: the step size fell to %.2g at t = %.9g, where two times are %.2g apart at least: begin nearer to zero, since only differences of times matter unless the field depends on them",
			e.Step, e.Time, far)
	}
	return fmt.Sprintf("ode: the step size fell to %.2g at t = %.9g, where component %d of the state is %.3g: the solution is singular here or the field not smooth; loosen RTol and ATol, or end before this time",
		e.Step, e.Time, e.Component, e.Value)
}

// farStep is a step that is lost only in the rounding of times that are far from zero.
const farStep = 1e-6

// UnresolvedStepError says that a fixed step is not ten times as long as the distance between
// two times that can be told apart, and would be rounded to another one.
type UnresolvedStepError struct {
	Time       float64 // the last time reached
	Step       float64 // Settings.Step
	Resolution float64 // of times there
}

func (e *UnresolvedStepError) Error() string {
	return fmt.Sprintf("ode: a step of %.3g is lost in the rounding of times about t = %.9g, which are %.2g apart at least: begin nearer to zero, since only differences of times matter unless the field depends on them, or lengthen the step",
		e.Step, e.Time, e.Resolution)
}

// TooManyStepsError says that Settings.MaxSteps steps do not reach the last time. Where
// fixed steps do not reach even the next output, they are not begun.
type TooManyStepsError struct {
	Time      float64 // the last time reached
	End       float64 // the last time asked for
	Limit     int     // Settings.MaxSteps; rejected steps count
	Component int     // the state's largest component at Time
	Value     float64 // and its value
}

func (e *TooManyStepsError) Error() string {
	return fmt.Sprintf("ode: %d steps are not enough to reach t = %.9g: stopped at t = %.9g, where component %d of the state is %.3g; loosen the tolerance or lengthen a fixed step, shorten the horizon, or raise MaxSteps",
		e.Limit, e.End, e.Time, e.Component, e.Value)
}

// NonFiniteError says that the state or the field became NaN or infinite. An adaptive
// method has then tried shorter steps until they were lost in rounding.
type NonFiniteError struct {
	Time      float64  // the last time at which all was finite; the first time if nothing ever was
	Quantity  Quantity // what is not finite
	Component int      // which component of it
	Value     float64  // NaN or an infinity
	Largest   float64  // the magnitude of the state's largest component at Time
}

// Quantity says which quantity is not finite.
type Quantity uint8

const (
	InitialState Quantity = iota // the state given
	State                        // the state behind NonFiniteError.Time
	Derivative                   // the field at or behind NonFiniteError.Time
)

func (e *NonFiniteError) Error() string {
	what := "state"
	switch e.Quantity {
	case InitialState:
		return fmt.Sprintf("ode: component %d of the initial state is %v", e.Component, e.Value)
	case Derivative:
		what = "field"
	}
	return fmt.Sprintf("ode: component %d of the %s is %v behind t = %.9g, where the state's largest component is %.3g in magnitude: the state grows without bound, or the field is not defined there; end before this time, or shorten a fixed step",
		e.Component, what, e.Value, e.Time, e.Largest)
}

// largest returns the component of x of largest magnitude.
func largest(x []float64) (component int, value float64) {
	for i, v := range x {
		if math.Abs(v) > math.Abs(value) {
			component, value = i, v
		}
	}
	return component, value
}

// nonFinite returns the first component of x that is NaN or infinite, or -1.
func nonFinite(x []float64) int {
	for i, v := range x {
		// Zero for every finite v, and NaN for every other.
		if v-v != 0 {
			return i
		}
	}
	return -1
}
