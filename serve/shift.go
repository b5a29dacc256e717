package serve

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
// behind is NaN. The gradient is taken by central differences of H, so that it is that
// of H for models with friction too, whose field is not its symplectic gradient.
func gradientPath(energy func(x []float64) float64, x0, changes, states []float64, interrupt func() error) {
	d := len(x0)
	field := pathField(energy, d)
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

// pathField is grad H / |grad H|^2 by central differences, whose step balances the
// error of the formula, of the order of its square, with rounding: an error of
// about 1e-10 where H and its third derivatives are of order one.
func pathField(energy func(x []float64) float64, d int) ode.Field {
	const step = 6e-6 // the cube root of 2.2e-16
	y := make([]float64, d)
	return func(_ float64, x, dx []float64) {
		copy(y, x)
		square := 0.0
		for i, v := range x {
			h := step * max(1, math.Abs(v))
			y[i] = v + h
			above := energy(y)
			y[i] = v - h
			below := energy(y)
			y[i] = v
			dx[i] = (above - below) / (2 * h)
			square += dx[i] * dx[i]
		}
		for i := range dx {
			dx[i] /= square
		}
	}
}
