package particles

// Stages are the parts of a splitting, half a drift and half a kick by turns: Kick[0], Drift[0], Kick[1], ... Kick[n]
// in units of the step.
type Stages struct{ Kick, Drift []float64 }

// Leapfrog is the method of Stoermer and Verlet, of order 2.
var Leapfrog = Stages{[]float64{0.5, 0.5}, []float64{1}}

// BlanesMoan4 is the method S6 of order 4 of S. Blanes and P. C. Moan, J. Comput. Appl. Math. 142, 2002: six
// evaluations a step.
var BlanesMoan4 = Stages{
	[]float64{0.0792036964311957, 0.353172906049774, -0.0420650803577195, 0.2193769557534996, -0.0420650803577195, 0.353172906049774, 0.0792036964311957},
	[]float64{0.209515106613362, -0.143851773179818, 0.434336666566456, 0.434336666566456, -0.143851773179818, 0.209515106613362},
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
		h := dt / m
		for k := 3 * i; k < 3*i+3; k++ {
			s.V[k] += h * s.F[k]
		}
	}
}
