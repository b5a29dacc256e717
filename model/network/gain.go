package network

import (
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/internal/embedding"
	"hnn/nn"
)

// InputTensors begins the names of the tensors of a gain, which are a network's last.
const InputTensors = "input."

// gain is a learned G(q).
type gain[T nn.Float] interface {
	module[T]
	model.Gain[T]
}

// constantGain is a matrix, zero at first.
type constantGain[T nn.Float] struct {
	n, m int
	g    []T
}

func (c *constantGain[T]) tensors() []Tensor {
	return []Tensor{{InputTensors + "gain", []int{c.n, c.m}}}
}
func (c *constantGain[T]) Size() int       { return c.n * c.m }
func (c *constantGain[T]) bind(params []T) { c.g = params }
func (c *constantGain[T]) init(*rand.Rand) { clear(c.g) }
func (c *constantGain[T]) refreshes() int  { return 0 }
func (c *constantGain[T]) refreshPart(int) {}

func (c *constantGain[T]) NewPoint() func(q, g []T)      { return func(_, g []T) { copy(g, c.g) } }
func (c *constantGain[T]) NewPass(int) model.GainPass[T] { return c }

func (c *constantGain[T]) Value(_, g []T, rows int) {
	for r := range rows {
		copy(g[r*len(c.g):], c.g)
	}
}

func (c *constantGain[T]) Adjoint(gbar, grad, qbar []T) {
	clear(qbar)
	for r := 0; grad != nil && r+len(c.g) <= len(gbar); r += len(c.g) {
		kernel.Add(grad[:len(c.g)], gbar[r:r+len(c.g)])
	}
}

// learnedGain is a network.
type learnedGain[T nn.Float] struct{ mlp[T] }

func (l *learnedGain[T]) NewPoint() func(q, g []T) {
	point, in := l.net.NewPoint(), make([]T, l.inputs.Width())
	return func(q, g []T) {
		embedding.Inputs(l.inputs, q, len(l.inputs), in, 1)
		point.Value(in, g)
	}
}

func (l *learnedGain[T]) NewPass(rows int) model.GainPass[T] {
	return learnedGainPass[T]{newValuePass(&l.mlp, rows)}
}

type learnedGainPass[T nn.Float] struct{ *valuePass[T] }

func (p learnedGainPass[T]) Value(q, g []T, rows int) { p.Field(q, g, rows) }
