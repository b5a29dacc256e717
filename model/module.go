package model

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"hnn/internal/kernel"
	"hnn/nn"
)

// module owns a piece of a model's parameters. It exists unbound, to tell what its
// tensors are, before it is given memory.
type module[T kernel.Float] interface {
	tensors() []Tensor
	// bind gives the module its parameters, as many as its tensors have elements.
	bind(params []T)
	init(rng *rand.Rand)
	// See Network.
	refreshes() int
	refreshPart(i int)
}

// mlp is a network that reads the components lo to lo+len(inputs) of a state, angles
// among them as cosine and sine.
type mlp[T kernel.Float] struct {
	prefix string // of the tensors' names
	lo     int
	inputs embedding
	spec   nn.Spec
	net    *nn.MLP[T] // nil until bound
}

// newMLP returns a network over components lo to hi of the states of an architecture.
func newMLP[T kernel.Float](a *Architecture, act nn.Activation, prefix string, lo, hi, out int) mlp[T] {
	angles := a.Angles
	if angles != nil {
		angles = angles[lo:hi]
	}
	e := embeddingOf(angles, hi-lo)
	return mlp[T]{prefix: prefix, lo: lo, inputs: e,
		spec: nn.Spec{In: e.width(), Hidden: slices.Clone(a.Hidden), Out: out, Activation: act}}
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
		panic("model: a network with an impossible architecture exists")
	}
	m.net = net
}

func (m *mlp[T]) init(rng *rand.Rand) { m.net.Init(rng, 1) }
func (m *mlp[T]) refreshes() int      { return m.net.Refreshes() }
func (m *mlp[T]) refreshPart(i int)   { m.net.RefreshPart(i) }

// whole reports whether the network's input is a state of length dim as it stands.
func (m *mlp[T]) whole(dim int) bool { return m.lo == 0 && len(m.inputs) == dim && m.inputs.plain() }

// mlpPass is a tape of such a network with its inputs.
type mlpPass[T kernel.Float] struct {
	*mlp[T]
	dim, rows int
	tape      *nn.Tape[T]
	u         []T // rows x width; unused where the input is the whole state
}

func (m *mlp[T]) newPass(dim, rows int) mlpPass[T] {
	p := mlpPass[T]{mlp: m, dim: dim, tape: m.net.NewTape(rows)}
	if !m.whole(dim) {
		p.u = make([]T, rows*m.inputs.width())
	}
	return p
}

// in is the network's input for rows states.
func (p *mlpPass[T]) in(x []T, rows int) []T {
	p.rows = rows
	if p.u == nil {
		return x
	}
	embed(p.inputs, x[p.lo:], p.dim, p.u, rows)
	return p.u
}
