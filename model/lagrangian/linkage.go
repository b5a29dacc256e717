package lagrangian

import (
	"errors"
	"fmt"
	"math"

	"hnn/internal/posdef"
	"hnn/model"
)

// LinkedMotion evaluates the motion of points that rods hold (Lagrangian.Linkage), M being constant:
//
//	M a + J^T l = F(x, v, u),   J a = -(dJ/dt) v,
//
// with J the derivatives of the rods' lengths and l their forces. M need be positive definite along the rods' freedom only:
// with s J^T J added, which changes l alone, it is so everywhere (Finsler's lemma). It owns its temporaries.
type LinkedMotion struct {
	// Pull, in 1/time, draws states that are off the rods back onto them: J a = -(dJ/dt) v - 2 Pull J v - Pull^2 g, g being how much
	// longer the rods are (Baumgarte, "Stabilization of constraints and integrals of motion", 1972). It does nothing on them.
	Pull float64

	l          *Lagrangian
	motion     *Motion
	n, k       int
	j, rate    []float64 // J at the positions and at the velocities (k x n)
	a          []float64 // factor of M + s J^T J
	aj         []float64 // (M + s J^T J)^-1 J^T, by columns (k x n)
	s          []float64 // factor of J (M + s J^T J)^-1 J^T
	stiff      float64
	force, acc []float64
	bend       []float64 // -(dJ/dt) v, and other right sides of J a
	tension    []float64
	work       []float64
}

// NewLinkedMotion returns an evaluator. Changes of the coefficients are not seen by it. Derivative works for coefficients that
// are not zero and for those to keep.
func (l *Lagrangian) NewLinkedMotion(keep ...int) *LinkedMotion {
	n, k := l.N, len(l.Linkage.Rods)
	v := func(size int) []float64 { return make([]float64, size) }
	return &LinkedMotion{l: l, motion: l.NewMotion(keep...), n: n, k: k, j: v(k * n), rate: v(k * n), a: v(n * n), aj: v(k * n), s: v(k * k),
		force: v(n), acc: v(n), bend: v(k), tension: v(k), work: v(k)}
}

// factor prepares solve at positions x; the motion's M is there already.
func (m *LinkedMotion) factor(x []float64) bool {
	c, n, k := m.l.Linkage, m.n, m.k
	c.Jacobian(x, c.Pivots, m.j)
	heaviest := 0.0
	for i := range n {
		heaviest = math.Max(heaviest, math.Abs(m.motion.m[i*n+i]))
	}
	m.stiff = 100 * heaviest
	for a := range n {
		for b := range a + 1 {
			sum := m.motion.m[a*n+b]
			for r := range k {
				sum += m.stiff * m.j[r*n+a] * m.j[r*n+b]
			}
			m.a[a*n+b] = sum
		}
	}
	if !posdef.FactorInPlace(n, m.a) {
		return false
	}
	for r := range k {
		posdef.SolveInPlace(n, m.a, m.j[r*n:(r+1)*n], m.aj[r*n:(r+1)*n])
	}
	for r := range k {
		for q := range r + 1 {
			m.s[r*k+q] = dot(m.j[r*n:(r+1)*n], m.aj[q*n:(q+1)*n])
		}
	}
	return posdef.FactorInPlace(k, m.s)
}

// solve writes a of M a + J^T l = force, J a = bend to acc, and leaves l in tension.
func (m *LinkedMotion) solve(force, bend, acc []float64) {
	n, k := m.n, m.k
	posdef.SolveInPlace(n, m.a, force, acc)
	for r := range k {
		m.work[r] = dot(m.j[r*n:(r+1)*n], acc) - bend[r]
	}
	posdef.SolveInPlace(k, m.s, m.work, m.tension)
	for r, t := range m.tension {
		for i, w := range m.aj[r*n : (r+1)*n] {
			acc[i] -= t * w
		}
		m.tension[r] = t + m.stiff*bend[r]
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(x * b[i])
	}
	return sum
}

// Acceleration writes dv/dt (N) at positions x and velocities v (N each), which satisfy the rods, under inputs u (nil for none)
// to a. It returns false, and a is NaN, where the rods' derivatives depend on each other or M is not positive.
func (m *LinkedMotion) Acceleration(x, v, u, a []float64) bool {
	m.motion.expand(x, false)
	return m.accelerate(x, v, u, a)
}

func (m *LinkedMotion) accelerate(x, v, u, a []float64) bool {
	m.motion.forces(v, u)
	if !m.factor(x) {
		for i := range a {
			a[i] = math.NaN()
		}
		return false
	}
	m.l.Linkage.Jacobian(v, nil, m.rate)
	for r, rod := range m.l.Linkage.Rods {
		m.bend[r] = -dot(m.rate[r*m.n:(r+1)*m.n], v)
		if m.Pull > 0 {
			square := 0.0
			for a := range m.l.Linkage.Dim { // a row of J is the rod's direction at its end
				d := m.j[r*m.n+m.l.Linkage.Columns[rod.To][a]]
				square += d * d
			}
			m.bend[r] -= 2*m.Pull*dot(m.j[r*m.n:(r+1)*m.n], v) + m.Pull*m.Pull*(square-1)*rod.Length/2
		}
	}
	copy(m.force, m.motion.rhs)
	m.solve(m.force, m.bend, a)
	return true
}

