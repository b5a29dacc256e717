package lattice

import "hnn/model/lattice"

// width is the number of features of the forces: those of U and W, and friction where there are momenta to lose.
func (f *features) width() int {
	if f.s.Flow != lattice.Mechanical {
		return f.potential
	}
	return f.potential + 1
}

// record adds the equations of one row or window, whose rates are dx.
func (f *features) record(b sides, held bool, velocities, forces, dx []float64) {
	if f.s.Flow != lattice.Mechanical {
		b.v.add(held, forces, f.width(), dx)
		f.scores.add(1, forces, f.width(), dx)
		return
	}
	n := f.s.Half()
	f.scores.add(0, velocities, f.kinetic.Size(), dx[:n])
	f.scores.add(1, forces, f.width(), dx[n:])
	b.p.add(held, velocities, f.kinetic.Size(), dx[:n])
	b.v.add(held, forces, f.width(), dx[n:])
}

// flowAt adds the features of dx/dt (n x width) of a flow that is not mechanical.
func (f *features) flowAt(x, rates []float64) {
	s, n, m := f.s, f.s.Half(), f.width()
	forces, slopes := make([]float64, n*m), make([]float64, f.site.Size())
	for i := range n {
		at, factor := x[i], -1.0
		if s.Flow == lattice.Turn {
			at, factor = s.Square(x, i%s.Sites), -2*x[i]
		}
		f.site.Slopes(at, slopes)
		for j, v := range slopes {
			forces[i*m+j] += factor * v
		}
	}
	f.bondsAt(x, m, forces)
	column, moved := make([]float64, n), make([]float64, n)
	for j := range m {
		for i := range n {
			column[i] = forces[i*m+j]
		}
		s.Rates(column, moved)
		for i := range n {
			rates[i*m+j] += moved[i]
		}
	}
}
