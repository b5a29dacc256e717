package lagrange

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// definite says whether M is positive definite at the centres of the windows, none of its directions lighter
// than 1/200 of the median heaviest, in units of the spreads of the velocities.
func definite(f *lagrangian.Form, w *sparse.Rows, centre []float64, theta, speeds []float64) bool {
	l := &lagrangian.Lagrangian{Form: *f, Coefficients: theta}
	motion := l.NewMotion()
	n := f.N
	m := make([]float64, n*n)
	s := mat.NewSymDense(n, nil)
	var least, largest []float64
	for i := 0; i < w.Blocks(); i += max(1, w.Blocks()/400) {
		motion.Mass(centre[i*n:(i+1)*n], m)
		for a := range n {
			for b := a; b < n; b++ {
				v := m[a*n+b] * speeds[a] * speeds[b]
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return false
				}
				s.SetSym(a, b, v)
			}
		}
		var e mat.EigenSym
		if !e.Factorize(s, false) {
			return false
		}
		v := e.Values(nil)
		least, largest = append(least, v[0]), append(largest, v[n-1])
	}
	return slices.Min(least) > 0.005*sparse.Median(largest)
}
