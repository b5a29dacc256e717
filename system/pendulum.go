package system

import (
	"math/rand/v2"

	"hnn/internal/elementary"
)

// Pendulum is the ideal pendulum in the paper's dimensionless form,
//
//	H = K (1 - cos q) + p^2.
//
// K is 3 in task 2; K = 2.4 is the authors' fit to the measured pendulum of
// task 3. The separatrix between swinging and turning over lies at H = 2K.
type Pendulum struct {
	K float64
}

// Name returns "pendulum".
func (Pendulum) Name() string { return "pendulum" }

// Dim returns 2.
func (Pendulum) Dim() int { return 2 }

// Coordinates returns the angle q, zero at rest, and its momentum p.
func (Pendulum) Coordinates() []Coordinate {
	return []Coordinate{{Name: "q", Unit: "rad", Angle: true}, {Name: "p"}}
}

// Hamiltonian returns K (1 - cos q) + p^2.
func (s Pendulum) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	// 1 - cos q cancels near the rest; 2 sin^2(q/2) is the same without that.
	half := elementary.Sin(x[0] / 2)
	return float64(2*s.K*half*half) + float64(x[1]*x[1])
}

// Field stores (2p, -K sin q).
func (s Pendulum) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	s.Velocity(x[1:], dx[:1])
	s.Force(x[:1], dx[1:])
}

// Velocity stores 2p.
func (s Pendulum) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	v[0] = 2 * p[0]
}

// Force stores -K sin q.
func (s Pendulum) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	f[0] = -s.K * elementary.Sin(q[0])
}

// Sample draws the direction of a point of U(-1,1)^2 and a radius of U(1.3,2.3).
func (s Pendulum) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	sampleDirection(rng, 1.3, 2.3, x)
}
