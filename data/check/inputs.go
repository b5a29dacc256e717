package check

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
)

const (
	// determinedShare is the least share of an input's variance that the state explains
	// where the state determines it.
	determinedShare = 0.99
	// rowsAFeature is how many rows a feature needs, so that chance explains nothing.
	rowsAFeature = 10
	// explainedRows bounds the rows that are looked at.
	explainedRows = 5000
)

// inputs finds inputs that are a function of the state in the same row: what they do cannot
// then be told from what the system does by itself.
func (r *Report) inputs(s *data.Set) {
	m := len(s.InputNames)
	for k, name := range s.InputNames {
		share, linear := explained(s, column{name, s.Inputs, m, k})
		if share < determinedShare {
			continue
		}
		what := "a smooth function of"
		if linear {
			what = "a linear function of"
		}
		r.add(Finding{Severity: Warning, Column: name,
			What:   fmt.Sprintf("the input %s is determined by the state: %.4g%% of it is %s the state in the same row, as of a feedback or a spring", name, 100*share, what),
			Advice: "the effect of the input and the system's own H cannot be told apart from such rows; leave it out with --input none, so that H holds it, or record an input that the state does not determine"})
	}
}

// explained returns the share of an input's variance that polynomials of the state explain,
// of degree 1 if these suffice and else of at most 3, and of sines and cosines of positions.
func explained(s *data.Set, u column) (share float64, linear bool) {
	step := max(1, s.Rows()/explainedRows)
	var rows []int
	for i := 0; i < s.Rows(); i += step {
		rows = append(rows, i)
	}
	n := len(rows)
	mean, square := 0.0, 0.0
	for _, i := range rows {
		mean += u.value(i) / float64(n)
	}
	for _, i := range rows {
		square += (u.value(i) - mean) * (u.value(i) - mean)
	}
	if !(square > 0) || math.IsInf(square, 1) {
		return 0, false
	}
	scale := s.Spread()
	centre := make([]float64, s.Dim)
	for j := range centre {
		for _, i := range rows {
			centre[j] += s.X[i*s.Dim+j] / float64(n)
		}
		if !(scale[j] > 0) {
			scale[j] = 1
		}
	}
	for degree := 1; degree <= 3; degree++ {
		features := func(i int) []float64 {
			z := make([]float64, s.Dim)
			for j := range z {
				z[j] = (s.X[i*s.Dim+j] - centre[j]) / scale[j]
			}
			f := powers(z, degree)
			for j := range degrees(s) {
				if degree > 1 {
					sin, cos := math.Sincos(s.X[i*s.Dim+j])
					f = append(f, sin, cos)
				}
			}
			return f
		}
		width := len(features(0))
		if n < rowsAFeature*width || width > 200 {
			return 0, false
		}
		a, b := mat.NewDense(n+width, width, nil), mat.NewVecDense(n+width, nil)
		for k, i := range rows {
			a.SetRow(k, features(i))
			b.SetVec(k, u.value(i)-mean)
		}
		for k := range width {
			a.Set(n+k, k, 1e-6*math.Sqrt(float64(n))) // features that are the same are no trouble
		}
		var qr mat.QR
		qr.Factorize(a)
		var w, fit mat.VecDense
		if err := qr.SolveVecTo(&w, false, b); err != nil {
			if _, ok := err.(mat.Condition); !ok {
				return 0, false
			}
		}
		fit.MulVec(a, &w)
		left := 0.0
		for k := range n {
			left += (b.AtVec(k) - fit.AtVec(k)) * (b.AtVec(k) - fit.AtVec(k))
		}
		share = 1 - left/float64(n-width)*float64(n-1)/square
		if share >= determinedShare {
			return share, degree == 1
		}
	}
	return share, false
}

// powers are the monomials of z up to a degree, the constant first.
func powers(z []float64, degree int) []float64 {
	out := []float64{1}
	from := 0
	for range degree {
		to := len(out)
		for _, f := range out[from:to] {
			for _, v := range z {
				out = append(out, f*v) // some more than once, which the ridge bears
			}
		}
		from = to
	}
	return out
}
