package particles

import "hnn/ode"

// Stages are the parts of a splitting, a kick and a drift by turns: Kick[0], Drift[0], Kick[1], ... Kick[n]
// in units of the step.
type Stages struct{ Kick, Drift []float64 }

// The methods: that of Stoermer and Verlet, of order 2, and Blanes and Moan's of order 4, with six evaluations a step.
var (
	Leapfrog    = stagesOf(ode.Leapfrog)
	BlanesMoan4 = stagesOf(ode.BlanesMoan4)
)

func stagesOf(m ode.Method) Stages {
	kick, drift, _ := m.Splitting()
	return Stages{kick, drift}
}

// Step moves the system by one step; the forces at its end are known afterwards.
func (s *System) Step(dt float64, m *Stages) error {
	for i, d := range m.Drift {
		s.kick(m.Kick[i] * dt)
		for k := range s.X {
			s.X[k] += d * dt * s.V[k]
		}
		if err := s.Forces(); err != nil {
			return err
		}
	}
	s.kick(m.Kick[len(m.Drift)] * dt)
	return nil
}

func (s *System) kick(dt float64) {
	for i, m := range s.Mass {
		if s.Fixed != nil && s.Fixed[i] {
			continue
		}
		h := dt / m
		for k := 3 * i; k < 3*i+3; k++ {
			s.V[k] += h * s.F[k]
		}
	}
}
