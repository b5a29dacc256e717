// Package unroll carries a block of states through the steps of an integrator whose
// field is a network, and the derivative of a loss back through them: what training on
// observed trajectories needs, where no derivative of a state is known.
//
// It knows nothing of losses, data or optimisers, and it is not a general solver: steps
// are given, one for each row, so that rows of uneven times go side by side. For
// rollouts of a trained model see ode. It is used by fit.
//
// An adjoint is that of the discrete step, so a gradient is exact but for rounding (and,
// for an implicit step, the tolerance of its solve). What is kept of a step is where the
// field was evaluated, a few numbers a row; the network's activations are computed
// again on the way back. For a network of width 200 the alternative, keeping them,
// takes 0.7 MB a block and evaluation, leaves the caches and saves a quarter of the work. It
// pays for a step or two, and Euler and RK4 have it: see [New].
package unroll

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hnn/model"
	"hnn/nn"
)

// Method is an integrator.
type Method uint8

const (
	// Midpoint is the implicit midpoint rule: order 2, symplectic for every H.
	Midpoint Method = iota
	// RK4 is the classical Runge-Kutta method: order 4, not symplectic.
	RK4
	// Leapfrog is the Stoermer-Verlet method, kick-drift-kick: order 2, symplectic,
	// explicit, for separable models alone (those whose pass has a Velocity).
	Leapfrog
	// Euler is Euler's method, order 1: that of the paper's latent step from a picture to
	// the next, and too coarse to learn trajectories through.
	Euler
)

var methodNames = [...]string{"midpoint", "rk4", "leapfrog", "euler"}

// Values lists the names of the integrators to learn trajectories through.
func (Method) Values() []string { return slices.Clone(methodNames[:Euler]) }

func (m Method) String() string {
	if int(m) >= len(methodNames) {
		return fmt.Sprintf("Method(%d)", uint8(m))
	}
	return methodNames[m]
}

// ParseMethod is the inverse of String for the methods of Values.
func ParseMethod(name string) (Method, error) {
	if i := slices.Index(methodNames[:Euler], name); i >= 0 {
		return Method(i), nil
	}
	return 0, fmt.Errorf("unroll: no integrator %q to train through; the integrators are %s", name, strings.Join(methodNames[:Euler], ", "))
}

// MarshalText is String.
func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText is ParseMethod.
func (m *Method) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMethod(string(text))
	return err
}

// ErrNotSeparable says that leapfrog was asked for with a model that is not separable.
var ErrNotSeparable = errors.New("leapfrog steps through separable models alone, H = T(p) + V(q), and this one is not; midpoint and rk4 take any model")

// ErrDriven says that leapfrog was asked for with a model that inputs act on.
var ErrDriven = errors.New("leapfrog takes no inputs, and this model has some; midpoint and rk4 do")

// ErrNotSolved says that the equation of an implicit step was not solved.
var ErrNotSolved = errors.New("the equation of an implicit midpoint step was not solved: its iteration converges while the step times the field's Jacobian is below 2; take more substeps, or rk4")

// Roll carries up to so many rows through up to so many steps and back. It is not safe
// for concurrent use, and it does not allocate after New.
type Roll[T nn.Float] struct {
	dim    int
	step   stepper[T]
	inputs *inputs[T] // nil where the model has none
	states []T        // of the pass at hand: (steps+1) x rows x dim
	rows   int
	h      []T
	active []int
}

// stepper is one integrator. Step k's slices hold the active rows alone.
type stepper[T nn.Float] interface {
	// begin comes before the first step of so many rows.
	begin(rows int)
	// forward writes the states after step k to next.
	forward(k int, x, next, h []T, rows int) error
	// backward adds to xbar, the derivative of the loss by the states before step k,
	// what comes of nextbar, that by the states after it, and to grad that by the
	// parameters. Steps are called last first.
	backward(k int, x, next, h, xbar, nextbar, grad []T, rows int) error
	// finish comes after the backward of step 0, with the first states.
	finish(x, xbar, grad []T, rows int)
}

// Stages is the number of a step's evaluations of the field by Euler and RK4.
func (m Method) Stages() int {
	if m == RK4 {
		return len(rk4Tableau.weights)
	}
	return len(eulerTableau.weights)
}

