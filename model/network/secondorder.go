package network

import (
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/nn"
)

// secondOrder is a baseline that knows Newton's second law, and no more: positions
// change by velocities alone, and a network gives the forces,
//
//	dq/dt = A p,  dp/dt = f(q, p).
//
// The matrix A is learned, since data may hold momenta, and begins as the identity,
// which it stays where p are velocities. Much of what an HNN gains over the plain
// baseline is this bias (Gruver, Finzi, Stanton and Wilson, "Deconstructing the
// Inductive Biases of Hamiltonian Neural Networks", 2022). It conserves nothing.
type secondOrder[T nn.Float] struct {
	n, inputs int // positions
	a         *matrix[T]
	force     *mlp[T]
}

func newSecondOrder[T nn.Float](a *Architecture) (model.Vector[T], []module[T]) {
	velocity := &matrix[T]{name: "velocity.weight", n: a.Dim / 2}
	force := newStateMLP[T](a, "force.", a.Dim/2)
	return secondOrder[T]{a.Dim / 2, a.Inputs, velocity, &force}, []module[T]{velocity, &force}
}

// matrix is a learned n x n matrix, the identity at first.
type matrix[T nn.Float] struct {
	name string
	n    int
	a    []T // row-major
}

func (m *matrix[T]) tensors() []Tensor { return []Tensor{{m.name, []int{m.n, m.n}}} }
func (m *matrix[T]) bind(params []T)   { m.a = params }
func (m *matrix[T]) refreshes() int    { return 0 }
func (m *matrix[T]) refreshPart(int)   {}
func (m *matrix[T]) init(*rand.Rand) {
	clear(m.a)
	for i := range m.n {
		m.a[i*m.n+i] = 1
	}
}

// times writes A v.
func (m *matrix[T]) times(v, y []T) {
	for i := range m.n {
		var s T
		for j, a := range m.a[i*m.n : (i+1)*m.n] {
			s += T(a * v[j])
		}
		y[i] = s
	}
}

func (m secondOrder[T]) NewPoint() func(x, u, dx []float64) {
	n := m.n
	force, in, out := m.force.pointValue(2*n), make([]T, 2*n), make([]T, 2*n)
	return func(x, u, dx []float64) {
		kernel.Convert(in, x)
		m.a.times(in[n:], out)
		force(x, u, out[n:])
		kernel.Convert(dx, out)
	}
}

func (m secondOrder[T]) NewPass(rows int) *model.Pass[T] {
	n := rows * m.n
	p := &secondOrderPass[T]{secondOrder: m, force: newStatePass(m.force, rows, m.inputs), x: make([]T, 2*n), f: make([]T, n)}
	return &model.Pass[T]{Inputs: m.inputs, Field: p.Field, Adjoint: p.Adjoint, Drive: p.force.Drive}
}

type secondOrderPass[T nn.Float] struct {
	secondOrder[T]
	force *model.Pass[T]
	x     []T // the states of the last pass
	f     []T // forces, or the derivative of a loss by them
}

func (p *secondOrderPass[T]) Field(x, dx []T, rows int) {
	n := p.n
	copy(p.x, x[:2*n*rows])
	p.force.Field(x, p.f, rows)
	for r := range rows {
		p.a.times(x[(2*r+1)*n:], dx[2*r*n:])
		copy(dx[(2*r+1)*n:(2*r+2)*n], p.f[r*n:])
	}
}

func (p *secondOrderPass[T]) Adjoint(dxbar, grad, xbar []T) {
	n := p.n
	rows := len(dxbar) / (2 * n)
	for r := range rows {
		copy(p.f[r*n:(r+1)*n], dxbar[(2*r+1)*n:])
	}
	var abar, rest []T
	if grad != nil {
		abar, rest = grad[:n*n], grad[n*n:]
	}
	p.force.Adjoint(p.f[:rows*n], rest, xbar)
	for r := range rows {
		v := p.x[(2*r+1)*n : (2*r+2)*n]
		for i, b := range dxbar[2*r*n : (2*r+1)*n] {
			for j := range n {
				if abar != nil {
					abar[i*n+j] += T(b * v[j])
				}
				if xbar != nil {
					xbar[(2*r+1)*n+j] += T(b * p.a.a[i*n+j])
				}
			}
		}
	}
}
