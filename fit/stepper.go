package fit

import (
	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/network"
)

// tableau is an explicit Runge-Kutta method: stage i is evaluated at
// z + sum of a[i][j] k_j, and the step is the sum of b[i] k_i.
type tableau struct {
	a [][]float64
	b []float64
}

var tableaus = map[string]tableau{
	"euler": {a: [][]float64{nil}, b: []float64{1}},
	"rk4":   {a: [][]float64{nil, {1. / 2}, {0, 1. / 2}, {0, 0, 1}}, b: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6}},
}

// stepper takes one step of length 1 along a model's field for a block of states, and
// its adjoint.
type stepper[T kernel.Float] struct {
	tableau
	passes []model.Pass[T] // of each stage
	u      []T
	k      [][]T // the stages, then the loss's derivative by them
	ubar   []T
	rows   int // times the length of a state
}

func newStepper[T kernel.Float](net *network.Network[T], t tableau, rows int) *stepper[T] {
	n := rows * net.Dim()
	s := &stepper[T]{tableau: t, u: make([]T, n), ubar: make([]T, n)}
	for range t.b {
		s.passes = append(s.passes, net.NewPass(rows))
		s.k = append(s.k, make([]T, n))
	}
	return s
}

// step writes the states one step after z to next.
func (s *stepper[T]) step(z, next []T, rows int) {
	s.rows = len(z)
	for i, pass := range s.passes {
		u := s.u[:len(z)]
		copy(u, z)
		for j, a := range s.a[i] {
			addScaled(u, T(a), s.k[j])
		}
		pass.Field(u, s.k[i], rows)
	}
	copy(next, z)
	for i, b := range s.b {
		addScaled(next, T(b), s.k[i])
	}
}

// adjoint takes the loss's derivative by the last step's result, adds that by the
// parameters to grad and writes that by z to zbar.
func (s *stepper[T]) adjoint(nextbar, grad, zbar []T) {
	copy(zbar, nextbar)
	for i, b := range s.b {
		clear(s.k[i])
		addScaled(s.k[i][:s.rows], T(b), nextbar)
	}
	for i := len(s.passes) - 1; i >= 0; i-- {
		ubar := s.ubar[:s.rows]
		s.passes[i].Adjoint(s.k[i][:s.rows], grad, ubar)
		addScaled(zbar, 1, ubar)
		for j, a := range s.a[i] {
			addScaled(s.k[j][:s.rows], T(a), ubar)
		}
	}
}

// addScaled is dst += a v.
func addScaled[T kernel.Float](dst []T, a T, v []T) {
	if a == 0 {
		return
	}
	for i := range dst {
		dst[i] += a * v[i]
	}
}
