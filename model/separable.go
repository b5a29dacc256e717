package model

import (
	"hnn/internal/kernel"
	"hnn/ode"
)

// SeparableHNN is an HNN whose Hamiltonian is the sum of a kinetic and a potential
// energy, H(q, p) = T(p) + V(q), each a function of its own:
//
//	dq/dt = dT/dp,  dp/dt = -dV/dq
//
// T is a network, or p.M^-1 p / 2 with a constant positive definite M^-1, or that of
// bodies; V is a network of the positions, or of the distances between bodies. Explicit
// symplectic integrators need this form.
type SeparableHNN[T kernel.Float] struct {
	base[T]
	t, v part[T]
}

func newSeparable[T kernel.Float](a *Architecture) *SeparableHNN[T] {
	n := a.Dim / 2
	m := &SeparableHNN[T]{base: base[T]{architecture: *a}}
	switch {
	case a.Structure&Pairwise != 0:
		masses, space := a.bodies()
		m.t = &bodiesPart[T]{name: "kinetic.unit", masses: masses, space: space}
		m.v = newPairPart[T](a, "potential.", masses, space)
		// A block's pairs are to be as many as a network's rows.
		m.block = max(1, 4*batchRows/pairs(len(masses)))
	case a.Structure&QuadraticKinetic != 0:
		m.t = &massPart[T]{name: "kinetic.factor", n: n}
	default:
		m.t = newNetPart[T](a, "kinetic.", n, nil)
	}
	if m.v == nil {
		var angles []bool
		if a.Angles != nil {
			angles = a.Angles[:n]
		}
		m.v = newNetPart[T](a, "potential.", n, angles)
	}
	m.modules = []module[T]{m.t, m.v}
	return m
}

// Field returns an evaluator of the field at one state.
func (m *SeparableHNN[T]) Field() ode.Field {
	n := m.Dim() / 2
	t, v := m.t.newPoint(), m.v.newPoint()
	in, g := make([]T, 2*n), make([]T, 2*n)
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		t.gradient(in[n:], g[n:])
		v.gradient(in[:n], g[:n])
		for i := range n {
			dx[i], dx[n+i] = float64(g[n+i]), -float64(g[i])
		}
	}
}

// BatchField returns an evaluator of the field at many states.
func (m *SeparableHNN[T]) BatchField() ode.BatchField { return m.batchField(m.NewPass) }

// Energy returns an evaluator of T + V.
func (m *SeparableHNN[T]) Energy() func(x []float64) float64 {
	n := m.Dim() / 2
	t, v := m.t.newPoint(), m.v.newPoint()
	in := make([]T, 2*n)
	return func(x []float64) float64 {
		copyFloats(in, x)
		return float64(t.value(in[n:])) + float64(v.value(in[:n]))
	}
}

func (m *SeparableHNN[T]) widen() Model {
	if w, ok := any(m).(*SeparableHNN[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows. The pass is a SplitPass.
func (m *SeparableHNN[T]) NewPass(rows int) Pass[T] {
	n := rows * m.Dim() / 2
	half := func() []T { return make([]T, n) }
	return &splitPass[T]{
		model: m, t: m.t.newPass(rows), v: m.v.newPass(rows),
		q: half(), p: half(), dq: half(), dp: half(),
	}
}

type splitPass[T kernel.Float] struct {
	model *SeparableHNN[T]
	t, v  partPass[T]
	// rows x Dim/2: the halves of states and of their derivatives.
	q, p, dq, dp []T
}

var _ SplitPass[float32] = (*splitPass[float32])(nil)

func (s *splitPass[T]) Velocity(p, dq []T, rows int) { s.t.gradient(p, dq, rows) }

func (s *splitPass[T]) VelocityAdjoint(dqbar, grad, pbar []T) {
	s.t.adjoint(dqbar, s.model.piece(0, grad), pbar)
}

func (s *splitPass[T]) Force(q, dp []T, rows int) {
	s.v.gradient(q, dp, rows)
	negate(dp[:rows*s.model.Dim()/2])
}

func (s *splitPass[T]) ForceAdjoint(dpbar, grad, qbar []T) {
	negate(dpbar)
	s.v.adjoint(dpbar, s.model.piece(1, grad), qbar)
}

func negate[T kernel.Float](v []T) {
	for i := range v {
		v[i] = -v[i]
	}
}

func (s *splitPass[T]) Field(x, dx []T, rows int) {
	n := s.model.Dim() / 2
	halve(x, s.q, s.p, n, rows)
	s.Velocity(s.p, s.dq, rows)
	s.Force(s.q, s.dp, rows)
	join(s.dq, s.dp, dx, n, rows)
}

func (s *splitPass[T]) Adjoint(dxbar, grad, xbar []T) {
	n := s.model.Dim() / 2
	rows := len(dxbar) / (2 * n)
	halve(dxbar, s.dq, s.dp, n, rows)
	var qbar, pbar []T
	if xbar != nil {
		qbar, pbar = s.q, s.p
	}
	s.VelocityAdjoint(s.dq[:rows*n], grad, pbar)
	s.ForceAdjoint(s.dp[:rows*n], grad, qbar)
	if xbar != nil {
		join(qbar, pbar, xbar, n, rows)
	}
}

// halve takes rows states of length 2n apart.
func halve[T kernel.Float](x, q, p []T, n, rows int) {
	for r := range rows {
		copy(q[r*n:(r+1)*n], x[2*r*n:])
		copy(p[r*n:(r+1)*n], x[(2*r+1)*n:])
	}
}

// join is the inverse of halve.
func join[T kernel.Float](q, p, x []T, n, rows int) {
	for r := range rows {
		copy(x[2*r*n:], q[r*n:(r+1)*n])
		copy(x[(2*r+1)*n:], p[r*n:(r+1)*n])
	}
}

var _ ode.Separable = (*SeparableHNN[float64])(nil)

// Split returns evaluators of the field's two halves at one state.
func (m *SeparableHNN[T]) Split() ode.Split {
	n := m.Dim() / 2
	half := func(p part[T], sign float64) func(x, dx []float64) {
		point := p.newPoint()
		in, g := make([]T, n), make([]T, n)
		return func(x, dx []float64) {
			copyFloats(in, x)
			point.gradient(in, g)
			for i, v := range g {
				dx[i] = sign * float64(v)
			}
		}
	}
	return ode.Split{Velocity: half(m.t, 1), Force: half(m.v, -1)}
}

// BatchSplit returns evaluators of the field's two halves at many states.
func (m *SeparableHNN[T]) BatchSplit() ode.BatchSplit {
	return ode.BatchSplit{Velocity: m.halves(m.t, 1), Force: m.halves(m.v, -1)}
}

// halves evaluates a part's gradient times a sign block by block.
func (m *SeparableHNN[T]) halves(p part[T], sign float64) func(x, dx []float64, rows int) {
	n := m.Dim() / 2
	blocks := blockwise(m.blockRows(), n, p.newPass, func(pass partPass[T], in, out []T, rows int) { pass.gradient(in, out, rows) })
	return func(x, dx []float64, rows int) {
		blocks(x, dx, rows)
		for i := range dx[:rows*n] {
			dx[i] *= sign
		}
	}
}
