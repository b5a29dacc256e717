package ode

import (
	"testing"
)

func TestDormandPrinceOrder(t *testing.T) {
	checkGlobalOrder(t, &dormandPrince.rungeKutta, 0.3, 0.1, 0.07, 0.05, 0.035, 0.025)
}

// The local errors of the state advanced, of the embedded one, and of the interpolant:
// one power more than their orders 5, 4 and 4.
func TestDormandPrinceLocalOrders(t *testing.T) {
	m := &dormandPrince
	lengths := []float64{0.1, 0.07, 0.05, 0.035, 0.025}
	checkLocalOrder(t, "end", m, 6, 0.2, lengths, endError)
	checkLocalOrder(t, "interpolant", m, 5, 0.2, lengths, insideError(m))
	embedded := func(p problem, w *work) float64 {
		x := append([]float64(nil), w.next...)
		estimate := make([]float64, p.dim)
		weigh(estimate, w.k, 0, m.estimates[0])
		for i, e := range estimate {
			x[i] -= w.h[0] * e
		}
		exact := make([]float64, p.dim)
		p.solution(w.t[0]+w.h[0], exact)
		return distance(x, exact)
	}
	checkLocalOrder(t, "embedded", m, 5, 0.2, lengths, embedded)
	checkLocalOrder(t, "estimate", m, m.errorPower, 0.2, lengths, estimate(m, 0))
}

func TestDormandPrinceConditions(t *testing.T) {
	a, b := dormandPrinceTableau.a, dormandPrinceTableau.a[6]
	checkRowSums(t, dormandPrinceTableau.c, a)
	checkOrder(t, "state", a, b, 1, 5)
	checkOrder(t, "embedded", a, minus(b, dormandPrinceError), 1, 4)
	for _, theta := range linspace(0.1, 0.9, 5) {
		checkOrder(t, "interpolant", a, weightsAt(&dormandPrince, theta), theta, 4)
	}
	checkInterpolantEnds(t, &dormandPrince, b)
}
