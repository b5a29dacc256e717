package linear

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Growth is the least and the most real part of the rates (eigenvalues) of A, and about the standard error of one: that of
// a diagonal element, over the root of their number.
func (f *Field) Growth(r *Report) (least, most, noise float64) {
	d := f.Dim
	var e mat.Eigen
	if !e.Factorize(mat.NewDense(d, d, f.A), mat.EigenNone) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	least, most = math.Inf(1), math.Inf(-1)
	for _, v := range e.Values(nil) {
		least, most = min(least, real(v)), max(most, real(v))
	}
	n, q := len(r.Free), d+f.Inputs+1
	for k, place := range r.Free {
		if i, j := place/q, place%q; i == j && r.Covariance != nil {
			noise += math.Max(r.Covariance[k*n+k], 0)
		}
	}
	return least, most, math.Sqrt(noise) / math.Sqrt(float64(d))
}
