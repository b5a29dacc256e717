package lagrange

import (
	"math"

	"hnn/data"
	"hnn/fit/shoot"
)

// Polish minimises the simulation error of the measured columns over the coefficients that are not zero: see package
// shoot. The scale of L is kept where no force fixes it. It changes l and returns the places of the coefficients
// and what was reached.
func Polish(l *Lagrangian, s *data.Set, r *Report) ([]int, *shoot.Report) {
	n, d := l.N, 2*l.N
	var trials []shoot.Trial
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		o := shoot.Trial{T: t, U: s.InputSignal(k), X: x}
		if s.PositionsOnly {
			o.X = make([]float64, len(t)*d)
			for i := range t {
				copy(o.X[i*d:], x[i*n:(i+1)*n])
			}
		}
		trials = append(trials, o)
	}
	noise := append([]float64(nil), r.PositionNoise...)
	for i := range n {
		v := 0.0
		if !s.PositionsOnly {
			v = r.VelocityNoise[i]
		}
		noise = append(noise, v)
	}
	var free []int
	for c, v := range l.Coefficients {
		if v != 0 {
			free = append(free, c)
		}
	}
	fine := 120.0 // steps a turn
	report := shoot.Fit(l.system(free, !r.Forced), trials, shoot.Options{
		Noise: noise, Windows: []int{2 * r.Half, 4 * r.Half, 8 * r.Half}, Step: r.Step / math.Ceil(r.Step*fine/r.Horizon),
	})
	return free, report
}

// system is the motion with the given coefficients as parameters.
func (l *Lagrangian) system(free []int, homogeneous bool) *shoot.System {
	n, d := l.N, 2*l.N
	k := l.Library.Size()
	motion := l.NewMotion()
	a, byQ, byV := make([]float64, n), make([]float64, n*n), make([]float64, n*n)
	column := make([]float64, n)
	phi, dphi := make([]float64, k), make([]float64, k*n)
	s := &shoot.System{Dim: d, Inputs: l.Inputs, Homogeneous: homogeneous}
	for _, c := range free {
		s.Parameters = append(s.Parameters, l.Coefficients[c])
	}
	s.Changed = func() {
		for i, c := range free {
			l.Coefficients[c] = s.Parameters[i]
		}
		motion = l.NewMotion()
	}
	s.Rate = func(x, u, dx, byX, byP []float64) bool {
		q, v := x[:n], x[n:d]
		copy(dx[:n], v)
		if byX == nil {
			return motion.Acceleration(q, v, u, dx[n:d])
		}
		if !motion.Jacobian(q, v, u, dx[n:d], byQ, byV) {
			return false
		}
		copy(a, dx[n:d])
		clear(byX)
		clear(byP)
		for i := range n {
			byX[i*d+n+i] = 1
			copy(byX[(n+i)*d:], byQ[i*n:(i+1)*n])
			copy(byX[(n+i)*d+n:], byV[i*n:(i+1)*n])
		}
		l.Library.At(q, phi, dphi, nil)
		for c, at := range free {
			l.term(at, phi, dphi, v, a, u, motion.rhs)
			if !motion.solve(column) {
				return false
			}
			copy(byP[c*d+n:], column)
		}
		return true
	}
	return s
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
