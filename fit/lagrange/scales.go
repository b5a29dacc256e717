package lagrange

import (
	"gonum.org/v1/gonum/mat"

	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// scales counts what the rows leave free of M and V together: directions of relative changes of the coefficients, M's
// among them, that leave no more than the rows' own residual. Without a known force one is always free, the unit of
// energy; parts that are not coupled have one each, and masses and forces of linear systems may be mixed in others. Rows
// are those of the weak form, before they are whitened.
func scales(f *lagrangian.Form, w *sparse.Rows, theta []float64) int {
	at := f.Layout()
	var terms []int
	for c, v := range theta {
		if v != 0 && c < at.Magnetic {
			terms = append(terms, c)
		}
	}
	g := w.Gram(nil)
	k := len(terms)
	if k == 0 {
		return 0
	}
	residual := g.YY
	for i, a := range theta {
		if a == 0 {
			continue
		}
		residual -= 2 * a * g.Y[i]
		for j, b := range theta {
			residual += a * b * g.S[i*g.Size+j]
		}
	}
	s := mat.NewSymDense(k, nil)
	for i, a := range terms {
		for j := i; j < k; j++ {
			s.SetSym(i, j, theta[a]*theta[terms[j]]*g.S[a*g.Size+terms[j]])
		}
	}
	var e mat.EigenSym
	if !e.Factorize(s, true) {
		return 0
	}
	values := e.Values(nil)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	free := 0
	// What rounding leaves of a sum of squares is no more than this part of it.
	floor := 1e-13 * values[k-1]
	for i, v := range values {
		mass := 0.0
		for j, c := range terms {
			if c < at.Potential {
				mass += vectors.At(j, i) * vectors.At(j, i)
			}
		}
		const share = 0.1 // of a direction's square that changes M
		if v < max(2*residual, floor) && mass > share {
			free++
		}
	}
	return free
}
