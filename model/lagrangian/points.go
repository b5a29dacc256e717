package lagrangian

import (
	"errors"
	"fmt"

	"hnn/data/rods"
	"hnn/model"
)

// ofPoints is the field of the ends of rods, a point's coordinates each, then their velocities, of a field of the
// joint angles and their rates. Energy, losses and derivatives are those of the angles that the points' directions
// give; states of points whose distances are not the rods' are taken for those.
func ofPoints(own *model.Field, c *rods.Chain) *model.Field {
	n := len(c.Rods)
	d := 4 * n
	f := &model.Field{
		Kind: own.Kind, Parameters: own.Parameters, Dim: d, Inputs: own.Inputs,
		One: func() func(t float64, x, u, dx []float64) {
			one, z, dz := own.One(), make([]float64, 2*n), make([]float64, 2*n)
			return func(t float64, x, u, dx []float64) {
				c.State(x, z)
				one(t, z, u, dz)
				copy(dx[:2*n], x[2*n:d])
				c.Accelerations(z[:n], z[n:], dz[n:], dx[2*n:d])
			}
		},
		Grad: func() func(x, g []float64) {
			grad, z, dz := own.Grad(), make([]float64, 2*n), make([]float64, 2*n)
			return func(x, g []float64) {
				c.State(x, z)
				grad(z, dz)
				c.ByPoints(x, dz, g)
			}
		},
		Chart: &model.Chart{
			Field: own, Constrained: true,
			To: func() func(x, y []float64) { return c.State },
			From: func() func(y, x []float64) {
				return func(y, x []float64) {
					c.Points(y[:n], x[:2*n])
					c.Velocities(y[:n], y[n:2*n], x[2*n:d])
				}
			},
		},
	}
	pullBack(f, own, c.State)
	if own.Loss != nil {
		f.Loss = func() func(x, dx []float64) {
			loss, z, dz := own.Loss(), make([]float64, 2*n), make([]float64, 2*n)
			return func(x, dx []float64) {
				c.State(x, z)
				loss(z, dz)
				clear(dx[:2*n])
				c.Velocities(z[:n], dz[n:], dx[2*n:d]) // linear in the rates, as the loss is in the accelerations
			}
		}
	}
	return f
}

// pullBack gives f the energy of another field, and the power of its forces of time, at the states that to writes.
func pullBack(f, own *model.Field, to func(x, z []float64)) {
	f.Energy = func() func(x []float64) float64 {
		energy, z := own.Energy(), make([]float64, own.Dim)
		return func(x []float64) float64 {
			to(x, z)
			return energy(z)
		}
	}
	if own.Forcing != nil {
		f.Forcing = func() func(t float64, x []float64) float64 {
			power, z := own.Forcing(), make([]float64, own.Dim)
			return func(t float64, x []float64) float64 {
				to(x, z)
				return power(t, z)
			}
		}
	}
}

// validPoints says what is wrong with the points of a file: nil for none.
func validPoints(c *rods.Chain, n int) error {
	if len(c.Rods) != n || c.Columns != nil && len(c.Columns) != n {
		return fmt.Errorf("%d rods between %d points, and %d angles", len(c.Rods), len(c.Columns), n)
	}
	columns, inside := make([]bool, 2*n), make([]bool, n)
	for _, p := range c.Columns {
		for _, at := range p {
			if at < 0 || at >= 2*n || columns[at] {
				return fmt.Errorf("column %d of a point", at)
			}
			columns[at] = true
		}
	}
	for i, r := range c.Rods {
		switch {
		case r.To < 0 || r.To >= n || inside[r.To], r.From >= n, r.From < -1, r.From >= 0 && !inside[r.From], (i == 0) != (r.From < 0):
			return errors.New("rods that are no tree")
		case !(r.Length > 0) || r.Length > 1e300:
			return fmt.Errorf("a rod of length %v", r.Length)
		}
		inside[r.To] = true
	}
	return nil
}
