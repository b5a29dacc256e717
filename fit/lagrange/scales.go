package lagrange

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// scales counts what the rows leave free of M and V together: directions of changes of the coefficients, M's among them
// and as large as they are, that leave no more than the rows' own residual. Without a known force one is always free, the unit of
// energy; parts that are not coupled have one each, and masses and forces of linear systems may be mixed in others. The sums
// are of the weak form's rows, before they are whitened.
func scales(f *lagrangian.Form, g *sparse.Gram, theta []float64) int {
	at := f.Layout()
	library := f.Library.Size()
	// What may take the place of the terms: every element of M with the features of any, and V with those that are as
	// steep as one that it has.
	inMass, orders := map[int]bool{}, map[int]bool{}
	for c, v := range theta[:at.Magnetic] {
		switch {
		case v == 0:
		case c < at.Potential:
			inMass[c%library] = true
		default:
			orders[f.Library.Features[f.Feature(c-at.Potential)].Order()] = true
		}
	}
	var terms []int
	for c := range at.Magnetic {
		if c < at.Potential && inMass[c%library] || c >= at.Potential && orders[f.Library.Features[f.Feature(c-at.Potential)].Order()] {
			terms = append(terms, c)
		}
	}
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
	// Of columns of norm 1, in which the coefficients have this size.
	unit, size := make([]float64, k), 0.0
	for i, c := range terms {
		if v := g.S[c*g.Size+c]; v > 0 {
			unit[i] = 1 / math.Sqrt(v)
			size += theta[c] * theta[c] * v
		}
	}
	s := mat.NewSymDense(k, nil)
	for i, a := range terms {
		for j := i; j < k; j++ {
			s.SetSym(i, j, size*unit[i]*unit[j]*g.S[a*g.Size+terms[j]])
		}
		if unit[i] == 0 {
			s.SetSym(i, i, size)
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
