package lagrange

import (
	"math"

	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// regression evaluates, at one state, what the coefficients multiply in dL/dv (p, N x Size) and in
// dL/dq plus the forces of friction and gain (r, N x Size), and the force that is known (known, N).
type regression struct {
	form   *lagrangian.Form
	at     lagrangian.Layout
	phi, d []float64
}

func newRegression(f *lagrangian.Form) *regression {
	k := f.Library.Size()
	return &regression{form: f, at: f.Layout(), phi: make([]float64, k), d: make([]float64, k*f.N)}
}

// gauge reports whether a term of component j of A acts on no motion, or as one of a later component does: A changes by
// the gradient of any function of the positions from j on.
func gauge(f *terms.Feature, j int) bool {
	if f.Own != nil {
		return false
	}
	for i := range j {
		if f.Wave[i] != 0 || f.Powers[i] != 0 {
			return false
		}
	}
	return true
}

func (g *regression) run(q, v, u, p, r, known []float64) {
	f, at := g.form, g.at
	n, k, size := f.N, f.Library.Size(), at.Size
	f.Library.At(q, g.phi, g.d, nil)
	clear(p)
	clear(r)
	for b, pair := range f.MassPairs() {
		i, j := pair[0], pair[1]
		w := v[i] * v[j]
		if i == j {
			w /= 2
		}
		for c := range k {
			o := b*k + c
			p[i*size+o] += g.phi[c] * v[j]
			if i != j {
				p[j*size+o] += g.phi[c] * v[i]
			}
			for l := range n {
				r[l*size+o] += g.d[c*n+l] * w
			}
		}
	}
	for c := range k - 1 {
		at := f.Feature(c)
		for l := range n {
			r[l*size+g.at.Potential+c] = -g.d[at*n+l]
		}
	}
	if f.Magnetic {
		for j := 1; j < n; j++ {
			for c := range k - 1 {
				at := f.Feature(c)
				if gauge(&f.Library.Features[at], j) {
					continue // no motion tells it
				}
				o := g.at.Magnetic + (j-1)*(k-1) + c
				p[j*size+o] += g.phi[at]
				for l := range n {
					r[l*size+o] += v[j] * g.d[at*n+l]
				}
			}
		}
	}
	for b, pair := range f.FrictionPairs() {
		i, j := pair[0], pair[1]
		for c := range f.FrictionFeatures() {
			o, w := at.Viscous+b*f.FrictionFeatures()+c, 1.0
			if f.Varying {
				w = g.phi[c]
			}
			r[i*size+o] -= w * v[j]
			if i != j {
				r[j*size+o] -= w * v[i]
			}
		}
	}
	if f.Coulomb {
		for l := range n {
			r[l*size+at.Coulomb+l] = -math.Tanh(v[l] / f.Width[l])
		}
	}
	if f.Drag {
		for l := range n {
			r[l*size+at.Drag+l] = -v[l] * math.Abs(v[l])
		}
	}
	clear(known)
	for l := range n {
		for j := range f.Inputs {
			if f.Gain != nil {
				known[l] += f.Gain[l*f.Inputs+j] * u[j]
				continue
			}
			for c := range f.GainFeatures() {
				w := 1.0
				if f.Steered {
					w = g.phi[c]
				}
				r[l*size+at.Gain+(l*f.Inputs+j)*f.GainFeatures()+c] = w * u[j]
			}
		}
	}
}
