package posdef

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Root is a root L of a covariance, row by row, so that L L^T is it; nil where it is none: not square, not finite or not positive semidefinite.
// The eigenvalues of its correlations are taken, since parameters may differ by many orders.
func Root(covariance []float64) []float64 {
	n := int(math.Sqrt(float64(len(covariance)) + 0.5))
	if n == 0 || n*n != len(covariance) {
		return nil
	}
	unit := make([]float64, n)
	for i := range unit {
		v := covariance[i*n+i]
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil
		}
		unit[i] = math.Sqrt(v)
	}
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			v := covariance[i*n+j]
			if i == j || unit[i] == 0 || unit[j] == 0 {
				v = 0
				if i == j {
					v = 1
				}
			} else {
				v /= unit[i] * unit[j]
			}
			if math.IsNaN(v) || math.Abs(v) > 1+1e-6 {
				return nil
			}
			a.SetSym(i, j, v)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(a, true) {
		return nil
	}
	values := e.Values(nil)
	if values[0] < -1e-6 {
		return nil
	}
	var v mat.Dense
	e.VectorsTo(&v)
	root := make([]float64, n*n)
	for i := range n {
		for j := range n {
			root[i*n+j] = unit[i] * v.At(i, j) * math.Sqrt(math.Max(values[j], 0))
		}
	}
	return root
}
