package system

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// SpringLattice is Side x Side bodies of mass one in a plane, each bound to its neighbours in its row and its column by a
// spring of natural length one,
//
//	H = sum of |p_i|^2/2 + sum over bonds of (|q_j - q_i| - 1)^2/2
//
// as A. Rahma, C. Datar, A. Cukarska, F. Dietrich, "Rapid training of Hamiltonian graph networks using random features"
// (arXiv 2506.06558, 2025) learn.
type SpringLattice struct{ Side int }

// Name returns "spring-lattice".
func (SpringLattice) Name() string { return "spring-lattice" }

// Dim returns four times the number of bodies.
func (s SpringLattice) Dim() int { return 4 * s.Sites() }

// Sites is Side squared.
func (s SpringLattice) Sites() int { return s.Side * s.Side }

// OfSize returns the square lattice with so many bodies.
func (SpringLattice) OfSize(sites int) (System, error) {
	side := int(math.Round(math.Sqrt(float64(sites))))
	if side*side != sites || side < 2 || sites > mostSites {
		return nil, fmt.Errorf("spring-lattice: %d bodies are no square: give 4, 9, 16 ... to %d", sites, mostSites)
	}
	return SpringLattice{side}, nil
}

// Coordinates returns x1, y1, x2, y2, ..., px1, py1, ...: body (row, column) is number row*Side + column + 1.
func (s SpringLattice) Coordinates() []Coordinate {
	n := s.Sites()
	out := make([]Coordinate, 4*n)
	for i := range n {
		out[2*i].Name, out[2*i+1].Name = fmt.Sprintf("x%d", i+1), fmt.Sprintf("y%d", i+1)
		out[2*n+2*i].Name, out[2*n+2*i+1].Name = fmt.Sprintf("px%d", i+1), fmt.Sprintf("py%d", i+1)
	}
	return out
}

// bonds calls visit with the two bodies of every spring.
func (s SpringLattice) bonds(visit func(i, j int)) {
	for i := range s.Sites() {
		if i%s.Side+1 < s.Side {
			visit(i, i+1)
		}
		if i+s.Side < s.Sites() {
			visit(i, i+s.Side)
		}
	}
}

// Hamiltonian returns the energy of the state.
func (s SpringLattice) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	h := 0.0
	for _, p := range x[s.Dim()/2:] {
		h += p * p / 2
	}
	s.bonds(func(i, j int) {
		stretch := elementary.Hypot(x[2*j]-x[2*i], x[2*j+1]-x[2*i+1]) - 1
		h += stretch * stretch / 2
	})
	return h
}

// Field stores dq/dt and dp/dt.
func (s SpringLattice) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	n := s.Dim() / 2
	s.Velocity(x[n:], dx[:n])
	s.Force(x[:n], dx[n:])
}

// Velocity stores p.
func (s SpringLattice) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	copy(v, p)
}

// Force stores the pull of the springs.
func (s SpringLattice) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	clear(f)
	s.bonds(func(i, j int) {
		dx, dy := q[2*j]-q[2*i], q[2*j+1]-q[2*i+1]
		r := elementary.Hypot(dx, dy)
		if r == 0 {
			return // no direction
		}
		pull := (r - 1) / r
		f[2*i] += float64(pull * dx)
		f[2*i+1] += float64(pull * dy)
		f[2*j] -= float64(pull * dx)
		f[2*j+1] -= float64(pull * dy)
	})
}

// Sample draws bodies about their places in the lattice, each coordinate and momentum off by 0.1 (standard deviation).
func (s SpringLattice) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	const off = 0.1
	for i := range s.Sites() {
		x[2*i] = float64(i%s.Side) + float64(off*elementary.Normal(rng))
		x[2*i+1] = float64(i/s.Side) + float64(off*elementary.Normal(rng))
	}
	for i := s.Dim() / 2; i < s.Dim(); i++ {
		x[i] = off * elementary.Normal(rng)
	}
}
