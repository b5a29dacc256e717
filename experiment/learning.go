package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
	"hnn/eval"
	"hnn/fit"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/network"
	"hnn/model/terms"
)

// Learning is how it was decided to fit the HNN of a user's file: each way was tried on a
// part of the training rows, and rolled out against the rest of them.
type Learning struct {
	Chosen string `json:"chosen,omitempty"`
	// Recommended is the model of another kind that follows the rows better, absent for none.
	Recommended string        `json:"recommended,omitempty"`
	Tried       []LearningTry `json:"tried"`
	// Verdict says in a sentence whether the motion is Hamiltonian, by these errors; absent where no model without
	// structure was tried.
	Verdict string `json:"verdict,omitempty"`
}

// LearningTry is one way and what it came to: the median of the rollouts' root mean square
// errors, as shares of the range, null where it failed.
type LearningTry struct {
	Way   string `json:"way"`
	Error Number `json:"validation_error"`
}

// verdict compares the errors of models with a Hamiltonian, the HNN's being the least of its ways, with those of the
// model without structure. Twice an error is a difference; below a ten-thousandth of the range nothing is told apart.
func (l *Learning) verdict(hnn Number) string {
	of := func(way string) Number {
		for _, t := range l.Tried {
			if t.Way == way {
				return t.Error
			}
		}
		return NA
	}
	linear, mechanical, free := of(terms.KindLinear), of(lagrangian.Kind), of(terms.KindSparse)
	structured := hnn
	if mechanical < structured || math.IsNaN(float64(structured)) {
		structured = mechanical
	}
	percent := func(v Number) string { return fmt.Sprintf("%.3g%%", 100*float64(v)) }
	switch {
	case linear < linearEnough:
		return "the motion is linear, to " + percent(linear) + " of the range"
	case math.IsNaN(float64(free)) && !math.IsNaN(float64(mechanical)):
		return "" // nothing to compare with
	case structured < 2*free || structured < tie:
		return fmt.Sprintf("a Hamiltonian form, with losses where there are any, follows the rows (%s of the range) as well as a field without structure (%s)", percent(structured), percent(free))
	case free < structured/2:
		return fmt.Sprintf("no Hamiltonian form in these coordinates follows the rows (%s of the range at best), and a field without structure does (%s): the motion is driven, gains energy, or these columns are not positions and momenta or velocities", percent(structured), percent(free))
	}
	return ""
}

// Failed reports whether a way was tried and came to nothing, or was not tried.
func (l *Learning) Failed(way string) bool {
	return !slices.ContainsFunc(l.Tried, func(t LearningTry) bool { return t.Way == way && !math.IsNaN(float64(t.Error)) })
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
	if l.Chosen == "" {
		return fmt.Sprintf("%s, by the error of rollouts within the training rows: %s", l.Recommended, strings.Join(s, ", "))
	}
	return fmt.Sprintf("learned by %s, by the error of rollouts within the training rows: %s", l.Chosen, strings.Join(s, ", "))
}

const (
	// Steps of Adam with which a way is tried: enough to compare, not to finish.
	triedSteps           = 400
	triedTrajectorySteps = 200
	// frictionMargin is how much less the error with friction must be: a coefficient more
	// explains some noise.
	frictionMargin = 0.9
	// triedRows bounds the rows of a try.
	triedRows = 3000
)

