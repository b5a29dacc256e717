package particles

import "math"

// degree leaves a force two more derivatives than it needs to be smooth.
const degree = 5

// bspline is the functions of degree 5 over log r, on knots at equal steps.
type bspline struct{ knots []float64 }

// newBspline has n functions from one distance to another.
func newBspline(from, to float64, n int) (s bspline) {
	cells := n - degree
	a, b := math.Log(from), math.Log(to)
	for i := -degree; i <= cells+degree; i++ {
		s.knots = append(s.knots, a+(b-a)*float64(min(max(i, 0), cells))/float64(cells))
	}
	return s
}

// Basis is the functions that are not zero at r, from the index first on, and their first two derivatives by r.
func (s *bspline) Basis(r float64) (first int, b, db, ddb [degree + 1]float64) {
	u := math.Log(r)
	cells := len(s.knots) - 2*degree - 1
	a, w := s.knots[0], s.knots[len(s.knots)-1]-s.knots[0]
	cell := min(max(int((u-a)/w*float64(cells)), 0), cells-1)
	span := cell + degree // the knot at or before u
	t := s.knots
	// Cox and de Boor; the values of degree 3 and 4 are kept for the derivatives.
	var n3, n4, n [degree + 1]float64
	n[0] = 1
	for p := 1; p <= degree; p++ {
		switch p {
		case 4:
			n3 = n
		case 5:
			n4 = n
		}
		saved := 0.0
		for j := range p {
			right, left := t[span+j+1]-u, u-t[span+1-p+j]
			q := n[j] / (right + left)
			n[j] = saved + right*q
			saved = left * q
		}
		n[p] = saved
	}
	// d/du N_{i,p} = p (N_{i,p-1} / (t_{i+p} - t_i) - N_{i+1,p-1} / (t_{i+p+1} - t_{i+1})).
	derive := func(low [degree + 1]float64, p int) (d [degree + 1]float64) {
		for j := 0; j <= p; j++ {
			i := span - p + j
			if j > 0 {
				d[j] += low[j-1] / (t[i+p] - t[i])
			}
			if j < p {
				d[j] -= low[j] / (t[i+p+1] - t[i+1])
			}
			d[j] *= float64(p)
		}
		return d
	}
	du := derive(n4, degree)
	ddu := derive(derive(n3, degree-1), degree)
	for j := range n {
		db[j] = du[j] / r
		ddb[j] = (ddu[j] - du[j]) / (r * r)
	}
	return cell, n, db, ddb
}
