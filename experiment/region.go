package experiment

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/eval"
)

// Region is that of the states that the run's model learned from, nil where it is not known.
func (r *Run) Region() *data.Region {
	if r.seen == nil || len(r.seen.Least) != r.model.Dim {
		return nil
	}
	return r.Config.region(r.seen.Least, r.seen.Most, r.columns)
}

// Typical returns a state of the run's data, the first that it is tested on; the data are to be read before.
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
		span = longestTime(r.data.Test)
	}
	if !(span > 0) {
		span = 1
	}
	return 10 * span
}

// longestTime is how long the longest trial of a set takes, 0 of a set without trials.
func longestTime(s *data.Set) float64 {
	longest := 0.0
	for k := range s.Trials() {
		if t, _, _ := s.Trial(k); len(t) > 1 {
			longest = max(longest, t[len(t)-1]-t[0])
		}
	}
	return longest
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

// apartBy is how many times the usual distance between rows of different trials a start may be away from the nearest row
// before it counts as outside the data.
const apartBy = 5

// startsOutside reports whether a state lies outside the box of the training rows, or in a part of it where there are
// none: apartBy times as far from the nearest row as the rows of one trial are from those of others, in the median.
func (d *dataset) startsOutside(x0 []float64) bool {
	marks, err := angles(d.angles, d.columns())
	if err != nil {
		return false
	}
	box := d.region(marks)
	if box == nil || len(box.Least) != len(x0) {
		return false
	}
	if _, out := box.Outside(x0); out > 0 {
		return true
	}
	s := d.Train
	if s.Trials() < 2 {
		return false
	}
	spread := s.Spread()
	const compared = 20_000 // rows, of sets of more
	step := max(1, s.Rows()/compared)
	distance := func(x []float64, without int) float64 {
		least := math.Inf(1)
		for k := range s.Trials() {
			if k == without {
				continue
			}
			_, rows, _ := s.Trial(k)
			for i := 0; i < len(rows); i += step * s.Dim {
				sum := 0.0
				for j, v := range x {
					off := v - rows[i+j]
					if marks[j] {
						off = math.Remainder(off, 2*math.Pi)
					}
					if spread[j] > 0 {
						sum += off / spread[j] * (off / spread[j])
					}
				}
				least = math.Min(least, sum)
			}
		}
		return math.Sqrt(least)
	}
	var usual []float64
	const looked = 200 // rows
	for i := range min(looked, s.Rows()) {
		row := i * s.Rows() / min(looked, s.Rows())
		trial, _ := slices.BinarySearch(s.Offsets[1:], row+1)
		usual = append(usual, distance(s.X[row*s.Dim:(row+1)*s.Dim], trial))
	}
	return distance(x0, -1) > apartBy*eval.Median(usual)
}
