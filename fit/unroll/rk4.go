package unroll

import (
	"hnn/internal/kernel"
	"hnn/model"
)

// rk4 is the classical Runge-Kutta method,
//
//	Y1 = x, Y2 = x + h/2 k1, Y3 = x + h/2 k2, Y4 = x + h k3, ki = f(Yi)
//	x' = x + h/6 (k1 + 2 k2 + 2 k3 + k4)
//
// and its adjoint, stage by stage from the last.
type rk4[T kernel.Float] struct {
	pass   model.Pass[T]
	inputs *inputs[T]
	dim    int
	stride int // rows x dim of the pass at hand
	stages []T // Y2, Y3, Y4 of every step
	k      []T // a stage's slope, and on the way back its cotangent
	ybar   []T
}

func newRK4[T kernel.Float](pass model.Pass[T], in *inputs[T], dim, rows, steps int) *rk4[T] {
	n := rows * dim
	return &rk4[T]{pass: pass, inputs: in, dim: dim, stages: make([]T, 3*steps*n), k: make([]T, n), ybar: make([]T, n)}
}

// The method's weights, and the share of the step at which a stage lies.
var (
	rk4Weights = [4]float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}
	rk4Nodes   = [4]float64{0, 0.5, 0.5, 1}
)

func (s *rk4[T]) begin(rows int) { s.stride = rows * s.dim }

// stage is Y_{i+1} of step k.
func (s *rk4[T]) stage(k, i int, x []T) []T {
	if i == 0 {
		return x
	}
	lo := (3*k + i - 1) * s.stride
	return s.stages[lo : lo+len(x)]
}

func (s *rk4[T]) forward(k int, x, next, h []T, rows int) error {
	copy(next, x)
	for i := range 4 {
		s.inputs.at(k, T(rk4Nodes[i]), rows)
		s.pass.Field(s.stage(k, i, x), s.k, rows)
		addScaled(next, next, T(rk4Weights[i]), h, s.k, s.dim)
		if i < 3 {
			addScaled(s.stage(k, i+1, x), x, T(rk4Nodes[i+1]), h, s.k, s.dim)
		}
	}
	return nil
}

func (s *rk4[T]) backward(k int, x, _, h, xbar, nextbar, grad []T, rows int) error {
	kbar, ybar := s.k[:len(x)], s.ybar[:len(x)]
	for i := 3; i >= 0; i-- {
		// k_i enters x' and, but for the last, the next stage.
		clear(kbar)
		addScaled(kbar, kbar, T(rk4Weights[i]), h, nextbar, s.dim)
		if i < 3 {
			addScaled(kbar, kbar, T(rk4Nodes[i+1]), h, ybar, s.dim)
		}
		s.inputs.at(k, T(rk4Nodes[i]), rows)
		s.pass.Field(s.stage(k, i, x), ybar, rows)
		s.pass.Adjoint(kbar, grad, ybar)
		kernel.Add(xbar, ybar)
	}
	kernel.Add(xbar, nextbar)
	return nil
}

func (s *rk4[T]) finish(_, _, _ []T, _ int) {}

// addScaled writes x + c h k, where h has one number a row.
func addScaled[T kernel.Float](dst, x []T, c T, h, k []T, dim int) {
	for r, lo := 0, 0; lo < len(x); r, lo = r+1, lo+dim {
		ch := c * h[r]
		for i := lo; i < lo+dim; i++ {
			dst[i] = x[i] + ch*k[i]
		}
	}
}
