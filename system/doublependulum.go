package system

import (
	"math/rand/v2"

	"hnn/internal/elementary"
)

// DoublePendulum is two point masses of 1 kg on massless rods of 1 m, the second
// hung from the first, in canonical coordinates. With d = q1 - q2,
//
//	H = (p1^2 + 2 p2^2 - 2 p1 p2 cos d) / (2 (1 + sin^2 d)) + G (3 - 2 cos q1 - cos q2).
//
// The angles are measured from the vertical, zero hanging at rest, where H is
// zero; p1 and p2 are their canonical momenta, not the masses' own. See L. D.
// Landau, E. M. Lifshitz, Mechanics, section 5, problem 1, for the Lagrangian.
type DoublePendulum struct {
	G float64 // gravity in m/s^2
}

// Name returns "double-pendulum".
func (DoublePendulum) Name() string { return "double-pendulum" }

// Dim returns 4.
func (DoublePendulum) Dim() int { return 4 }

// Coordinates returns the angles q1 and q2 and their momenta p1 and p2.
func (DoublePendulum) Coordinates() []Coordinate {
	return []Coordinate{
		{Name: "q1", Unit: "rad", Angle: true},
		{Name: "q2", Unit: "rad", Angle: true},
		{Name: "p1", Unit: "kg m^2/s"},
		{Name: "p2", Unit: "kg m^2/s"},
	}
}

// Hamiltonian returns the energy in joules.
func (s DoublePendulum) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	q1, q2, p1, p2 := x[0], x[1], x[2], x[3]
	sin, cos := elementary.Sincos(q1 - q2)
	h1, h2 := elementary.Sin(q1/2), elementary.Sin(q2/2)
	return (float64(p1*p1)+float64(2*p2*p2)-float64(2*p1*p2*cos))/(2*(1+float64(sin*sin))) + float64(s.G*(float64(4*h1*h1)+float64(2*h2*h2)))
}

// Field stores the angular velocities and the torques. With n and e the
// numerator of the kinetic energy and 1 + sin^2 d, its derivative by d is
// sin d (p1 p2 / e - n cos d / e^2), and by q1 and q2 this and its opposite.
func (s DoublePendulum) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	q1, q2, p1, p2 := x[0], x[1], x[2], x[3]
	sin, cos := elementary.Sincos(q1 - q2)
	e := 1 + float64(sin*sin)
	n := float64(p1*p1) + float64(2*p2*p2) - float64(2*p1*p2*cos)
	k := sin * (float64(p1*p2) - n*cos/e) / e
	dx[0] = (p1 - float64(p2*cos)) / e
	dx[1] = (2*p2 - float64(p1*cos)) / e
	dx[2] = float64(-2*s.G*elementary.Sin(q1)) - k
	dx[3] = float64(-s.G*elementary.Sin(q2)) + k
}

// Sample draws angles of U(-1,1) rad and momenta of U(-1,1) kg m^2/s: swings of
// moderate size, which are only weakly chaotic.
func (s DoublePendulum) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	for i := range x {
		x[i] = uniform(rng, -1, 1)
	}
}
