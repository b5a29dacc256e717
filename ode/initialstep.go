package ode

import (
	"math"

	"hnn/internal/elementary"
)

// initialSteps evaluates the field at the initial states, which is the first stage of
// the first step, and chooses the length of that step for every row: by the algorithm of
// HNW, section II.4 ("starting step size"), so that an explicit Euler step would have an
// error of about a hundredth, in the form of scipy's select_initial_step.
func (e *Solver) initialSteps() {
	e.eval(e.t, e.x, e.k[0], e.n)
	for i := e.n - 1; i >= 0; i-- {
		s := &e.slots[i]
		e.stats[s.row].Evaluations++
		dx := e.row(e.k[0], i)
		if c := nonFinite(dx); c >= 0 {
			e.end(i, e.nonFinite(i, Derivative, c, dx[c]))
			continue
		}
		s.length = min(e.set.InitialStep, e.interval(i))
	}
	if e.set.InitialStep > 0 || e.n == 0 {
		return
	}

	// An Euler step of length h0, at which the state changes by a hundredth of itself,
	// samples the second derivative.
	for i := range e.n {
		s := &e.slots[i]
		x, dx := e.row(e.x, i), e.row(e.k[0], i)
		d0, d1 := e.scaledNorm(x, x), e.scaledNorm(dx, x)
		h0 := 0.01 * d0 / d1
		// Also where d1 overflows, or both are zero and h0 is NaN.
		if d0 < 1e-5 || d1 < 1e-5 || !(h0 > 0) {
			h0 = 1e-6
		}
		h0 = min(h0, e.interval(i))
		e.h[i] = s.direction * h0
		s.length = h0
		e.stageT[i] = e.t[i] + e.h[i]
		at := e.row(e.stageX, i)
		for j, v := range x {
			at[j] = v + float64(e.h[i]*dx[j])
		}
	}
	e.eval(e.stageT, e.stageX, e.k[1], e.n)
	for i := range e.n {
		s := &e.slots[i]
		e.stats[s.row].Evaluations++
		x, dx, dx1 := e.row(e.x, i), e.row(e.k[0], i), e.row(e.k[1], i)
		h0 := s.length
		d1 := e.scaledNorm(dx, x)
		for j := range dx1 {
			dx1[j] -= dx[j]
		}
		d2 := e.scaledNorm(dx1, x) / h0
		h1 := max(1e-6, h0*1e-3)
		if d1 > 1e-15 || d2 > 1e-15 {
			h1 = elementary.Pow(0.01/max(d1, d2), 1/e.pair.errorPower)
		}
		s.length = min(100*h0, h1, e.interval(i), e.set.MaxStep)
		// The field is not finite, or enormous, at the end of the Euler step: start from
		// there, the error control will find the way.
		if !(s.length > 0) {
			s.length = h0
		}
	}
}

// interval is the time that the row in slot i spans.
func (e *Solver) interval(i int) float64 {
	times := e.slots[i].times
	return math.Abs(times[len(times)-1] - times[0])
}

// scaledNorm is the root mean square of v / (ATol + RTol |x|).
func (e *Solver) scaledNorm(v, x []float64) float64 {
	return math.Sqrt(scaledSquares(v, x, x, e.set.RTol, e.set.ATol) / float64(e.d))
}
