package model

import (
	"hnn/internal/kernel"
	"hnn/ode"
)

// Baseline is the network that the paper compares the HNN with: it maps the state
// to its time derivative directly and conserves nothing.
type Baseline[T kernel.Float] struct {
	base[T]
	net *mlp[T]
}

func newBaseline[T kernel.Float](a *Architecture) *Baseline[T] {
	net := newMLP[T](a, "", a.Dim, a.Angles, a.Dim)
	return &Baseline[T]{base[T]{architecture: *a, modules: []module[T]{&net}}, &net}
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
func (m *Baseline[T]) BatchField() ode.BatchField { return m.batchField(m.NewPass) }

func (m *Baseline[T]) widen() Model {
	if w, ok := any(m).(*Baseline[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows.
func (m *Baseline[T]) NewPass(rows int) Pass[T] { return newValuePass(m.net, rows) }

// valuePass is P1 of a network and its adjoint.
type valuePass[T kernel.Float] struct {
	mlpPass[T]
	ubar []T // by the inputs; nil where they are the vector
}

func newValuePass[T kernel.Float](m *mlp[T], rows int) *valuePass[T] {
	p := &valuePass[T]{mlpPass: m.newPass(rows)}
	if p.u != nil {
		p.ubar = make([]T, len(p.u))
	}
	return p
}

func (p *valuePass[T]) Field(x, y []T, rows int) { p.tape.Value(p.in(x, rows), y, rows) }

func (p *valuePass[T]) Adjoint(ybar, grad, xbar []T) {
	if p.u == nil || xbar == nil {
		p.tape.ValueAdjoint(ybar, grad, xbar)
		return
	}
	p.tape.ValueAdjoint(ybar, grad, p.ubar)
	clear(xbar[:p.rows*len(p.inputs)])
	pullBack(p.inputs, p.u, p.ubar, xbar, len(p.inputs), p.rows)
}
