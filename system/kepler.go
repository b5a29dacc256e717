package system

import (
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// Kepler is a unit mass in the plane about a fixed centre,
//
//	H = |p|^2/2 - Mu / |q|.
//
// An orbit of semi-major axis a has the energy -Mu/(2a) and the period
// 2 pi sqrt(a^3/Mu).
type Kepler struct {
	Mu float64
}

// Name returns "kepler".
func (Kepler) Name() string { return "kepler" }

// Dim returns 4.
func (Kepler) Dim() int { return 4 }

// Coordinates returns x, y, px, py, all dimensionless.
func (Kepler) Coordinates() []Coordinate {
	return []Coordinate{{Name: "x"}, {Name: "y"}, {Name: "px"}, {Name: "py"}}
}

// Bodies returns the one that moves.
func (Kepler) Bodies() []Body { return []Body{{X: 0, Y: 1, Mass: 1}} }

// Hamiltonian returns the energy of the state.
func (s Kepler) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	return (float64(x[2]*x[2])+float64(x[3]*x[3]))/2 - s.Mu/math.Sqrt(float64(x[0]*x[0])+float64(x[1]*x[1]))
}

// Field stores (px, py, -Mu x / r^3, -Mu y / r^3).
func (s Kepler) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	s.Velocity(x[2:], dx[:2])
	s.Force(x[:2], dx[2:])
}

// Velocity stores (px, py).
func (s Kepler) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	copy(v, p)
}

// Force stores (-Mu x / r^3, -Mu y / r^3).
func (s Kepler) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	r2 := float64(q[0]*q[0]) + float64(q[1]*q[1])
	scale := -s.Mu / (r2 * math.Sqrt(r2))
	f[0], f[1] = scale*q[0], scale*q[1]
}

// Sample draws an ellipse of semi-major axis U(0.8,1.2) and eccentricity
// U(0,0.5), turned by a uniform angle, at a uniform eccentric anomaly, run
// through counter-clockwise.
func (s Kepler) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	a, e := uniform(rng, 0.8, 1.2), uniform(rng, 0, 0.5)
	sinE, cosE := elementary.Sincos(uniform(rng, 0, 2*math.Pi))
	b := math.Sqrt(1 - float64(e*e))
	speed := math.Sqrt(s.Mu/a) / (1 - float64(e*cosE))
	qx, qy := a*(cosE-e), a*b*sinE
	px, py := -speed*sinE, speed*b*cosE
	sin, cos := elementary.Sincos(uniform(rng, 0, 2*math.Pi))
	x[0], x[1] = float64(cos*qx)-float64(sin*qy), float64(sin*qx)+float64(cos*qy)
	x[2], x[3] = float64(cos*px)-float64(sin*py), float64(sin*px)+float64(cos*py)
}
