package eval

import "math"

// Turns says what an energy does along a rollout of an oscillation, as shares of its first value: Drift is what it
// gains or loses a turn, the slope of the turns' averages, and Wobble the root mean square about the average of its
// turn. A symplectic field lets an energy that is nearly its own wobble; only one that is not conserved drifts.
type Turns struct{ Drift, Wobble float64 }

// TurnsOf takes energies h at equal steps along states of length dim whose first component oscillates: a turn is the
// time between two upward crossings of its mean. False where there are fewer than two whole turns, or the first energy
// is zero. It panics if the states are not as many as the energies.
func TurnsOf(states []float64, dim int, h []float64) (Turns, bool) {
	if len(states) != dim*len(h) {
		panic("eval: states are not as many as energies")
	}
	mean := 0.0
	for i := range h {
		mean += states[i*dim] / float64(len(h))
	}
	var starts []int
	for i := 1; i < len(h); i++ {
		if states[(i-1)*dim] < mean && states[i*dim] >= mean {
			starts = append(starts, i)
		}
	}
	n := len(starts) - 1
	if n < 2 || h[0] == 0 {
		return Turns{}, false
	}
	averages := make([]float64, n)
	square, count := 0.0, 0
	for k := range n {
		turn := h[starts[k]:starts[k+1]]
		for _, e := range turn {
			averages[k] += e / float64(len(turn))
		}
		for _, e := range turn {
			square += (e - averages[k]) * (e - averages[k])
			count++
		}
	}
	// Least squares of the averages by the number of the turn.
	middle, level := float64(n-1)/2, 0.0
	for _, a := range averages {
		level += a / float64(n)
	}
	var up, across float64
	for k, a := range averages {
		x := float64(k) - middle
		up += x * (a - level)
		across += x * x
	}
	scale := math.Abs(h[0])
	return Turns{Drift: math.Abs(up/across) / scale, Wobble: math.Sqrt(square/float64(count)) / scale}, true
}
