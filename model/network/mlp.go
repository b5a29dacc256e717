package network

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"hnn/model/internal/embedding"
	"hnn/nn"
)

// module owns a piece of a model's parameters. It exists unbound, to tell what its
// tensors are, before it is given memory.
type module[T nn.Float] interface {
	tensors() []Tensor
	// bind gives the module its parameters, as many as its tensors have elements.
	bind(params []T)
	init(rng *rand.Rand)
	// See Network.Refreshes.
	refreshes() int
	refreshPart(i int)
}

// mlp is a network of a vector, angles in it as cosine and sine.
type mlp[T nn.Float] struct {
	prefix string // of the tensors' names
	inputs embedding.Embedding
	spec   nn.Spec
	net    *nn.MLP[T] // nil until bound
}

// newMLP returns a network of vectors of length dim, of which angles marks the angles
// (nil for none), with the hidden layers of an architecture.
func newMLP[T nn.Float](a *Architecture, prefix string, dim int, angles []bool, out int) mlp[T] {
	e := embedding.New(angles, dim)
	return mlp[T]{prefix: prefix, inputs: e,
		spec: nn.Spec{In: e.Width(), Hidden: slices.Clone(a.Hidden), Out: out, Activation: a.activation()}}
}

func (m *mlp[T]) tensors() []Tensor {
	var ts []Tensor
	in := m.spec.In
	for i, out := range append(slices.Clone(m.spec.Hidden), m.spec.Out) {
		ts = append(ts, Tensor{fmt.Sprintf("%slayers.%d.weight", m.prefix, i), []int{out, in}})
		if i < len(m.spec.Hidden) || m.spec.OutputBias {
			ts = append(ts, Tensor{fmt.Sprintf("%slayers.%d.bias", m.prefix, i), []int{out}})
		}
		in = out
	}
	return ts
}

func (m *mlp[T]) bind(params []T) {
	net, err := nn.NewOn(m.spec, params)
	if err != nil {
		panic("network: one with an impossible architecture exists")
	}
	m.net = net
}

// Size is the number of parameters.
func (m *mlp[T]) Size() int { return m.spec.Parameters() }

func (m *mlp[T]) init(rng *rand.Rand) { m.net.Init(rng, 1) }
func (m *mlp[T]) refreshes() int      { return m.net.Refreshes() }
func (m *mlp[T]) refreshPart(i int)   { m.net.RefreshPart(i) }

// mlpPass is a tape of such a network with its inputs.
type mlpPass[T nn.Float] struct {
	*mlp[T]
	rows int
	tape *nn.Tape[T]
	u    []T // rows x width; nil where the input is the vector as it stands
}

func (m *mlp[T]) newPass(rows int) mlpPass[T] {
	p := mlpPass[T]{mlp: m, tape: m.net.NewTape(rows)}
	if !m.inputs.Plain() {
		p.u = make([]T, rows*m.inputs.Width())
	}
	return p
}

// in is the network's input for rows vectors.
func (p *mlpPass[T]) in(x []T, rows int) []T {
	p.rows = rows
	if p.u == nil {
		return x
	}
	embedding.Inputs(p.inputs, x, len(p.inputs), p.u, rows)
	return p.u
}
