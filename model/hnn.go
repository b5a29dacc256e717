package model

import (
	"hnn/internal/kernel"
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
	h part[T]
}

func newHNN[T kernel.Float](a *Architecture) *HNN[T] {
	h := newNetPart[T](a, "", a.Dim, a.Angles)
	return &HNN[T]{base[T]{architecture: *a, modules: []module[T]{h}}, h}
}

// Field returns an evaluator of the symplectic gradient at one state.
func (m *HNN[T]) Field() ode.Field {
	n := m.Dim() / 2
	point := m.h.newPoint()
	in, g := make([]T, 2*n), make([]T, 2*n)
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		point.gradient(in, g)
		for i := range n {
			dx[i], dx[n+i] = float64(g[n+i]), -float64(g[i])
		}
	}
}

// BatchField returns an evaluator of the symplectic gradient at many states.
func (m *HNN[T]) BatchField() ode.BatchField { return m.batchField(m.NewPass) }

// Energy returns an evaluator of the learned H, which is the network's output.
func (m *HNN[T]) Energy() func(x []float64) float64 {
	point := m.h.newPoint()
	in := make([]T, m.Dim())
	return func(x []float64) float64 {
		copyFloats(in, x)
		return float64(point.value(in))
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
	return &hnnPass[T]{part: m.h.newPass(rows), dim: m.Dim(), g: make([]T, rows*m.Dim())}
}

type hnnPass[T kernel.Float] struct {
	part partPass[T]
	dim  int
	g    []T
}

func (p *hnnPass[T]) Field(x, dx []T, rows int) {
	p.part.gradient(x, p.g, rows)
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
	p.part.adjoint(dxbar, grad, xbar)
}
