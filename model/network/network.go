// Package network makes models of neural networks: the Hamiltonian neural network,
// Hamiltonians of a known form, models that lose energy or that inputs act on, the baselines
// they are compared with, and models of pictures.
//
// A Network is the parameters and the parts that they belong to, built from an [Architecture].
// It is what a gradient trainer takes; what it can do is its model.Field. The parts are
// composed of nn's two primitives, and know nothing of how they are trained.
package network

import (
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/nn"
)

// Network is a model whose field is differentiable by its parameters, in precision T.
type Network[T nn.Float] struct {
	architecture Architecture
	params       []T
	modules      []module[T]
	form         model.Form[T]

	// Of pictures: the two halves of the autoencoder and the model of the motion, whose
	// parameters come in this order.
	encoder, decoder *mlp[T]
	latent           *Network[T]
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
func New[T nn.Float](a Architecture, rng *rand.Rand) (*Network[T], error) {
	n, err := build[T](a)
	if err != nil {
		return nil, err
	}
	n.bind(make([]T, n.form.Parameters))
	n.init(rng)
	return n, nil
}

// With returns a network with given parameters, which it keeps: as many as the tensors of its
// architecture have elements.
func With[T nn.Float](a Architecture, params []T) (*Network[T], error) {
	n, err := build[T](a)
	if err != nil {
		return nil, err
	}
	n.bind(params)
	n.Refresh()
	return n, nil
}

// Of returns the network that a form was made of, nil where it was not made of one.
func Of[T nn.Float](f *model.Form[T]) *Network[T] {
	n, _ := f.Source.(*Network[T])
	return n
}

// Widen returns the network with its parameters widened to float64, for rollouts to tight
// tolerances; one that is float64 already is returned as it is. The result shares nothing
// with a float32 network: it does not see later training.
func Widen[T nn.Float](n *Network[T]) *Network[float64] {
	if w, ok := any(n).(*Network[float64]); ok {
		return w
	}
	params := make([]float64, len(n.params))
	kernel.Convert(params, n.params)
	w, err := With(n.architecture, params)
	if err != nil {
		panic("network: one with an impossible architecture exists")
	}
	return w
}

// Form is what the network is made of.
func (n *Network[T]) Form() *model.Form[T] {
	f := n.form
	f.Source = n
	return &f
}

// Field is what the network can do.
func (n *Network[T]) Field() *model.Field { return n.Form().Field() }

// Architecture is what the network was built from.
func (n *Network[T]) Architecture() Architecture { return n.architecture }

// Kind is the model's name in files and results, as "hnn" or "baseline".
func (n *Network[T]) Kind() string { return n.architecture.Kind }

// Dim returns the length of a state.
func (n *Network[T]) Dim() int { return n.architecture.Dim }

// Inputs returns the number of inputs.
func (n *Network[T]) Inputs() int { return n.architecture.Inputs }

// Params is every parameter in one slice; see nn.MLP for its layout.
func (n *Network[T]) Params() []T { return n.params }

// Parameters is the number of parameters.
func (n *Network[T]) Parameters() int { return len(n.params) }

// Tensors names the pieces of Params, in order.
func (n *Network[T]) Tensors() []Tensor {
	var ts []Tensor
	for _, m := range n.modules {
		ts = append(ts, m.tensors()...)
	}
	return ts
}

// Refreshes is the number of parts: after a change of Params, RefreshPart(i) must run for
// every i below it; the parts may run at the same time.
func (n *Network[T]) Refreshes() int {
	count := 0
	for _, m := range n.modules {
		count += m.refreshes()
	}
	return count
}

// RefreshPart runs one part of a refresh.
func (n *Network[T]) RefreshPart(i int) {
	for _, m := range n.modules {
		count := m.refreshes()
		if i < count {
			m.refreshPart(i)
			return
		}
		i -= count
	}
}

// Refresh runs every part of a refresh.
func (n *Network[T]) Refresh() {
	for i := range n.Refreshes() {
		n.RefreshPart(i)
	}
}

// NewPass returns temporaries for up to rows rows. Of a model of pictures they are latent
// states, and an adjoint leaves the gradient of the autoencoder alone.
func (n *Network[T]) NewPass(rows int) *model.Pass[T] {
	if n.latent == nil {
		return n.form.NewPass(rows)
	}
	p, before := n.latent.NewPass(rows), len(n.params)-len(n.latent.params)
	p.Tapes = nil
	for _, adjoint := range []*func(dbar, grad, xbar []T){&p.Adjoint, &p.VelocityAdjoint, &p.ForceAdjoint} {
		if of := *adjoint; of != nil {
			*adjoint = func(dbar, grad, xbar []T) {
				if grad != nil {
					grad = grad[before:]
				}
				of(dbar, grad, xbar)
			}
		}
	}
	return p
}

// bind shares the parameters out.
func (n *Network[T]) bind(params []T) {
	n.params = params
	for _, m := range n.modules {
		size := 0
		for _, t := range m.tensors() {
			size += t.Size()
		}
		m.bind(params[:size:size])
		params = params[size:]
	}
}

func (n *Network[T]) init(rng *rand.Rand) {
	for _, m := range n.modules {
		m.init(rng)
	}
}

// tensors, refreshes and refreshPart make a network a module of another.
func (n *Network[T]) tensors() []Tensor {
	ts := n.Tensors()
	for i := range ts {
		ts[i].Name = "latent." + ts[i].Name
	}
	return ts
}

func (n *Network[T]) refreshes() int    { return n.Refreshes() }
func (n *Network[T]) refreshPart(i int) { n.RefreshPart(i) }
