package model

import "hnn/nn"

// Scalar is a scalar function of a vector, a part of a form: of the state (a Hamiltonian, a
// Rayleigh function), or of the positions or momenta alone (a potential, a kinetic energy).
type Scalar[T nn.Float] interface {
	// Size is the number of trained numbers.
	Size() int
	// NewPass returns an evaluator on blocks of up to rows vectors, NewPoint one at one vector.
	// Each owns its temporaries.
	NewPass(rows int) ScalarPass[T]
	NewPoint() ScalarPoint[T]
}

// ScalarPass evaluates a scalar on a block of rows. Vectors, gradients and cotangents are
// row-major without gaps.
type ScalarPass[T nn.Float] interface {
	// Gradient writes the gradient at each of rows vectors x to g, which is as long as x.
	Gradient(x, g []T, rows int)
}

// ScalarAdjoint is the pass of a scalar that can be trained.
type ScalarAdjoint[T nn.Float] interface {
	ScalarPass[T]
	// Adjoint is the adjoint of the last Gradient and may be repeated: given gbar, the
	// derivative of a loss by the gradient, it adds that by the part's own parameters to
	// grad, unless it is nil, and writes that by x to xbar, unless it is nil.
	Adjoint(gbar, grad, xbar []T)
}

// ScalarTapes is the pass of a scalar that is of networks alone: its adjoint adds to grad what
// those of its tapes do, each with the network's own parameters, in this order.
type ScalarTapes[T nn.Float] interface {
	Tapes() []*nn.Tape[T]
}

// ScalarPoint evaluates a scalar at one vector.
type ScalarPoint[T nn.Float] interface {
	// Value returns the scalar at x, Gradient writes its gradient to g, which is as long as x.
	Value(x []T) T
	Gradient(x, g []T)
}

// PassPoint evaluates a scalar at one vector by a pass over one row.
type PassPoint[T nn.Float] struct {
	Pass interface {
		ScalarPass[T]
		Value(x []T) T
	}
}

// Value returns the scalar at x.
func (p PassPoint[T]) Value(x []T) T { return p.Pass.Value(x) }

// Gradient writes the gradient at x to g, which is as long.
func (p PassPoint[T]) Gradient(x, g []T) { p.Pass.Gradient(x, g, 1) }

// halver is a scalar of the state that may be the sum of one of the positions and one of the
// momenta.
type halver[T nn.Float] interface {
	Halves() (kinetic, potential Scalar[T], ok bool)
}

// Gain is G(q), n x m, of a model with n positions and m inputs, whose momenta feel G u.
type Gain[T nn.Float] interface {
	// Size is the number of trained numbers.
	Size() int
	// NewPoint returns an evaluator of G, row-major, at one state's positions, of which it
	// takes the first.
	NewPoint() func(q, g []T)
	// NewPass returns an evaluator at up to rows positions, which owns its temporaries.
	NewPass(rows int) GainPass[T]
}

// GainPass evaluates G on a block of rows.
type GainPass[T nn.Float] interface {
	// Value writes G at positions q (rows x n) to g (rows x n x m, row-major).
	Value(q, g []T, rows int)
}

// GainAdjoint is the pass of a gain that can be trained.
type GainAdjoint[T nn.Float] interface {
	GainPass[T]
	// Adjoint is that of the last Value, and may be repeated: it adds to grad, unless it is
	// nil, the derivative by the part's parameters, and writes that by q to qbar, unless it is nil.
	Adjoint(gbar, grad, qbar []T)
}

// Vector is a whole field that is no Hamiltonian's, of states and inputs.
type Vector[T nn.Float] interface {
	// NewPoint returns an evaluator at one state under inputs u, nil for none.
	NewPoint() func(x, u, dx []float64)
	// NewPass returns an evaluator on blocks of up to rows states, which owns its temporaries.
	NewPass(rows int) *Pass[T]
}

// Rayleigh is how energy is lost: by a scalar D, of which
//
//	dp/dt = ... - dD/dp
//
// and, where it acts Everywhere, dq/dt = ... - dD/dq too. The latter is the decomposition of a
// field into a solenoidal and a gradient part of the code of Greydanus and others (2019,
// "helmholtz") and of Sosanya and Greydanus, "Dissipative Hamiltonian Neural Networks"
// (2022), which is not unique (a harmonic function may move from one part to the other); with
// a D of the momenta alone it is.
type Rayleigh[T nn.Float] struct {
	D Scalar[T]
	// Momenta says that D is a function of the momenta alone.
	Momenta, Everywhere bool
}