// way names how a configuration learns from a dataset.
func (c *Config) way(d *dataset) string {
	switch {
	case c.Trainer == WeakForm:
		return c.Model
	case c.Trainer == ClosedForm && c.Dissipation != "":
		return "the closed form with friction"
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

// Decision is which of several configurations was found best: of all, and of those of an HNN (-1 for none). Errors are those
// of all, NA of one that failed or was not tried.
type Decision struct {
	Best, HNN int
	Errors    []Number
}

// The errors, as shares of the range, of a model of the weak form below which nothing that takes longer is tried: beside an HNN that
// follows the rows at all, and of a linear one below which nothing else is.
const (
	poorHNN      = 0.2
	goodEnough   = 5e-3
	tie          = 1e-4 // below it a law of few terms is the better answer
	linearEnough = 1e-6
)

// decide returns which of several configurations for one file learns best from
// its training rows, judged by rollouts on a fifth of them that is held out for this, and
// notes the decision for the results of the runs that follow it. It is the one place
// where that is decided. Once a model of the weak form follows the rows, what takes longer is not tried; a model of another kind than an
// HNN is best only where its error is below half an HNN's.
func (e *Env) decide(ctx context.Context, candidates []Config) (Decision, *Learning, error) {
	l := new(Learning)
	chosen := Decision{-1, -1, slices.Repeat([]Number{NA}, len(candidates))}
	best, hnn, weak, linear := NA, NA, NA, NA
	less := func(a, b Number) bool { return a < b || math.IsNaN(float64(b)) }
	e.data.limit = max(e.data.limit, 3) // trajectories are learned from states that are not smoothed
	for i := range candidates {
		c := candidates[i]
		if c.Trainer == Adam && weak < goodEnough && hnn < poorHNN || linear < linearEnough {
			continue
		}
		d, err := e.data.load(&c, e.Reading)
		if err != nil {
			return chosen, nil, err
		}
		if c.Model == formula.Kind && d.velocities() {
			continue // momenta are not measured: a Lagrangian is what to look for
		}
		c.Angle = d.angles
		inner, err := d.inner()
		if err != nil {
			return chosen, nil, fmt.Errorf("%s: %w", c.Data, err)
		}
		try := LearningTry{Way: c.way(d), Error: NA}
		m, err := e.tryOut(ctx, c, inner)
		if ctx.Err() != nil {
			return chosen, nil, ctx.Err()
		}
		if err == nil {
			if r, err := e.heldOut(m, inner, eval.Options{Workers: e.workers(), Interrupt: ctx.Err}); err == nil && r != nil && r.Diverged == 0 {
				try.Error = r.Error.Median
			}
		}
		l.Tried = append(l.Tried, try)
		chosen.Errors[i] = try.Error
		if c.Trainer == ClosedForm && c.Dissipation != "" && chosen.HNN >= 0 && candidates[chosen.HNN].Dissipation == "" && !math.IsNaN(float64(hnn)) && !(try.Error < frictionMargin*hnn) {
			continue
		}
		if less(try.Error, best) {
			best, chosen.Best = try.Error, i
		}
		if c.Trainer == WeakForm && less(try.Error, weak) {
			weak = try.Error
		}
		if c.Model == terms.KindLinear {
			linear = try.Error
		}
		if c.Trainer != WeakForm && (chosen.HNN < 0 || less(try.Error, hnn)) {
			hnn, chosen.HNN, l.Chosen = try.Error, i, try.Way
		}
	}
	if chosen.Best < 0 {
		chosen.Best = chosen.HNN // nothing has an error: the HNN's first way
	}
	if chosen.Best < 0 {
		return chosen, nil, errors.New("no model that was tried follows the training rows: give longer trajectories, say which columns are what, or choose with --model and --trainer")
	}
	if chosen.HNN >= 0 && candidates[chosen.Best].Trainer == WeakForm && best > hnn/2 && hnn > tie {
		chosen.Best = chosen.HNN
	}
	l.Verdict = l.verdict(hnn)
	c := candidates[chosen.Best]
	e.learning, e.recommended = l, &c
	if c.Trainer == WeakForm {
		l.Recommended = c.Model
	}
	return chosen, l, nil
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
	if d.raw != nil {
		in.raw, in.isVelocity = d.rawInner(), d.isVelocity
	}
	if in.Train.Rows() < 2 || in.Test.Rows() < 3 {
		return nil, errors.New("too few training rows to hold some out: give longer trajectories, or say how to learn with --trainer")
	}
	return in, nil
}

// rawInner are the measured rows of the trials, or the part of a single one, that inner trains on.
func (d *dataset) rawInner() *data.Set {
	if n := d.raw.Trials(); n > 1 {
		return d.raw.SliceTrials(0, n-max(1, n/5))
	}
	return d.raw.Slice(0, d.raw.Rows()-d.raw.Rows()/5)
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
	if c.Trainer == WeakForm {
		form, _, err := c.solveWeak(d)
		if err != nil {
			return nil, err
		}
		return form.Field(), nil
	}
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
