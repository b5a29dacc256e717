package network

import (
	"math/rand/v2"

	"hnn/model"
	"hnn/nn"
)

// dragPart is D(p) = rate |p|^2 / 2, a friction that is linear in the momenta. The rate
// begins at zero.
type dragPart[T nn.Float] struct {
	name   string
	n      int
	params []T
}

func (d *dragPart[T]) tensors() []Tensor { return []Tensor{{d.name, []int{1}}} }
func (d *dragPart[T]) Size() int         { return 1 }
func (d *dragPart[T]) bind(params []T)   { d.params = params }
func (d *dragPart[T]) init(*rand.Rand)   { clear(d.params) }
func (d *dragPart[T]) refreshes() int    { return 0 }
func (d *dragPart[T]) refreshPart(int)   {}

func (d *dragPart[T]) NewPass(rows int) model.ScalarPass[T] {
	return &dragPass[T]{dragPart: d, x: make([]T, rows*d.n)}
}

func (d *dragPart[T]) NewPoint() model.ScalarPoint[T] {
	return model.PassPoint[T]{Pass: &dragPass[T]{dragPart: d, x: make([]T, d.n)}}
}

type dragPass[T nn.Float] struct {
	*dragPart[T]
	x []T // the momenta of the last pass
}

func (p *dragPass[T]) Value(x []T) T {
	var s T
	for _, v := range x[:p.n] {
		s += T(v * v)
	}
	return p.params[0] * s / 2
}

func (p *dragPass[T]) Gradient(x, g []T, rows int) {
	copy(p.x, x[:rows*p.n])
	for i, v := range x[:rows*p.n] {
		g[i] = p.params[0] * v
	}
}

func (p *dragPass[T]) Adjoint(gbar, grad, xbar []T) {
	if grad != nil {
		var s T
		for i, b := range gbar {
			s += T(b * p.x[i])
		}
		grad[0] += s
	}
	if xbar != nil {
		for i, b := range gbar {
			xbar[i] = p.params[0] * b
		}
	}
}
