package particles

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/model/particles"
)

// Motion learns from positions and velocities alone. Between two moments the velocity changes by the integral of the
// force, and the position by its double integral, along the path:
//
//	m (v1 - v0)            = h (F_0 / 2 + sum F_j + F_n / 2)
//	m (x1 - x0 - H v0) / H = h (F_0 / 2 + sum (1 - j/n) F_j),   H = n h,
//
// which leapfrog with the step h keeps exactly. The path is at first Hermite's cubic, and then, as often as
// Options.Iterations says, that of the laws at hand from x0, v0, corrected by a cubic so that it ends in x1, v1.
func Motion(d *Data, o Options) (*Laws, error) {
	o.complete()
	if len(d.X) < 2 || d.V == nil {
		return nil, errors.New("without forces at least two frames with velocities are needed: write either beside the positions (LAMMPS: dump ... custom ... id type x y z vx vy vz fx fy fz; ASE: momenta or forces in extended XYZ)")
	}
	p, err := newProblem(d, &o)
	if err != nil {
		return nil, err
	}
	paths := hermite(o.Substeps)
	var system *particles.System
	first, least := 0.0, math.Inf(1)
	for iteration := range o.Iterations + 1 {
		if iteration > 0 {
			tables := p.laws.Tables(o.Cutoff)
			for q, t := range tables {
				if t == nil { // never met
					tables[q] = particles.NewTable(none{}, o.Cutoff/2, o.Cutoff)
				}
			}
			if system == nil {
				if system, err = particles.NewSystem(d.Box, d.Mass, d.Kind, tables, o.Cutoff, d.X[0], d.V[0], 0); err != nil {
					return nil, err
				}
				defer system.Close()
				if d.Fixed != nil {
					system.Hold(d.Fixed)
				}
			}
			system.Tables = tables
			if a := p.laws.Angles; a != nil {
				if err := system.Bend(a); err != nil {
					return nil, err
				}
			}
			if t := p.laws.Direction; t != nil {
				if err := system.Direct(t.Law(d.Kinds)); err != nil {
					return nil, err
				}
			}
			if l := p.laws.Long; l != nil {
				if err := system.Reach(l, l.First, l.Last, d.Weight); err != nil {
					return nil, err
				}
			}
			if t := p.laws.Trap; t != nil {
				if err := system.Confine(t, d.TrapWeight); err != nil {
					return nil, err
				}
			}
		}
		p.reset()
		for f := range len(d.X) - 1 {
			span := d.Times[f+1] - d.Times[f]
			path := paths(d, f, span)
			if iteration > 0 {
				if err := follow(system, d, f, span, path); err != nil {
					return nil, fmt.Errorf("from frame %d to %d by the laws at hand: %w; the frames are too far apart to learn from motion alone, or times or masses are wrong: write frames more often, or with forces", f+1, f+2, err)
				}
			}
			p.interval(d, f, span, path)
		}
		if err := p.solve(); err != nil {
			return nil, err
		}
		if iteration == 0 {
			first = p.laws.RMS
		}
		least = min(least, max(p.laws.RMS, 1e-6*first)) // not what rounding leaves
		p.laws.Grown = p.laws.RMS / max(least, 1e-300)
	}
	return p.laws, nil
}

// none is no force.
type none struct{}

func (none) At(float64) (v, dv, ddv float64) { return 0, 0, 0 }

// interval adds the equations of one interval.
func (p *problem) interval(d *Data, f int, span float64, path [][]float64) {
	n := len(d.X[f])
	rows := mat.NewDense(2*n, p.m+1, nil)
	steps := len(path) - 1
	h := span / float64(steps)
	for j, x := range path {
		w := h
		if j == 0 || j == steps {
			w /= 2
		}
		p.add(rows, 0, x, w)
		if j < steps {
			p.add(rows, n, x, w*(1-float64(j)/float64(steps)))
		}
	}
	for i := range n {
		m := d.Mass[i/3]
		rows.Set(i, p.m, m*(d.V[f+1][i]-d.V[f][i]))
		rows.Set(n+i, p.m, m*((d.X[f+1][i]-d.X[f][i])/span-d.V[f][i]))
	}
	p.take(rows)
}

// hermite makes cubic paths between moments, of unwrapped positions.
func hermite(steps int) func(d *Data, f int, span float64) [][]float64 {
	path := make([][]float64, steps+1)
	return func(d *Data, f int, span float64) [][]float64 {
		for j := range path {
			u := float64(j) / float64(steps)
			if path[j] == nil {
				path[j] = make([]float64, len(d.X[f]))
			}
			for i := range path[j] {
				path[j][i] = d.X[f][i] + span*d.V[f][i]*u + bend(u, d.X[f+1][i]-d.X[f][i]-span*d.V[f][i], span*(d.V[f+1][i]-d.V[f][i]))
			}
		}
		return path
	}
}

// bend is the cubic of u that begins flat at 0 and ends at x with slope v.
func bend(u, x, v float64) float64 { return u * u * (3*x - v + u*(v-2*x)) }

// follow replaces a path by that of the laws.
func follow(s *particles.System, d *Data, f int, span float64, path [][]float64) error {
	copy(s.X, d.X[f])
	copy(s.V, d.V[f])
	if err := s.Forces(); err != nil {
		return err
	}
	steps := len(path) - 1
	h := span / float64(steps)
	for j := range path {
		copy(path[j], s.X)
		if j < steps {
			if err := s.Step(h, &particles.Leapfrog); err != nil {
				return err
			}
		}
	}
	for j := range path {
		u := float64(j) / float64(steps)
		for i := range path[j] {
			path[j][i] += bend(u, d.X[f+1][i]-s.X[i], span*(d.V[f+1][i]-s.V[i]))
		}
	}
	return nil
}
