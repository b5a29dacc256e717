package ode

import "math"

// pair is an embedded Runge-Kutta method: one that estimates its own error from the
// stages that it has, and interpolates within a step. Both are first-same-as-last.
type pair struct {
	rungeKutta

	// estimates are the error estimates over h as sums of stages, one or two.
	estimates [][]term
	// norm makes of them the number that is compared with one. squares[i] is the sum over
	// the d components of (estimate i / scale)^2.
	norm func(h float64, squares [2]float64, d int) float64
	// errorPower is the power of h with which norm falls; the error control rests on it.
	errorPower float64
	// gain holds the constants of the method's PIControl.
	gain gain

	// extra are the stages that only the interpolant needs, at the times extraC.
	extra  [][]term
	extraC []float64
	// interpolant is a list of the stages with a weight in the interpolant, and weights
	// fills in their weights w(theta): x(t + theta h) = x(t) + h sum_j w_j(theta) k_j.
	interpolant []term
	weights     func(theta float64, w []term)
}

// buffers is the number of derivative arrays that the method needs.
func (p *pair) buffers() int { return len(p.stages) + len(p.extra) }

// scaledSquares is the sum of (e / scale)^2 over a row, where scale is
// atol + rtol max(|x|, |next|) (HNW, equation II.4.10).
func scaledSquares(e, x, next []float64, rtol, atol float64) float64 {
	x, next = x[:len(e)], next[:len(e)]
	var sum float64
	for i, v := range e {
		v /= atol + float64(rtol*max(math.Abs(x[i]), math.Abs(next[i])))
		sum += float64(v * v)
	}
	return sum
}
