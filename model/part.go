package model

import (
	"hnn/internal/kernel"
	"hnn/nn"
)

// part is a learned scalar function of the state: a Hamiltonian, a summand of one, or a
// Rayleigh function. What a model makes of its gradient is the model's business.
type part[T kernel.Float] interface {
	module[T]
	newPass(rows int) partPass[T]
	newPoint() partPoint[T]
}

// partPass evaluates a part on a block of rows. Gradients and cotangents are rows x the
// state's length.
type partPass[T kernel.Float] interface {
	// addGradient adds the part's gradient by the state to g.
	addGradient(x, g []T, rows int)
	// adjoint is the adjoint of the last addGradient: given gbar, the derivative of a
	// loss by the gradient, it adds that by the part's own parameters to grad and,
	// unless xbar is nil, that by the states to xbar.
	adjoint(gbar, grad, xbar []T)
}

// partPoint evaluates a part at one state.
type partPoint[T kernel.Float] interface {
	value(x []T) T
	addGradient(x, g []T)
}

// netPart is a network with one output.
type netPart[T kernel.Float] struct {
	mlp[T]
	dim int
}

func newNetPart[T kernel.Float](a *Architecture, act nn.Activation, prefix string, lo, hi int) *netPart[T] {
	return &netPart[T]{newMLP[T](a, act, prefix, lo, hi, 1), a.Dim}
}

func (n *netPart[T]) newPass(rows int) partPass[T] {
	w := n.inputs.width()
	p := &netPass[T]{mlpPass: n.mlp.newPass(n.dim, rows), g: make([]T, rows*w)}
	if p.u != nil {
		p.tangent, p.ubar = make([]T, rows*w), make([]T, rows*w)
	}
	return p
}

type netPass[T kernel.Float] struct {
	mlpPass[T]
	g, tangent, ubar []T // by the inputs, rows x width
}

func (p *netPass[T]) addGradient(x, g []T, rows int) {
	u := p.in(x, rows)
	p.tape.Gradient(u, p.g, nil, rows)
	pullBack(p.inputs, u, p.g, g[p.lo:], p.dim, rows)
}

func (p *netPass[T]) adjoint(gbar, grad, xbar []T) {
	if p.u == nil {
		var ubar []T
		if xbar != nil {
			ubar = p.g // the gradient itself is not needed any more
		}
		p.tape.GradientAdjoint(gbar, nil, grad, ubar)
		if xbar != nil {
			kernel.Add(xbar[:p.rows*p.dim], ubar[:p.rows*p.dim])
		}
		return
	}
	pushForward(p.inputs, p.u, gbar[p.lo:], p.tangent, p.dim, p.rows)
	if xbar == nil {
		p.tape.GradientAdjoint(p.tangent, nil, grad, nil)
		return
	}
	p.tape.GradientAdjoint(p.tangent, nil, grad, p.ubar)
	curve(p.inputs, p.u, p.g, gbar[p.lo:], xbar[p.lo:], p.dim, p.rows)
	pullBack(p.inputs, p.u, p.ubar, xbar[p.lo:], p.dim, p.rows)
}

func (n *netPart[T]) newPoint() partPoint[T] {
	w := n.inputs.width()
	return &netPoint[T]{n, n.net.NewPoint(), make([]T, w), make([]T, w)}
}

type netPoint[T kernel.Float] struct {
	*netPart[T]
	point *nn.Point[T]
	u, g  []T
}

func (p *netPoint[T]) value(x []T) T {
	embed(p.inputs, x[p.lo:], p.dim, p.u, 1)
	var h [1]T
	p.point.Value(p.u, h[:])
	return h[0]
}

func (p *netPoint[T]) addGradient(x, g []T) {
	embed(p.inputs, x[p.lo:], p.dim, p.u, 1)
	p.point.Gradient(p.u, p.g)
	pullBack(p.inputs, p.u, p.g, g[p.lo:], p.dim, 1)
}
