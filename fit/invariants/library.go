package invariants

import (
	"slices"

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

// Libraries are those among which Find looks: the small ones, and the simple terms of the default one before all of it.
func Libraries(n int, angles []bool, names []string) [][]*expr.Expr {
	return append(Small(n, angles, names), first(Default(n, angles, names))...)
}

// first are the first few terms of a list, more, and all.
func first(terms []*expr.Expr) (lists [][]*expr.Expr) {
	for _, k := range []int{12, 30} {
		if len(terms) >= k+k/3 {
			lists = append(lists, terms[:k])
		}
	}
	return append(lists, terms)
}

// Small are libraries of few terms that hold what bodies conserve, nil where there are none (see formula.Bodies): momenta;
// products of the position of one and the momentum of another at right angles; squares of momenta with the inverse of the
// distances and with other functions of them; of one body, or of two beside each other, the terms of the direction of an ellipse. Under noise few terms find
// what many do not.
func Small(n int, angles []bool, names []string) [][]*expr.Expr {
	bodies := formula.Bodies(n, angles, names)
	if bodies == nil {
		return nil
	}
	v := expr.Variable
	var momenta, turning, squares, newton, energy []*expr.Expr
	apart := func(a, b []int) {
		r := formula.Radial(a, b)
		newton, energy = append(newton, r[0]), append(energy, r...)
	}
	for i, a := range bodies {
		for k := range a {
			momenta, squares = append(momenta, v(n+a[k])), append(squares, expr.Power(v(n+a[k]), 2))
			for _, b := range bodies {
				for l := range b {
					if k != l && k < len(b) && l < len(a) {
						turning = append(turning, expr.Product(v(a[k]), v(n+b[l])))
					}
				}
			}
		}
		if len(bodies) == 1 {
			apart(a, nil)
		}
		for _, b := range bodies[:i] {
			if len(a) == len(b) {
				apart(a, b)
			}
		}
	}
	small := [][]*expr.Expr{momenta, turning, append(slices.Clone(squares), newton...), append(squares, energy...)}
	if len(bodies) > 2 || len(bodies[0]) != 2 || len(bodies[len(bodies)-1]) != 2 {
		return small
	}
	a, other := bodies[0], []int(nil)
	if len(bodies) == 2 {
		other = bodies[1]
	}
	of := func(at, k int) *expr.Expr { // component k of the body, or of the difference of both, from place at on
		if other == nil {
			return v(at + a[k])
		}
		return expr.Sum(v(at+a[k]), expr.Product(expr.Number(-1), v(at+other[k])))
	}
	var ellipse []*expr.Expr
	for k := range 2 {
		ellipse = append(ellipse, expr.Product(of(0, k), expr.Power(of(n, 1-k), 2)), expr.Product(of(0, k), of(n, 0), of(n, 1)))
	}
	return append(small, append(ellipse, formula.Directions(a, other)...))
}
