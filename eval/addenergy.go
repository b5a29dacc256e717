package eval

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"hnn/model"
	"hnn/ode"
)

// AddEnergy moves a state along the gradient of the model's learned H until H has grown
// by delta (or shrunk, where that is negative), and returns where it ends: the authors'
// experiment of pushing a pendulum that was learned from pictures.
//
// It is an error if the way meets a stationary point of H before, as it does below its
// least value.
func AddEnergy(m *model.Field, x []float64, delta float64) ([]float64, error) {
	if len(x) != m.Dim {
		return nil, fmt.Errorf("eval: a state of %d components for a model whose states have %d", len(x), m.Dim)
	}
	if math.IsNaN(delta) || math.IsInf(delta, 0) {
		return nil, fmt.Errorf("eval: an energy of %v cannot be added", delta)
	}
	energy := m.Energy()
	target := energy(x) + delta
	end := append([]float64(nil), x...)
	if delta != 0 {
		states, _, err := ode.Solve(EnergyPath(energy, len(x)), x, []float64{0, delta}, nil, &ode.Settings{RTol: 1e-8, ATol: 1e-10, MaxSteps: 20_000})
		if err != nil {
			return nil, noSuchEnergy(delta, x)
		}
		copy(end, states[len(x):])
	}
	// The differences' error is made good by Newton's method along the gradient.
	gradient, g := differences(energy, len(x)), make([]float64, len(x))
	for range 4 {
		gradient(end, g)
		floats.AddScaled(end, (target-energy(end))/floats.Dot(g, g), g)
	}
	if off := math.Abs(energy(end) - target); !(off <= 1e-9*(math.Abs(delta)+math.Abs(target))+1e-12) {
		return nil, noSuchEnergy(delta, x)
	}
	return end, nil
}

// EnergyPath is the field along which H grows by one in a unit of its time,
// grad H / |grad H|^2, for states of dim components. The gradient is taken by central
// differences of H, so that it is that of H for models with friction too, whose field is not
// its symplectic gradient.
func EnergyPath(energy func(x []float64) float64, dim int) ode.Field {
	gradient := differences(energy, dim)
	return func(_ float64, x, dx []float64) {
		gradient(x, dx)
		floats.Scale(1/floats.Dot(dx, dx), dx)
	}
}

// differences is the gradient of a function by central differences, whose step balances
// the error of the formula, of the order of its square, with rounding: an error of
// about 1e-10 where the function and its third derivatives are of order one.
func differences(f func(x []float64) float64, dim int) func(x, g []float64) {
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

func noSuchEnergy(delta float64, x []float64) error {
	return fmt.Errorf("eval: energy %+g cannot be reached along the gradient of H from the state %v, which vanishes on the way; add another amount", delta, x)
}
