package linear

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

var errNoSVD = errors.New("linear: the rows are not finite or all zero")

// logarithm returns the principal logarithm of a square matrix by inverse scaling and squaring
// (Higham, "Functions of Matrices", 2008, section 11.5): square roots by the product form of the
// Denman-Beavers iteration (6.29) until the matrix is near 1, then log M = 2 artanh Y with
// Y = (M - 1)(M + 1)^-1. An eigenvalue on the negative axis has no principal logarithm: ErrNyquist.
func logarithm(a *mat.Dense) (*mat.Dense, error) {
	n, _ := a.Dims()
	m := mat.DenseCopyOf(a)
	identity := mat.NewDiagDense(n, nil)
	for i := range n {
		identity.SetDiag(i, 1)
	}
	const (
		near      = 0.2 // |M - 1|: then |Y| <= 0.11, and nine terms of the series are exact
		mostRoots = 60
	)
	scale := 1.0
	for k := 0; ; k++ {
		var off mat.Dense
		off.Sub(m, identity)
		if mat.Norm(&off, 1) <= near {
			break
		}
		root, ok := squareRoot(m)
		if !ok || k == mostRoots {
			return nil, ErrNyquist
		}
		m = root
		scale *= 2
	}
	var minus, plus, inverse, y, square, term, sum mat.Dense
	minus.Sub(m, identity)
	plus.Add(m, identity)
	if err := inverse.Inverse(&plus); err != nil {
		return nil, ErrNyquist
	}
	y.Mul(&minus, &inverse)
	square.Mul(&y, &y)
	term.CloneFrom(&y)
	sum.CloneFrom(&y)
	for k := 3; k <= 21; k += 2 {
		var next, share mat.Dense
		next.Mul(&term, &square)
		term.CloneFrom(&next)
		share.Scale(1/float64(k), &term)
		sum.Add(&sum, &share)
	}
	sum.Scale(2*scale, &sum)
	return &sum, nil
}

// squareRoot is the principal one; false where the iteration does not settle.
func squareRoot(a *mat.Dense) (*mat.Dense, bool) {
	n, _ := a.Dims()
	m, x := mat.DenseCopyOf(a), mat.DenseCopyOf(a)
	settled := false // quadratic convergence: one iteration more is exact
	for range 60 {
		var inverse mat.Dense
		if err := inverse.Inverse(m); err != nil {
			var condition mat.Condition
			if !errors.As(err, &condition) || math.IsInf(float64(condition), 1) {
				return nil, false
			}
		}
		// X <- X (1 + M^-1)/2, M <- (1 + (M + M^-1)/2)/2
		half := mat.DenseCopyOf(&inverse)
		far := 0.0
		for i := range n {
			half.Set(i, i, half.At(i, i)+1)
		}
		half.Scale(0.5, half)
		var next mat.Dense
		next.Mul(x, half)
		x = &next
		m.Add(m, &inverse)
		m.Scale(0.25, m)
		for i := range n {
			m.Set(i, i, m.At(i, i)+0.5)
		}
		for i := range n {
			for j := range n {
				v := m.At(i, j)
				if i == j {
					v--
				}
				far = math.Max(far, math.Abs(v))
			}
		}
		if math.IsNaN(far) {
			return nil, false
		}
		if settled {
			return x, true
		}
		settled = far < 1e-7
	}
	return nil, false
}
