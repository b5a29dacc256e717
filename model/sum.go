package model

import "hnn/nn"

// Sum is a Hamiltonian that is the sum of a kinetic and a potential energy,
// H(q, p) = T(p) + V(q), each a function of its own:
//
//	dq/dt = dT/dp,  dp/dt = -dV/dq
//
// Explicit symplectic integrators need this form.
type Sum[T nn.Float] struct {
	N    int // positions
	T, V Scalar[T]
}

// Size is the number of trained numbers, those of T first.
func (s *Sum[T]) Size() int { return s.T.Size() + s.V.Size() }

// Halves returns the two energies.
func (s *Sum[T]) Halves() (kinetic, potential Scalar[T], ok bool) { return s.T, s.V, true }

// NewPoint returns an evaluator at one state.
func (s *Sum[T]) NewPoint() ScalarPoint[T] {
	return sumPoint[T]{s.N, s.T.NewPoint(), s.V.NewPoint()}
}

type sumPoint[T nn.Float] struct {
	n    int
	t, v ScalarPoint[T]
}

func (p sumPoint[T]) Value(x []T) T { return p.t.Value(x[p.n:]) + p.v.Value(x[:p.n]) }

func (p sumPoint[T]) Gradient(x, g []T) {
	p.t.Gradient(x[p.n:], g[p.n:])
	p.v.Gradient(x[:p.n], g[:p.n])
}

// NewPass returns temporaries for up to rows states.
func (s *Sum[T]) NewPass(rows int) ScalarPass[T] {
	half := func() []T { return make([]T, rows*s.N) }
	return &sumPass[T]{Sum: s, t: s.T.NewPass(rows), v: s.V.NewPass(rows), q: half(), p: half(), gq: half(), gp: half()}
}

type sumPass[T nn.Float] struct {
	*Sum[T]
	t, v ScalarPass[T]
	// rows x N: the halves of states and of their gradients.
	q, p, gq, gp []T
}

func (s *sumPass[T]) Gradient(x, g []T, rows int) {
	halve(x, s.q, s.p, s.N, rows)
	s.t.Gradient(s.p, s.gp, rows)
	s.v.Gradient(s.q, s.gq, rows)
	join(s.gq, s.gp, g, s.N, rows)
}

func (s *sumPass[T]) Adjoint(gbar, grad, xbar []T) {
	n, rows := s.N, len(gbar)/(2*s.N)
	halve(gbar, s.gq, s.gp, n, rows)
	var qbar, pbar []T
	if xbar != nil {
		qbar, pbar = s.q, s.p
	}
	s.adjointT(s.gp[:rows*n], grad, pbar)
	s.adjointV(s.gq[:rows*n], grad, qbar)
	if xbar != nil {
		join(qbar, pbar, xbar, n, rows)
	}
}

// Tapes are those of both energies, nil if one of them has others than tapes.
func (s *sumPass[T]) Tapes() []*nn.Tape[T] {
	var all []*nn.Tape[T]
	for _, half := range []ScalarPass[T]{s.t, s.v} {
		h, ok := half.(ScalarTapes[T])
		if !ok {
			return nil
		}
		all = append(all, h.Tapes()...)
	}
	return all
}

// adjointT and adjointV take the gradient of both energies.
func (s *sumPass[T]) adjointT(gbar, grad, pbar []T) {
	s.t.(ScalarAdjoint[T]).Adjoint(gbar, part(grad, 0, s.T.Size()), pbar)
}

func (s *sumPass[T]) adjointV(gbar, grad, qbar []T) {
	s.v.(ScalarAdjoint[T]).Adjoint(gbar, part(grad, s.T.Size(), s.Size()), qbar)
}

// force is -dV/dq.
func (s *sumPass[T]) force(q, dp []T, rows int) {
	s.v.Gradient(q, dp, rows)
	negate(dp[:rows*s.N])
}

func (s *sumPass[T]) forceAdjoint(dpbar, grad, qbar []T) {
	negate(dpbar)
	s.adjointV(dpbar, grad, qbar)
}

func negate[T nn.Float](v []T) {
	for i := range v {
		v[i] = -v[i]
	}
}

// part is the numbers lo to hi of a gradient; nil stays nil.
func part[T nn.Float](grad []T, lo, hi int) []T {
	if grad == nil {
		return nil
	}
	return grad[lo:hi:hi]
}

// halve takes rows states of length 2n apart.
func halve[T nn.Float](x, q, p []T, n, rows int) {
	for r := range rows {
		copy(q[r*n:(r+1)*n], x[2*r*n:])
		copy(p[r*n:(r+1)*n], x[(2*r+1)*n:])
	}
}

// join is the inverse of halve.
func join[T nn.Float](q, p, x []T, n, rows int) {
	for r := range rows {
		copy(x[2*r*n:], q[r*n:(r+1)*n])
		copy(x[(2*r+1)*n:], p[r*n:(r+1)*n])
	}
}
