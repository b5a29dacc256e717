package ode

// midpoint is the implicit midpoint rule, Gauss's collocation method of one stage (HLW,
// section II.1.3). Order 2, symplectic and symmetric for any Hamiltonian.
var midpoint = &implicit{
	a: [][]float64{{1. / 2}},
	b: []float64{1},
	c: []float64{1. / 2},
}
