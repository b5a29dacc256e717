package system

import "hnn/internal/elementary"

// StillingerWeber is the energy of tetrahedral semiconductors (F. Stillinger, T. Weber, Phys. Rev. B 31, 5262, 1985, equations
// 2.1 to 2.5 with the constants of silicon): the law of a pair,
//
//	V(r) = A Epsilon (B (Sigma/r)^4 - 1) exp(Sigma/(r - a Sigma)),  r < a Sigma, a = 1.8.
type StillingerWeber struct{ Epsilon, Sigma float64 }

// StillingerWeberAngle is the energy of two pairs that share a body, lambda Epsilon g(r) g(s) (cos + 1/3)^2 with
// g(r) = exp(gamma Sigma/(r - a Sigma)).
type StillingerWeberAngle struct{ Epsilon, Sigma float64 }

const (
	swA, swB         = 7.049556277, 0.6022245584
	swReach          = 1.8
	swLambda, swBend = 21.0, 1.2
)

// At is V, V' and V” at a distance.
func (l StillingerWeber) At(r float64) (v, dv, ddv float64) {
	x := r/l.Sigma - swReach
	if x > -1e-3 { // exp(-1000)
		return 0, 0, 0
	}
	q := l.Sigma / r
	e := swA * l.Epsilon * elementary.Exp(1/x)
	p, dp, ddp := float64(swB*q*q*q*q)-1, -4*swB*elementary.Pow(q, 5), 20*swB*elementary.Pow(q, 6) // by r/Sigma
	de, dde := -1/(x*x), 1/(x*x*x*x)+2/(x*x*x)                                                     // over e
	return e * p, e * (dp + float64(p*de)) / l.Sigma, e * (ddp + float64(2*dp*de) + float64(p*dde)) / (l.Sigma * l.Sigma)
}

// Reach is the distance from which it is 0 with all derivatives.
func (l StillingerWeberAngle) Reach() float64 { return swReach * l.Sigma }

// Room is that of g and its derivative.
func (l StillingerWeberAngle) Room() int { return 2 }

// Prepare writes g and its derivative.
func (l StillingerWeberAngle) Prepare(_, _ uint8, r float64, room []float64) {
	room[0], room[1] = 0, 0
	if x := r/l.Sigma - swReach; x < -1e-3 {
		room[0] = elementary.Exp(swBend / x)
		room[1] = -room[0] * swBend / (x * x * l.Sigma)
	}
}

// At is the energy of two that were prepared, and its derivatives by both distances and the cosine.
func (l StillingerWeberAngle) At(a, b []float64, cos float64) (v, da, db, dcos float64) {
	c := cos + 1.0/3
	w := swLambda * l.Epsilon
	return w * a[0] * b[0] * c * c, w * a[1] * b[0] * c * c, w * a[0] * b[1] * c * c, 2 * w * a[0] * b[0] * c
}
