package system

import "math/rand/v2"

// Spring is the paper's ideal mass on a spring (task 1),
//
//	H = q^2 + p^2,
//
// which turns clockwise in the (q, p) plane with angular frequency 2.
type Spring struct{}

// Name returns "spring".
func (Spring) Name() string { return "spring" }

// Dim returns 2.
func (Spring) Dim() int { return 2 }

// Coordinates returns q and p, both dimensionless.
func (Spring) Coordinates() []Coordinate {
	return []Coordinate{{Name: "q"}, {Name: "p"}}
}

// Hamiltonian returns q^2 + p^2.
func (s Spring) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	return float64(x[0]*x[0]) + float64(x[1]*x[1])
}

// Field stores (2p, -2q).
func (s Spring) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	s.Velocity(x[1:], dx[:1])
	s.Force(x[:1], dx[1:])
}

// Velocity stores 2p.
func (s Spring) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	v[0] = 2 * p[0]
}

// Force stores -2q.
func (s Spring) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	f[0] = -2 * q[0]
}

// Sample draws the direction of a point of U(-1,1)^2 and a radius of U(0.1,1).
func (s Spring) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	sampleDirection(rng, 0.1, 1, x)
}