// Jacobian is Acceleration with the derivatives by x and v (N x N each, row-major).
func (m *LinkedMotion) Jacobian(x, v, u, a, byX, byV []float64) bool {
	n, k, c := m.n, m.k, m.l.Linkage
	m.motion.expand(x, true)
	if !m.accelerate(x, v, u, a) {
		return false
	}
	pairs := len(m.l.MassPairs())
	hessian := m.motion.f.dd[pairs*n*n : (pairs+1)*n*n] // of V
	// J(x)^T l is linear in x: its derivative by x_e is J(unit e)^T l. So is J(x) a, with the derivative J(a).
	along, unit, each := make([]float64, k*n), make([]float64, n), make([]float64, k*n)
	tension, out := append([]float64(nil), m.tension...), make([]float64, n)
	c.Jacobian(a, nil, along)
	friction := make([]float64, n*n)
	for b, pair := range m.motion.rubs {
		r := m.motion.viscous(b)
		friction[pair[0]*n+pair[1]], friction[pair[1]*n+pair[0]] = r, r
	}
	for e := range n {
		unit[e] = 1
		c.Jacobian(unit, nil, each)
		unit[e] = 0
		for i := range n {
			m.force[i] = -hessian[i*n+e]
		}
		for r, t := range tension {
			for i, w := range each[r*n : (r+1)*n] {
				m.force[i] -= t * w
			}
			m.bend[r] = -along[r*n+e] - 2*m.Pull*m.rate[r*n+e] - m.Pull*m.Pull*m.j[r*n+e]
		}
		m.solve(m.force, m.bend, out)
		for i, w := range out {
			byX[i*n+e] = w
			m.force[i] = -friction[i*n+e]
		}
		for r := range k {
			m.bend[r] = -2 * (m.rate[r*n+e] + m.Pull*m.j[r*n+e])
		}
		m.solve(m.force, m.bend, out)
		for i, w := range out {
			byV[i*n+e] = w
		}
	}
	return true
}

// Derivative adds the derivative of the acceleration (N) by coefficient c to to. It follows Jacobian at the same state; a is
// the acceleration that Jacobian wrote.
func (m *LinkedMotion) Derivative(c int, v, a, u, to []float64) {
	m.motion.term(c, v, a, u, m.force)
	clear(m.bend)
	m.solve(m.force, m.bend, m.acc)
	for i, w := range m.acc {
		to[i] += w
	}
}

// ofLinkage is the field of points on rods and their velocities. States are projected onto the rods before anything is made of
// them, and rollouts are so where they are shown, so that the rods keep their lengths to rounding: what an integrator moves
// drifts off them by its error only, and that moves nothing.
func (l *Lagrangian) ofLinkage() *model.Field {
	n, d := l.N, 2*l.N
	f := l.field()
	f.Jacobian = nil
	on := func() func(x []float64) []float64 {
		p, z := l.Linkage.NewProjection(), make([]float64, d)
		return func(x []float64) []float64 {
			copy(z, x[:d])
			p.State(z)
			return z
		}
	}
	f.One = func() func(t float64, x, u, dx []float64) {
		m, on := l.NewLinkedMotion(), on()
		return func(_ float64, x, u, dx []float64) {
			z := on(x)
			m.Acceleration(z[:n], z[n:], u, dx[n:d])
			copy(dx[:n], z[n:])
		}
	}
	energy, grad := f.Energy, f.Grad
	f.Energy = func() func(x []float64) float64 {
		energy, on := energy(), on()
		return func(x []float64) float64 { return energy(on(x)) }
	}
	f.Grad = func() func(x, g []float64) {
		grad, on := grad(), on()
		return func(x, g []float64) { grad(on(x), g) }
	}
	if f.Loss != nil {
		free := l.withoutFriction()
		f.Loss = func() func(x, dx []float64) {
			with, without, on := l.NewLinkedMotion(), free.NewLinkedMotion(), on()
			a := make([]float64, n)
			return func(x, dx []float64) {
				z := on(x)
				clear(dx[:n])
				with.Acceleration(z[:n], z[n:], nil, dx[n:d])
				without.Acceleration(z[:n], z[n:], nil, a)
				for i, v := range a {
					dx[n+i] -= v
				}
			}
		}
	}
	inner := *f
	project := func() func(from, to []float64) {
		p := l.Linkage.NewProjection()
		return func(from, to []float64) {
			copy(to, from)
			p.State(to)
		}
	}
	f.Chart = &model.Chart{Field: &inner, Constrained: true, To: project, From: project}
	return f
}

// validLinkage says what is wrong with a form whose points are on rods: nil for nothing.
func (l *Lagrangian) validLinkage() error {
	c := l.Linkage
	if err := c.Validate(); err != nil {
		return err
	}
	switch {
	case c.Size() != l.N:
		return fmt.Errorf("%d positions of points for a Lagrangian of %d", c.Size(), l.N)
	case l.Magnetic || l.Varying || l.Coulomb || l.Drag || l.Steered || l.Points != nil || l.Sensors != nil || len(l.Harmonics) > 0:
		return errors.New("rods between points, and parts that such a system does not have")
	}
	k := l.Library.Size()
	for i := range len(l.MassPairs()) * k {
		if i%k != l.Library.Constant && l.Coefficients[i] != 0 {
			return errors.New("rods between points whose masses change")
		}
	}
	return nil
}
