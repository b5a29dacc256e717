package system

import "hnn/internal/elementary"

// Yukawa is the law of two charged grains in a plasma that screens them, V(r) = Strength exp(-r / Screening) / r, with the cut-off of
// LennardJones (M. Bonitz et al., Phys. Rev. Lett. 96, 075001, 2006).
type Yukawa struct{ Strength, Screening, Cutoff float64 }

// At is V, V' and V” at a distance.
func (y Yukawa) At(r float64) (v, dv, ddv float64) {
	if r >= y.Cutoff {
		return 0, 0, 0
	}
	bare := func(r float64) (v, dv, ddv float64) {
		k := 1 / y.Screening
		v = y.Strength * elementary.Exp(-r*k) / r
		return v, -v * (k + 1/r), v * (float64(k*k) + 2*k/r + 2/(r*r))
	}
	return smooth(bare, r, y.Cutoff)
}

// HarmonicTrap is the external potential of a body at (x, y, z), (Stiffness_x x^2 + Stiffness_y y^2 + Stiffness_z z^2) / 2, of all kinds: the
// pseudo-potential of a Paul trap, or the well in which dust floats.
type HarmonicTrap struct{ Stiffness [3]float64 }

// Room is 0: At needs none.
func (HarmonicTrap) Room() int { return 0 }

// At is U and its derivatives.
func (h HarmonicTrap) At(_ uint8, x [3]float64, _ []float64) (u float64, du [3]float64) {
	for k, c := range h.Stiffness {
		u += float64(c * x[k] * x[k] / 2)
		du[k] = c * x[k]
	}
	return u, du
}
