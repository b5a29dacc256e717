package unroll

import (
	"hnn/model"
	"hnn/nn"
)

// midpoint is the implicit midpoint rule. A step solves for its midpoint m,
//
//	m = x + h/2 f(m),  x' = 2m - x
//
// by fixed point iteration, which contracts by h |df/dx| / 2. The adjoint is that of the
// solution by the implicit function theorem, not of the iterations: with J = df/dx at m
//
//	lambda = 2 x'bar + h/2 J^T lambda,  xbar = lambda - x'bar,  thetabar = (df/dtheta)^T h/2 lambda
//
// which costs no memory, does not depend on how the equation was solved, and contracts
// just as fast. Both iterations end when what is left of the error, judged by how the
// changes shrink, is within some units of rounding in every row, so the gradient's error is
// of the same size.
type midpoint[T nn.Float] struct {
	pass    *model.Pass[T]
	inputs  *inputs[T]
	dim     int
	stride  int
	middles []T // m of every step
	slopes  []T // f(m) of the step before
	bends   []T // that less the one before it
	f, b    []T
	lambda  []T
	guess   []T // h/2 J^T lambda of the step after
	guessed int // numbers of it that are set
	tol     T
}

func newMidpoint[T nn.Float](pass *model.Pass[T], in *inputs[T], dim, rows, steps int) *midpoint[T] {
	n := rows * dim
	return &midpoint[T]{
		pass: pass, inputs: in, dim: dim, middles: make([]T, steps*n), slopes: make([]T, n), bends: make([]T, n),
		f: make([]T, n), b: make([]T, n), lambda: make([]T, n), guess: make([]T, n),
		tol: midpointUlps * epsilon[T](),
	}
}

// epsilon is the distance from 1 to the next number.
func epsilon[T nn.Float]() T {
	var zero T
	if _, ok := any(zero).(float32); ok {
		return 0x1p-23
	}
	return T(0x1p-52)
}

const (
	// midpointUlps is the tolerance of a solve, in units of rounding of the state.
	midpointUlps = 16
	// midpointNoise is how many times the tolerance a change may be that does not
	// shrink any more: the rounding of a wide network's field.
	midpointNoise = 64
	// midpointIterations bounds a solve; one that contracts by 0.8 needs 62 in float32.
	midpointIterations = 100
)

func (s *midpoint[T]) begin(rows int) { s.stride, s.guessed = rows*s.dim, 0 }

func (s *midpoint[T]) forward(k int, x, next, h []T, rows int) error {
	m := s.middles[k*s.stride : k*s.stride+len(x)]
	s.inputs.at(k, 0.5, rows)
	// The first guess goes on as the steps before went.
	if k == 0 {
		s.pass.Field(x, s.slopes, rows)
		clear(s.bends)
	}
	for i, b := range s.bends[:len(x)] {
		s.f[i] = s.slopes[i] + b
	}
	addScaled(m, x, 0.5, h, s.f, s.dim)
	c := convergence[T]{tol: s.tol}
	for c.goesOn() {
		s.pass.Field(m, s.f, rows)
		c.add(fixedPoint(m, x, h, s.f, s.dim))
	}
	if !c.solved {
		return ErrNotSolved
	}
	for i := range x {
		if k > 0 {
			s.bends[i] = s.f[i] - s.slopes[i]
		}
		s.slopes[i] = s.f[i]
		next[i] = 2*m[i] - x[i]
	}
	return nil
}

// convergence follows the changes of an iteration.
type convergence[T nn.Float] struct {
	tol, last  T
	iterations int
	solved     bool
}

func (c *convergence[T]) goesOn() bool {
	return !c.solved && c.iterations < midpointIterations && c.last-c.last == 0
}

// add takes a change. An iteration that contracts by r has r / (1-r) times its change
// before it still; where that is within the tolerance it has converged, and also where the
// changes are rounding, since they shrink no more.
func (c *convergence[T]) add(change T) {
	c.solved = change <= c.tol
	if c.iterations > 0 && change <= midpointNoise*c.tol && change >= c.last/2 {
		c.solved = true
	}
	if c.iterations > 0 && change < c.last/2 {
		r := change / c.last
		c.solved = c.solved || change*r/(1-r) <= c.tol
	}
	c.last = change
	c.iterations++
}

// fixedPoint replaces m by b + h/2 f and returns the largest change, relative to the
// largest component of the row. It is not finite where f is not.
func fixedPoint[T nn.Float](m, b, h, f []T, dim int) T {
	var worst T
	for r, lo := 0, 0; lo < len(b); r, lo = r+1, lo+dim {
		var change, size T
		for i := lo; i < lo+dim; i++ {
			v := b[i] + T(h[r]/2*f[i])
			change = max(change, absolute(v-m[i]))
			size = max(size, absolute(v), absolute(m[i]))
			m[i] = v
		}
		if change != 0 {
			worst = max(worst, change/size)
		}
	}
	return worst
}

func absolute[T nn.Float](v T) T {
	if v < 0 {
		return -v
	}
	return v
}

func (s *midpoint[T]) backward(k int, x, _, h, xbar, nextbar, grad []T, rows int) error {
	n := len(x)
	b, lambda, guess := s.b[:n], s.lambda[:n], s.guess[:n]
	clear(s.guess[s.guessed:n])
	s.guessed = n
	for i, v := range nextbar {
		b[i] = 2 * v
		lambda[i] = b[i] + guess[i]
	}
	s.inputs.at(k, 0.5, rows)
	s.pass.Field(s.middles[k*s.stride:k*s.stride+n], s.f, rows)
	c := convergence[T]{tol: s.tol}
	for c.goesOn() {
		copy(s.f, lambda)
		s.pass.Adjoint(s.f[:n], nil, guess)
		c.add(fixedPoint(lambda, b, h, guess, s.dim))
	}
	if !c.solved {
		return ErrNotSolved
	}
	clear(s.f[:n])
	addScaled(s.f[:n], s.f[:n], 0.5, h, lambda, s.dim)
	s.pass.Adjoint(s.f[:n], grad, guess)
	for i, v := range guess {
		xbar[i] += b[i]/2 + v // lambda - x'bar
	}
	return nil
}

func (s *midpoint[T]) finish(_, _, _ []T, _ int) { s.guessed = 0 }
