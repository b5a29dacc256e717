// Package posdef solves small systems of symmetric positive definite matrices by Cholesky's factors: the normal equations
// of the fits. An ill-conditioned matrix is solved as it is, so long as its factors exist.
package posdef

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Factor is the factors of a, false where it is not positive definite.
func Factor(a mat.Symmetric) (*mat.Cholesky, bool) {
	var c mat.Cholesky
	return &c, c.Factorize(a)
}

// Solve is x of a x = b, a of len(b) rows; false where a is not positive definite or x not finite.
func Solve(a mat.Symmetric, b []float64) ([]float64, bool) {
	c, ok := Factor(a)
	if !ok {
		return nil, false
	}
	return SolveBy(c, b)
}

// SolveBy is Solve where c are the factors of a.
func SolveBy(c *mat.Cholesky, b []float64) ([]float64, bool) {
	var x mat.VecDense
	if failed(c.SolveVecTo(&x, mat.NewVecDense(len(b), b))) {
		return nil, false
	}
	out := x.RawVector().Data
	for _, v := range out {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
	}
	return out, true
}

// SolveAll is x of a x = b for every column of b, where c are the factors of a; false where there is none.
func SolveAll(c *mat.Cholesky, b mat.Matrix) (*mat.Dense, bool) {
	var x mat.Dense
	return &x, !failed(c.SolveTo(&x, b))
}

// Inverse is that of a, false where it is not positive definite.
func Inverse(a mat.Symmetric) (*mat.SymDense, bool) {
	c, ok := Factor(a)
	if !ok {
		return nil, false
	}
	var out mat.SymDense
	return &out, !failed(c.InverseTo(&out))
}

// failed says whether an error is more than a warning of the matrix's condition.
func failed(err error) bool {
	_, ill := err.(mat.Condition)
	return err != nil && !ill
}
