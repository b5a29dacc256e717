package ode

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// EnergyPath is the field along which H grows by one in a unit of its time,
// grad H / |grad H|^2, for states of dim components. The gradient is taken by central
// differences of H, so that it is that of H for models with friction too, whose field is not
// its symplectic gradient.
func EnergyPath(energy func(x []float64) float64, dim int) Field {
	gradient := Differences(energy, dim)
	return func(_ float64, x, dx []float64) {
		gradient(x, dx)
		floats.Scale(1/floats.Dot(dx, dx), dx)
	}
}

// Differences is the gradient of a function by central differences, whose step balances
// the error of the formula, of the order of its square, with rounding: an error of
// about 1e-10 where the function and its third derivatives are of order one.
func Differences(f func(x []float64) float64, dim int) func(x, g []float64) {
	const step = 6e-6 // the cube root of 2.2e-16
	y := make([]float64, dim)
	return func(x, g []float64) {
		copy(y, x)
		for i, v := range x {
			h := step * max(1, math.Abs(v))
			y[i] = v + h
			above := f(y)
			y[i] = v - h
			below := f(y)
			y[i] = v
			g[i] = (above - below) / (2 * h)
		}
	}
}
