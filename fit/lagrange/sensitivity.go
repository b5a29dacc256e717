package lagrange

import "math"

// sensitivity carries a state and its derivatives by the first state and by coefficients through the classical
// Runge-Kutta method; derivatives are those of the discrete steps.
type sensitivity struct {
	l           *Lagrangian
	free        []int
	motion      *Motion
	columns     int
	a, byQ, byV []float64
	k, y        []float64
	derivatives bool
	mass        []float64
	column      []float64
	phi, d      []float64
}

func newSensitivity(l *Lagrangian, free []int, derivatives bool) *sensitivity {
	n := l.N
	s := &sensitivity{l: l, free: free, motion: l.NewMotion(), derivatives: derivatives,
		a: make([]float64, n), byQ: make([]float64, n*n), byV: make([]float64, n*n), mass: make([]float64, n*n), column: make([]float64, n)}
	size := 2 * n
	if derivatives {
		s.columns = 2*n + len(free)
		size *= 1 + s.columns
		k := l.Library.Size()
		s.phi, s.d = make([]float64, k), make([]float64, k*n)
	}
	s.k, s.y = make([]float64, 4*size), make([]float64, size)
	return s
}

// step advances x, the state and then its columns, each 2 N numbers, by h.
func (s *sensitivity) step(h float64, input func(at float64) []float64, x []float64) {
	size := len(x)
	k1, k2, k3, k4 := s.k[:size], s.k[size:2*size], s.k[2*size:3*size], s.k[3*size:4*size]
	s.rate(x, input(0), k1)
	for i := range x {
		s.y[i] = x[i] + h/2*k1[i]
	}
	middle := input(0.5)
	s.rate(s.y, middle, k2)
	for i := range x {
		s.y[i] = x[i] + h/2*k2[i]
	}
	s.rate(s.y, middle, k3)
	for i := range x {
		s.y[i] = x[i] + h*k3[i]
	}
	s.rate(s.y, input(1), k4)
	for i := range x {
		x[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
	}
}

// rate writes the derivative of the state and of its columns.
func (s *sensitivity) rate(x, u, dx []float64) {
	n := s.l.N
	d := 2 * n
	q, v := x[:n], x[n:d]
	copy(dx[:n], v)
	if !s.derivatives {
		s.motion.Acceleration(q, v, u, dx[n:d])
		return
	}
	if !s.motion.Jacobian(q, v, u, dx[n:d], s.byQ, s.byV) {
		for i := range dx {
			dx[i] = math.NaN()
		}
		return
	}
	copy(s.a, dx[n:d])
	for c := range s.columns {
		in, out := x[d+c*d:d+(c+1)*d], dx[d+c*d:d+(c+1)*d]
		copy(out[:n], in[n:])
		for i := range n {
			sum := 0.0
			for j := range n {
				sum += s.byQ[i*n+j]*in[j] + s.byV[i*n+j]*in[n+j]
			}
			out[n+i] = sum
		}
	}
	s.l.Library.At(q, s.phi, s.d, nil)
	for c, at := range s.free {
		s.l.term(at, s.phi, s.d, v, s.a, u, s.motion.rhs)
		if !s.motion.solve(s.column) {
			continue
		}
		out := dx[d+(d+c)*d:]
		for i := range n {
			out[n+i] += s.column[i]
		}
	}
}

// term writes what a coefficient multiplies in the forces less M a: the right side of M da = term.
func (l *Lagrangian) term(c int, phi, d, v, a, u, out []float64) {
	n, k, at := l.N, l.Library.Size(), l.layout()
	clear(out)
	switch {
	case c < at.potential:
		pair := l.massPairs()[c/k]
		f := c % k
		i, j := pair[0], pair[1]
		rate, both := 0.0, v[i]*v[j]
		if i == j {
			both /= 2
		}
		for e := range n {
			rate += d[f*n+e] * v[e]
		}
		out[i] -= phi[f]*a[j] + rate*v[j]
		if i != j {
			out[j] -= phi[f]*a[i] + rate*v[i]
		}
		for e := range n {
			out[e] += d[f*n+e] * both
		}
	case c < at.magnetic:
		f := l.feature(c - at.potential)
		for e := range n {
			out[e] = -d[f*n+e]
		}
	case c < at.viscous:
		j, f := 1+(c-at.magnetic)/(k-1), l.feature((c-at.magnetic)%(k-1))
		for e := range n {
			out[e] += v[j] * d[f*n+e]
			out[j] -= v[e] * d[f*n+e]
		}
	case c < at.coulomb:
		pair := l.frictionPairs()[c-at.viscous]
		out[pair[0]] -= v[pair[1]]
		if pair[0] != pair[1] {
			out[pair[1]] -= v[pair[0]]
		}
	case c < at.gain:
		i := c - at.coulomb
		out[i] = -math.Tanh(v[i] / l.Width[i])
	default:
		e := c - at.gain
		out[e/l.Inputs] = u[e%l.Inputs]
	}
}
