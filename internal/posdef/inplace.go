package posdef

import "math"

// FactorInPlace makes the lower triangle of a (n x n, row-major) its Cholesky factor, for SolveInPlace; false where it is not
// positive definite. Neither allocates.
func FactorInPlace(n int, a []float64) bool {
	for i := range n {
		for j := range i + 1 {
			v := a[i*n+j]
			for k := range j {
				v -= a[i*n+k] * a[j*n+k]
			}
			if i > j {
				a[i*n+j] = v / a[j*n+j]
				continue
			}
			if !(v > 0) || math.IsInf(v, 1) {
				return false
			}
			a[i*n+i] = math.Sqrt(v)
		}
	}
	return true
}

// SolveInPlace writes A^-1 b to to (n), from the factor of A. To may be b itself.
func SolveInPlace(n int, factor, b, to []float64) {
	for i := range n {
		v := b[i]
		for k := range i {
			v -= factor[i*n+k] * to[k]
		}
		to[i] = v / factor[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		v := to[i]
		for k := i + 1; k < n; k++ {
			v -= factor[k*n+i] * to[k]
		}
		to[i] = v / factor[i*n+i]
	}
}
