package ode

import (
	"math"
	"testing"
)

func TestDOP853Order(t *testing.T) {
	checkGlobalOrder(t, &dop853.rungeKutta, 0.3, 0.4, 0.34, 0.28, 0.24, 0.2)
}

// One power more than the orders 8 of the state and 7 of the interpolant.
func TestDOP853LocalOrders(t *testing.T) {
	m := &dop853
	lengths := []float64{0.4, 0.34, 0.28, 0.24, 0.2}
	// Kepler at these steps is short of its asymptote, and shorter steps meet the rounding.
	checkLocalOrder(t, "end", m, 9, 0.6, lengths, endError)
	checkLocalOrder(t, "interpolant", m, 8, 0.3, lengths, insideError(m))
	checkLocalOrder(t, "estimate of order 5", m, 6, 0.3, lengths, estimate(m, 0))
	checkLocalOrder(t, "estimate of order 3", m, 4, 0.3, lengths, estimate(m, 1))
}

// The combined error of estimates h a and h b falls as a^2 / (0.1 b) while a is much the
// smaller one, as it is on short steps, and is a where there is no b.
func TestDOP853Norm(t *testing.T) {
	const h, a, b, d = -0.5, 1e-6, 1e-2, 4
	for _, c := range []struct{ a, b, want float64 }{
		{a, 0, 0.5 * a},
		{0, b, 0},
		{0, 0, 0},
		{a, b, 0.5 * a * a / (0.1 * b)},
	} {
		got := dop853Norm(h, [2]float64{d * c.a * c.a, d * c.b * c.b}, d)
		if math.Abs(got-c.want) > 1e-6*c.want {
			t.Errorf("norm of %g and %g is %g, want %g", c.a, c.b, got, c.want)
		}
	}
}

func TestDOP853Conditions(t *testing.T) {
	a := append([][]float64(nil), dop853Tableau.a...)
	a = append(a, dop853ExtraA[:]...)
	b := a[12]
	checkRowSums(t, append(append([]float64(nil), dop853Tableau.c...), dop853.extraC...), a)
	checkOrder(t, "state", a, b, 1, 8)
	checkOrder(t, "of order 5", a, minus(b, dop853Error5), 1, 5)
	checkOrder(t, "of order 3", a, minus(b, dop853Error3()), 1, 3)
	for _, theta := range linspace(0.1, 0.9, 5) {
		checkOrder(t, "interpolant", a, weightsAt(&dop853, theta), theta, 7)
	}
	checkInterpolantEnds(t, &dop853, b)
}
