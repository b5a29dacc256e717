package experiment

import (
	"fmt"
	"slices"
)

// beyond is how far outside the training data, in ranges of a component, a rollout may go
// without a word.
const beyond = 0.1

// Leaves says when a rollout leaves the region that a run's model learned from, and how far
// it goes from there; "" where it does not, or where that region is not known. Angles have
// none.
func (r *Run) Leaves(s *Simulation) string {
	if r.seen == nil {
		return ""
	}
	d := len(s.Columns)
	angle := make([]bool, d)
	for j, name := range s.Columns {
		angle[j] = slices.Contains(r.Config.Angle, name)
	}
	at, component, most := -1, 0, 0.0
	x := make([]float64, d)
	for i := range s.Times {
		for j, v := range s.States[i*d : (i+1)*d] {
			if x[j] = v; angle[j] && j < len(r.seen.Least) {
				x[j] = r.seen.Least[j]
			}
		}
		j, ranges := r.seen.outside(x)
		if ranges > beyond && at < 0 {
			at, component = i, j
		}
		most = max(most, ranges)
	}
	if at < 0 {
		return ""
	}
	from := fmt.Sprintf("the rollout leaves the training data at t = %.6g", s.Times[at])
	if at == 0 {
		from = "the rollout starts outside the training data"
	}
	return fmt.Sprintf("warning: %s, where %s is %.4g and they go from %.4g to %.4g; it goes as far as %.3g times their range outside, where the model guesses", from,
		s.Columns[component], s.States[at*d+component], r.seen.Least[component], r.seen.Most[component], most)
}
