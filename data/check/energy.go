package check

import (
	"math"
	"slices"

	"hnn/data"
)

// Energy says how an energy-like quantity changes along the trials: the sum of the
// squares of all components about their means, each over its mean square, which is the
// energy of a harmonic motion in suitable units.
type Energy struct {
	// Ratio is what is left of the mean over the first part of a trial in its last: the
	// median over the trials.
	Ratio float64 `json:"ratio"`
	// Decays says that it falls, from part to part, in most trials.
	Decays bool `json:"decays"`
}

const (
	// parts are what a trial is divided into. A part is to hold whole oscillations, so
	// that their phase does not count.
	parts = 4
	// leastTurns is how often the motion of a trial must turn around.
	leastTurns = 2 * parts
	// left is the ratio below which the motion is said to die down.
	left = 0.8
)

// energy is nil where the trials are too short to tell: fewer than a turn of every
// position in each half of a part.
func energy(s *data.Set) *Energy {
	var ratios []float64
	falling := 0
	for trial := range s.Trials() {
		_, x, _ := s.Trial(trial)
		if turns(x, s.Dim, degrees(s)) < leastTurns {
			continue
		}
		e := meanSquares(x, s.Dim)
		ratios = append(ratios, e[parts-1]/e[0])
		if slices.IsSortedFunc(e, func(a, b float64) int {
			if a < b {
				return 1
			}
			return -1
		}) {
			falling++
		}
	}
	if len(ratios) == 0 {
		return nil
	}
	slices.Sort(ratios)
	ratio := ratios[len(ratios)/2]
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return nil
	}
	return &Energy{Ratio: ratio, Decays: ratio < left && 2*falling > len(ratios)}
}

// turns is how often the position that does so least turns around by more than a tenth
// of its spread: less would be noise.
func turns(x []float64, dim, d int) int {
	least := math.MaxInt
	for j := range d {
		low, high := math.Inf(1), math.Inf(-1)
		for i := j; i < len(x); i += dim {
			low, high = min(low, x[i]), max(high, x[i])
		}
		small := 0.1 * (high - low)
		count, up, extreme := 0, true, x[j]
		for i := j; i < len(x); i += dim {
			switch v := x[i]; {
			case up == (v > extreme):
				extreme = v
			case math.Abs(v-extreme) > small:
				up, extreme = !up, v
				count++
			}
		}
		least = min(least, count)
	}
	return least
}

// meanSquares is the energy-like quantity in each part of a trial.
func meanSquares(x []float64, dim int) []float64 {
	n := len(x) / dim
	e := make([]float64, parts)
	for j := range dim {
		mean, square := 0.0, 0.0
		for i := range n {
			mean += x[i*dim+j] / float64(n)
		}
		for i := range n {
			square += (x[i*dim+j] - mean) * (x[i*dim+j] - mean) / float64(n)
		}
		if square == 0 {
			continue
		}
		for k := range parts {
			lo, hi := k*n/parts, (k+1)*n/parts
			for i := lo; i < hi; i++ {
				e[k] += (x[i*dim+j] - mean) * (x[i*dim+j] - mean) / square / float64(hi-lo)
			}
		}
	}
	return e
}
