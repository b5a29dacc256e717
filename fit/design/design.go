// Package design chooses which experiments to make next: of candidates, those that leave least unknown over all of them.
//
// What is unknown is a set of models that may be as right as each other, and how far their predictions of a candidate
// differ. The predictions' differences A_c (models x numbers, in units of the noise) are taken as linear in what is
// unknown, a weight of every model of unit variance, so that measuring candidate c leaves the weights' covariance
//
//	T' = (T^-1 + A_c A_c^T)^-1
//
// and the candidates are chosen one after the other such that the mean squared width left, tr(T' S), is least, S being the
// mean of A_r A_r^T / tr(A_r A_r^T) over all candidates r: I-optimal design (A. C. Atkinson, A. N. Donev, R. D. Tobias,
// "Optimum Experimental Designs, with SAS", 2007, section 10.6), in the space of an ensemble. Widths are relative to what
// each was at first, since a few motions near a separatrix, which nobody can foretell, would outweigh all others.
package design

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/posdef"
)

// Candidate is an experiment that could be made: what every model predicts of it (models x numbers), each number divided by
// the noise that it would be measured with.
type Candidate [][]float64

// Choice is a candidate that is to be measured.
type Choice struct {
	// Index is that of the candidate.
	Index int
	// Width is the root mean square of the standard deviations of its numbers before it is measured, in units of the noise, and
	// Left the mean over all candidates of the squared width after it and those before it, as a share of what it was at first.
	Width, Left float64
}

// Choose chooses so many of the candidates, the first being that to make first; one may be chosen again. Scale is what the
// models' deviations from their mean are multiplied by, such that the sum of their squares is the variance. It is an error
// if there are fewer than two models or no candidates, or if the candidates are not of one shape.
func Choose(candidates []Candidate, scale float64, count int) ([]Choice, error) {
	if len(candidates) == 0 {
		return nil, errors.New("design: no candidates")
	}
	k := len(candidates[0])
	if k < 2 {
		return nil, errors.New("design: what one model does not know cannot be told")
	}
	grams, numbers := make([]*mat.SymDense, len(candidates)), make([]float64, len(candidates))
	total := mat.NewSymDense(k, nil)
	for c, of := range candidates {
		if len(of) != k {
			return nil, errors.New("design: candidates of different numbers of models")
		}
		g := mat.NewSymDense(k, nil)
		for i := range of[0] {
			mean := 0.0
			for _, v := range of {
				mean += v[i] / float64(k)
			}
			column := make([]float64, k)
			for m, v := range of {
				column[m] = scale * (v[i] - mean)
			}
			g.SymRankOne(g, 1, mat.NewVecDense(k, column))
		}
		grams[c], numbers[c] = g, float64(len(of[0]))
		if square := mat.Trace(g); square > 0 {
			var one mat.SymDense
			one.ScaleSym(1/square, g)
			total.AddSym(total, &one)
		}
	}
	precision := mat.NewSymDense(k, nil)
	for i := range k {
		precision.SetSym(i, i, 1)
	}
	covariance := mat.NewSymDense(k, nil)
	covariance.CopySym(precision)
	first := trace(covariance, total)
	if !(first > 0) || math.IsInf(first, 0) {
		return nil, errors.New("design: the models do not differ")
	}
	var out []Choice
	for range count {
		best, least := -1, math.Inf(1)
		var next, inverse *mat.SymDense
		for c := range candidates {
			p := mat.NewSymDense(k, nil)
			p.AddSym(precision, grams[c])
			t, ok := posdef.Inverse(p)
			if !ok {
				continue
			}
			if left := trace(t, total); left < least {
				best, least, next, inverse = c, left, p, t
			}
		}
		if best < 0 {
			break
		}
		out = append(out, Choice{best, math.Sqrt(trace(covariance, grams[best]) / numbers[best]), least / first})
		precision, covariance = next, inverse
	}
	return out, nil
}

// trace is tr(A B) of two symmetric matrices.
func trace(a, b *mat.SymDense) float64 {
	sum := 0.0
	for i := range a.SymmetricDim() {
		for j := range a.SymmetricDim() {
			sum += a.At(i, j) * b.At(i, j)
		}
	}
	return sum
}
