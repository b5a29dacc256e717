// Package model holds the learned vector fields dx/dt = f(x) of this project: the
// Hamiltonian neural network and the baseline it is compared with.
//
// A model is built from nn's two primitives and knows nothing of how it is
// trained. [Model] is what every one gives to those that use it (rollouts,
// metrics, pictures); [Network] adds what a gradient trainer needs. A state is
// x = (q, p) of even length d = 2n, positions first.
package model

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"hnn/internal/kernel"
	"hnn/nn"
	"hnn/ode"
)

// Model is a learned vector field, evaluated in float64 whatever the precision of
// its parameters. A Model may be used by several goroutines at once, the functions
// that it returns by one at a time: they own their temporaries.
type Model interface {
	// Kind is the model's name in files and results: "hnn" or "baseline".
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

// Energetic is a model with a learned conserved quantity.
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

// Kinds lists the models that New makes.
func Kinds() []string { return []string{KindBaseline, KindHNN} }

// The kinds of model.
const (
	KindBaseline = "baseline"
	KindHNN      = "hnn"
)

// Architecture is what a network is built from.
type Architecture struct {
	Kind       string `json:"kind"`
	Dim        int    `json:"dim"`
	Hidden     []int  `json:"hidden"`
	Activation string `json:"activation"`
}

// Validate reports what makes the architecture impossible.
func (a Architecture) Validate() error {
	_, err := a.spec()
	return err
}

// Warning is a sentence on an architecture that works but has a known weakness,
// or "".
func (a Architecture) Warning() string {
	act, err := nn.ParseActivation(a.Activation)
	if err != nil || a.Kind != KindHNN {
		return ""
	}
	w, _ := act.SmoothFor()
	return w
}

func (a Architecture) spec() (nn.Spec, error) {
	act, err := nn.ParseActivation(a.Activation)
	if err != nil {
		return nn.Spec{}, err
	}
	s := nn.Spec{In: a.Dim, Hidden: a.Hidden, Activation: act}
	if a.Dim < 2 || a.Dim%2 != 0 {
		return s, fmt.Errorf("model: states of length %d; a state is (q, p) with as many momenta as positions, so its length is even", a.Dim)
	}
	switch a.Kind {
	case KindHNN:
		s.Out = 1
		if _, err := act.SmoothFor(); err != nil {
			return s, fmt.Errorf("model: an HNN is trained through the gradient of its network: %w", err)
		}
	case KindBaseline:
		s.Out = a.Dim
	default:
		return s, fmt.Errorf("model: no model of kind %q; the kinds are %v", a.Kind, Kinds())
	}
	return s, s.Validate()
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

// network is a Network whose parameters can be filled in here.
type network[T kernel.Float] interface {
	Network[T]
	init(rng *rand.Rand)
	widen() Model
}

func empty[T kernel.Float](a Architecture) (network[T], error) {
	spec, err := a.spec()
	if err != nil {
		return nil, err
	}
	net, err := nn.New[T](spec)
	if err != nil {
		return nil, err
	}
	a.Hidden = slices.Clone(a.Hidden)
	b := base[T]{architecture: a, net: net}
	if a.Kind == KindHNN {
		return &HNN[T]{b}, nil
	}
	return &Baseline[T]{b}, nil
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

// base is what models of one MLP have in common.
type base[T kernel.Float] struct {
	architecture Architecture
	net          *nn.MLP[T]
}

func (b *base[T]) Kind() string               { return b.architecture.Kind }
func (b *base[T]) Dim() int                   { return b.architecture.Dim }
func (b *base[T]) Architecture() Architecture { return b.architecture }
func (b *base[T]) Params() []T                { return b.net.Params() }
func (b *base[T]) Parameters() int            { return len(b.net.Params()) }
func (b *base[T]) Refreshes() int             { return b.net.Refreshes() }
func (b *base[T]) RefreshPart(i int)          { b.net.RefreshPart(i) }
func (b *base[T]) init(rng *rand.Rand)        { b.net.Init(rng, 1) }

func (b *base[T]) Tensors() []Tensor {
	ts, err := b.architecture.tensors()
	if err != nil {
		panic("model: a network with an impossible architecture exists")
	}
	return ts
}

// batchRows is the number of rows that a BatchField evaluates at once.
const batchRows = 96

// batchField runs a pass block by block, in float64 at the borders.
func batchField[T kernel.Float](n Network[T]) ode.BatchField {
	d := n.Dim()
	var pass Pass[T]
	held := 0
	in, out := make([]T, batchRows*d), make([]T, batchRows*d)
	return func(_ []float64, x, dx []float64, rows int) {
		if rows > held && held < batchRows {
			held = min(rows, batchRows)
			pass = n.NewPass(held)
		}
		for lo := 0; lo < rows; lo += batchRows {
			block := min(batchRows, rows-lo)
			copyFloats(in, x[lo*d:(lo+block)*d])
			pass.Field(in, out, block)
			copyFloats(dx[lo*d:(lo+block)*d], out)
		}
	}
}

// copyFloats converts between precisions; the shorter slice gives the length.
func copyFloats[U, V kernel.Float](dst []U, src []V) {
	for i := range min(len(dst), len(src)) {
		dst[i] = U(src[i])
	}
}
