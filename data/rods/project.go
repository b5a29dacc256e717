package rods

import (
	"math"

	"hnn/internal/posdef"
)

// Size is the number of positions: Dim of every point.
func (c *Linkage) Size() int { return c.Dim * len(c.Columns) }

// Jacobian writes, for every rod, the derivatives by the positions of (|d|^2 - L^2) / (2 L), which are d/L at the ends of
// the rod d, to j (rods x Size, row-major). They are linear in the positions x (Size): of velocities, and nil pivots, they are
// the derivatives' change by the time.
func (c *Linkage) Jacobian(x []float64, pivots [][]float64, j []float64) {
	size := c.Size()
	clear(j)
	for r, rod := range c.Rods {
		row := j[r*size : (r+1)*size]
		for a := range c.Dim {
			to := c.Columns[rod.To][a]
			d := x[to]
			switch {
			case rod.From >= 0:
				from := c.Columns[rod.From][a]
				d -= x[from]
			case pivots != nil:
				d -= pivots[-1-rod.From][a]
			}
			row[to] = d / rod.Length
			if rod.From >= 0 {
				row[c.Columns[rod.From][a]] = -d / rod.Length
			}
		}
	}
}

// Projection projects onto the rods of a linkage. It owns its temporaries.
type Projection struct {
	c      *Linkage
	j, s   []float64 // J (rods x Size) and the factor of J J^T
	g, row []float64
}

// NewProjection returns one. Changes of the linkage are not seen by it.
func (c *Linkage) NewProjection() *Projection {
	k := len(c.Rods)
	return &Projection{c, make([]float64, k*c.Size()), make([]float64, k*k), make([]float64, k), make([]float64, k)}
}

// At factors J J^T at positions x (Size); false where the rods' derivatives depend on each other, as those of a loop that
// is stretched out.
func (p *Projection) At(x []float64) bool {
	p.c.Jacobian(x, p.c.Pivots, p.j)
	n, k := p.c.Size(), len(p.g)
	for a := range k {
		for b := range a + 1 {
			sum := 0.0
			for i := range n {
				sum += p.j[a*n+i] * p.j[b*n+i]
			}
			p.s[a*k+b] = sum
		}
	}
	return posdef.FactorInPlace(k, p.s)
}

// back subtracts J^T (J J^T)^-1 g from v.
func (p *Projection) back(v []float64) {
	n, k := p.c.Size(), len(p.g)
	posdef.SolveInPlace(k, p.s, p.g, p.row)
	for a, w := range p.row {
		for i := range n {
			v[i] -= w * p.j[a*n+i]
		}
	}
}

// Tangent takes of v (Size) what moves along the rods away, at the positions of the last At, State or Positions.
func (p *Projection) Tangent(v []float64) {
	n := p.c.Size()
	for a := range p.g {
		p.g[a] = 0
		for i := range n {
			p.g[a] += p.j[a*n+i] * v[i]
		}
	}
	p.back(v)
}

// mostProjected bounds the steps of Newton's method, which halves the digits that are missing in each.
const mostProjected = 30

// Positions moves positions x (Size) to the nearest ones, to first order, at which every rod has its length to rounding. It
// returns false, and x is NaN, where there are none near.
func (p *Projection) Positions(x []float64) bool {
	c := p.c
	for range mostProjected {
		if !p.At(x) {
			break
		}
		worst := 0.0
		for a, rod := range c.Rods {
			square := 0.0
			for i := range c.Dim {
				d := x[c.Columns[rod.To][i]]
				if rod.From >= 0 {
					d -= x[c.Columns[rod.From][i]]
				} else {
					d -= c.Pivots[-1-rod.From][i]
				}
				square += d * d
			}
			p.g[a] = (square - rod.Length*rod.Length) / (2 * rod.Length)
			worst = math.Max(worst, math.Abs(p.g[a])/rod.Length)
		}
		// Newton's step from 1e-9 leaves 1e-18: what is left is rounding.
		p.back(x)
		if worst < 1e-9 {
			return p.At(x)
		}
	}
	for i := range x {
		x[i] = math.NaN()
	}
	return false
}

// State projects positions and velocities x (2 Size) onto the rods and along them.
func (p *Projection) State(x []float64) bool {
	n := p.c.Size()
	if !p.Positions(x[:n]) {
		for i := range x {
			x[i] = math.NaN()
		}
		return false
	}
	p.Tangent(x[n : 2*n])
	return true
}

// Turning writes dP/dt w to to (Size), P = I - J^T (J J^T)^-1 J being the projection along the rods at the positions of the last
// At and rate the change of J by the time (rods x Size): with J+ = J^T (J J^T)^-1 it is
//
//	-(J+ dJ/dt P w + P (dJ/dt)^T J+^T w).
//
// Along is P w.
func (p *Projection) Turning(rate, along, w, to []float64) {
	n, k := p.c.Size(), len(p.g)
	clear(to)
	for a := range k {
		p.g[a] = 0
		for i := range n {
			p.g[a] += p.j[a*n+i] * w[i]
		}
	}
	posdef.SolveInPlace(k, p.s, p.g, p.row)
	for a, t := range p.row {
		for i := range n {
			to[i] -= t * rate[a*n+i]
		}
	}
	p.Tangent(to)
	for a := range k {
		p.g[a] = 0
		for i := range n {
			p.g[a] += rate[a*n+i] * along[i]
		}
	}
	p.back(to)
}
