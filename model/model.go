// Package model says what a model of motion is, and what it can do.
//
// A model is dx/dt = f(x, u) of states x under inputs u. What it is made of is a [Form],
// data with replaceable parts:
//
//	dx/dt = J grad H - grad D + G(q) u
//
// with H a [Scalar] of the state, alone or as a [Sum] T(p) + V(q); J the canonical matrix or
// given [Brackets]; losses from a [Rayleigh] function D; and a [Gain] G. A baseline has a
// [Vector] instead of all of these. Scales turn a form into one in a user's units, members
// into their mean.
//
// What a model can do is a [Field], one struct with a function for each ability, nil where it
// has not got it: it is made from a form, and is all that rollouts, metrics, pictures and a
// server see. A [Pass] is what training sees. Neither is asked for its type.
//
// Parts that are networks are in model/network, those that are linear in their coefficients
// in model/expansion, files in model/file. A new kind of network is two files: the part, which
// implements Scalar, Gain or Vector (with an adjoint, since it is to be trained), and its name
// and place among the others in model/network/kind.go. Fields, passes, units, ensembles,
// splits and files follow from that.
//
// A state is (q, p) of even length, positions first, where nothing else is said.
package model

import (
	"hnn/data"
	"hnn/ode"
)

// Field is what a model can do, in float64 whatever the precision of its parameters. A nil
// function says that it cannot. The functions make evaluators, which own their temporaries: a
// Field may be used by several goroutines at once, an evaluator by one at a time.
//
// States x and their derivatives have Dim components, inputs u have Inputs; of several rows
// they are row-major. An evaluator of a form's field panics where a slice has another length: what is longer would have
// components that stand still for ever.
type Field struct {
	// Kind names the model in files and results, as "hnn" or "baseline"; Parameters is the
	// number of trained numbers.
	Kind       string
	Parameters int

	Dim, Inputs int
	// Canonical says that states are positions and then as many momenta, so far as is known:
	// methods that move the two halves in turn need it.
	Canonical bool

	// One writes dx/dt of a state at time t under inputs u, nil for none.
	One func() func(t float64, x, u, dx []float64)
	// Many is One of rows states, each at its own time under its own inputs. Of a model that
	// does not know the time t may be nil. A row does not depend on its neighbours.
	Many func() func(t, x, u, dx []float64, rows int)
	// Energy is the learned H, known up to a constant only; it is conserved where there are
	// no losses and no inputs.
	Energy func() func(x []float64) float64
	// Grad writes dH/dx.
	Grad func() func(x, g []float64)
	// Forcing is the power of forces that depend on the time alone, dH/dt for their part, of a model that has such: its
	// field depends on the time.
	Forcing func() func(t float64, x []float64) float64
	// Loss writes the part of dx/dt that takes H away.
	Loss func() func(x, dx []float64)
	// Jacobian writes df_i/dx_j to a[i*Dim+j].
	Jacobian func() func(x, u, a []float64)
	// Split and SplitMany are the field of a separable H = T(p) + V(q) in its two parts, as
	// some integrators need it: of a model with losses or inputs there is none.
	Split     func() ode.Split
	SplitMany func() ode.BatchSplit

	// Chart is the same motion in other coordinates, nil where there are none that serve.
	Chart *Chart

	// Pixels is the geometry of the observations of a model whose states are codes of
	// pictures; nil for others. Encode writes the states (rows x Dim) of observations (rows
	// x Pixels.Len()), Decode the observations of states.
	Pixels         *Pixels
	Encode, Decode func() func(in, out []float64, rows int)

	// Members are, of an ensemble, the models that it is the mean of.
	Members []*Field

	// Scales are a user's units, and Own is the same model of dimensionless states and times,
	// in which a tolerance means the same for every component; nil where the two are one.
	Scales *data.Scales
	Own    *Field
}

