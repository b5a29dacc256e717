package formula

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"hnn/model/expr"
	"hnn/model/terms"
)

// Default returns a library for states of n positions and n momenta, simple terms first:
//
// - powers of lengths and momenta to degree 4 (3 above two degrees of freedom, 2 above three); - cosines and sines of
// sums of two angles; - of one length, its inverse powers, logarithm and exponentials; - of bodies (see Bodies), the
// inverse powers and logarithms of their distances; of one body, of its distance from the origin.
//
// Fit it with Prune: not every term is finite and independent in every data set. Quotients of such terms, as the
// canonical Hamiltonian of a double pendulum has, are not in it: see package lagrange.
func Default(n int, angles []bool, names []string) []*expr.Expr {
	for _, has := range []int{len(angles), len(names)} {
		if has != 0 && has != n && has != 2*n {
			panic("formula: marks of angles, and names, are none, one for each position or one for each number of a state")
		}
	}
	degree := 4
	switch {
	case n > 3:
		degree = 2
	case n > 2:
		degree = 3
	}
	marks := make([]bool, 2*n)
	copy(marks, angles)
	var list []*expr.Expr
	bodies := Bodies(n, angles, names)
	if n > 6 && bodies != nil {
		list = within(n, bodies)
	} else {
		library := terms.New(2*n, marks, terms.Options{Waves: 2, Degree: degree})
		for i, f := range library.Features {
			if i != library.Constant {
				list = append(list, f.Expr())
			}
		}
	}
	distances, order := map[*expr.Expr]bool{}, map[*expr.Expr]int{}
	between := func(a, b []int) {
		for k, e := range radial(squared(a, b)) {
			list = append(list, e)
			distances[e], order[e] = true, k
		}
	}
	for i := range bodies {
		if len(bodies) == 1 {
			between(bodies[i], nil)
		}
		for j := range i {
			between(bodies[i], bodies[j])
		}
	}
	if n == 1 && !marks[0] {
		q, p := expr.Variable(0), expr.Variable(1)
		list = append(list, expr.Power(q, -1), expr.Power(q, -2), expr.Apply("log", q))
		for _, x := range []*expr.Expr{q, p} {
			list = append(list, expr.Apply("exp", x), expr.Apply("exp", expr.Product(expr.Number(-1), x)))
		}
	}
	used := func(e *expr.Expr) int {
		count := 0
		for i := range 2 * n {
			if e.Uses(i) {
				count++
			}
		}
		return count
	}
	// Where the rows cannot tell functions of a distance apart, the first of radial stands for all.
	size := func(e *expr.Expr) int {
		if distances[e] {
			return 6
		}
		return e.Size()
	}
	slices.SortStableFunc(list, func(a, b *expr.Expr) int {
		return cmp.Or(size(a)-size(b), cmp.Compare(order[a], order[b]), used(a)-used(b))
	})
	return list
}

// Bodies returns the places of each body's positions, in a plane or in space: those named x1, y1, x2, y2 and so on
// (z1, z2 in space), or x, y. Without such names two or three lengths are one body.
func Bodies(n int, angles []bool, names []string) [][]int {
	if slices.Contains(angles, true) {
		return nil
	}
	place := func(name string) int { return slices.Index(names[:min(n, len(names))], name) }
	var bodies [][]int
	for i := -1; i <= n; i++ {
		number := strconv.Itoa(i)
		if i < 0 {
			number = ""
		}
		var body []int
		for _, axis := range strings.Split("x y z", " ") {
			if at := place(axis + number); at >= 0 {
				body = append(body, at)
			}
		}
		if len(body) > 1 {
			bodies = append(bodies, body)
		}
	}
	if bodies == nil && (n == 2 || n == 3) {
		bodies = [][]int{[]int{0, 1, 2}[:n]}
	}
	return bodies
}

// squared is the square of the distance of two bodies, of the second from the origin where it is nil.
func squared(a, b []int) *expr.Expr {
	sum := expr.Number(0)
	for i := range a {
		side := expr.Variable(a[i])
		if b != nil {
			side = expr.Sum(side, expr.Product(expr.Number(-1), expr.Variable(b[i])))
		}
		sum = expr.Sum(sum, expr.Power(side, 2))
	}
	return sum
}

// Directions returns the components of the distance of two bodies (places a and b of their positions) over its
// length; b = nil is the origin.
func Directions(a, b []int) []*expr.Expr {
	r := expr.Apply("sqrt", squared(a, b))
	var list []*expr.Expr
	for i := range a {
		side := expr.Variable(a[i])
		if b != nil {
			side = expr.Sum(side, expr.Product(expr.Number(-1), expr.Variable(b[i])))
		}
		list = append(list, expr.Quotient(side, r))
	}
	return list
}

// Radial are functions of the distance of two bodies, of one from the origin where b is nil.
func Radial(a, b []int) []*expr.Expr { return radial(squared(a, b)) }

// radial are functions of a distance, from its square.
func radial(square *expr.Expr) []*expr.Expr {
	r := expr.Apply("sqrt", square)
	over := func(e *expr.Expr) *expr.Expr { return expr.Quotient(expr.Number(1), e) }
	return []*expr.Expr{over(r), expr.Apply("log", r), r, over(square), over(expr.Power(r, 3)), expr.Power(r, 3)}
}

// within are the products of two of the components of one body, and each component.
func within(n int, bodies [][]int) []*expr.Expr {
	var list []*expr.Expr
	for _, body := range bodies {
		own := slices.Clone(body)
		for _, i := range body {
			own = append(own, n+i)
		}
		for k, i := range own {
			list = append(list, expr.Variable(i))
			for _, j := range own[:k+1] {
				if i == j {
					list = append(list, expr.Power(expr.Variable(i), 2))
				} else {
					list = append(list, expr.Product(expr.Variable(j), expr.Variable(i)))
				}
			}
		}
	}
	return list
}
