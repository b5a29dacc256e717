package system

import "math"

// Plummer is the law of a pair of bodies with a unit of charge each, V(r) = Strength / sqrt(r^2 + Softening^2): Coulomb's law with
// Strength 1 and no softening, gravity with Strength -G (H. C. Plummer, MNRAS 71, 460, 1911).
type Plummer struct{ Strength, Softening float64 }

// At is V, V' and V” at a distance.
func (p Plummer) At(r float64) (v, dv, ddv float64) {
	s := float64(r*r) + float64(p.Softening*p.Softening)
	v = p.Strength / math.Sqrt(s)
	return v, -v * r / s, v * (3*r*r/s - 1) / s
}