// Known is the field of equations of the state that are known, f(x), which may be evaluated by
// several goroutines at once. Its states count as canonical.
func Known(kind string, dim int, f func(x, dx []float64)) *Field {
	known := &Field{
		Kind: kind, Dim: dim, Canonical: true,
		One: func() func(t float64, x, u, dx []float64) {
			return func(_ float64, x, _, dx []float64) { f(x, dx) }
		},
		Many: func() func(t, x, u, dx []float64, rows int) {
			return func(_, x, _, dx []float64, rows int) {
				for i := 0; i < rows*dim; i += dim {
					f(x[i:i+dim], dx[i:i+dim])
				}
			}
		},
	}
	return known.checked()
}

// Dimensionless is the model of dimensionless states and times within f with its scales, or f
// and nil.
func (f *Field) Dimensionless() (*Field, *data.Scales) {
	if f.Scales == nil {
		return f, nil
	}
	return f.Own, f.Scales
}

// Free returns an evaluator of dx/dt at one state without input, as integrators take it.
func (f *Field) Free() ode.Field {
	one := f.One()
	return func(t float64, x, dx []float64) { one(t, x, nil, dx) }
}

// FreeMany is Free of many states.
func (f *Field) FreeMany() ode.BatchField {
	many := f.Many()
	return func(t, x, dx []float64, rows int) { many(t, x, nil, dx, rows) }
}

// Under is the field along a signal, as ode.SolveSegments takes it: the field of each segment
// and the knots between them. A nil signal leaves the model alone. It panics if the signal
// does not have the model's inputs. The fields share their temporaries.
func (f *Field) Under(s *data.Signal) (field func(segment int) ode.Field, knots []float64) {
	if s == nil {
		alone := f.Free()
		return func(int) ode.Field { return alone }, nil
	}
	if s.Inputs() != f.Inputs {
		panic("model: a signal with other inputs than the model's")
	}
	one, u := f.One(), make([]float64, s.Inputs())
	return func(segment int) ode.Field {
		return func(t float64, x, dx []float64) {
			s.Within(segment, t, u)
			one(t, x, u, dx)
		}
	}, s.T
}

// Power returns an evaluator of dH/dt by losses, which is negative where energy leaves: grad
// H . Loss. It is nil of a model without losses.
func (f *Field) Power() func(x []float64) float64 {
	if f.Loss == nil || f.Grad == nil {
		return nil
	}
	if f.Scales != nil {
		power, unit, z := f.Own.Power(), f.Scales.Energy()/f.Scales.Time, make([]float64, f.Dim)
		return func(x []float64) float64 {
			f.Scales.States(z, x)
			return unit * power(z)
		}
	}
	grad, loss, g, dx := f.Grad(), f.Loss(), make([]float64, f.Dim), make([]float64, f.Dim)
	return func(x []float64) float64 {
		grad(x, g)
		loss(x, dx)
		return rate(g, dx)
	}
}

// Supply returns an evaluator of the power that inputs put into a system, dH/dt for their
// part: grad H . (f(x, u) - f(x, 0)). It is nil of a model without inputs or H.
func (f *Field) Supply() func(x, u []float64) float64 {
	if f.Inputs == 0 || f.Grad == nil {
		return nil
	}
	grad, one := f.Grad(), f.One()
	g, dx, alone := make([]float64, f.Dim), make([]float64, f.Dim), make([]float64, f.Dim)
	return func(x, u []float64) float64 {
		grad(x, g)
		one(0, x, nil, alone)
		one(0, x, u, dx)
		for i, v := range alone {
			dx[i] -= v
		}
		return rate(g, dx)
	}
}

// rate is dH/dt along dx, summed pair by pair of a position and its momentum.
func rate(g, dx []float64) float64 {
	n, sum := len(g)/2, 0.0
	for i := range n {
		sum += float64(g[n+i]*dx[n+i]) + float64(g[i]*dx[i])
	}
	for i := 2 * n; i < len(g); i++ {
		sum += float64(g[i] * dx[i])
	}
	return sum
}
