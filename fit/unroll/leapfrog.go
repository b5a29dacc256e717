package unroll

import (
	"hnn/model"
	"hnn/nn"
)

// leapfrog is the Stoermer-Verlet method for H = T(p) + V(q) with v = dT/dp and
// F = -dV/dq,
//
//	p_half = p + h/2 F(q),  q' = q + h v(p_half),  p' = p_half + h/2 F(q')
//
// The force at the end of a step is that at the start of the next, whatever their
// lengths, so K steps take K + 1 forces and K velocities, and as many adjoints.
type leapfrog[T nn.Float] struct {
	pass     *model.Pass[T]
	n, rows  int // positions; rows of the pass at hand
	halves   []T // p_half of every step, rows x n each
	force    []T // at the end of the last step
	q, v     []T
	fbar     []T // what the kick at the start of the last step done left for its force
	pending  int // rows of fbar that are set
	qbar, pb []T
}

func newLeapfrog[T nn.Float](pass *model.Pass[T], dim, rows, steps int) *leapfrog[T] {
	n := dim / 2
	of := func(count int) []T { return make([]T, count*rows*n) }
	return &leapfrog[T]{
		pass: pass, n: n, halves: of(steps), force: of(1), q: of(1), v: of(1), fbar: of(1), qbar: of(1), pb: of(1),
	}
}

func (s *leapfrog[T]) begin(rows int) { s.rows, s.pending = rows, 0 }

func (s *leapfrog[T]) half(k, rows int) []T {
	return s.halves[k*s.rows*s.n : (k*s.rows+rows)*s.n]
}

// positions gathers the first halves of states.
func (s *leapfrog[T]) positions(x []T) []T {
	for r, lo := 0, 0; lo < len(x); r, lo = r+1, lo+2*s.n {
		copy(s.q[r*s.n:(r+1)*s.n], x[lo:])
	}
	return s.q[:len(x)/2]
}

func (s *leapfrog[T]) forward(k int, x, next, h []T, rows int) error {
	n, half := s.n, s.half(k, rows)
	if k == 0 {
		s.pass.Force(s.positions(x), s.force, rows)
	}
	for r := range rows {
		p := x[2*r*n+n : 2*(r+1)*n]
		for i := range n {
			half[r*n+i] = p[i] + T(h[r]/2*s.force[r*n+i])
		}
	}
	s.pass.Velocity(half, s.v, rows)
	for r := range rows {
		for i := range n {
			next[2*r*n+i] = x[2*r*n+i] + T(h[r]*s.v[r*n+i])
		}
	}
	s.pass.Force(s.positions(next), s.force, rows)
	for r := range rows {
		p := next[2*r*n+n : 2*(r+1)*n]
		for i := range n {
			p[i] = half[r*n+i] + T(h[r]/2*s.force[r*n+i])
		}
	}
	return nil
}

func (s *leapfrog[T]) backward(k int, _, next, h, xbar, nextbar, grad []T, rows int) error {
	n := s.n
	// The force at the end of this step: of its own kick and of the next step's.
	clear(s.fbar[s.pending*n : rows*n])
	for r := range rows {
		pbar := nextbar[2*r*n+n : 2*(r+1)*n]
		for i := range n {
			s.fbar[r*n+i] += T(h[r] / 2 * pbar[i])
		}
	}
	s.forceAdjoint(next, nextbar, grad, rows)
	// The drift.
	s.pass.Velocity(s.half(k, rows), s.v, rows)
	for r := range rows {
		for i := range n {
			s.v[r*n+i] = h[r] * nextbar[2*r*n+i]
		}
	}
	s.pass.VelocityAdjoint(s.v[:rows*n], grad, s.pb[:rows*n])
	// The first kick; its force waits for the step before.
	for r := range rows {
		for i := range n {
			pbar := nextbar[2*r*n+n+i] + s.pb[r*n+i]
			xbar[2*r*n+i] += nextbar[2*r*n+i]
			xbar[2*r*n+n+i] += pbar
			s.fbar[r*n+i] = h[r] / 2 * pbar
		}
	}
	s.pending = rows
	return nil
}

// forceAdjoint adds to the positions' part of xbar what fbar gives.
func (s *leapfrog[T]) forceAdjoint(x, xbar, grad []T, rows int) {
	n := s.n
	s.pass.Force(s.positions(x), s.force, rows)
	s.pass.ForceAdjoint(s.fbar[:rows*n], grad, s.qbar[:rows*n])
	for r := range rows {
		for i := range n {
			xbar[2*r*n+i] += s.qbar[r*n+i]
		}
	}
}

func (s *leapfrog[T]) finish(x, xbar, grad []T, rows int) {
	s.forceAdjoint(x, xbar, grad, rows)
}
