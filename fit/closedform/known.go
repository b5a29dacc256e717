package closedform

import "hnn/system"

// Known adds to o what is known of the form of a system's Hamiltonian, as a user
// would by flags. What o already says of structure, symmetry, angles or masses stands.
func Known(s system.System, o Options) Options {
	if o.Structure != 0 || o.Symmetry != 0 || o.Angles != nil || o.Masses != nil {
		return o
	}
	switch s := s.(type) {
	case *system.NBody:
		o.Structure, o.Masses = QuadraticKinetic|Pairwise, s.Mass
	case system.Spring, system.Pendulum, system.Duffing:
		o.Symmetry = Parity | TimeReversal
	case system.HenonHeiles:
		o.Structure, o.Symmetry = Separable|QuadraticKinetic, TimeReversal
	case system.Kepler:
		o.Structure, o.Symmetry = Separable|QuadraticKinetic, Parity|TimeReversal
	case system.DoublePendulum:
		o.Structure, o.Symmetry = QuadraticKinetic, Parity|TimeReversal
		for _, c := range s.Coordinates() {
			o.Angles = append(o.Angles, c.Angle)
		}
	}
	return o
}