// New returns a roll of states of length d through a model's pass for as many rows, which
// it keeps. Given steps x Stages passes instead, of a model without inputs, Euler and RK4
// evaluate each stage by its own and Backward does not evaluate it again. The error is
// ErrNotSeparable or ErrDriven.
func New[T nn.Float](m Method, d, rows, steps int, passes ...*model.Pass[T]) (*Roll[T], error) {
	r := &Roll[T]{dim: d, states: make([]T, (steps+1)*rows*d)}
	pass := passes[0]
	if pass.Inputs > 0 {
		r.inputs = &inputs[T]{pass: pass, u: make([]T, rows*pass.Inputs)}
	}
	switch m {
	case Leapfrog:
		if r.inputs != nil {
			return nil, ErrDriven
		}
		if pass.Velocity == nil {
			return nil, ErrNotSeparable
		}
		r.step = newLeapfrog(pass, d, rows, steps)
	case RK4:
		r.step = newRungeKutta(rk4Tableau, passes, r.inputs, d, rows, steps)
	case Euler:
		r.step = newRungeKutta(eulerTableau, passes, r.inputs, d, rows, steps)
	default:
		r.step = newMidpoint(pass, r.inputs, d, rows, steps)
	}
	return r, nil
}

// Drive gives the inputs of the calls of Forward that follow, at the start and at the end of
// each step, between which they change linearly: row r of step k has the numbers from
// (k*rows + r) * Inputs on. It keeps both. Without it there are none.
func (r *Roll[T]) Drive(from, to []T) { r.inputs.from, r.inputs.to = from, to }

// inputs sets those of a pass within a step.
type inputs[T nn.Float] struct {
	pass        *model.Pass[T]
	rows        int // of a step
	from, to, u []T
}

// at sets the inputs of the first rows rows at a part c of step k.
func (in *inputs[T]) at(k int, c T, rows int) {
	if in == nil || in.from == nil {
		return
	}
	m := in.pass.Inputs
	lo := k * in.rows * m
	for i := range rows * m {
		a, b := in.from[lo+i], in.to[lo+i]
		in.u[i] = a + T(c*(b-a))
	}
	in.pass.Drive(in.u)
}

// Forward carries rows states x (rows x Dim) through len(active) steps: in step k the
// first active[k] rows advance by h[k*rows] and so on; active must not increase. The
// result is (len(active)+1) x rows x Dim, the states before the first step and after
// every step; of a row that a step left out it is not defined. It is valid until the next
// call. The error is ErrNotSolved.
func (r *Roll[T]) Forward(x []T, rows int, h []T, active []int) ([]T, error) {
	r.rows, r.h, r.active = rows, h, active
	copy(r.states, x[:rows*r.dim])
	if r.inputs != nil {
		r.inputs.rows = rows
	}
	r.step.begin(rows)
	for k, n := range active {
		if err := r.step.forward(k, r.at(r.states, k, n), r.at(r.states, k+1, n), h[k*rows:], n); err != nil {
			return nil, err
		}
	}
	return r.states[:(len(active)+1)*rows*r.dim], nil
}

// Backward is the adjoint of the last Forward: bar, in the shape of its result, is the
// derivative of the loss by the states. It adds the derivative by the parameters to grad
// and leaves the derivative by the first states in the first rows x Dim of bar, which it
// overwrites. The error is ErrNotSolved.
func (r *Roll[T]) Backward(bar, grad []T) error {
	for k := len(r.active) - 1; k >= 0; k-- {
		n := r.active[k]
		err := r.step.backward(k, r.at(r.states, k, n), r.at(r.states, k+1, n), r.h[k*r.rows:],
			r.at(bar, k, n), r.at(bar, k+1, n), grad, n)
		if err != nil {
			return err
		}
	}
	if len(r.active) > 0 {
		n := r.active[0]
		r.step.finish(r.at(r.states, 0, n), r.at(bar, 0, n), grad, n)
	}
	return nil
}

// at is the first n rows of what v holds for step k.
func (r *Roll[T]) at(v []T, k, n int) []T {
	return v[k*r.rows*r.dim : (k*r.rows+n)*r.dim]
}
