package network

import (
	"math"
	"math/rand/v2"

	"hnn/model"
	"hnn/nn"
)

// massPart is a kinetic energy with a constant mass matrix,
//
//	T(p) = p.M^-1 p / 2,  M^-1 = L L^T,
//
// with L lower triangular and its diagonal the exponential of what is learned, so that
// M^-1 is positive definite whatever that is. It begins as the identity.
type massPart[T nn.Float] struct {
	name   string
	n      int
	params []T // L row by row, its diagonal as logarithms
}

func (m *massPart[T]) tensors() []Tensor { return []Tensor{{m.name, []int{m.Size()}}} }
func (m *massPart[T]) Size() int         { return m.n * (m.n + 1) / 2 }
func (m *massPart[T]) bind(params []T)   { m.params = params }
func (m *massPart[T]) init(*rand.Rand)   { clear(m.params) }
func (m *massPart[T]) refreshes() int    { return 0 }
func (m *massPart[T]) refreshPart(int)   {}

// factor writes L as a square matrix.
func (m *massPart[T]) factor(l []T) {
	k := 0
	for i := range m.n {
		for j := range i {
			l[i*m.n+j] = m.params[k]
			k++
		}
		l[i*m.n+i] = T(math.Exp(float64(m.params[k])))
		k++
	}
}

func (m *massPart[T]) pass(rows int) *massPass[T] {
	return &massPass[T]{
		massPart: m, l: make([]T, m.n*m.n), x: make([]T, rows*m.n), y: make([]T, m.n), z: make([]T, m.n),
	}
}

func (m *massPart[T]) NewPass(rows int) model.ScalarPass[T] { return m.pass(rows) }
func (m *massPart[T]) NewPoint() model.ScalarPoint[T]       { return model.PassPoint[T]{Pass: m.pass(1)} }

type massPass[T nn.Float] struct {
	*massPart[T]
	l    []T // L as of the last pass
	x    []T // the momenta of the last pass
	y, z []T // temporaries of one row
	rows int
}

// transposed writes L^T v.
func (p *massPass[T]) transposed(v, y []T) {
	clear(y)
	for i, vi := range v {
		for j, l := range p.l[i*p.n : i*p.n+i+1] {
			y[j] += T(l * vi)
		}
	}
}

// apply writes M^-1 v = L (L^T v), leaving L^T v in y.
func (p *massPass[T]) apply(v, y, g []T) {
	p.transposed(v, y)
	for i := range g {
		var s T
		for j, l := range p.l[i*p.n : i*p.n+i+1] {
			s += T(l * y[j])
		}
		g[i] = s
	}
}

func (p *massPass[T]) Value(x []T) T {
	p.factor(p.l)
	p.transposed(x[:p.n], p.y)
	var s T
	for _, y := range p.y {
		s += T(y * y)
	}
	return s / 2
}

func (p *massPass[T]) Gradient(x, g []T, rows int) {
	p.rows = rows
	p.factor(p.l)
	copy(p.x, x[:rows*p.n])
	for at := 0; at < rows*p.n; at += p.n {
		p.apply(x[at:at+p.n], p.y, g[at:at+p.n])
	}
}

// adjoint: with y = L^T p and z = L^T gbar, the derivative of gbar.L L^T p by L is
// gbar y^T + p z^T.
func (p *massPass[T]) Adjoint(gbar, grad, xbar []T) {
	for at := 0; at < p.rows*p.n; at += p.n {
		v, b := p.x[at:at+p.n], gbar[at:at+p.n]
		p.transposed(v, p.y)
		p.transposed(b, p.z)
		if grad != nil {
			k := 0
			for i := range p.n {
				for j := range i + 1 {
					d := T(b[i]*p.y[j]) + T(v[i]*p.z[j])
					if i == j {
						d *= p.l[i*p.n+i]
					}
					grad[k] += d
					k++
				}
			}
		}
		if xbar != nil {
			p.apply(b, p.z, xbar[at:at+p.n])
		}
	}
}
