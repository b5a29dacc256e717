package model

import "hnn/ode"

// What a caller has got wrong; see Field.
const (
	badState  = "model: a state, or what is written of it, is not of the model's Dim"
	badStates = "model: states, or what is written of them, are not rows x the model's Dim"
	badInputs = "model: inputs are not of the model's Inputs"
)

// checked is f with evaluators that refuse slices of other lengths: one that is too long would keep its last components for
// ever, as if they stood still.
func (f *Field) checked() *Field {
	c, d := *f, f.Dim
	states := func(x, y []float64) {
		if len(x) != d || len(y) != d {
			panic(badState)
		}
	}
	inputs := func(u []float64) {
		if u != nil && len(u) != f.Inputs {
			panic(badInputs)
		}
	}
	pair := func(f func() func(x, y []float64)) func() func(x, y []float64) {
		if f == nil {
			return nil
		}
		return func() func(x, y []float64) {
			inner := f()
			return func(x, y []float64) {
				states(x, y)
				inner(x, y)
			}
		}
	}
	if f.Split != nil && f.SplitMany == nil {
		c.SplitMany = f.splitRows
	}
	c.Grad, c.Loss = pair(f.Grad), pair(f.Loss)
	if f.One != nil {
		c.One = func() func(t float64, x, u, dx []float64) {
			inner := f.One()
			return func(t float64, x, u, dx []float64) {
				states(x, dx)
				inputs(u)
				inner(t, x, u, dx)
			}
		}
	}
	if f.Many != nil {
		c.Many = func() func(t, x, u, dx []float64, rows int) {
			inner := f.Many()
			return func(t, x, u, dx []float64, rows int) {
				if len(x) != rows*d || len(dx) < rows*d || t != nil && len(t) < rows {
					panic(badStates)
				}
				if u != nil && len(u) < rows*f.Inputs {
					panic(badInputs)
				}
				inner(t, x, u, dx, rows)
			}
		}
	}
	if f.Energy != nil {
		c.Energy = func() func(x []float64) float64 {
			inner := f.Energy()
			return func(x []float64) float64 {
				if len(x) != d {
					panic(badState)
				}
				return inner(x)
			}
		}
	}
	if f.Jacobian != nil {
		c.Jacobian = func() func(x, u, a []float64) {
			inner := f.Jacobian()
			return func(x, u, a []float64) {
				if len(x) != d || len(a) != d*d {
					panic(badState)
				}
				inputs(u)
				inner(x, u, a)
			}
		}
	}
	return &c
}

// splitRows is SplitMany of a field that has Split alone: row by row.
func (f *Field) splitRows() ode.BatchSplit {
	one, n := f.Split(), f.Dim/2
	rows := func(part func(in, out []float64)) func(in, out []float64, rows int) {
		return func(in, out []float64, rows int) {
			for r := range rows {
				part(in[r*n:(r+1)*n], out[r*n:(r+1)*n])
			}
		}
	}
	return ode.BatchSplit{Velocity: rows(one.Velocity), Force: rows(one.Force)}
}
