package expansion

import (
	"math"

	"hnn/model"
	"hnn/model/expr"
)

// Halves sorts the terms by the half of the state that they depend on; a quadratic one may
// have a share in both. It is false where one mixes the two.
func (s sum) Halves() (kinetic, potential model.Scalar[float64], ok bool) {
	n := s.dim / 2
	t, v := half{sum{dim: s.dim}, n}, half{sum{dim: s.dim}, 0}
	for _, term := range s.terms {
		positions, momenta, mixed := halvesOf(term, n)
		if mixed {
			return nil, nil, false
		}
		if positions {
			v.terms = append(v.terms, term)
		}
		if momenta {
			t.terms = append(t.terms, term)
		}
	}
	return t, v, true
}

// halvesOf reports whether a term depends on the n positions and on the momenta, and
// whether not as a sum of a function of each.
func halvesOf(t Term, n int) (positions, momenta, mixed bool) {
	switch t := t.(type) {
	case *Pair:
		return true, false, false
	case *Known:
		for i := range 2 * n {
			positions, momenta = positions || i < n && t.h.Uses(i), momenta || i >= n && t.h.Uses(i)
		}
		for i := range n {
			for j := n; j < 2*n; j++ {
				if e := t.h.Derivative(i).Derivative(j); e.Op != expr.Const || e.Value != 0 {
					mixed = true
				}
			}
		}
		// A half is asked with zeros for the other.
		mixed = mixed || positions && momenta && !finite(t.Value(make([]float64, 2*n)))
		return positions, momenta, mixed
	case *Quadratic:
		for _, m := range t.monomials {
			positions = positions || m.I < n || m.J >= 0 && m.J < n
			momenta = momenta || m.I >= n || m.J >= n
			mixed = mixed || m.J >= 0 && (m.I < n) != (m.J < n)
		}
		return positions, momenta, mixed
	case *Network:
		weights, width := t.net.Layers()[0].W, t.inputs.Width()
		last := t.inputs[:n].Width() // of the positions' inputs
		for k, w := range weights {
			if w != 0 {
				positions = positions || k%width < last
				momenta = momenta || k%width >= last
			}
		}
		return positions, momenta, positions && momenta
	}
	return true, true, true
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// half is a sum of terms as a function of the half of the state from component at on, which is
// all that they are given: in the other they are sums apart.
type half struct {
	sum
	at int
}

func (h half) NewPoint() model.ScalarPoint[float64] { return model.PassPoint[float64]{Pass: h.pass(1)} }

func (h half) NewPass(rows int) model.ScalarPass[float64] { return h.pass(rows) }

func (h half) pass(rows int) *halfPass {
	return &halfPass{h.sum.pass(rows), h.at, make([]float64, rows*h.dim), make([]float64, rows*h.dim)}
}

type halfPass struct {
	of   *sumPass
	at   int
	x, g []float64 // whole states, zero in the other half, and gradients
}

// spread copies halves of states into x.
func (p *halfPass) spread(half []float64, rows int) {
	d, n := p.of.dim, p.of.dim/2
	for r := range rows {
		copy(p.x[r*d+p.at:], half[r*n:(r+1)*n])
	}
}

// Value is the energy but for H's constant.
func (p *halfPass) Value(half []float64) float64 {
	p.spread(half, 1)
	sum := 0.0
	for _, term := range p.of.passes {
		sum += term.Value(p.x)
	}
	return sum
}

func (p *halfPass) Gradient(half, g []float64, rows int) {
	d, n := p.of.dim, p.of.dim/2
	p.spread(half, rows)
	p.of.Gradient(p.x[:rows*d], p.g, rows)
	for r := range rows {
		copy(g[r*n:(r+1)*n], p.g[r*d+p.at:])
	}
}
