package system

import (
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// HenonHeiles is the motion of a star about a galactic centre,
//
//	H = (p1^2 + p2^2)/2 + (q1^2 + q2^2)/2 + Alpha (q1^2 q2 - q2^3/3),
//
// with Alpha = 1 by convention (M. Henon, C. Heiles, Astron. J. 69, 1964). Its
// orbits are regular at low energy, mostly chaotic near the energy 1/(6 Alpha^2),
// and may escape above it.
type HenonHeiles struct {
	Alpha float64
}

// Name returns "henon-heiles".
func (HenonHeiles) Name() string { return "henon-heiles" }

// Dim returns 4.
func (HenonHeiles) Dim() int { return 4 }

// Coordinates returns q1, q2, p1, p2, all dimensionless.
func (HenonHeiles) Coordinates() []Coordinate {
	return []Coordinate{{Name: "q1"}, {Name: "q2"}, {Name: "p1"}, {Name: "p2"}}
}

func (s HenonHeiles) potential(q1, q2 float64) float64 {
	return (float64(q1*q1)+float64(q2*q2))/2 + float64(s.Alpha*q2*(float64(q1*q1)-q2*q2/3))
}

// Hamiltonian returns the energy of the state.
func (s HenonHeiles) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	return (float64(x[2]*x[2])+float64(x[3]*x[3]))/2 + s.potential(x[0], x[1])
}

// Field stores (p1, p2, -q1 - 2 Alpha q1 q2, -q2 - Alpha (q1^2 - q2^2)).
func (s HenonHeiles) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	s.Velocity(x[2:], dx[:2])
	s.Force(x[:2], dx[2:])
}

// Velocity stores (p1, p2).
func (s HenonHeiles) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	copy(v, p)
}

// Force stores (-q1 - 2 Alpha q1 q2, -q2 - Alpha (q1^2 - q2^2)).
func (s HenonHeiles) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	f[0] = -q[0] - float64(2*s.Alpha*q[0]*q[1])
	f[1] = -q[1] - float64(s.Alpha*(float64(q[0]*q[0])-float64(q[1]*q[1])))
}

// Sample draws a bound orbit: an energy of U(1/24, 1/8) / Alpha^2 (the escape
// energy is 1/6), a position uniform where the potential leaves that energy
// within the disc of radius 1/(2 Alpha) that the equilateral well contains, and
// a momentum of the length that is left, in a uniform direction.
func (s HenonHeiles) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	scale := 1.0
	if s.Alpha != 0 {
		scale = 1 / math.Abs(s.Alpha)
	}
	energy := uniform(rng, 1.0/24, 1.0/8) * scale * scale
	for {
		x[0], x[1] = uniform(rng, -0.5, 0.5)*scale, uniform(rng, -0.5, 0.5)*scale
		if elementary.Hypot(x[0], x[1]) < 0.5*scale && s.potential(x[0], x[1]) < energy {
			break
		}
	}
	sin, cos := elementary.Sincos(uniform(rng, 0, 2*math.Pi))
	p := math.Sqrt(2 * (energy - s.potential(x[0], x[1])))
	x[2], x[3] = p*cos, p*sin
}
