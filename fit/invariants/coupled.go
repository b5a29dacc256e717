package invariants

import (
	"math"

	"hnn/data/estimate"
	"hnn/model/expr"
)

// Coupled returns the terms of the energy of two coupled angles, as a double pendulum's of any masses and lengths.
// Its mass matrix has a and c on the diagonal and b cos(q1 - q2) beside it, so the kinetic energy is a sum of p1^2,
// p2^2 and p1 p2 cos(q1 - q2), each over 1 - k cos(q1 - q2)^2, with k = b^2/(a c) between 0 and 1. It returns nil for
// other states.
func Coupled(n int, angles []bool) []func(k float64) []*expr.Expr {
	if n != 2 || len(angles) < 2 || !angles[0] || !angles[1] {
		return nil
	}
	return []func(k float64) []*expr.Expr{func(k float64) []*expr.Expr {
		v := expr.Variable
		cos := expr.Apply("cos", expr.Sum(v(0), expr.Product(expr.Number(-1), v(1))))
		over := expr.Sum(expr.Number(1), expr.Product(expr.Number(-k), expr.Power(cos, 2)))
		return []*expr.Expr{
			expr.Apply("cos", v(0)), expr.Apply("cos", v(1)),
			expr.Quotient(expr.Power(v(2), 2), over), expr.Quotient(expr.Power(v(3), 2), over),
			expr.Quotient(expr.Product(v(2), v(3), cos), over),
		}
	}}
}

// The search of best: so many values at first, then so many steps of the golden section.
const (
	familyGrid  = 40
	familySteps = 30
)

// best is the number between 0 and 1 with which a family has the function that varies least within the trials that are not
// held out.
func best(p *estimate.Paths, family func(k float64) []*expr.Expr) float64 {
	least := func(k float64) float64 {
		s := newSample(p, family(k))
		share := math.Inf(1)
		for _, c := range s.solve() {
			if v, _ := s.judgeOn(c, false, s.noise); v < share {
				share = v
			}
		}
		return share
	}
	at, lowest := 0.0, math.Inf(1)
	for i := range familyGrid {
		k := (float64(i) + 0.5) / familyGrid
		if v := least(k); v < lowest {
			at, lowest = k, v
		}
	}
	lo, hi := math.Max(at-1./familyGrid, 1e-6), math.Min(at+1./familyGrid, 1-1e-6)
	golden := (math.Sqrt(5) - 1) / 2
	a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
	fa, fb := least(a), least(b)
	for range familySteps {
		if fa < fb {
			hi, b, fb = b, a, fa
			a = hi - golden*(hi-lo)
			fa = least(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + golden*(hi-lo)
			fb = least(b)
		}
	}
	return (lo + hi) / 2
}
