package eval

import (
	"math"

	"hnn/system"
)

// MomentumDrift is how far the total momentum and the total angular momentum of bodies
// stray from their values at the start of a trajectory (states, row-major): the worst
// Euclidean distance and the worst absolute difference, in the system's units. Bodies
// that attract each other keep both. It panics if there is no state, or not whole ones.
func MomentumDrift(s system.Isolated, states []float64) (momentum, angular float64) {
	d := s.Dim()
	if len(states) == 0 || len(states)%d != 0 {
		panic("eval: a trajectory is not a whole number of states")
	}
	px, py := s.Momentum(states[:d])
	l := s.AngularMomentum(states[:d])
	for at := d; at+d <= len(states); at += d {
		x := states[at : at+d]
		qx, qy := s.Momentum(x)
		momentum = max(momentum, math.Hypot(qx-px, qy-py))
		angular = max(angular, math.Abs(s.AngularMomentum(x)-l))
	}
	return momentum, angular
}
