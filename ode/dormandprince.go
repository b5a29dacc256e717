package ode

import "math"

// dormandPrince is the pair of orders 5(4) of J. R. Dormand, P. J. Prince, "A family of
// embedded Runge-Kutta formulae", J. Comput. Appl. Math. 6, 1980 (HNW, table II.5.2),
// with the interpolant of order 4 of L. F. Shampine, "Some practical Runge-Kutta
// formulas", Math. Comp. 46, 1986: the one of scipy's RK45.
var dormandPrince = pair{
	rungeKutta:  newRungeKutta(dormandPrinceTableau),
	estimates:   [][]term{terms(dormandPrinceError)},
	norm:        dormandPrinceNorm,
	errorPower:  5,
	gain:        gain{safety: 0.9, alpha: 0.2 - 0.75*0.04, beta: 0.04, least: 0.2, most: 10}, // dopri5.f
	interpolant: []term{{stage: 0}, {stage: 2}, {stage: 3}, {stage: 4}, {stage: 5}, {stage: 6}},
	weights:     dormandPrinceWeights,
}

var dormandPrinceTableau = tableau{
	order: 5,
	c:     []float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1},
	a: [][]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	},
}

// dormandPrinceError is the weights of order 5 less those of order 4.
var dormandPrinceError = []float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}

func dormandPrinceNorm(h float64, squares [2]float64, d int) float64 {
	return math.Abs(h) * math.Sqrt(squares[0]/float64(d))
}

// dormandPrinceDense holds the coefficients of theta^1 to theta^4 in the weight of
// each stage, for Shampine's optimal c_6. Stage 1 has no weight.
var dormandPrinceDense = [...][4]float64{
	0: {1, -8048581381. / 2820520608, 8663915743. / 2820520608, -12715105075. / 11282082432},
	2: {0, 131558114200. / 32700410799, -68118460800. / 10900136933, 87487479700. / 32700410799},
	3: {0, -1754552775. / 470086768, 14199869525. / 1410260304, -10690763975. / 1880347072},
	4: {0, 127303824393. / 49829197408, -318862633887. / 49829197408, 701980252875. / 199316789632},
	5: {0, -282668133. / 205662961, 2019193451. / 616988883, -1453857185. / 822651844},
	6: {0, 40617522. / 29380423, -110615467. / 29380423, 69997945. / 29380423},
}

func dormandPrinceWeights(theta float64, w []term) {
	for i := range w {
		p := &dormandPrinceDense[w[i].stage]
		w[i].c = theta * (p[0] + float64(theta*(p[1]+float64(theta*(p[2]+float64(theta*p[3]))))))
	}
}
