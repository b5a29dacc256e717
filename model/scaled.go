package model

import (
	"fmt"

	"hnn/data"
	"hnn/nn"
	"hnn/ode"
)

// WithScales returns a form of states and times in a user's units, given one of dimensionless
// states and times; nil scales leave it as it is. Scales of other states or inputs are an
// error.
func WithScales[T nn.Float](f *Form[T], s *data.Scales) (*Form[T], error) {
	if s == nil {
		return f, nil
	}
	if f.Inputs != len(s.Input) && f.Inputs > 0 {
		return nil, fmt.Errorf("%d scales of inputs for a model of %d", len(s.Input), f.Inputs)
	}
	if err := s.Validate(f.Dim); err != nil {
		return nil, err
	}
	scaled := *f
	scaled.Scales = s
	return &scaled, nil
}

// inUnits is a field of dimensionless states and times in a user's units.
func inUnits(own *Field, s *data.Scales) *Field {
	if s == nil {
		return own
	}
	d := own.Dim
	toUnits := func(dx []float64) {
		for i := range dx {
			dx[i] *= s.State[i%d] / s.Time
		}
	}
	f := *own
	f.Own, f.Scales = own, s
	// dx_i/dt = s_i / s_t dz_i/dtau.
	f.One = func() func(t float64, x, u, dx []float64) {
		one, many := own.One(), own.Many()
		z, v, tau := make([]float64, d), make([]float64, own.Inputs), make([]float64, 1)
		return func(t float64, x, u, dx []float64) {
			s.States(z, x)
			tau[0] = t / s.Time
			if u == nil {
				one(tau[0], z, nil, dx)
			} else {
				s.Inputs(v, u)
				many(tau, z, v, dx, 1)
			}
			toUnits(dx)
		}
	}
	f.Many = func() func(t, x, u, dx []float64, rows int) {
		many := own.Many()
		var z, v, tau []float64
		return func(t, x, u, dx []float64, rows int) {
			n, m := rows*d, rows*own.Inputs
			if len(tau) < rows {
				z, v, tau = make([]float64, n), make([]float64, m), make([]float64, rows)
			}
			s.States(z[:n], x[:n])
			for i := range min(rows, len(t)) {
				tau[i] = t[i] / s.Time
			}
			var now []float64
			if u != nil {
				now = v[:m]
				s.Inputs(now, u[:m])
			}
			many(tau[:rows], z[:n], now, dx, rows)
			toUnits(dx[:n])
		}
	}
	if own.Energy != nil {
		// H = s_q s_p / s_t K, K being the learned function of the dimensionless state.
		f.Energy = func() func(x []float64) float64 {
			energy, unit, z := own.Energy(), s.Energy(), make([]float64, d)
			return func(x []float64) float64 {
				s.States(z, x)
				return unit * energy(z)
			}
		}
	}
	if own.Grad != nil {
		f.Grad = func() func(x, g []float64) {
			grad, z := own.Grad(), make([]float64, d)
			return func(x, g []float64) {
				s.States(z, x)
				grad(z, g)
				for i := range g {
					if own.Canonical { // whose s_q s_p is the same of every pair
						g[i] *= s.State[(i+d/2)%d] / s.Time
					} else {
						g[i] *= s.Energy() / s.State[i]
					}
				}
			}
		}
	}
	if own.Loss != nil {
		f.Loss = func() func(x, dx []float64) {
			loss, z := own.Loss(), make([]float64, d)
			return func(x, dx []float64) {
				s.States(z, x)
				loss(z, dx)
				toUnits(dx)
			}
		}
	}
	if own.Jacobian != nil {
		f.Jacobian = func() func(x, u, a []float64) {
			jacobian, z, v := own.Jacobian(), make([]float64, d), make([]float64, own.Inputs)
			return func(x, u, a []float64) {
				s.States(z, x)
				if u != nil {
					s.Inputs(v, u)
					u = v
				}
				jacobian(z, u, a)
				for i := range a {
					a[i] *= s.State[i/d] / (s.State[i%d] * s.Time)
				}
			}
		}
	}
	if own.Split != nil {
		f.Split = func() ode.Split {
			of := own.Split()
			one := func(f func(z, dz []float64), momenta bool) func(x, dx []float64) {
				part := halfInUnits(func(z, dz []float64, _ int) { f(z, dz) }, s, momenta)
				return func(x, dx []float64) { part(x, dx, 1) }
			}
			return ode.Split{Velocity: one(of.Velocity, true), Force: one(of.Force, false)}
		}
		f.SplitMany = func() ode.BatchSplit {
			of := own.SplitMany()
			return ode.BatchSplit{Velocity: halfInUnits(of.Velocity, s, true), Force: halfInUnits(of.Force, s, false)}
		}
	}
	f.Members = nil
	for _, m := range own.Members {
		f.Members = append(f.Members, inUnits(m, s))
	}
	return &f
}

// halfInUnits is a half of a split field, of the positions or the momenta, in a user's units.
func halfInUnits(f func(z, dz []float64, rows int), s *data.Scales, momenta bool) func(x, dx []float64, rows int) {
	n := len(s.State) / 2
	origin, in, out := s.Origin[:n], s.State[:n], s.State[n:]
	if momenta {
		origin, in, out = s.Origin[n:], out, in
	}
	var z []float64
	return func(x, dx []float64, rows int) {
		if len(z) < len(x) {
			z = make([]float64, len(x))
		}
		for i, v := range x {
			z[i] = (v - origin[i%n]) / in[i%n]
		}
		f(z[:len(x)], dx, rows)
		for i := range dx {
			dx[i] *= out[i%n] / s.Time
		}
	}
}
