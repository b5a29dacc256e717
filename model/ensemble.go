package model

import (
	"fmt"

	"hnn/nn"
	"hnn/ode"
)

// Mean returns the mean of several models of one system, trained apart. Where they have
// Hamiltonians its field is that of their mean, which is a Hamiltonian too: what it conserves.
// How far they differ tells how far to trust it. Fewer than two, or models of different kinds
// or dimensions, are an error.
func Mean[T nn.Float](members []*Form[T]) (*Form[T], error) {
	if len(members) < 2 {
		return nil, fmt.Errorf("model: an ensemble of %d; it takes at least 2", len(members))
	}
	first := members[0]
	f := &Form[T]{Kind: first.Kind, Dim: first.Dim, Inputs: first.Inputs, J: first.J, Members: members}
	for i, m := range members {
		if m.Kind != f.Kind || m.Dim != f.Dim {
			return nil, fmt.Errorf("model: member %d of an ensemble is a %s of states of length %d, the first a %s of length %d; they must be of one kind", i+1, m.Kind, m.Dim, f.Kind, f.Dim)
		}
		f.Parameters += m.Parameters
	}
	return f, nil
}

// mean is the field that is the mean of several. It has what all of them have.
func mean(members []*Field) *Field {
	first, d := members[0], members[0].Dim
	f := &Field{Kind: first.Kind, Dim: d, Inputs: first.Inputs, Canonical: first.Canonical, Members: members}
	for _, m := range members {
		f.Parameters += m.Parameters
	}
	share := 1 / float64(len(members))
	add := func(mean, v []float64) {
		for i := range mean {
			mean[i] += float64(share * v[i])
		}
	}
	all := func(has func(m *Field) bool) bool {
		for _, m := range members {
			if !has(m) {
				return false
			}
		}
		return true
	}
	f.Many = func() func(t, x, u, dx []float64, rows int) {
		fields := each(members, func(m *Field) func(t, x, u, dx []float64, rows int) { return m.Many() })
		var one []float64
		return func(t, x, u, dx []float64, rows int) {
			n := rows * d
			if len(one) < n {
				one = make([]float64, n)
			}
			clear(dx[:n])
			for _, f := range fields {
				f(t, x, u, one, rows)
				add(dx[:n], one)
			}
		}
	}
	f.One = func() func(t float64, x, u, dx []float64) {
		fields := each(members, func(m *Field) func(t float64, x, u, dx []float64) { return m.One() })
		many, one, at := f.Many(), make([]float64, d), make([]float64, 1)
		return func(t float64, x, u, dx []float64) {
			if u != nil {
				at[0] = t
				many(at, x, u, dx, 1)
				return
			}
			clear(dx)
			for _, f := range fields {
				f(t, x, nil, one)
				add(dx, one)
			}
		}
	}
	// vector is the mean of what each member makes of a state.
	vector := func(of func(m *Field) func() func(x, v []float64)) func() func(x, v []float64) {
		if !all(func(m *Field) bool { return of(m) != nil }) {
			return nil
		}
		return func() func(x, v []float64) {
			functions, one := each(members, func(m *Field) func(x, v []float64) { return of(m)() }), make([]float64, d)
			return func(x, v []float64) {
				clear(v)
				for _, f := range functions {
					f(x, one)
					add(v, one)
				}
			}
		}
	}
	f.Grad = vector(func(m *Field) func() func(x, g []float64) { return m.Grad })
	f.Loss = vector(func(m *Field) func() func(x, dx []float64) { return m.Loss })
	if all(func(m *Field) bool { return m.Energy != nil }) {
		f.Energy = func() func(x []float64) float64 {
			energies := each(members, func(m *Field) func(x []float64) float64 { return m.Energy() })
			return func(x []float64) float64 {
				h := 0.0
				for _, f := range energies {
					h += f(x)
				}
				return h / float64(len(energies))
			}
		}
	}
	if all(func(m *Field) bool { return m.Jacobian != nil }) {
		f.Jacobian = func() func(x, u, a []float64) {
			jacobians, one := each(members, func(m *Field) func(x, u, a []float64) { return m.Jacobian() }), make([]float64, d*d)
			return func(x, u, a []float64) {
				clear(a)
				for _, j := range jacobians {
					j(x, u, one)
					add(a, one)
				}
			}
		}
	}
	if all(func(m *Field) bool { return m.SplitMany != nil }) {
		f.SplitMany = func() ode.BatchSplit {
			half := func(of func(ode.BatchSplit) func(in, out []float64, rows int)) func(in, out []float64, rows int) {
				parts := each(members, func(m *Field) func(in, out []float64, rows int) { return of(m.SplitMany()) })
				var one []float64
				return func(in, out []float64, rows int) {
					n := rows * d / 2
					if len(one) < n {
						one = make([]float64, n)
					}
					clear(out[:n])
					for _, f := range parts {
						f(in, one, rows)
						add(out[:n], one)
					}
				}
			}
			return ode.BatchSplit{
				Velocity: half(func(b ode.BatchSplit) func(in, out []float64, rows int) { return b.Velocity }),
				Force:    half(func(b ode.BatchSplit) func(in, out []float64, rows int) { return b.Force }),
			}
		}
		f.Split = func() ode.Split {
			b := f.SplitMany()
			return ode.Split{
				Velocity: func(p, v []float64) { b.Velocity(p, v, 1) },
				Force:    func(q, f []float64) { b.Force(q, f, 1) },
			}
		}
	}
	return f
}

// each makes an evaluator of every member.
func each[E any](members []*Field, of func(m *Field) E) []E {
	all := make([]E, len(members))
	for i, m := range members {
		all[i] = of(m)
	}
	return all
}
