package model

import (
	"hnn/internal/kernel"
	"hnn/nn"
	"hnn/ode"
)

// HNN is the Hamiltonian neural network of Greydanus, Dzamba and Yosinski (2019):
// a scalar network H(q, p) whose field is its symplectic gradient (equation 2)
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq
//
// so H is constant along the flow and the flow preserves phase-space volume,
// whatever the parameters are.
type HNN[T kernel.Float] struct {
	base[T]
	h []part[T] // H is their sum; they are the first modules
}

func newHNN[T kernel.Float](a *Architecture, act nn.Activation) *HNN[T] {
	m := &HNN[T]{base: base[T]{architecture: *a}}
	m.addPart(newNetPart[T](a, act, "", 0, a.Dim))
	return m
}

func (m *HNN[T]) addPart(p part[T]) {
	m.h = append(m.h, p)
	m.modules = append(m.modules, p)
}

// Field returns an evaluator of the symplectic gradient at one state.
func (m *HNN[T]) Field() ode.Field {
	n := m.Dim() / 2
	points := newPoints(m.h)
	in, g := make([]T, 2*n), make([]T, 2*n)
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		clear(g)
		for _, p := range points {
			p.addGradient(in, g)
		}
		for i := range n {
			dx[i], dx[n+i] = float64(g[n+i]), -float64(g[i])
		}
	}
}

func newPoints[T kernel.Float](parts []part[T]) []partPoint[T] {
	points := make([]partPoint[T], len(parts))
	for i, p := range parts {
		points[i] = p.newPoint()
	}
	return points
}

// BatchField returns an evaluator of the symplectic gradient at many states.
func (m *HNN[T]) BatchField() ode.BatchField { return batchField[T](m) }

// Energy returns an evaluator of the learned H.
func (m *HNN[T]) Energy() func(x []float64) float64 {
	points := newPoints(m.h)
	in := make([]T, m.Dim())
	return func(x []float64) float64 {
		copyFloats(in, x)
		h := 0.0
		for _, p := range points {
			h += float64(p.value(in))
		}
		return h
	}
}

func (m *HNN[T]) widen() Model {
	if w, ok := any(m).(*HNN[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows.
func (m *HNN[T]) NewPass(rows int) Pass[T] {
	p := &hnnPass[T]{model: m, dim: m.Dim(), g: make([]T, rows*m.Dim())}
	for _, h := range m.h {
		p.parts = append(p.parts, h.newPass(rows))
	}
	return p
}

type hnnPass[T kernel.Float] struct {
	model *HNN[T]
	parts []partPass[T]
	dim   int
	g     []T
}

func (p *hnnPass[T]) Field(x, dx []T, rows int) {
	clear(p.g[:rows*p.dim])
	for _, part := range p.parts {
		part.addGradient(x, p.g, rows)
	}
	n := p.dim / 2
	for r := 0; r < rows*p.dim; r += p.dim {
		g, dx := p.g[r:r+p.dim], dx[r:r+p.dim]
		for i := range n {
			dx[i], dx[n+i] = g[n+i], -g[i]
		}
	}
}

func (p *hnnPass[T]) Adjoint(dxbar, grad, xbar []T) {
	// The transpose of J: gbar = (-pbar, qbar).
	n := p.dim / 2
	for r := 0; r+p.dim <= len(dxbar); r += p.dim {
		b := dxbar[r : r+p.dim]
		for i := range n {
			b[i], b[n+i] = -b[n+i], b[i]
		}
	}
	if xbar != nil {
		clear(xbar[:len(dxbar)])
	}
	for i, part := range p.parts {
		part.adjoint(dxbar, p.model.piece(i, grad), xbar)
	}
}
