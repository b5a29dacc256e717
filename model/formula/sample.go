package formula

import (
	"math"
	"math/rand/v2"

	"hnn/internal/posdef"
)

// Samples returns count formulas whose coefficients are drawn from the normal distribution about those of f with its
// Covariance; none where that is not known. The same generator gives the same samples.
func (f *Formula) Samples(rng *rand.Rand, count int) []*Formula {
	root := posdef.Root(f.Covariance)
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

// With returns the formula with other coefficients, in the order of Coefficients.
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

// ErrorOf returns the standard error of H(x) - H(zero) by the coefficients' covariance, NaN where that is not known.
// Only differences have an error: a constant of H is free.
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
