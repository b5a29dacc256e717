// Package model holds the learned vector fields dx/dt = f(x) of this project: the
// Hamiltonian neural network, Hamiltonians of a known form, models that lose energy, and
// the baselines they are compared with.
//
// A model is built from nn's two primitives and knows nothing of how it is
// trained. [Model] is what every one gives to those that use it (rollouts,
// metrics, pictures); [Network] adds what a gradient trainer needs. A state is
// x = (q, p) of even length d = 2n, positions first.
package model

import (
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/ode"
)

// Model is a learned vector field, evaluated in float64 whatever the precision of
// its parameters. A Model may be used by several goroutines at once, the functions
// that it returns by one at a time: they own their temporaries.
type Model interface {
	// Kind is the model's name in files and results, as "hnn" or "baseline".
	Kind() string
	// Dim is the length of a state.
	Dim() int
	// Parameters is the number of trained numbers.
	Parameters() int
	// Field returns an evaluator of dx/dt at one state.
	Field() ode.Field
	// BatchField returns an evaluator of dx/dt at many states; a row's result does
	// not depend on its neighbours.
	BatchField() ode.BatchField
}

// Energetic is a model with a learned energy, which it conserves unless it is Dissipating.
type Energetic interface {
	Model
	// Energy returns an evaluator of the learned H at one state. H is known up to
	// a constant only.
	Energy() func(x []float64) float64
}

// Network is a model whose field is differentiable by its parameters, in
// precision T.
type Network[T kernel.Float] interface {
	Model
	Architecture() Architecture
	// Params is every parameter in one slice; see nn.MLP for its layout.
	Params() []T
	// Tensors names the pieces of Params, in order.
	Tensors() []Tensor
	// After a change of Params, RefreshPart(i) must run for every i below
	// Refreshes; the parts may run at the same time.
	Refreshes() int
	RefreshPart(i int)
	// NewPass returns temporaries for up to rows rows.
	NewPass(rows int) Pass[T]
}

// Pass evaluates the field of a block of rows and its adjoint. It is not safe for
// concurrent use.
type Pass[T kernel.Float] interface {
	// Field writes dx/dt of rows states: x and dx are rows x Dim, row-major.
	Field(x, dx []T, rows int)
	// Adjoint is the adjoint of the last Field: given dxbar, the derivative of a
	// loss by dx, it adds the derivative by the parameters to grad, unless that is
	// nil, and writes that by x to xbar, unless that is nil. It overwrites dxbar. It
	// may be called several times after one Field, as an implicit integrator's adjoint
	// does.
	Adjoint(dxbar, grad, xbar []T)
}

// Tensor is a named piece of a network's parameters.
type Tensor struct {
	Name  string
	Shape []int
}

// Size is the number of elements.
func (t Tensor) Size() int {
	n := 1
	for _, s := range t.Shape {
		n *= s
	}
	return n
}

// New returns a network with the initial parameters of the authors' code:
// orthogonal weights of gain 1, biases as PyTorch's Linear (see nn.MLP.Init).
func New[T kernel.Float](a Architecture, rng *rand.Rand) (Network[T], error) {
	n, err := empty[T](a)
	if err != nil {
		return nil, err
	}
	n.init(rng)
	return n, nil
}

// network is a Network as it is made: first without memory, then bound to it, then
// filled.
type network[T kernel.Float] interface {
	Network[T]
	module[T]
	widen() Model
}

// empty returns a network with all parameters zero.
func empty[T kernel.Float](a Architecture) (network[T], error) {
	n, err := build[T](a)
	if err != nil {
		return nil, err
	}
	n.bind(make([]T, size[T](n)))
	return n, nil
}

// Widen returns the model with its parameters widened to float64, for rollouts to
// tight tolerances; a model that is float64 already is returned as it is. The
// result shares nothing with a float32 model: it does not see later training.
func Widen(m Model) Model {
	if w, ok := m.(interface{ widen() Model }); ok {
		return w.widen()
	}
	return m
}

// Refresh runs every part of a network's refresh.
func Refresh[T kernel.Float](n Network[T]) {
	for i := range n.Refreshes() {
		n.RefreshPart(i)
	}
}
