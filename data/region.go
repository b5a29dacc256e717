package data

import "math"

// Beyond is how far outside the training data, in ranges of a component, a state may lie that a
// model has still seen the like of.
const Beyond = 0.1

// Region is the box of the states that a model learned from.
type Region struct {
	Least, Most []float64 // of each component, Dim each
	// Angles marks components for which the model is the same after a turn; nil means none.
	Angles []bool
}

// Outside returns how far a state lies outside: the component that does so most, and by how much in ranges of that
// component, 0 for a state within. An angle counts from the turn that is nearest to the data.
func (r *Region) Outside(x []float64) (component int, ranges float64) {
	widest := 0.0
	for j := range r.Least {
		widest = math.Max(widest, r.Most[j]-r.Least[j])
	}
	for j, least := range r.Least {
		if j >= len(x) {
			break
		}
		v := x[j]
		if j < len(r.Angles) && r.Angles[j] {
			middle := (least + r.Most[j]) / 2
			v = middle + math.Remainder(v-middle, 2*math.Pi)
		}
		// A component that stays the same in the data may do so to rounding.
		width := math.Max(math.Max(r.Most[j]-least, 1e-6*widest), math.SmallestNonzeroFloat64)
		if out := math.Max(least-v, v-r.Most[j]) / width; out > ranges || math.IsNaN(out) {
			component, ranges = j, out
		}
	}
	return component, ranges
}

// Leaves returns the first of the states, each of as many numbers as the region has components,
// that lies outside by more than Beyond, with the component that does so most; -1 where none does.
// Most is the farthest that any of them lies outside.
func (r *Region) Leaves(states []float64) (row, component int, most float64) {
	d := len(r.Least)
	row = -1
	for i := range len(states) / d {
		j, out := r.Outside(states[i*d : (i+1)*d])
		if (out > Beyond || math.IsNaN(out)) && row < 0 {
			row, component = i, j
		}
		most = math.Max(most, out)
	}
	return row, component, most
}
