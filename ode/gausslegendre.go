package ode

// gauss4 and gauss6 are the collocation methods at Gauss's points of two and three stages:
// J. C. Butcher, "Implicit Runge-Kutta processes", Math. Comp. 18, 1964 (HLW, table
// II.1.1). Orders 4 and 6, symplectic and symmetric for any Hamiltonian.
var (
	gauss4 = &implicit{
		a: [][]float64{
			{1. / 4, 1./4 - sqrt3/6},
			{1./4 + sqrt3/6, 1. / 4},
		},
		b: []float64{1. / 2, 1. / 2},
		c: []float64{1./2 - sqrt3/6, 1./2 + sqrt3/6},
	}
	gauss6 = &implicit{
		a: [][]float64{
			{5. / 36, 2./9 - sqrt15/15, 5./36 - sqrt15/30},
			{5./36 + sqrt15/24, 2. / 9, 5./36 - sqrt15/24},
			{5./36 + sqrt15/30, 2./9 + sqrt15/15, 5. / 36},
		},
		b: []float64{5. / 18, 4. / 9, 5. / 18},
		c: []float64{1./2 - sqrt15/10, 1. / 2, 1./2 + sqrt15/10},
	}
)

const (
	sqrt3  = 1.73205080756887729352744634150587236694280525381038
	sqrt15 = 3.87298334620741688517926539978239961083292170529159
)
