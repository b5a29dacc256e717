package lagrangian

import "math"

// Jacobian writes the acceleration (N) to a and its derivatives by q and v (N x N each, row-major) to byQ and byV. It
// returns false where M is not positive definite.
func (m *Motion) Jacobian(q, v, u, a, byQ, byV []float64) bool {
	l, n := m.l, m.l.N
	m.expand(q, true)
	m.forces(v, u)
	if !m.factor() {
		return false
	}
	m.solve(a)
	// With R(q, v, a) = M a - rhs = 0: da = -M^-1 dR at fixed a.
	clear(byQ)
	clear(byV)
	pairs := l.MassPairs()
	for b, pair := range pairs {
		i, j := pair[0], pair[1]
		d, h := m.f.d[b*n:(b+1)*n], m.f.dd[b*n*n:(b+1)*n*n]
		rate, both := 0.0, v[i]*v[j]
		if i == j {
			both /= 2
		}
		for c, g := range d {
			rate += g * v[c]
		}
		for c := range n {
			turn := 0.0 // derivative of the rate by q_c
			for e := range n {
				turn += h[c*n+e] * v[e]
			}
			byQ[i*n+c] += d[c]*a[j] + turn*v[j]
			byV[i*n+c] += d[c] * v[j]
			if i != j {
				byQ[j*n+c] += d[c]*a[i] + turn*v[i]
				byV[j*n+c] += d[c] * v[i]
			}
			for e := range n {
				byQ[e*n+c] -= h[e*n+c] * both
			}
		}
		byV[i*n+j] += rate
		if i != j {
			byV[j*n+i] += rate
		}
		for e := range n {
			// both = v_i v_j, or v_i^2/2: its derivative by v_i is v_j, or v_i.
			byV[e*n+i] -= d[e] * v[j]
			if i != j {
				byV[e*n+j] -= d[e] * v[i]
			}
		}
	}
	h := m.f.dd[len(pairs)*n*n : (len(pairs)+1)*n*n]
	for e := range n * n {
		byQ[e] += h[e]
	}
	for j := 1; l.Magnetic && j < n; j++ {
		d, h := m.f.d[(len(pairs)+j)*n:], m.f.dd[(len(pairs)+j)*n*n:]
		for c := range n {
			for e := range n {
				byQ[c*n+e] -= v[j] * h[c*n+e]
				byQ[j*n+e] += v[c] * h[c*n+e]
			}
			byV[c*n+j] -= d[c]
			byV[j*n+c] += d[c]
		}
	}
	for b, pair := range m.rubs {
		i, j := pair[0], pair[1]
		r := m.viscous(b)
		byV[i*n+j] += r
		if i != j {
			byV[j*n+i] += r
		}
		for c := 0; l.Varying && c < n; c++ {
			g := m.f.d[(m.friction+b)*n+c]
			byQ[i*n+c] += g * v[j]
			if i != j {
				byQ[j*n+c] += g * v[i]
			}
		}
	}
	if l.Coulomb {
		for i := range n {
			t := math.Tanh(v[i] / l.Width[i])
			byV[i*n+i] += l.Coefficients[m.at.Coulomb+i] * (1 - t*t) / l.Width[i]
		}
	}
	if l.Drag {
		for i := range n {
			byV[i*n+i] += 2 * l.Coefficients[m.at.Drag+i] * math.Abs(v[i])
		}
	}
	for i := 0; l.Steered && i < n; i++ {
		for j := range u {
			for c, g := range m.f.d[(m.gain+i*l.Inputs+j)*n : (m.gain+i*l.Inputs+j+1)*n] {
				byQ[i*n+c] -= g * u[j]
			}
		}
	}
	// Columns times -M^-1.
	column := m.column
	for _, by := range [2][]float64{byQ, byV} {
		for c := range n {
			for e := range n {
				m.rhs[e] = -by[e*n+c]
			}
			m.solve(column)
			for e := range n {
				by[e*n+c] = column[e]
			}
		}
	}
	return true
}

// Derivative writes the derivative of the acceleration (N) by coefficient c to to. It follows Jacobian at the same
// state; a is the acceleration that Jacobian wrote.
func (m *Motion) Derivative(c int, v, a, u, to []float64) {
	m.term(c, v, a, u, m.rhs)
	m.solve(to)
}

// of is the feature of the c-th coefficient of V or of a component of A in the whole library.
func (m *Motion) of(c int) int {
	if c >= m.constant {
		return c + 1
	}
	return c
}

// term writes what a coefficient multiplies in the forces less M a: the right side of M da = term.
func (m *Motion) term(c int, v, a, u, out []float64) {
	l, n, k, at := m.l, m.l.N, m.whole, m.at
	clear(out)
	switch {
	case c < at.Potential:
		pair := l.MassPairs()[c/k]
		f := m.place[c%k]
		i, j := pair[0], pair[1]
		rate, both := 0.0, v[i]*v[j]
		if i == j {
			both /= 2
		}
		d := m.d[f*n : (f+1)*n]
		for e, g := range d {
			rate += g * v[e]
		}
		out[i] -= m.phi[f]*a[j] + rate*v[j]
		if i != j {
			out[j] -= m.phi[f]*a[i] + rate*v[i]
		}
		for e, g := range d {
			out[e] += g * both
		}
	case c < at.Magnetic:
		f := m.place[m.of(c-at.Potential)]
		for e := range n {
			out[e] = -m.d[f*n+e]
		}
	case c < at.Viscous:
		j, f := 1+(c-at.Magnetic)/(k-1), m.place[m.of((c-at.Magnetic)%(k-1))]
		for e := range n {
			out[e] += v[j] * m.d[f*n+e]
			out[j] -= v[e] * m.d[f*n+e]
		}
	case c < at.Coulomb:
		b, w := c-at.Viscous, 1.0
		if l.Varying {
			w = m.phi[m.place[b%k]]
			b /= k
		}
		pair := m.rubs[b]
		out[pair[0]] -= w * v[pair[1]]
		if pair[0] != pair[1] {
			out[pair[1]] -= w * v[pair[0]]
		}
	case c < at.Drag:
		i := c - at.Coulomb
		out[i] = -math.Tanh(v[i] / l.Width[i])
	case c < at.Gain:
		i := c - at.Drag
		out[i] = -v[i] * math.Abs(v[i])
	default:
		e, w := c-at.Gain, 1.0
		if l.Steered {
			w = m.phi[m.place[e%k]]
			e /= k
		}
		out[e/l.Inputs] = w * u[e%l.Inputs]
	}
}
