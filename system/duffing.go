package system

import "math/rand/v2"

// Duffing is the undamped, unforced Duffing oscillator,
//
//	H = p^2/2 + Alpha q^2/2 + Beta q^4/4.
//
// Alpha = -1, Beta = 1 is the double well with its minima at q = -1 and 1 and a
// separatrix through the origin at H = 0. With Beta below zero orbits may escape.
type Duffing struct {
	Alpha, Beta float64
}

// Name returns "duffing".
func (Duffing) Name() string { return "duffing" }

// Dim returns 2.
func (Duffing) Dim() int { return 2 }

// Coordinates returns q and p, both dimensionless.
func (Duffing) Coordinates() []Coordinate {
	return []Coordinate{{Name: "q"}, {Name: "p"}}
}

// Hamiltonian returns the energy of the state.
func (s Duffing) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	q2 := x[0] * x[0]
	return x[1]*x[1]/2 + float64(q2*(s.Alpha/2+s.Beta*q2/4))
}

// Field stores (p, -Alpha q - Beta q^3).
func (s Duffing) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	s.Velocity(x[1:], dx[:1])
	s.Force(x[:1], dx[1:])
}

// Velocity stores p.
func (s Duffing) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	v[0] = p[0]
}

// Force stores -Alpha q - Beta q^3.
func (s Duffing) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	f[0] = -q[0] * (s.Alpha + float64(s.Beta*q[0]*q[0]))
}

// Sample draws q and p of U(-1.5,1.5): orbits within one well and about both.
func (s Duffing) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	x[0], x[1] = uniform(rng, -1.5, 1.5), uniform(rng, -1.5, 1.5)
}
