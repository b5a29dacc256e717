package system

// Dipole is what depends on direction of the energy of two dipoles that a field holds along one axis, with a smooth cut-off:
//
//	Strength (1 - 3 cos^2) / r^3 = V(r) P_2(cos),  V(r) = -2 Strength (1/r^3 + c0 + c2 r^2 + c4 r^4),  r < Cutoff,
//
// cos that of the angle between the axis and the line through both, P_2 Legendre's polynomial, and c as those of LennardJones. Strength is
// the square of the dipole moment over 4 pi epsilon_0, or of the magnetic one times mu_0 / 4 pi.
type Dipole struct{ Strength, Cutoff float64 }

// At is V, V' and V” at a distance.
func (d Dipole) At(r float64) (v, dv, ddv float64) {
	if r >= d.Cutoff {
		return 0, 0, 0
	}
	bare := func(r float64) (v, dv, ddv float64) {
		s := -2 * d.Strength / (r * r * r)
		return s, -3 * s / r, 12 * s / (r * r)
	}
	return smooth(bare, r, d.Cutoff)
}
