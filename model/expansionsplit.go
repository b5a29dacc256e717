package model

import "hnn/ode"

// SplitOf returns a model's field in its two parts, for integrators that take separable
// Hamiltonians H = T(p) + V(q) only. It is false for every other model: one that is not
// separable, or not known to be, one with friction, and one that inputs act on.
func SplitOf(m Model) (ode.Separable, bool) {
	if inner, scales := Dimensionless(m); scales != nil {
		s, ok := SplitOf(inner)
		return splitInUnits{s, scales}, ok
	}
	switch m := m.(type) {
	case ode.Separable:
		return m, true
	case *Expansion:
		return m.split()
	case *Ensemble:
		return m.split()
	case energeticEnsemble:
		return m.split()
	}
	return nil, false
}

// split sorts the terms by the half of the state that they depend on.
func (m *Expansion) split() (*splitExpansion, bool) {
	if m.friction != nil || m.gain != nil {
		return nil, false
	}
	s := &splitExpansion{dim: m.dim}
	for _, t := range m.terms {
		positions, momenta, mixed := halvesOf(t, m.dim/2)
		if mixed {
			return nil, false
		}
		if positions {
			s.potential = append(s.potential, t)
		}
		if momenta {
			s.kinetic = append(s.kinetic, t)
		}
	}
	return s, true
}

// halvesOf reports whether a term depends on the n positions and on the momenta, and
// whether not as a sum of a function of each.
func halvesOf(t Term, n int) (positions, momenta, mixed bool) {
	switch t := t.(type) {
	case *PairTerm:
		return true, false, false
	case *QuadraticTerm:
		for _, m := range t.monomials {
			positions = positions || m.I < n || m.J >= 0 && m.J < n
			momenta = momenta || m.I >= n || m.J >= n
			mixed = mixed || m.J >= 0 && (m.I < n) != (m.J < n)
		}
		return positions, momenta, mixed
	case *NetworkTerm:
		weights, width := t.net.Layers()[0].W, t.inputs.width()
		last := t.inputs[:n].width() // of the positions' inputs
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

// splitExpansion is a separable Expansion in its two parts; a quadratic term may have a
// share in both.
type splitExpansion struct {
	dim                int
	potential, kinetic []Term
}

func (s *splitExpansion) Split() ode.Split {
	velocity, force := s.half(s.kinetic, s.dim/2, 1), s.half(s.potential, 0, -1)
	return ode.Split{
		Velocity: func(p, v []float64) { velocity(p, v, 1) },
		Force:    func(q, f []float64) { force(q, f, 1) },
	}
}

func (s *splitExpansion) BatchSplit() ode.BatchSplit {
	return ode.BatchSplit{Velocity: s.half(s.kinetic, s.dim/2, 1), Force: s.half(s.potential, 0, -1)}
}

// half evaluates sign times the derivative of the terms by the half of the state from
// component at on, which is all that they are given: in the others they are sums apart.
func (s *splitExpansion) half(terms []Term, at int, sign float64) func(half, d []float64, rows int) {
	n := s.dim / 2
	held := 0
	var passes []TermPass
	var x, g []float64
	return func(half, d []float64, rows int) {
		if rows > held && held < batchRows {
			held = min(rows, batchRows)
			x, g = make([]float64, held*s.dim), make([]float64, held*s.dim)
			passes = passes[:0]
			for _, t := range terms {
				passes = append(passes, t.NewPass(held))
			}
		}
		for lo := 0; lo < rows; lo += batchRows {
			block := min(batchRows, rows-lo)
			for r := range block {
				copy(x[r*s.dim+at:], half[(lo+r)*n:(lo+r+1)*n])
			}
			g := g[:block*s.dim]
			clear(g)
			for _, p := range passes {
				p.AddGradient(x[:block*s.dim], g, block)
			}
			for r := range block {
				for i := range n {
					d[(lo+r)*n+i] = sign * g[r*s.dim+at+i]
				}
			}
		}
	}
}
