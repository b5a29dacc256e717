package system

import (
	"math"
	"math/rand/v2"
	"strconv"

	"hnn/internal/elementary"
)

// NBody is any number of point masses in a plane that attract each other,
//
//	H = sum_i |p_i|^2 / (2 m_i) - sum_{i<j} G m_i m_j / sqrt(|q_i - q_j|^2 + Softening^2).
//
// A state is (x1..xN, y1..yN, px1..pxN, py1..pyN). With unit masses, as in the
// paper's tasks, the momenta are the velocities. Without softening the field is
// infinite where two bodies meet.
type NBody struct {
	Mass      []float64 // one positive mass a body
	G         float64
	Softening float64 // length below which the attraction is smoothed, 0 for none
}

// NewNBody returns n bodies of mass 1 with G = 1 and no softening, as in tasks 4
// (n = 2) and 5 (n = 3) of the paper. It panics if n is less than 2.
func NewNBody(n int) *NBody {
	if n < 2 {
		panic("system: fewer than two bodies")
	}
	mass := make([]float64, n)
	for i := range mass {
		mass[i] = 1
	}
	return &NBody{Mass: mass, G: 1}
}

// Name returns "two-body", "three-body", "4-body" and so on.
func (s *NBody) Name() string {
	switch n := len(s.Mass); n {
	case 2:
		return "two-body"
	case 3:
		return "three-body"
	default:
		return strconv.Itoa(n) + "-body"
	}
}

// Dim returns 4 times the number of bodies.
func (s *NBody) Dim() int { return 4 * len(s.Mass) }

// Coordinates returns x1..xN, y1..yN, px1..pxN, py1..pyN, all dimensionless.
func (s *NBody) Coordinates() []Coordinate {
	coords := make([]Coordinate, 0, s.Dim())
	for _, symbol := range []string{"x", "y", "px", "py"} {
		for i := range s.Mass {
			coords = append(coords, Coordinate{Name: symbol + strconv.Itoa(i+1)})
		}
	}
	return coords
}

// Bodies lists the bodies.
func (s *NBody) Bodies() []Body {
	n := len(s.Mass)
	bodies := make([]Body, n)
	for i, m := range s.Mass {
		bodies[i] = Body{X: i, Y: n + i, Mass: m}
	}
	return bodies
}

// split returns the four blocks of a state.
func (s *NBody) split(x []float64) (qx, qy, px, py []float64) {
	n := len(s.Mass)
	return x[:n:n], x[n : 2*n : 2*n], x[2*n : 3*n : 3*n], x[3*n : 4*n : 4*n]
}

// Hamiltonian returns the kinetic and potential energy of all bodies and pairs.
func (s *NBody) Hamiltonian(x []float64) float64 {
	checkState(s.Dim(), x)
	qx, qy, px, py := s.split(x)
	h := 0.0
	for i, m := range s.Mass {
		h += (float64(px[i]*px[i]) + float64(py[i]*py[i])) / (2 * m)
		for j := range i {
			dx, dy := qx[i]-qx[j], qy[i]-qy[j]
			h -= s.G * m * s.Mass[j] / math.Sqrt(float64(dx*dx)+float64(dy*dy)+float64(s.Softening*s.Softening))
		}
	}
	return h
}

// Field stores the velocities and the forces.
func (s *NBody) Field(x, dx []float64) {
	checkField(s.Dim(), x, dx)
	n := len(x) / 2
	s.Velocity(x[n:], dx[:n])
	s.Force(x[:n], dx[n:])
}

// Velocity stores p/m.
func (s *NBody) Velocity(p, v []float64) {
	checkHalf(s.Dim(), p, v)
	n := len(s.Mass)
	for i, m := range s.Mass {
		v[i], v[n+i] = p[i]/m, p[n+i]/m
	}
}

// Force stores the forces, each pair's once for both of its bodies, so that they sum to
// zero to rounding.
func (s *NBody) Force(q, f []float64) {
	checkHalf(s.Dim(), q, f)
	n := len(s.Mass)
	qx, qy, fx, fy := q[:n], q[n:], f[:n], f[n:]
	clear(f)
	eps2 := s.Softening * s.Softening
	for i, m := range s.Mass {
		for j := range i {
			rx, ry := qx[j]-qx[i], qy[j]-qy[i]
			r2 := float64(rx*rx) + float64(ry*ry) + eps2
			f := s.G * m * s.Mass[j] / (r2 * math.Sqrt(r2))
			fx[i] += float64(f * rx)
			fy[i] += float64(f * ry)
			fx[j] -= float64(f * rx)
			fy[j] -= float64(f * ry)
		}
	}
}

