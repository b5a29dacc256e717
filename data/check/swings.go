package check

import (
	"math"

	"hnn/data"
)

const (
	// Swings fall if of at least so many pairs on end
	leastSwingPairs = 4
	// this share does, and their mean ratio is below fallingSwing: coarse rows miss the
	// extremes by a few hundredths.
	fallingShare = 0.9
	fallingSwing = 0.95
)

// swings says whether the swings of all positions to and fro fall, one after the other, in
// trials too short for energy to tell, and their mean ratio.
func swings(s *data.Set) (ratio float64, fall bool) {
	ratio = 0
	for j := range degrees(s) {
		logs, pairs, falling := 0.0, 0, 0
		for trial := range s.Trials() {
			_, x, _ := s.Trial(trial)
			spans := spansOf(x, s.Dim, j)
			for k := 1; k < len(spans); k++ {
				logs += math.Log(spans[k] / spans[k-1])
				pairs++
				if spans[k] < spans[k-1] {
					falling++
				}
			}
		}
		mean := math.Exp(logs / float64(max(pairs, 1)))
		need := leastSwingPairs
		switch { // the faster they fall the fewer there are
		case mean < 0.5:
			need -= 2
		case mean < 0.7:
			need--
		}
		if pairs < need || float64(falling) < fallingShare*float64(pairs) {
			return 0, false
		}
		ratio = max(ratio, mean)
	}
	return ratio, ratio < fallingSwing
}

// spansOf are the distances between the extremes of column j of a trial, but for its start;
// a turn of less than a tenth of the first is none.
func spansOf(x []float64, dim, j int) (spans []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for i := j; i < len(x); i += dim {
		low, high = min(low, x[i]), max(high, x[i])
	}
	var extremes []float64
	up, extreme := true, x[j]
	for i := j; i < len(x); i += dim {
		switch v := x[i]; {
		case up == (v > extreme):
			extreme = v
		case math.Abs(v-extreme) > 0.03*(high-low):
			extremes = append(extremes, extreme)
			up, extreme = !up, v
		}
	}
	if len(extremes) > 0 && extremes[0] == x[j] {
		extremes = extremes[1:] // the start
	}
	for k := 1; k < len(extremes); k++ {
		spans = append(spans, math.Abs(extremes[k]-extremes[k-1]))
	}
	return spans
}
