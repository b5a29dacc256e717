package system

import "hnn/internal/elementary"

// LennardJones is the law of a pair, with a smooth cut-off,
//
//	V(r) = 4 Epsilon ((Sigma/r)^12 - (Sigma/r)^6 + c0 + c2 r^2 + c4 r^4),  r < Cutoff,
//
// whose c make V, V' and V” zero at the cut-off.
type LennardJones struct{ Epsilon, Sigma, Cutoff float64 }

// At is V, V' and V” at a distance.
func (l LennardJones) At(r float64) (v, dv, ddv float64) {
	if r >= l.Cutoff {
		return 0, 0, 0
	}
	bare := func(r float64) (v, dv, ddv float64) {
		s := elementary.Pow(l.Sigma/r, 6)
		return 4 * l.Epsilon * (float64(s*s) - s), 4 * l.Epsilon * (float64(6*s) - float64(12*s*s)) / r, 4 * l.Epsilon * (float64(156*s*s) - float64(42*s)) / (r * r)
	}
	return smooth(bare, r, l.Cutoff)
}

// Morse is the law of a pair, V(r) = Depth ((1 - exp(-Stiffness (r - Rest)))^2 - 1) with the cut-off of LennardJones.
type Morse struct{ Depth, Stiffness, Rest, Cutoff float64 }

// At is V, V' and V” at a distance.
func (m Morse) At(r float64) (v, dv, ddv float64) {
	if r >= m.Cutoff {
		return 0, 0, 0
	}
	bare := func(r float64) (v, dv, ddv float64) {
		e, a := elementary.Exp(-m.Stiffness*(r-m.Rest)), m.Stiffness
		return m.Depth * (float64(e*e) - 2*e), 2 * m.Depth * a * (e - float64(e*e)), 2 * m.Depth * a * a * (float64(2*e*e) - e)
	}
	return smooth(bare, r, m.Cutoff)
}

// smooth adds c0 + c2 r^2 + c4 r^4 to a law so that it and its first two derivatives are zero at the cut-off.
func smooth(bare func(r float64) (v, dv, ddv float64), r, cutoff float64) (v, dv, ddv float64) {
	a, b, c := bare(cutoff)
	c4 := (b/cutoff - c) / (8 * cutoff * cutoff)
	c2 := (-b/cutoff - float64(4*c4*cutoff*cutoff)) / 2
	c0 := -a - float64(c2*cutoff*cutoff) - float64(c4*elementary.Pow(cutoff, 4))
	v, dv, ddv = bare(r)
	s := r * r
	return v + c0 + float64(c2*s) + float64(c4*s*s), dv + float64(2*c2*r) + float64(4*c4*r*s), ddv + 2*c2 + float64(12*c4*s)
}
