package fit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"hnn/internal/parallel"
	"hnn/model"
)

// TrajectoryLoss is the loss of any model on trials by the last windows of s, each from
// the observed state at its start: the mean over predicted observations and components of
// the squared distance, and its standard error from the windows' means. Components marked
// in angles, which may be nil, are the same after a whole turn. Without two rows in any
// trial both are NaN. The error is that of a step that could not be taken, or of a method
// that does not suit the model.
func TrajectoryLoss(m *model.Field, trials Trials[float64], angles []bool, s Shooting, workers int) (mean, sem float64, err error) {
	nan := math.NaN()
	if trials.Dim != m.Dim {
		return nan, nan, fmt.Errorf("fit: the model's states have %d components and the data's %d; they must be the same", m.Dim, trials.Dim)
	}
	if err := sameInputs(m.Inputs, trials.Inputs, trials.Inputs, 0); err != nil {
		return nan, nan, err
	}
	if err := s.Validate(); err != nil {
		return nan, nan, err
	}
	if trials.longest() < 1 {
		return nan, nan, nil
	}
	pool := parallel.NewPool(workers)
	defer pool.Close()
	lengths := s.lengths(trials.longest())
	k := newShooter(func(int) *model.Pass[float64] { return fieldPassOf(m) }, trials, s, lengths[len(lengths)-1], 0, angles)
	e, err := newEngine(pool, k, 0)
	if err != nil {
		return nan, nan, err
	}
	if mean, err = e.loss(); err != nil {
		return nan, nan, err
	}
	means := make([]float64, len(e.parts))
	for i, l := range e.parts {
		means[i] = l / float64(k.windows[i].steps*trials.observed())
	}
	return mean, stat.StdDev(means, nil) / math.Sqrt(float64(len(means))), nil
}

// fieldPassOf is a pass of a model that is not trained: it has no adjoint.
func fieldPassOf(m *model.Field) *model.Pass[float64] {
	many, u := m.Many(), []float64(nil)
	p := &model.Pass[float64]{Inputs: m.Inputs, Field: func(x, dx []float64, rows int) { many(nil, x, u, dx, rows) }}
	if m.Inputs > 0 {
		p.Drive = func(now []float64) { u = now }
	}
	if m.SplitMany != nil {
		split := m.SplitMany()
		p.Velocity, p.Force = split.Velocity, split.Force
	}
	return p
}
