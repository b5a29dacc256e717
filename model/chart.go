package model

import "hnn/ode"

// Chart is the same motion in other coordinates, in which an integrator may do what it cannot in a
// user's: a Lagrangian's states are positions and velocities, and symplectic methods need momenta.
type Chart struct {
	// Field is the motion in the chart's coordinates; its Dim may be less than that of the states.
	Field *Field
	// To writes the coordinates y of a state x, From the state x of coordinates y. From undoes To
	// for states that satisfy the constraints, if there are such.
	To   func() func(x, y []float64)
	From func() func(y, x []float64)
	// Constrained says that states satisfy constraints, as points on rods do, which only the chart
	// keeps: every rollout is to go through it.
	Constrained bool
}

// Charted returns the chart in which a method should integrate, nil where that is the field itself:
// a canonical one where the method is symplectic, else one that keeps constraints.
func (f *Field) Charted(method ode.Method) *Chart {
	c := f.Chart
	if c == nil || !c.Constrained && !method.Symplectic() {
		return nil
	}
	next := c.Field.Charted(method)
	if next == nil {
		return c
	}
	between := c.Field.Dim
	return &Chart{
		Field: next.Field, Constrained: c.Constrained,
		To: func() func(x, y []float64) {
			first, second, z := c.To(), next.To(), make([]float64, between)
			return func(x, y []float64) {
				first(x, z)
				second(z, y)
			}
		},
		From: func() func(y, x []float64) {
			first, second, z := next.From(), c.From(), make([]float64, between)
			return func(y, x []float64) {
				first(y, z)
				second(z, x)
			}
		},
	}
}

// Enter returns the coordinates (rows x Field.Dim) of states (rows x dim) of the field that the chart belongs to.
func (c *Chart) Enter(states []float64, dim int) []float64 {
	return rows(c.To(), states, dim, c.Field.Dim)
}

// Leave returns the states (rows x dim) at coordinates (rows x Field.Dim): the inverse of Enter.
func (c *Chart) Leave(coordinates []float64, dim int) []float64 {
	return rows(c.From(), coordinates, c.Field.Dim, dim)
}

func rows(f func(x, y []float64), in []float64, from, to int) []float64 {
	n := len(in) / from
	out := make([]float64, n*to)
	for i := range n {
		f(in[i*from:(i+1)*from], out[i*to:(i+1)*to])
	}
	return out
}
