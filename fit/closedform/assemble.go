package closedform

import (
	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/expansion"
)

// normal are the normal equations A c = r of the least-squares problem |M c - y|^2.
type normal struct {
	a *symmetric
	r []float64
	// squares is |y|^2 and equations the number of rows of M.
	squares   float64
	equations int
}

// assemble forms the normal equations of the rows.
func assemble(pool *parallel.Pool, b *basis, r *rows) *normal {
	if ridges := b.ridges(); ridges != nil {
		return ridges.assemble(pool, b, r)
	}
	a, rhs := newSymmetric(b.unknowns), make([]float64, b.unknowns)
	s := &normal{a: a, r: rhs}
	states := max(chunkRows/r.dim, 1)
	e := newExplicit(b, states)
	rows := min(states*r.dim*(updateRows/chunkRows), len(r.x))
	m := newTiled(rows, b.unknowns)
	y := make([]float64, states*r.dim)
	at := 0 // rows of m that are written
	for lo := 0; lo < r.len(); lo += states {
		n := min(states, r.len()-lo)
		e.fill(m, at, y, r, lo, n)
		m.addProjection(pool, at, y, rhs, 1, n*r.dim)
		s.squares += kernel.SumSquares(y[:n*r.dim])
		at += n * r.dim
		if at == rows || lo+n == r.len() {
			a.addGram(pool, m, at)
			at = 0
		}
	}
	s.equations = len(r.x)
	return s
}

// explicit writes the rows of M themselves.
type explicit struct {
	b      *basis
	passes []expansion.Pass
	states int
	block  []float64 // states x dim x features

	known    expansion.Pass // the given part of H, nil without
	gradient []float64      // its own, states x dim

	functions func(q, to []float64) // of the gain, nil without
	values    []float64             // of the functions
}

func newExplicit(b *basis, states int) *explicit {
	e := &explicit{b: b, states: states, block: make([]float64, states*b.h.Dim()*len(b.share))}
	for _, t := range b.h.Terms() {
		e.passes = append(e.passes, t.NewPass(states))
	}
	if b.known != nil {
		e.known, e.gradient = b.known.NewPass(states), make([]float64, states*b.h.Dim())
	}
	if b.gain != nil {
		e.functions, e.values = b.gain.Functions(), make([]float64, 1+b.gain.Features())
	}
	return e
}

// fill writes the equations of states lo to lo+n of r, at most so many as e was made
// for, to M from its row at on, and their right sides to y: what is observed less the known part's.
func (e *explicit) fill(m *columns, at int, y []float64, r *rows, lo, n int) {
	d, features := r.dim, len(e.b.share)
	x, g := r.x[lo*d:(lo+n)*d], r.g[lo*d:(lo+n)*d]
	first := 0
	for i, p := range e.passes {
		p.Columns(x, e.block[first:], features, n)
		first += e.b.h.Terms()[i].Size()
	}
	for u := range e.b.unknowns {
		clear(m.column(u)[at : at+n*d])
	}
	for f, u := range e.b.share {
		column := m.column(u)[at : at+n*d]
		for i := range column {
			column[i] += e.block[i*features+f]
		}
	}
	if e.b.friction {
		// -dp/dt = dH/dq + rate p
		column := m.column(e.b.gainAt() - 1)[at : at+n*d]
		for s := 0; s < n*d; s += d {
			copy(column[s:s+d/2], x[s+d/2:s+d])
		}
	}
	if e.functions != nil {
		// -dp/dt = dH/dq - G(q) u
		for s := range n {
			e.functions(x[s*d:], e.values)
			u := e.b.gainAt()
			for i := range d / 2 {
				for _, v := range r.u[(lo+s)*r.inputs : (lo+s+1)*r.inputs] {
					for _, f := range e.values {
						m.column(u)[at+s*d+i] = -f * v
						u++
					}
				}
			}
		}
	}
	copy(y, g)
	if e.known != nil {
		clear(e.gradient)
		e.known.AddGradient(x, e.gradient, n)
		for i := range g {
			y[i] -= e.gradient[i]
		}
	}
	if r.weight == nil {
		return
	}
	for s := range n {
		w := r.weight[lo+s]
		for i := s * d; i < (s+1)*d; i++ {
			y[i] *= w
		}
	}
	for u := range e.b.unknowns {
		column := m.column(u)[at : at+n*d]
		for i := range column {
			column[i] *= r.weight[lo+i/d]
		}
	}
}
