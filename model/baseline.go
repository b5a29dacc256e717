package model

import (
	"hnn/internal/kernel"
	"hnn/nn"
	"hnn/ode"
)

// Baseline is the network that the paper compares the HNN with: it maps the state
// to its time derivative directly and conserves nothing.
type Baseline[T kernel.Float] struct {
	base[T]
	net *mlp[T]
}

// Field returns an evaluator of the network at one state.
func (m *Baseline[T]) Field() ode.Field {
	point := m.net.net.NewPoint()
	in, u, out := make([]T, m.Dim()), make([]T, m.net.inputs.width()), make([]T, m.Dim())
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		embed(m.net.inputs, in, m.Dim(), u, 1)
		point.Value(u, out)
		copyFloats(dx, out)
	}
}

// BatchField returns an evaluator of the network at many states.
func (m *Baseline[T]) BatchField() ode.BatchField { return batchField[T](m) }

func (m *Baseline[T]) widen() Model {
	if w, ok := any(m).(*Baseline[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows.
func (m *Baseline[T]) NewPass(rows int) Pass[T] {
	return newValuePass(m.net, m.Dim(), rows)
}

// valuePass is P1 of a network of the state.
type valuePass[T kernel.Float] struct {
	mlpPass[T]
	ubar []T // by the inputs; unused where the input is the whole state
}

func newValuePass[T kernel.Float](m *mlp[T], dim, rows int) *valuePass[T] {
	p := &valuePass[T]{mlpPass: m.newPass(dim, rows)}
	if p.u != nil {
		p.ubar = make([]T, len(p.u))
	}
	return p
}

func (p *valuePass[T]) Field(x, dx []T, rows int) { p.tape.Value(p.in(x, rows), dx, rows) }

func (p *valuePass[T]) Adjoint(dxbar, grad, xbar []T) {
	if p.u == nil || xbar == nil {
		p.tape.ValueAdjoint(dxbar, grad, xbar)
		return
	}
	p.tape.ValueAdjoint(dxbar, grad, p.ubar)
	clear(xbar[:p.rows*p.dim])
	pullBack(p.inputs, p.u, p.ubar, xbar[p.lo:], p.dim, p.rows)
}

var _ Pass[float32] = (*valuePass[float32])(nil)

func newBaseline[T kernel.Float](a *Architecture, act nn.Activation) *Baseline[T] {
	net := newMLP[T](a, act, "", 0, a.Dim, a.Dim)
	return &Baseline[T]{base[T]{architecture: *a, modules: []module[T]{&net}}, &net}
}
