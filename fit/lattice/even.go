package lattice

import (
	"math"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
)

// placed is how rows came onto equal steps.
type placed int

const (
	asMeasured    placed = iota
	byPolynomials        // through exact rows
	smoothed             // of rows with noise
)

// even are the states of the trials on equal steps. like is how other rows of the same trials came there, which these then do too, asMeasured where
// there are none.
func even(set *data.Set, like placed) (trials [][]float64, step float64, how placed, err error) {
	step = set.MedianStep()
	moved := false
	for _, h := range set.Steps() {
		moved = moved || !(math.Abs(h/step-1) < 1e-5)
	}
	if !moved && step > 0 {
		for k := range set.Trials() {
			_, x, _ := set.Trial(k)
			trials = append(trials, x)
		}
		return trials, step, asMeasured, nil
	}
	if step > 0 && like != smoothed {
		if trials := interpolated(set, step, like == byPolynomials); trials != nil {
			return trials, step, byPolynomials, nil
		}
	}
	paths, err := estimate.NewPaths(set, estimate.PathOptions{})
	if err != nil {
		return nil, 0, smoothed, err
	}
	for _, t := range paths.Trials {
		trials = append(trials, t.Q)
	}
	return trials, paths.Step, smoothed, nil
}

const (
	throughRows = 12 // of a polynomial
	mostGap     = 5  // in median steps, over which none is carried on
	// Of the spread, what half of the rows, and nine in ten, may be off the polynomial through their neighbours by.
	exactRows  = 1e-6
	exactMost  = 1e-5
	mostOfRows = 0.9
)

// interpolated are the trials' pieces between gaps on equal steps, by polynomials through the rows around each time; nil where rows are too few, or
// are off the polynomials through their neighbours by more than exact ones are, unless that is not asked.
func interpolated(set *data.Set, step float64, trusted bool) (trials [][]float64) {
	d, spread := set.Dim, set.Spread()
	off := make([][]float64, d) // of rows from their neighbours, as that of noise of rows
	value, weights := make([]float64, d), make([]float64, throughRows)
	for k := range set.Trials() {
		t, x, _ := set.Trial(k)
		for from, to := 0, 1; to <= len(t); to++ {
			if to < len(t) && t[to]-t[to-1] <= mostGap*step {
				continue
			}
			if rows := to - from; rows > throughRows {
				t, x := t[from:to], x[from*d:to*d]
				for r := throughRows / 2; r+throughRows/2 < rows; r++ {
					size := 1.0
					other := slices.Concat(t[r-throughRows/2:r], t[r+1:r+1+throughRows/2])
					lagrangeWeights(other, t[r], weights)
					clear(value)
					for i, w := range weights {
						at := r - throughRows/2 + i
						if i >= throughRows/2 {
							at++
						}
						size += w * w
						for j := range value {
							value[j] += w * x[at*d+j]
						}
					}
					for j, v := range value {
						off[j] = append(off[j], math.Abs(v-x[r*d+j])/math.Sqrt(size))
					}
				}
				trials = append(trials, onSteps(t, x, d, step))
			}
			from = to
		}
	}
	for j, all := range off {
		if len(all) == 0 {
			return nil
		}
		slices.Sort(all)
		most := all[int(mostOfRows*float64(len(all)-1))]
		if !trusted && !(all[len(all)/2] < exactRows*spread[j] && most < exactMost*spread[j]) {
			return nil
		}
	}
	return trials
}

// onSteps are states on equal steps by polynomials through the rows around each.
func onSteps(t, x []float64, d int, step float64) []float64 {
	count := int((t[len(t)-1]-t[0])/step*(1+1e-9)) + 1
	out, weights := make([]float64, count*d), make([]float64, throughRows)
	first := 0
	for g := range count {
		now := t[0] + float64(float64(g)*step)
		for first+throughRows < len(t) && t[first+throughRows/2] <= now {
			first++
		}
		lagrangeWeights(t[first:first+throughRows], now, weights)
		row := out[g*d : (g+1)*d]
		for i, w := range weights {
			for j := range row {
				row[j] += float64(w * x[(first+i)*d+j])
			}
		}
	}
	return out
}

// lagrangeWeights are those of values at some times in that of the polynomial through them at another.
func lagrangeWeights(times []float64, at float64, weights []float64) {
	for i, t := range times {
		w := 1.0
		for j, other := range times {
			if j != i {
				w *= (at - other) / (t - other)
			}
		}
		weights[i] = w
	}
}
