package experiment

import (
	"fmt"
	"hnn/data"
)

// Region is that of the states that the run's model learned from, nil where it is not known.
func (r *Run) Region() *data.Region {
	if r.seen == nil || len(r.seen.Least) != r.model.Dim {
		return nil
	}
	return r.Config.region(r.seen.Least, r.seen.Most, r.columns)
}

// Typical is a state of the run's data: the first that it is tested on, once the data are read.
func (r *Run) Typical() []float64 {
	if r.data == nil || r.data.Test == nil || r.data.Test.Rows() == 0 {
		return make([]float64, r.model.Dim)
	}
	return r.data.Test.X[:r.data.Test.Dim]
}

// Span is ten times the longest trial that the run is tested on, 10 where it has none.
func (r *Run) Span() float64 {
	span := 0.0
	if r.data != nil && r.data.Test != nil {
		for k := range r.data.Test.Trials() {
			if t, _, _ := r.data.Test.Trial(k); len(t) > 1 {
				span = max(span, t[len(t)-1]-t[0])
			}
		}
	}
	if !(span > 0) {
		span = 1
	}
	return 10 * span
}

// region is a box with the angles that the run's model is told of.
func (c *Config) region(least, most []float64, columns []string) *data.Region {
	box := &data.Region{Least: least, Most: most, Angles: make([]bool, len(least))}
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
