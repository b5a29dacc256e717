package formula

import (
	"hnn/fit/shoot"
	"hnn/model/expr"
)

// entry is a derivative that is not zero: of a term, by one component or two.
type entry struct{ term, i, j int }

// givenTerm is in the place of a term the part that is given.
const givenTerm = -1

// motion is the field with the coefficients of the terms, the friction and the gain as parameters.
func motion(f *Formula) *shoot.System {
	n, d := f.N, 2*f.N
	s := &shoot.System{Dim: d, Inputs: f.Inputs}
	var first, second []entry
	var gradient, hessian []*expr.Expr
	zero := func(e *expr.Expr) bool { return e.Op == expr.Const && e.Value == 0 }
	add := func(term int, e *expr.Expr) {
		for i := range d {
			g := e.Derivative(i)
			if zero(g) {
				continue
			}
			first, gradient = append(first, entry{term, i, 0}), append(gradient, g)
			for j := range d {
				if h := g.Derivative(j); !zero(h) {
					second, hessian = append(second, entry{term, i, j}), append(hessian, h)
				}
			}
		}
	}
	for k, t := range f.Terms {
		s.Parameters = append(s.Parameters, t.Coefficient)
		add(k, t.Expr)
	}
	if f.Known != nil {
		add(givenTerm, f.Known)
	}
	s.Parameters = append(s.Parameters, f.Friction...)
	s.Parameters = append(s.Parameters, f.Gain...)
	s.Changed = func() {
		for k := range f.Terms {
			f.Terms[k].Coefficient = s.Parameters[k]
		}
		copy(f.Friction, s.Parameters[len(f.Terms):])
		copy(f.Gain, s.Parameters[len(f.Terms)+len(f.Friction):])
	}
	coefficient := func(term int) float64 {
		if term == givenTerm {
			return 1
		}
		return s.Parameters[term]
	}
	place := func(i int) (int, float64) { // of dH/dx_i in dx/dt
		if i < n {
			return n + i, -1
		}
		return i - n, 1
	}
	slope, both := expr.Compile(gradient...), expr.Compile(append(gradient, hessian...)...)
	values := make([]float64, len(gradient)+len(hessian))
	s.Rate = func(x, u, dx, byX, byP []float64) bool {
		clear(dx)
		if byX == nil {
			slope.At(x, values)
		} else {
			clear(byX)
			clear(byP)
			both.At(x, values)
			for e, h := range second {
				at, sign := place(h.i)
				byX[at*d+h.j] += coefficient(h.term) * sign * values[len(first)+e]
			}
		}
		for e, g := range first {
			at, sign := place(g.i)
			v := sign * values[e]
			dx[at] += coefficient(g.term) * v
			if byX != nil && g.term != givenTerm {
				byP[g.term*d+at] = v
			}
		}
		for i, v := range f.Friction {
			dx[n+i] -= v * x[n+i]
			if byX != nil {
				byX[(n+i)*d+n+i] -= v
				byP[(len(f.Terms)+i)*d+n+i] = -x[n+i]
			}
		}
		at := len(f.Terms) + len(f.Friction)
		for e, v := range f.Gain {
			if u == nil {
				break
			}
			i, j := e/f.Inputs, e%f.Inputs
			dx[n+i] += v * u[j]
			if byX != nil {
				byP[(at+e)*d+n+i] = u[j]
			}
		}
		return true
	}
	return s
}
