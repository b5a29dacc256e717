package estimate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/interp"

	"hnn/data"
)

// fit is Apply by local polynomials, but for differences by name.
func (e *Estimator) fit(s *data.Set) *data.Set {
	d := s.Dim
	polynomial := e.Derivatives == LocalPolynomial
	positions := s.PositionsOnly && polynomial // whose momenta are found here
	out := s.Slice(0, 0)
	out.DX = nil
	least := 2
	if positions {
		out, least = states(s), 3
	}
	observed := s.X
	if e.Derivatives == Given {
		observed = residual(s)
	}
	fits := make([]localPolynomial, d)
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		rows := hi - lo
		if rows < least {
			continue
		}
		for j, w := range e.Windows {
			fits[j].resize(w.in(rows))
		}
		for row := lo; row < hi; row++ {
			x := append(out.X, make([]float64, out.Dim)...)
			out.X, x = x, x[len(x)-out.Dim:]
			dx := make([]float64, out.Dim)
			for j := range d {
				// Columns with the same window share its weights.
				l := &fits[slices.Index(e.Windows, e.Windows[j])]
				first := lo + l.first(row-lo, rows)
				if l == &fits[j] {
					l.weigh(s.T[first:first+l.Rows], s.T[row])
				}
				x[j] = s.X[row*d+j]
				if e.Smoothed {
					x[j] += l.estimate(l.value, observed, first, d, j) - observed[row*d+j]
				}
				if polynomial {
					dx[j] = l.estimate(l.slope, observed, first, d, j)
				}
				if positions {
					x[d+j] = e.Masses[j] * dx[j]
					dx[d+j] = e.Masses[j] * l.estimate(l.curvature, observed, first, d, j)
				}
			}
			if polynomial {
				out.DX = append(out.DX, dx...)
			}
		}
		out.T = append(out.T, s.T[lo:hi]...)
		out.Inputs = append(out.Inputs, s.InputRows(lo, hi)...)
		if s.Clean != nil && !positions {
			out.Clean = append(out.Clean, s.Clean[lo*d:hi*d]...)
		}
		if e.Derivatives == Given {
			out.DX = append(out.DX, s.DX[lo*d:hi*d]...)
		}
		out.Offsets = append(out.Offsets, len(out.T))
	}
	return out
}

// residual returns the states less the integral of their given derivatives within each
// trial: a constant and the noise, where the derivatives are exact. The integrand is the
// cubic spline through the derivatives.
func residual(s *data.Set) []float64 {
	d := s.Dim
	out := slices.Clone(s.X)
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		t, column := s.T[lo:hi], make([]float64, hi-lo)
		for j := range d {
			for i := range column {
				column[i] = s.DX[(lo+i)*d+j]
			}
			f := integrand(t, column)
			sum := 0.0
			for i := 1; i < len(t); i++ {
				// Gauss's rule of two nodes, exact for a cubic.
				h, middle := (t[i]-t[i-1])/2, (t[i]+t[i-1])/2
				sum += float64(h * (f(middle-h/math.Sqrt(3)) + f(middle+h/math.Sqrt(3))))
				out[(lo+i)*d+j] -= sum
			}
		}
	}
	return out
}

// integrand is a curve through the points: a spline, or a line through two.
func integrand(t, y []float64) func(float64) float64 {
	var spline interp.NotAKnotCubic
	if len(t) >= 3 && spline.Fit(t, y) == nil {
		return spline.Predict
	}
	var line interp.PiecewiseLinear
	if len(t) == 2 && line.Fit(t, y) == nil {
		return line.Predict
	}
	return func(float64) float64 { return 0 } // one row: there is nothing to integrate
}
