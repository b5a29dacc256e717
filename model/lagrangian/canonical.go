package lagrangian

import (
	"math"

	"hnn/model"
	"hnn/ode"
)

// canonical is the chart of a Lagrangian's states (q, v) with the momenta p = M(q) v + A(q) in place of the
// velocities, in which the motion without friction and inputs is Hamilton's of
// H = (p - A).M^-1 (p - A)/2 + V. Where M is not positive definite the velocities are not numbers.
func (l *Lagrangian) canonical(user *model.Field) *model.Chart {
	n, d := l.N, 2*l.N
	velocities := func(m *Motion, x, v []float64) bool {
		m.expand(x[:n], false)
		return m.velocities(x[n:d], v)
	}
	f := &model.Field{
		Kind: user.Kind, Parameters: user.Parameters, Dim: d, Inputs: user.Inputs, Canonical: true,
		One: func() func(t float64, x, u, dx []float64) {
			m, v, inputs := l.NewMotion(), make([]float64, n), l.timed()
			return func(t float64, x, u, dx []float64) {
				velocities(m, x, v)
				copy(dx[:n], v)
				m.forces(v, inputs(t, u))
				m.momentumRate(v, dx[n:d])
			}
		},
		Energy: func() func(x []float64) float64 {
			m, v := l.NewMotion(), make([]float64, n)
			return func(x []float64) float64 {
				velocities(m, x, v)
				return m.Energy(x[:n], v)
			}
		},
		Grad: func() func(x, g []float64) {
			m, v := l.withoutFriction().NewMotion(), make([]float64, n)
			return func(x, g []float64) {
				velocities(m, x, v)
				m.forces(v, nil)
				m.momentumRate(v, g[:n])
				for i := range n {
					g[i] = -g[i]
				}
				copy(g[n:d], v)
			}
		},
	}
	if user.Loss != nil {
		f.Loss = func() func(x, dx []float64) {
			with, without, v := l.NewMotion(), l.withoutFriction().NewMotion(), make([]float64, n)
			return func(x, dx []float64) {
				clear(dx)
				if !velocities(with, x, v) {
					v[0] = math.NaN()
				}
				with.forces(v, nil)
				without.expand(x[:n], false)
				without.forces(v, nil)
				for i := range n {
					dx[n+i] = with.rhs[i] - without.rhs[i]
				}
			}
		}
	}
	if user.Loss == nil && l.Inputs == 0 && l.constantMass() {
		f.Split = func() ode.Split {
			kinetic, potential, still, a := l.NewMotion(), l.NewMotion(), make([]float64, n), make([]float64, n)
			return ode.Split{
				Velocity: func(p, dq []float64) {
					kinetic.expand(still, false)
					kinetic.velocities(p, dq)
				},
				Force: func(q, dp []float64) {
					potential.expand(q, false)
					clear(a)
					potential.forces(a, nil)
					copy(dp, potential.rhs)
				},
			}
		}
	}
	if user.Forcing != nil {
		f.Forcing = func() func(t float64, x []float64) float64 {
			power, m, y := l.forcing(), l.NewMotion(), make([]float64, d)
			return func(t float64, x []float64) float64 {
				copy(y, x[:n])
				velocities(m, x, y[n:])
				return power(t, y)
			}
		}
	}
	model.Whole(f, l) // fills in Many
	return &model.Chart{
		Field: f,
		To: func() func(x, y []float64) {
			m := l.NewMotion()
			return func(x, y []float64) {
				copy(y[:n], x[:n])
				m.Momentum(x[:n], x[n:d], y[n:d])
			}
		},
		From: func() func(y, x []float64) {
			m, v := l.NewMotion(), make([]float64, n)
			return func(y, x []float64) {
				velocities(m, y, v)
				copy(x[:n], y[:n])
				copy(x[n:d], v)
			}
		},
	}
}

// constantMass says that M does not depend on the positions and that there is no A: H is then T(p) + V(q).
func (l *Lagrangian) constantMass() bool {
	k, at := l.Library.Size(), l.Layout()
	for c, v := range l.Coefficients[:at.Potential] {
		if v != 0 && c%k != l.Library.Constant {
			return false
		}
	}
	for _, v := range l.Coefficients[at.Magnetic:at.Viscous] {
		if v != 0 {
			return false
		}
	}
	return true
}

// velocities writes v = M^-1 (p - A) at the expanded position; false, and not numbers, where M is not positive
// definite.
func (m *Motion) velocities(p, v []float64) bool {
	n := m.l.N
	pairs := m.l.MassPairs()
	for b, pair := range pairs {
		m.m[pair[1]*n+pair[0]] = m.f.value[b]
	}
	copy(m.rhs, p)
	for j := 1; m.l.Magnetic && j < n; j++ {
		m.rhs[j] -= m.f.value[len(pairs)+j]
	}
	if !m.factor() {
		for i := range v {
			v[i] = math.NaN()
		}
		return false
	}
	m.solve(v)
	return true
}

// momentumRate writes dp/dt, after forces: the rates of M v and A at fixed v, which forces took away, are added.
func (m *Motion) momentumRate(v, dp []float64) {
	n := m.l.N
	copy(dp, m.rhs)
	pairs := m.l.MassPairs()
	rate := func(b int) float64 {
		sum := 0.0
		for c, g := range m.f.d[b*n : (b+1)*n] {
			sum += g * v[c]
		}
		return sum
	}
	for b, pair := range pairs {
		w := rate(b)
		dp[pair[0]] += w * v[pair[1]]
		if pair[0] != pair[1] {
			dp[pair[1]] += w * v[pair[0]]
		}
	}
	for j := 1; m.l.Magnetic && j < n; j++ {
		dp[j] += rate(len(pairs) + j)
	}
}
