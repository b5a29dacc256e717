package ode

import (
	"math"

	"hnn/internal/elementary"
)

// tao is the explicit symplectic method for any Hamiltonian of M. Tao, "Explicit symplectic
// approximation of nonseparable Hamiltonians: algorithm and long time performance", Phys.
// Rev. E 94, 2016. The state (q, p) gets a copy (x, y), and
//
//	H(q, y) + H(x, p) + omega (|q - x|^2 + |p - y|^2) / 2
//
// is a sum of three parts whose flows are known; omega binds the two copies. A step of
// order 2 is half a step of the first, half of the second, the rotation by the third, and
// the same backwards; tao composes such steps of the lengths gamma. The first part's
// derivatives at the end of a step are those that the next begins with, which makes 3
// evaluations a step of order 2.
//
// The stepped state is (q, p, x, y), of twice the length of the field's.
type tao struct{ gamma []float64 }

// tao4 composes five steps, of which none is longer than 0.66 of the whole: M. Suzuki,
// "Fractal decomposition of exponential operators", Phys. Lett. A 146, 1990. Tao's paper
// has the triple jump, with steps of 1.35 and -1.70.
var (
	tao2 = &tao{[]float64{1}}
	tao4 = &tao{[]float64{suzuki, suzuki, 1 - 4*suzuki, suzuki, suzuki}}
)

const suzuki = 0.41449077179437573714 // 1 / (4 - 4^(1/3))

// layout: k[0] is the field at (q, y), kept from step to step; k[1] gathers inputs and
// takes differences, k[2] is the field at (x, p).
func (m *tao) layout(dim int) layout {
	return layout{width: 2 * dim, buffers: 3, kept: dim, constant: true}
}

func (m *tao) symmetric() bool { return true }

func (m *tao) start(w *work) {
	n := w.dim / 2
	m.field(w, w.x, 0, 3*n, w.k[0])
	w.count(1)
}

func (m *tao) advance(w *work) {
	w.begin()
	n := w.dim / 2
	for i, g := range m.gamma {
		before := 0.0
		if i > 0 {
			before = m.gamma[i-1]
		}
		// The end of the step before and the start of this one have the same field.
		m.first(w, (before+g)/2)
		m.second(w, g/2)
		m.rotate(w, g)
		m.second(w, g/2)
		m.field(w, w.next, 0, 3*n, w.k[0])
	}
	m.first(w, m.gamma[0]/2)
	w.count(3 * len(m.gamma))
}

// first is the flow of H(q, y), with the field in k[0].
func (m *tao) first(w *work, c float64) {
	n := w.dim / 2
	w.shear(2*n, n, c, w.k[0], 0, w.dim)
	w.shear(n, n, c, w.k[0], n, w.dim)
}

// second is the flow of H(x, p).
func (m *tao) second(w *work, c float64) {
	n := w.dim / 2
	m.field(w, w.next, 2*n, n, w.k[2])
	w.shear(0, n, c, w.k[2], 0, w.dim)
	w.shear(3*n, n, c, w.k[2], n, w.dim)
}

// field writes the field at the positions from q on and the momenta from p on to dx.
func (m *tao) field(w *work, x []float64, q, p int, dx []float64) {
	n := w.dim / 2
	in := w.k[1]
	for r := range w.n {
		copy(in[r*w.dim:r*w.dim+n], x[r*w.d+q:])
		copy(in[r*w.dim+n:(r+1)*w.dim], x[r*w.d+p:])
	}
	w.eval(w.t, in, dx, w.n)
}

// rotate turns (q - x, p - y) by the angle 2 omega c h, leaving q + x and p + y: half turns,
// which exchange the copies, and three shears for the rest, so that it can be undone to the
// bit on a grid.
func (m *tao) rotate(w *work, c float64) {
	n := w.dim / 2
	half := w.k[1][:n]
	for r, h := range w.h[:w.n] {
		angle := 2 * w.omega * c * h
		turns := math.RoundToEven(angle / math.Pi)
		angle -= float64(turns * math.Pi)
		if math.Mod(turns, 2) != 0 {
			swap(w.row(w.next, r))
			if w.lostNext != nil {
				swap(w.row(w.lostNext, r))
			}
		}
		x := w.row(w.next, r)
		across := func(at int, c float64, other int) {
			for i := range half {
				half[i] = (x[other+i] - x[other+2*n+i]) / 2
			}
			w.shearRow(r, at, c, half)
			w.shearRow(r, at+2*n, -c, half)
		}
		tan, sin := math.Tan(angle/2), elementary.Sin(angle)
		across(0, tan, n)
		across(n, -sin, 0)
		across(0, tan, n)
	}
}

// swap exchanges the halves of x.
func swap(x []float64) {
	a, b := x[:len(x)/2], x[len(x)/2:]
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}
