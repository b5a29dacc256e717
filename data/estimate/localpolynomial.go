package estimate

import (
	"slices"
)

// localPolynomial estimates a function and its first two derivatives at a time from
// observations at the times around it: those of the polynomial that fits the
// observations of a window best by least squares. At even times it is the filter of
// Savitzky and Golay (Analytical Chemistry 36, 1964); the times may be uneven, and
// the window is one-sided at the ends of a trial, where the polynomial is the same
// as at the nearest row with a whole window.
//
// Estimates are linear in the observations. The polynomial is written in the
// discrete orthogonal ones of the window's times (G. E. Forsythe, J. SIAM 5, 1957),
// so that no ill-conditioned system is solved.
type localPolynomial struct {
	Window

	// The weights of the window's observations in the three estimates; of the first alone where valueOnly says so.
	value, slope, curvature []float64
	valueOnly               bool

	u, phi, previous []float64 // temporaries of weigh
}

// resize sets the window; its rows must be more than its degree.
func (l *localPolynomial) resize(w Window) {
	l.Window = w
	for _, v := range []*[]float64{&l.value, &l.slope, &l.curvature, &l.u, &l.phi, &l.previous} {
		*v = slices.Grow((*v)[:0], w.Rows)[:w.Rows]
	}
}

// first returns the first row of the window of row i of a trial of n rows.
func (l *localPolynomial) first(i, n int) int {
	return min(max(i-l.Rows/2, 0), n-l.Rows)
}

// estimate applies weights to column j of x (rows of dim numbers) from row first on.
func (l *localPolynomial) estimate(weights, x []float64, first, dim, j int) float64 {
	sum, at := 0.0, first*dim+j
	for _, w := range weights {
		sum += float64(w * x[at])
		at += dim
	}
	return sum
}

// weigh computes the weights of the estimates at a time from observations at the
// window's times t.
func (l *localPolynomial) weigh(t []float64, at float64) {
	n := len(t)
	// Times are measured in the window's half width, so that powers stay near 1.
	h := (t[n-1] - t[0]) / 2
	for j, v := range t {
		l.u[j] = (v - at) / h
		l.phi[j], l.previous[j] = 1, 0
		l.value[j], l.slope[j], l.curvature[j] = 0, 0, 0
	}
	// phi_m at 0 with its two derivatives, and the same of phi_{m-1}.
	p, d, c := 1.0, 0.0, 0.0
	var p0, d0, c0, norm0 float64
	for m := 0; ; m++ {
		var norm, moment float64
		for j := range n {
			norm += float64(l.phi[j] * l.phi[j])
			moment += float64(l.u[j] * l.phi[j] * l.phi[j])
		}
		for j := range n {
			w := l.phi[j] / norm
			l.value[j] += float64(p * w)
			if l.valueOnly {
				continue
			}
			l.slope[j] += float64(d / h * w)
			l.curvature[j] += float64(c / (h * h) * w)
		}
		if m == l.Degree {
			return
		}
		alpha, beta := moment/norm, 0.0
		if m > 0 {
			beta = norm / norm0
		}
		for j := range n {
			l.phi[j], l.previous[j] = float64((l.u[j]-alpha)*l.phi[j])-float64(beta*l.previous[j]), l.phi[j]
		}
		p, p0, d, d0, c, c0 = float64(-alpha*p)-float64(beta*p0), p, p-float64(alpha*d)-float64(beta*d0), d, 2*d-float64(alpha*c)-float64(beta*c0), c
		norm0 = norm
	}
}
