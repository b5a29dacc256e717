package invariants

import (
	"hnn/fit/formula"
	"hnn/model/expr"
)

// Default returns the terms among which conserved quantities of n positions and n momenta are looked for: those of a
// Hamiltonian (formula.Default) and, for bodies, the directions x/r of their distances, which the eccentricity of an
// orbit takes, times products of three components.
func Default(n int, angles []bool, names []string) []*expr.Expr {
	list := formula.Default(n, angles, names)
	bodies := formula.Bodies(n, angles, names)
	if bodies == nil || n > 4 {
		return list
	}
	for i, a := range bodies {
		from := 0
		if len(bodies) == 1 {
			from = -1
		}
		for j := from; j < i; j++ {
			var b []int
			if j >= 0 {
				b = bodies[j]
			}
			list = append(list, formula.Directions(a, b)...)
		}
	}
	if n > 2 { // degree 3, where the Hamiltonian's library stops at 2
		for i := range 2 * n {
			for j := i; j < 2*n; j++ {
				for k := j; k < 2*n; k++ {
					list = append(list, expr.Product(expr.Variable(i), expr.Variable(j), expr.Variable(k)))
				}
			}
		}
	}
	return list
}
