package api

import (
	"math"
	"slices"

	"hnn/ode"
)

// gradientPath writes to states, for each change of the energy, the state where the
// path along the gradient of H from x0 has that much more energy. The path is
//
//	dx/dh = grad H / |grad H|^2, so that dH(x(h))/dh = 1.
//
// It ends where H has a minimum, maximum or saddle, or is not defined; what lies
// behind is NaN.
func gradientPath(energy func(x []float64) float64, x0, changes, states []float64, interrupt func() error) {
	d := len(x0)
	field := ode.EnergyPath(energy, d)
	for i := range states {
		states[i] = math.NaN()
	}
	// The solver wants increasing times from zero for what is above, decreasing for below.
	for _, sign := range []float64{1, -1} {
		times := []float64{0}
		for _, c := range changes {
			if c*sign > 0 {
				times = append(times, c)
			}
		}
		slices.SortFunc(times, func(a, b float64) int {
			switch {
			case a*sign < b*sign:
				return -1
			case a*sign > b*sign:
				return 1
			}
			return 0
		})
		times = slices.Compact(times)
		path := x0
		if len(times) > 1 {
			// On an error the path holds the states that were reached, and NaN behind them.
			path, _, _ = ode.Solve(field, x0, times, nil, &ode.Settings{
				Method: ode.DormandPrince, RTol: 1e-8, ATol: 1e-8, MaxSteps: 2000, Interrupt: interrupt})
			if path == nil {
				continue
			}
		}
		for i, c := range changes {
			if j := slices.Index(times, c); j >= 0 && (c*sign > 0 || c == 0) {
				copy(states[i*d:(i+1)*d], path[j*d:(j+1)*d])
			}
		}
	}
}
