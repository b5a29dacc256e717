// Package nn holds multilayer perceptrons and the two operations that every
// model of this project is made of, each with its adjoint derived by hand:
//
//	P1, value:    Y = MLP(X)
//	P2, gradient: G = dH/dX of a scalar MLP
//
// The adjoint of P2 is the double backward pass that training a Hamiltonian
// neural network needs (Greydanus, Dzamba and Yosinski 2019, equation 3). There
// is no general automatic differentiation here, no optimiser and no knowledge of
// physics: model composes the two operations, fit trains them.
//
// A network's weights are shared and read-only during a pass; everything that a
// pass writes lives in a [Tape], so any number of tapes can work on one network
// at the same time.
package nn

import (
	"fmt"

	"hnn/internal/kernel"
)

// Float is the type of a network's numbers.
type Float interface{ float32 | float64 }

// Spec is the architecture of an MLP: In inputs, one hidden layer for each width
// in Hidden, Out outputs. The output layer is linear.
type Spec struct {
	In         int
	Hidden     []int
	Out        int
	Activation Activation
	// OutputBias gives the output layer a bias. The paper's networks have none.
	OutputBias bool
	// Residual adds its input to the output of every hidden layer that is as wide
	// as the one before it, as in the paper's autoencoder: a_l = a_{l-1} + s(z_l).
	Residual bool
}

// Validate returns an error that names what makes the architecture impossible: a width below 1
// or above 2^14, no hidden layer, an unknown activation.
func (s Spec) Validate() error {
	if s.In < 1 {
		return fmt.Errorf("nn: %d inputs; a network needs at least 1", s.In)
	}
	if s.Out < 1 {
		return fmt.Errorf("nn: %d outputs; a network needs at least 1", s.Out)
	}
	if len(s.Hidden) == 0 {
		return fmt.Errorf("nn: no hidden layer; give at least one width")
	}
	// A layer's weights must be indexable, and a damaged file must not make us
	// allocate the machine's memory: 2^14 is 80 times the paper's width.
	const most = 1 << 14
	for i, h := range s.Hidden {
		if h < 1 {
			return fmt.Errorf("nn: hidden layer %d has width %d; a width is at least 1", i+1, h)
		}
		if h > most {
			return fmt.Errorf("nn: hidden layer %d has width %d; the widest supported is %d", i+1, h, most)
		}
	}
	if s.In > 1<<20 || s.Out > 1<<20 {
		return fmt.Errorf("nn: %d inputs and %d outputs; at most %d of each are supported", s.In, s.Out, 1<<20)
	}
	if !s.Activation.valid() {
		return fmt.Errorf("nn: activation %d does not exist", s.Activation)
	}
	return nil
}

// Parameters returns the number of weights and biases.
func (s Spec) Parameters() int {
	n, in := 0, s.In
	for _, h := range s.Hidden {
		n += h*in + h
		in = h
	}
	n += s.Out * in
	if s.OutputBias {
		n += s.Out
	}
	return n
}

// A Layer is one affine map of a network, z = W a + b, as views of its parameters.
type Layer[T Float] struct {
	In, Out int
	W       []T // Out x In, row-major
	B       []T // Out, nil without a bias
}

// MLP is a multilayer perceptron. Change its parameters through Params or Layers,
// then call Refresh.
type MLP[T Float] struct {
	spec   Spec
	params []T
	layers []Layer[T]
	// Copies of every W in the layout of the kernels: forward holds W^T (the
	// product A W^T), backward W (the product D W).
	forward, backward [][]T
}

// New returns a network with all parameters zero; Init draws them. The error is that of
// Spec.Validate.
func New[T Float](spec Spec) (*MLP[T], error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	return NewOn(spec, make([]T, spec.Parameters()))
}

// NewOn returns a network that keeps its parameters in the given slice, in the layout of
// LayersOf, so that several networks can share one slice. It panics if the slice does not hold
// spec.Parameters() of them; the error is that of Spec.Validate.
func NewOn[T Float](spec Spec, params []T) (*MLP[T], error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if len(params) != spec.Parameters() {
		panic("nn: not as many parameters as the network has")
	}
	spec.Hidden = append([]int(nil), spec.Hidden...)
	m := &MLP[T]{spec: spec, params: params}
	m.layers = LayersOf(spec, m.params)
	for _, l := range m.layers {
		m.forward = append(m.forward, make([]T, kernel.PackedLen[T](l.In, l.Out)))
		m.backward = append(m.backward, make([]T, kernel.PackedLen[T](l.Out, l.In)))
	}
	return m, nil
}

// LayersOf views a slice of spec.Parameters() elements as layers, hidden ones first: W and b
// of each in turn. A gradient has the same layout as the parameters. It panics if the slice
// has another length.
func LayersOf[T Float](spec Spec, params []T) []Layer[T] {
	return appendLayers(make([]Layer[T], 0, len(spec.Hidden)+1), spec, params)
}

func appendLayers[T Float](layers []Layer[T], spec Spec, params []T) []Layer[T] {
	if len(params) != spec.Parameters() {
		panic("nn: parameters, or a gradient by them, of another number than the network's")
	}
	cut := func(n int) []T {
		v := params[:n:n]
		params = params[n:]
		return v
	}
	in := spec.In
	for _, h := range spec.Hidden {
		layers = append(layers, Layer[T]{In: in, Out: h, W: cut(h * in), B: cut(h)})
		in = h
	}
	out := Layer[T]{In: in, Out: spec.Out, W: cut(spec.Out * in)}
	if spec.OutputBias {
		out.B = cut(spec.Out)
	}
	return append(layers, out)
}

// Spec returns the architecture.
func (m *MLP[T]) Spec() Spec { return m.spec }

// Params returns all parameters as one slice, in the layout of LayersOf. It is the network's
// own: call Refresh after changing it.
func (m *MLP[T]) Params() []T { return m.params }

// Layers returns Params as layers. They are views: call Refresh after changing them.
func (m *MLP[T]) Layers() []Layer[T] { return m.layers }

// Refreshes returns the number of independent pieces of Refresh.
func (m *MLP[T]) Refreshes() int { return 2 * len(m.layers) }

// RefreshPart does piece i of Refresh, from 0 to Refreshes()-1. Several goroutines may do
// different pieces at once.
func (m *MLP[T]) RefreshPart(i int) {
	l := m.layers[i/2]
	if i%2 == 0 {
		kernel.PackT(m.forward[i/2], l.W, l.In, l.In, l.Out)
	} else {
		kernel.Pack(m.backward[i/2], l.W, l.In, l.Out, l.In)
	}
}

// Refresh brings the kernels' copies of the weights up to date with Params.
func (m *MLP[T]) Refresh() {
	for i := range m.Refreshes() {
		m.RefreshPart(i)
	}
}

// residual reports whether hidden layer l (from 0) adds its input to its output.
func (m *MLP[T]) residual(l int) bool {
	return m.spec.Residual && l > 0 && m.layers[l].In == m.layers[l].Out
}
