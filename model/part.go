package model

import (
	"hnn/internal/kernel"
	"hnn/nn"
)

// part is a learned scalar function of a vector: of the state (a Hamiltonian, a Rayleigh
// function), or of the positions or momenta alone (a potential, a kinetic energy). What
// a model makes of its gradient is the model's business.
type part[T kernel.Float] interface {
	module[T]
	newPass(rows int) partPass[T]
	newPoint() partPoint[T]
}

// partPass evaluates a part on a block of rows. Vectors, gradients and cotangents are
// row-major without gaps.
type partPass[T kernel.Float] interface {
	// gradient writes the part's gradient to g.
	gradient(x, g []T, rows int)
	// adjoint is the adjoint of the last gradient and may be repeated: given gbar, the
	// derivative of a loss by the gradient, it adds that by the part's own parameters to
	// grad, unless it is nil, and writes that by x to xbar, unless it is nil.
	adjoint(gbar, grad, xbar []T)
}

// partPoint evaluates a part at one vector.
type partPoint[T kernel.Float] interface {
	value(x []T) T
	gradient(x, g []T)
}

// netPart is a network with one output.
type netPart[T kernel.Float] struct{ mlp[T] }

func newNetPart[T kernel.Float](a *Architecture, prefix string, dim int, angles []bool) *netPart[T] {
	return &netPart[T]{newMLP[T](a, prefix, dim, angles, 1)}
}

func (n *netPart[T]) newPass(rows int) partPass[T] {
	p := &netPass[T]{mlpPass: n.mlp.newPass(rows)}
	if w := len(p.u); w > 0 {
		p.g, p.tangent, p.ubar = make([]T, w), make([]T, w), make([]T, w)
	}
	return p
}

type netPass[T kernel.Float] struct {
	mlpPass[T]
	g, tangent, ubar []T // by the inputs, rows x width; nil where they are the vector
}

func (p *netPass[T]) gradient(x, g []T, rows int) {
	u := p.in(x, rows)
	if p.u == nil {
		p.tape.Gradient(u, g, nil, rows)
		return
	}
	p.tape.Gradient(u, p.g, nil, rows)
	clear(g[:rows*len(p.inputs)])
	pullBack(p.inputs, u, p.g, g, len(p.inputs), rows)
}

func (p *netPass[T]) adjoint(gbar, grad, xbar []T) {
	if p.u == nil {
		p.tape.GradientAdjoint(gbar, nil, grad, xbar)
		return
	}
	d := len(p.inputs)
	pushForward(p.inputs, p.u, gbar, p.tangent, d, p.rows)
	if xbar == nil {
		p.tape.GradientAdjoint(p.tangent, nil, grad, nil)
		return
	}
	p.tape.GradientAdjoint(p.tangent, nil, grad, p.ubar)
	clear(xbar[:p.rows*d])
	curve(p.inputs, p.u, p.g, gbar, xbar, d, p.rows)
	pullBack(p.inputs, p.u, p.ubar, xbar, d, p.rows)
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
	embed(p.inputs, x, len(p.inputs), p.u, 1)
	var h [1]T
	p.point.Value(p.u, h[:])
	return h[0]
}

func (p *netPoint[T]) gradient(x, g []T) {
	if p.inputs.plain() {
		p.point.Gradient(x, g)
		return
	}
	embed(p.inputs, x, len(p.inputs), p.u, 1)
	p.point.Gradient(p.u, p.g)
	clear(g)
	pullBack(p.inputs, p.u, p.g, g, len(p.inputs), 1)
}

// passPoint evaluates a part at one vector by a pass over one row.
type passPoint[T kernel.Float] struct{ pass valuedPass[T] }

// valuedPass is a pass that knows the part's value too.
type valuedPass[T kernel.Float] interface {
	partPass[T]
	value(x []T) T
}

func (p passPoint[T]) value(x []T) T     { return p.pass.value(x) }
func (p passPoint[T]) gradient(x, g []T) { p.pass.gradient(x, g, 1) }
