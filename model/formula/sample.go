package formula

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Samples are formulas whose coefficients are drawn from the normal distribution about those of f with its Covariance; none
// where that is not known. The same generator gives the same samples.
func (f *Formula) Samples(rng *rand.Rand, count int) []*Formula {
	root := factor(f.Covariance)
	if root == nil {
		return nil
	}
	n := len(f.Coefficients())
	out := make([]*Formula, count)
	z := make([]float64, n)
	for s := range out {
		for i := range z {
			z[i] = rng.NormFloat64()
		}
		c := f.Coefficients()
		for i := range c {
			for j := range n {
				c[i] += root[i*n+j] * z[j]
			}
		}
		out[s] = f.With(c)
	}
	return out
}

// With is the formula with other coefficients, in the order of Coefficients.
func (f *Formula) With(c []float64) *Formula {
	out := *f
	out.Terms = append([]Term(nil), f.Terms...)
	for i := range out.Terms {
		out.Terms[i].Coefficient = c[i]
	}
	at := len(f.Terms) + len(f.Friction)
	if f.Friction != nil {
		out.Friction = append([]float64(nil), c[len(f.Terms):at]...)
	}
	out.Gain = append([]float64(nil), c[at:]...)
	return &out
}

// ErrorOf is the standard error of H at a state less H at another, as the coefficients' covariance has it: not a number
// where that is not known. A constant is free, so only differences have an error.
func (f *Formula) ErrorOf(x, zero []float64) float64 {
	if f.Covariance == nil {
		return math.NaN()
	}
	n := len(f.Coefficients())
	by := make([]float64, n)
	for i, t := range f.Terms {
		by[i] = t.Expr.Eval(x) - t.Expr.Eval(zero)
	}
	sum := 0.0
	for i, a := range by {
		for j, b := range by {
			sum += a * f.Covariance[i*n+j] * b
		}
	}
	return math.Sqrt(math.Max(sum, 0))
}

// factor is a root of a covariance, row by row, nil where it is none: not square, not finite or not positive semidefinite.
// The eigenvalues of its correlations are taken, since parameters may differ by many orders.
func factor(covariance []float64) []float64 {
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
