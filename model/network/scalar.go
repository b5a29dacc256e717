package network

import (
	"hnn/model"
	"hnn/model/internal/embedding"
	"hnn/nn"
)

// scalar is a learned scalar function.
type scalar[T nn.Float] interface {
	module[T]
	model.Scalar[T]
}

// netPart is a network with one output.
type netPart[T nn.Float] struct{ mlp[T] }

func newNetPart[T nn.Float](a *Architecture, prefix string, dim int, angles []bool) *netPart[T] {
	return &netPart[T]{newMLP[T](a, prefix, dim, angles, 1)}
}

func (n *netPart[T]) NewPass(rows int) model.ScalarPass[T] {
	p := &netPass[T]{mlpPass: n.mlp.newPass(rows)}
	if w := len(p.u); w > 0 {
		p.g, p.tangent, p.ubar = make([]T, w), make([]T, w), make([]T, w)
	}
	return p
}

type netPass[T nn.Float] struct {
	mlpPass[T]
	g, tangent, ubar []T // by the inputs, rows x width; nil where they are the vector
}

func (p *netPass[T]) Gradient(x, g []T, rows int) { p.both(x, g, nil, rows) }

// both is Gradient which writes the values to h too, unless it is nil.
func (p *netPass[T]) both(x, g, h []T, rows int) {
	u := p.in(x, rows)
	if p.u == nil {
		p.tape.Gradient(u, g, h, rows)
		return
	}
	p.tape.Gradient(u, p.g, h, rows)
	clear(g[:rows*len(p.inputs)])
	embedding.PullBack(p.inputs, u, p.g, g, len(p.inputs), rows)
}

// Tapes is that of Adjoint.
func (p *netPass[T]) Tapes() []*nn.Tape[T] { return []*nn.Tape[T]{p.tape} }

func (p *netPass[T]) Adjoint(gbar, grad, xbar []T) { p.adjoint(gbar, nil, grad, xbar) }

// adjoint is that of both: hbar is the derivative of a loss by the values, nil for none.
func (p *netPass[T]) adjoint(gbar, hbar, grad, xbar []T) {
	if p.u == nil {
		p.tape.GradientAdjoint(gbar, hbar, grad, xbar)
		return
	}
	d := len(p.inputs)
	embedding.PushForward(p.inputs, p.u, gbar, p.tangent, d, p.rows)
	if xbar == nil {
		p.tape.GradientAdjoint(p.tangent, hbar, grad, nil)
		return
	}
	p.tape.GradientAdjoint(p.tangent, hbar, grad, p.ubar)
	clear(xbar[:p.rows*d])
	embedding.Curve(p.inputs, p.u, p.g, gbar, xbar, d, p.rows)
	embedding.PullBack(p.inputs, p.u, p.ubar, xbar, d, p.rows)
}

func (n *netPart[T]) NewPoint() model.ScalarPoint[T] {
	w := n.inputs.Width()
	return &netPoint[T]{n, n.net.NewPoint(), make([]T, w), make([]T, w)}
}

type netPoint[T nn.Float] struct {
	*netPart[T]
	point *nn.Point[T]
	u, g  []T
}

func (p *netPoint[T]) Value(x []T) T {
	embedding.Inputs(p.inputs, x, len(p.inputs), p.u, 1)
	var h [1]T
	p.point.Value(p.u, h[:])
	return h[0]
}

func (p *netPoint[T]) Gradient(x, g []T) {
	if p.inputs.Plain() {
		p.point.Gradient(x, g)
		return
	}
	embedding.Inputs(p.inputs, x, len(p.inputs), p.u, 1)
	p.point.Gradient(p.u, p.g)
	clear(g)
	embedding.PullBack(p.inputs, p.u, p.g, g, len(p.inputs), 1)
}
