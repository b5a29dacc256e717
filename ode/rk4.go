package ode

// rk4 is the classical Runge-Kutta method (W. Kutta, "Beitrag zur naeherungsweisen
// Integration totaler Differentialgleichungen", Z. Math. Phys. 46, 1901; HNW, section
// II.1, table 1.2). Order 4, fixed step, no interpolant: its outputs are ends of steps.
var rk4 = newRungeKutta(rk4Tableau)

var rk4Tableau = tableau{
	order: 4,
	c:     []float64{0, 1. / 2, 1. / 2, 1},
	a: [][]float64{
		{},
		{1. / 2},
		{0, 1. / 2},
		{0, 0, 1},
	},
	b: []float64{1. / 6, 1. / 3, 1. / 3, 1. / 6},
}