// Momentum returns the total momentum, which the field conserves.
func (s *NBody) Momentum(x []float64) (px, py float64) {
	checkState(s.Dim(), x)
	_, _, mx, my := s.split(x)
	for i := range mx {
		px += mx[i]
		py += my[i]
	}
	return px, py
}

// AngularMomentum returns the total angular momentum about the origin, which the
// field conserves.
func (s *NBody) AngularMomentum(x []float64) float64 {
	checkState(s.Dim(), x)
	qx, qy, px, py := s.split(x)
	l := 0.0
	for i := range qx {
		l += float64(qx[i]*py[i]) - float64(qy[i]*px[i])
	}
	return l
}

// Sample draws a nearly circular configuration about the origin.
//
// Two bodies: the first at U(0.5,1.5)^2, at distance r, with the velocity of the
// circular orbit, (-y, x) / (2 r^1.5), times 1 + 0.05 N(0,1) in length; the second
// mirrored. Three or more: on a regular polygon of radius U(0.9,1.2), the first
// body in the direction of a point of U(-1,1)^2, with the velocities of the
// polygon's rigid rotation, each component times 1 + 0.2 U(-1,1). For two and
// three unit masses with G = 1 and no softening these are the samplers of the
// paper's tasks 4 and 5; other masses take the speed of the circular orbit at
// their mean mass, and softening is not taken into account.
func (s *NBody) Sample(rng *rand.Rand, x []float64) {
	checkState(s.Dim(), x)
	if len(s.Mass) == 2 {
		s.samplePair(rng, x)
	} else {
		s.samplePolygon(rng, x)
	}
	_, _, px, py := s.split(x)
	for i, m := range s.Mass {
		px[i] *= m
		py[i] *= m
	}
}

// circularSpeed returns the speed of len(Mass) bodies of the mean mass that
// rotate rigidly on a regular polygon of radius r: the attraction towards the
// centre is G m / (4 r^2) times the sum over the others of 1/sin(pi k/N). For 2
// bodies it is 1/(2 sqrt r); for 3, sqrt(sin 60 / (2 cos^2 30)) / sqrt r.
func (s *NBody) circularSpeed(r float64) float64 {
	n := len(s.Mass)
	mean, sum := 0.0, 0.0
	for _, m := range s.Mass {
		mean += m / float64(n)
	}
	for k := 1; k < n; k++ {
		sum += 1 / elementary.Sin(math.Pi*float64(k)/float64(n))
	}
	return math.Sqrt(s.G * mean * sum / (4 * r))
}

// samplePair stores positions and velocities of two bodies.
func (s *NBody) samplePair(rng *rand.Rand, x []float64) {
	qx, qy, vx, vy := s.split(x)
	qx[0], qy[0] = uniform(rng, 0.5, 1.5), uniform(rng, 0.5, 1.5)
	r := elementary.Hypot(qx[0], qy[0])
	// One factor for both components: it stretches the orbit and does not turn it.
	speed := s.circularSpeed(r) * (1 + float64(0.05*elementary.Normal(rng))) / r
	vx[0], vy[0] = -qy[0]*speed, qx[0]*speed
	for _, c := range [][]float64{qx, qy, vx, vy} {
		c[1] = -c[0]
	}
}

// samplePolygon stores positions and velocities of three or more bodies.
func (s *NBody) samplePolygon(rng *rand.Rand, x []float64) {
	const noise = 0.2
	qx, qy, vx, vy := s.split(x)
	var p [2]float64
	r := sampleDirection(rng, 0.9, 1.2, p[:])
	speed := s.circularSpeed(r) / r
	n := len(s.Mass)
	for i := range n {
		sin, cos := elementary.Sincos(2 * math.Pi * float64(i) / float64(n))
		qx[i], qy[i] = float64(cos*p[0])-float64(sin*p[1]), float64(sin*p[0])+float64(cos*p[1])
		vx[i] = -qy[i] * speed * (1 + uniform(rng, -noise, noise))
		vy[i] = qx[i] * speed * (1 + uniform(rng, -noise, noise))
	}
}
