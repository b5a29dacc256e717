package ode

import (
	"fmt"
	"math"
)

// The defaults of Settings.
const (
	DefaultRTol     = 1e-9
	DefaultATol     = 1e-9
	DefaultMaxSteps = 1_000_000
	DefaultGrid     = 0x1p-43
	DefaultOmega    = 5
)

// minRTol is the tightest relative tolerance that rounding leaves a meaning to, the
// one below which scipy warns: 100 units of rounding.
const minRTol = 100 * 0x1p-52

// Settings choose the method and say how it runs. The zero value of each field, and a nil
// *Settings, mean the default.
type Settings struct {
	// Method is the integration method, by default DormandPrince.
	Method Method

	// RTol and ATol are the relative and absolute tolerances of adaptive methods, by
	// default 1e-9 each: a step is accepted if the root mean square over the components of
	// (estimated error) / (ATol + RTol max(|x before|, |x after|)) is below one. This bounds
	// the error of a step, not that of a trajectory. RTol is at least 2.3e-14.
	// Fixed-step methods do not use them.
	RTol, ATol float64

	// Step is the step of fixed-step methods, which must have one; it is positive in either
	// direction of time. RK4 divides the interval between two output times into the fewest
	// equal steps that are not longer (to one part in 1e9), so that the outputs are hit
	// exactly. Symplectic methods take every step of this length, since that is what bounds
	// the error of their energy, and an output inside a step by a shorter step beside the
	// trajectory, of the same order and the same cost as a step. Adaptive methods do not use
	// it.
	Step float64

	// Compensated carries the rounding error of the state from step to step, by Kahan's
	// summation, so that it does not add up over a long run (HLW, section VIII.5).
	Compensated bool

	// Reversible keeps the state on a grid, each shear of a step rounded to it, so that as
	// many steps back return to the same bits: H. Rein, D. Tamayo, "JANUS: a bit-wise
	// reversible integrator for N-body dynamics", MNRAS 473, 2018. The method must be
	// symmetric and made of shears (Method.Shears), the field a function of the state alone,
	// and the times whole steps apart. States are multiples of Grid, exactly, and so is the
	// first one.
	Reversible bool

	// Grid is the spacing of the grid of Reversible, a power of two, by default 2^-43 =
	// 1.1e-13. A state may grow to 2^53 times that.
	Grid float64

	// Omega binds the two copies of the state in Tao's methods, by default 5 per unit of time.
	// It should be somewhat above the system's frequencies: below, the copies part, and the
	// error grows with it, for tao4 about as its square.
	Omega float64

	// Copies makes the states of Tao's methods, the first and those written, (q, p, x, y)
	// with the copy that the method carries along, of twice the length of the field's. A run
	// can so be taken up where another one ended, or turned back. By default a run starts
	// with the copy equal to the state, and does not write it.
	Copies bool

	// Jacobian, where not nil, writes the derivative of the field at a state, d x d and
	// row-major, for implicit methods, which otherwise take finite differences where they
	// need it.
	Jacobian func(t float64, x, jacobian []float64)

	// InitialStep is the first step that an adaptive method tries, and MaxStep the longest
	// that it takes; both are positive in either direction of time. By default the first is
	// estimated from the field, which takes one more evaluation, and the second is unlimited.
	InitialStep, MaxStep float64

	// MaxSteps bounds the steps tried for one trajectory, by default 1,000,000.
	MaxSteps int

	// Control is how an adaptive method chooses the next step, by default PIControl.
	Control Control

	// Events are looked for along the trajectories of adaptive methods.
	Events []Event

	// Interrupt, where not nil, is asked every few steps whether to go on; a context's Err
	// method fits. What it returns ends the integration, and is wrapped in the error.
	Interrupt func() error
	// Progress, where not nil, is told as often what time the last of the trajectories that still run has reached.
	Progress func(t float64)
}

// Control is the rule by which an adaptive method chooses its next step from the error
// of the last ones.
type Control uint8

