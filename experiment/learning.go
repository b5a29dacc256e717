package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"hnn/data"
	"hnn/eval"
	"hnn/fit"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/network"
)

// Learning is how it was decided to fit the HNN of a user's file: each way was tried on a
// part of the training rows, and rolled out against the rest of them.
type Learning struct {
	Chosen string        `json:"chosen"`
	Tried  []LearningTry `json:"tried"`
}

// LearningTry is one way and what it came to: the median of the rollouts' root mean square
// errors, as shares of the range, null where it failed.
type LearningTry struct {
	Way   string `json:"way"`
	Error Number `json:"validation_error"`
}

// String is the decision in a line.
func (l *Learning) String() string {
	var s []string
	for _, t := range l.Tried {
		value := "failed"
		if !math.IsNaN(float64(t.Error)) {
			value = fmt.Sprintf("%.3g%%", 100*float64(t.Error))
		}
		s = append(s, t.Way+" "+value)
	}
	return fmt.Sprintf("learned by %s, by the error of rollouts within the training rows: %s", l.Chosen, strings.Join(s, ", "))
}

const (
	// Steps of Adam with which a way is tried: enough to compare, not to finish.
	triedSteps           = 400
	triedTrajectorySteps = 200
	// triedRows bounds the rows of a try.
	triedRows = 3000
)

// way names how a configuration learns from a dataset.
func (c *Config) way(d *dataset) string {
	switch {
	case c.Trainer == ClosedForm && d.estimated:
		return "the closed form on the integral of the field"
	case c.Trainer == ClosedForm:
		return "the closed form"
	case c.Loss == TrajectoryLoss:
		return "training on trajectories"
	case d.estimated:
		return "training on estimated derivatives"
	}
	return "training on derivatives"
}

// decide returns which of several configurations of the HNN of one file learns best from
// its training rows, judged by rollouts on a fifth of them that is held out for this, and
// notes the decision for the results of the runs that follow it. It is the one place
// where that is decided.
func (e *Env) decide(ctx context.Context, candidates []Config) (int, *Learning, error) {
	l := new(Learning)
	best, least := -1, NA
	e.data.limit = max(e.data.limit, 2) // trajectories are learned from states that are not smoothed
	for i := range candidates {
		c := candidates[i]
		d, err := e.data.load(&c, e.Reading)
		if err != nil {
			return 0, nil, err
		}
		c.Angle = d.angles
		inner, err := d.inner()
		if err != nil {
			return 0, nil, fmt.Errorf("%s: %w", c.Data, err)
		}
		try := LearningTry{Way: c.way(d), Error: NA}
		m, err := e.tryOut(ctx, c, inner)
		if ctx.Err() != nil {
			return 0, nil, ctx.Err()
		}
		if err == nil {
			if r, err := e.heldOut(m, inner, eval.Options{Workers: e.workers(), Interrupt: ctx.Err}); err == nil && r != nil && r.Diverged == 0 {
				try.Error = r.Error.Median
			}
		}
		l.Tried = append(l.Tried, try)
		if best < 0 || try.Error < least || math.IsNaN(float64(least)) {
			best, least, l.Chosen = i, try.Error, try.Way
		}
	}
	if best < 0 {
		return 0, nil, errors.New("no way to learn was given")
	}
	e.learning = l
	return best, l, nil
}

// inner divides the training rows as a file is: the last fifth of the trials, or of the rows
// of a single one, tests. Bigger sets give their first rows.
func (d *dataset) inner() (*dataset, error) {
	part := func(s *data.Set) data.Split {
		if s.Rows() > triedRows {
			s = s.Slice(0, triedRows)
		}
		if n := s.Trials(); n > 1 {
			first := n - max(1, n/5)
			return data.Split{Train: s.SliceTrials(0, first), Test: s.SliceTrials(first, n)}
		}
		first := s.Rows() - s.Rows()/5
		return data.Split{Train: s.Slice(0, first), Test: s.Slice(first, s.Rows())}
	}
	in := &dataset{
		Split: part(d.Train), scales: d.scales, estimator: d.estimator, estimated: d.estimated, angles: d.angles,
	}
	if d.scales != nil {
		in.dimensionless = part(d.dimensionless.Train)
	}
	in.measured = in.Test
	if in.Train.Rows() < 2 || in.Test.Rows() < 3 {
		return nil, errors.New("too few training rows to hold some out: give longer trajectories, or say how to learn with --trainer")
	}
	return in, nil
}

// inUnits is the field of a model that was fitted to a dataset, in the data's units.
func inUnits(fitted *model.Form[float64], d *dataset) (*model.Field, error) {
	form, err := model.WithScales(fitted, d.scales)
	if err != nil {
		return nil, err
	}
	return form.Field(), nil
}

// tryOut fits a model in fewer steps than a run.
func (e *Env) tryOut(ctx context.Context, c Config, d *dataset) (*model.Field, error) {
	if c.Trainer == ClosedForm {
		m, _, err := e.solve(&c, d)
		if err != nil {
			return nil, err
		}
		return inUnits(m.Form(), d)
	}
	c.Fit.Steps, c.Fit.LBFGS, c.Fit.TestEvery, c.Fit.Patience = min(c.Fit.Steps, triedSteps), 0, 0, 0
	if c.Loss == TrajectoryLoss {
		c.Fit.Steps = min(c.Fit.Steps, triedTrajectorySteps)
	}
	c.Fit.Batch = min(c.Fit.Batch, d.Train.Rows())
	a, err := c.networkFor(d)
	if err != nil {
		return nil, err
	}
	net, err := network.New[float32](a, stream.New(c.Seed, "init"))
	if err != nil {
		return nil, err
	}
	trainer, err := newTrainer(&c, d, net, 0, e.workers())
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	if err := trainer.Run(ctx, func(fit.Record) error { return nil }); err != nil {
		return nil, err
	}
	return inUnits(network.Widen(net).Form(), d)
}
