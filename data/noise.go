package data

import (
	"math"
	"slices"
)

// The orders of the differences that Noise looks at.
const (
	leastNoiseOrder = 2
	mostNoiseOrder  = 8
)

// Noise estimates the standard deviation of the observation noise of every state
// column, in its unit: independent noise of the same size in all rows. Nothing is
// assumed of the motion but that it is smooth over a few rows.
//
// A divided difference of order r over r+1 neighbouring rows removes a polynomial of
// degree r-1; scaled so that its weights have square sum 1, it leaves noise as it is
// (T. Gasser, L. Sroka, C. Jennen-Steinmetz, Biometrika 73, 1986, with r = 2).
// What else it leaves of the motion falls with r, and noise does not, so that the
// least root mean square over the orders 2 to 8 is the estimate. Of data without
// noise it is an upper bound, small beside their spread. No difference is taken across
// a gap. It is nil where no trial has three rows without one.
//
// Inputs may bend or jump at every row, and the motion with them. What the differences of
// their integrals explain of a column's, by a constant gain, is no noise.
func (s *Set) Noise() []float64 {
	gap, _ := s.Gap()
	s = s.SplitAtGaps(gap)
	var noise []float64
	squares := make([]float64, s.Dim)
	known := 2 * len(s.InputNames)
	columns := known + s.Dim
	difference, products := make([]float64, columns), make([]float64, columns*columns)
	pushes := make([][]float64, s.Trials())
	for trial := range pushes {
		pushes[trial] = s.pushes(trial)
	}
	weights := make([]float64, mostNoiseOrder+1)
	for order := leastNoiseOrder; order <= mostNoiseOrder; order++ {
		clear(products)
		count := 0
		for trial := range s.Trials() {
			first := s.Offsets[trial]
			for i := first; i+order < s.Offsets[trial+1]; i++ {
				dividedDifference(s.T[i:i+order+1], weights)
				count++
				clear(difference)
				for m, w := range weights[:order+1] {
					for j := range known {
						difference[j] += float64(w * pushes[trial][(i-first+m)*known+j])
					}
					for j, v := range s.X[(i+m)*s.Dim : (i+m+1)*s.Dim] {
						difference[known+j] += float64(w * v)
					}
				}
				for j, v := range difference {
					// Of the columns of states their squares alone count.
					for k := range known {
						products[j*columns+k] += float64(v * difference[k])
					}
					if j >= known {
						products[j*columns+j] += float64(v * v)
					}
				}
			}
		}
		unexplained(products, columns, known, squares)
		// A few differences could be small by chance.
		if count == 0 || order > leastNoiseOrder && count < 20 {
			break
		}
		if noise == nil {
			noise = slices.Repeat([]float64{math.Inf(1)}, s.Dim)
		}
		for j, v := range squares {
			noise[j] = min(noise[j], math.Sqrt(v/float64(max(count-known, 1))))
		}
	}
	return noise
}

// dividedDifference writes the weights of the divided difference at the times t,
// scaled to a square sum of 1.
func dividedDifference(t, w []float64) {
	sum := 0.0
	h := t[len(t)-1] - t[0]
	for m := range t {
		product := 1.0
		for l := range t {
			if l != m {
				product *= (t[m] - t[l]) / h
			}
		}
		w[m] = 1 / product
		sum += float64(w[m] * w[m])
	}
	for m := range t {
		w[m] /= math.Sqrt(sum)
	}
}

// Mean returns the mean of every state column (Dim), in its unit.
func (s *Set) Mean() []float64 {
	mean := make([]float64, s.Dim)
	for i, v := range s.X {
		mean[i%s.Dim] += v / float64(s.Rows())
	}
	return mean
}

// Spread returns the standard deviation of every state column (Dim), in its unit.
func (s *Set) Spread() []float64 {
	mean, square := s.Mean(), make([]float64, s.Dim)
	for i, v := range s.X {
		square[i%s.Dim] += (v - mean[i%s.Dim]) * (v - mean[i%s.Dim]) / float64(s.Rows())
	}
	for j, v := range square {
		square[j] = math.Sqrt(v)
	}
	return square
}