const (
	// PIControl is the rule of Hairer's codes: for DormandPrince the proportional-integral
	// control of K. Gustafsson, "Control theoretic techniques for stepsize selection in
	// explicit Runge-Kutta methods", ACM TOMS 17, 1991, which damps the oscillation of the
	// step: half as many rejected steps on the van der Pol oscillator, where ScipyLike has
	// many, for about 4% more evaluations at the same error. For DOP853
	// the proportional term is zero, as in his code.
	PIControl Control = iota
	// ScipyLike is the rule of scipy's solve_ivp, an integral control with other limits:
	// for results that must be compared with scipy's step by step.
	ScipyLike
)

// String names the rule.
func (c Control) String() string {
	switch c {
	case PIControl:
		return "pi"
	case ScipyLike:
		return "scipy"
	}
	return fmt.Sprintf("Control(%d)", uint8(c))
}

// resolve returns the settings with the defaults filled in, or what is wrong with them.
func (s *Settings) resolve() (Settings, error) {
	var r Settings
	if s != nil {
		r = *s
	}
	if int(r.Method) >= len(methods) {
		return r, fmt.Errorf("ode: unknown method %v", r.Method)
	}
	if r.Control > ScipyLike {
		return r, fmt.Errorf("ode: unknown step control %v", r.Control)
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"RTol", r.RTol}, {"ATol", r.ATol}, {"Step", r.Step}, {"Grid", r.Grid}, {"Omega", r.Omega}, {"InitialStep", r.InitialStep}, {"MaxStep", r.MaxStep}} {
		// Written so that NaN is refused too.
		if !(v.value >= 0) {
			return r, fmt.Errorf("ode: %s is %v; it must be positive, or zero for the default", v.name, v.value)
		}
	}
	if r.MaxSteps < 0 {
		return r, fmt.Errorf("ode: MaxSteps is %d; it must be positive, or zero for the default", r.MaxSteps)
	}
	if !r.Method.Adaptive() && (r.Step == 0 || math.IsInf(r.Step, 1)) {
		return r, fmt.Errorf("ode: %v has a fixed step; Settings.Step must be a positive number, not %v", r.Method, r.Step)
	}
	if r.Grid == 0 {
		r.Grid = DefaultGrid
	}
	if fraction, _ := math.Frexp(r.Grid); r.Reversible && fraction != 0.5 {
		return r, fmt.Errorf("ode: Grid is %v; it must be a power of two", r.Grid)
	}
	if r.Copies && !r.Method.copies() {
		return r, fmt.Errorf("ode: %v carries no copy of the state; Copies is for tao2 and tao4", r.Method)
	}
	if r.Omega == 0 {
		r.Omega = DefaultOmega
	}
	for i, v := range r.Events {
		if v.Value == nil || v.Found == nil {
			return r, fmt.Errorf("ode: event %d lacks its Value or Found", i)
		}
	}
	if len(r.Events) > 0 && !r.Method.Adaptive() {
		return r, fmt.Errorf("ode: %v finds no events; of the methods, these do: %s", r.Method, join(Method.Adaptive))
	}
	switch {
	case r.Reversible && !r.Method.Shears():
		return r, fmt.Errorf("ode: %v is not exactly reversible; of the methods, these are: %s", r.Method, join(Method.Shears))
	case r.Reversible && r.Compensated:
		return r, fmt.Errorf("ode: a state on a grid has no rounding errors to compensate")
	}
	if r.RTol == 0 {
		r.RTol = DefaultRTol
	}
	if r.ATol == 0 {
		r.ATol = DefaultATol
	}
	if r.RTol < minRTol || math.IsInf(r.RTol, 1) || math.IsInf(r.ATol, 1) {
		return r, fmt.Errorf("ode: RTol is %v and ATol %v; both must be finite and RTol at least %.2g, the limit that rounding sets", r.RTol, r.ATol, minRTol)
	}
	if r.MaxStep == 0 {
		r.MaxStep = math.Inf(1)
	}
	if r.MaxSteps == 0 {
		r.MaxSteps = DefaultMaxSteps
	}
	return r, nil
}
