package model

import "hnn/ode"

// Damped returns the expansion, as a Dissipating model where it has friction.
func (m *Expansion) Damped() Energetic {
	if m.friction == nil {
		return m
	}
	return dampedExpansion{m}
}

// dampedExpansion is an Expansion with friction: its Rayleigh function is rate |p|^2 / 2.
type dampedExpansion struct{ *Expansion }

var _ Dissipating = dampedExpansion{}

// Conservative returns an evaluator of the field of H alone.
func (m dampedExpansion) Conservative() ode.Field {
	alone := *m.Expansion
	alone.friction = nil
	return alone.Field()
}

// Dissipation returns an evaluator of (0, -rate p).
func (m dampedExpansion) Dissipation() ode.Field {
	return func(_ float64, x, dx []float64) {
		n := m.dim / 2
		clear(dx[:n])
		for i, p := range x[n:] {
			dx[n+i] = -*m.friction * p
		}
	}
}

// Power returns an evaluator of dH/dt = -rate p . dH/dp.
func (m dampedExpansion) Power() func(x []float64) float64 { return powerOf(m) }
