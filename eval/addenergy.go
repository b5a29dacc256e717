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
		states, _, err := ode.Solve(ode.EnergyPath(energy, len(x)), x, []float64{0, delta}, nil, &ode.Settings{RTol: 1e-8, ATol: 1e-10, MaxSteps: 20_000})
		if err != nil {
			return nil, noSuchEnergy(delta, x)
		}
		copy(end, states[len(x):])
	}
	// The differences' error is made good by Newton's method along the gradient.
	gradient, g := ode.Differences(energy, len(x)), make([]float64, len(x))
	for range 4 {
		gradient(end, g)
		floats.AddScaled(end, (target-energy(end))/floats.Dot(g, g), g)
	}
	if off := math.Abs(energy(end) - target); !(off <= 1e-9*(math.Abs(delta)+math.Abs(target))+1e-12) {
		return nil, noSuchEnergy(delta, x)
	}
	return end, nil
}

func noSuchEnergy(delta float64, x []float64) error {
	return fmt.Errorf("eval: energy %+g cannot be reached along the gradient of H from the state %v, which vanishes on the way; add another amount", delta, x)
}
