package unroll

import (
	"hnn/internal/kernel"
	"hnn/model"
	"hnn/nn"
)

// tableau is an explicit Runge-Kutta method whose stages each lean on the one before alone,
//
//	Y1 = x, Y(i+1) = x + nodes(i+1) h ki, ki = f(Yi), x' = x + h (sum of weights(i) ki)
type tableau struct{ weights, nodes []float64 }

var (
	eulerTableau = tableau{weights: []float64{1}, nodes: []float64{0}}
	// The classical method.
	rk4Tableau = tableau{weights: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}, nodes: []float64{0, 0.5, 0.5, 1}}
)

// rungeKutta is a method of a tableau, and its adjoint, stage by stage from the last.
type rungeKutta[T nn.Float] struct {
	tableau
	passes []*model.Pass[T] // one, or one for each stage of each step
	kept   bool             // each stage has its own, which keeps what it computed
	inputs *inputs[T]
	dim    int
	stride int // rows x dim of the pass at hand
	stages []T // Y2 and so on of every step
	k      []T // a stage's slope, and on the way back its cotangent
	ybar   []T
}

func newRungeKutta[T nn.Float](t tableau, passes []*model.Pass[T], in *inputs[T], dim, rows, steps int) *rungeKutta[T] {
	n := rows * dim
	return &rungeKutta[T]{
		tableau: t, passes: passes, kept: len(passes) == steps*len(t.weights), inputs: in, dim: dim,
		stages: make([]T, (len(t.weights)-1)*steps*n), k: make([]T, n), ybar: make([]T, n),
	}
}

func (s *rungeKutta[T]) begin(rows int) { s.stride = rows * s.dim }

// stage is Y_{i+1} of step k.
func (s *rungeKutta[T]) stage(k, i int, x []T) []T {
	if i == 0 {
		return x
	}
	lo := ((len(s.weights)-1)*k + i - 1) * s.stride
	return s.stages[lo : lo+len(x)]
}

// pass is that of a stage.
func (s *rungeKutta[T]) pass(k, i int) *model.Pass[T] {
	if s.kept {
		return s.passes[k*len(s.weights)+i]
	}
	return s.passes[0]
}

func (s *rungeKutta[T]) forward(k int, x, next, h []T, rows int) error {
	copy(next, x)
	for i, w := range s.weights {
		s.inputs.at(k, T(s.nodes[i]), rows)
		s.pass(k, i).Field(s.stage(k, i, x), s.k, rows)
		addScaled(next, next, T(w), h, s.k, s.dim)
		if i+1 < len(s.weights) {
			addScaled(s.stage(k, i+1, x), x, T(s.nodes[i+1]), h, s.k, s.dim)
		}
	}
	return nil
}

func (s *rungeKutta[T]) backward(k int, x, _, h, xbar, nextbar, grad []T, rows int) error {
	kbar, ybar, last := s.k[:len(x)], s.ybar[:len(x)], len(s.weights)-1
	for i := last; i >= 0; i-- {
		// k_i enters x' and, but for the last, the next stage.
		clear(kbar)
		addScaled(kbar, kbar, T(s.weights[i]), h, nextbar, s.dim)
		if i < last {
			addScaled(kbar, kbar, T(s.nodes[i+1]), h, ybar, s.dim)
		}
		if !s.kept {
			s.inputs.at(k, T(s.nodes[i]), rows)
			s.passes[0].Field(s.stage(k, i, x), ybar, rows)
		}
		s.pass(k, i).Adjoint(kbar, grad, ybar)
		kernel.Add(xbar, ybar)
	}
	kernel.Add(xbar, nextbar)
	return nil
}

func (s *rungeKutta[T]) finish(_, _, _ []T, _ int) {}

// addScaled writes x + c h k, where h has one number a row.
func addScaled[T nn.Float](dst, x []T, c T, h, k []T, dim int) {
	for r, lo := 0, 0; lo < len(x); r, lo = r+1, lo+dim {
		ch := c * h[r]
		for i := lo; i < lo+dim; i++ {
			dst[i] = x[i] + T(ch*k[i])
		}
	}
}
