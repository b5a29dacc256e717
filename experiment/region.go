package experiment

import (
	"fmt"

	"hnn/eval"
)

// Region is that of the states that the run's model learned from, nil where it is not known.
func (r *Run) Region() *eval.Region {
	if r.seen == nil || len(r.seen.Least) != r.model.Dim {
		return nil
	}
	return r.Config.region(r.seen.Least, r.seen.Most, r.columns)
}

// region is a box with the angles that the run's model is told of.
func (c *Config) region(least, most []float64, columns []string) *eval.Region {
	box := &eval.Region{Least: least, Most: most, Angles: make([]bool, len(least))}
	if marks, err := angles(c.Angle, columns); err == nil {
		copy(box.Angles, marks)
	}
	for j, known := range c.knownAngles() {
		box.Angles[j] = box.Angles[j] || known
	}
	return box
}

// Leaves says when a rollout leaves the region that a run's model learned from, and how far
// it goes from there; "" where it does not, or where that region is not known.
func (r *Run) Leaves(s *Simulation) string {
	box := r.Region()
	if box == nil || len(s.Columns) != len(box.Least) {
		return "" // or a model of another number of bodies
	}
	at, component, most := box.Leaves(s.States)
	if at < 0 {
		return ""
	}
	from := fmt.Sprintf("the rollout leaves the training data at t = %.6g", s.Times[at])
	if at == 0 {
		from = "the rollout starts outside the training data"
	}
	return fmt.Sprintf("warning: %s, where %s is %.4g and they go from %.4g to %.4g; it goes as far as %.3g times their range outside, where the model guesses", from,
		s.Columns[component], s.States[at*len(s.Columns)+component], box.Least[component], box.Most[component], most)
}
