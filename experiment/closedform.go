package experiment

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"hnn/fit/closedform"
	"hnn/internal/stream"
	"hnn/model/expansion"
	modelfile "hnn/model/file"
	"hnn/model/network"
	"hnn/system"
)

// Trainer is a way to fit a model.
type Trainer string

// The trainers.
const (
	Adam       Trainer = "adam"
	ClosedForm Trainer = "closed-form"
)

// Values lists the names of the trainers.
func (Trainer) Values() []string { return []string{string(Adam), string(ClosedForm), string(WeakForm)} }

// WithClosedForm is the same task fitted by one least-squares solve instead, told
// nothing of the system but, for the measured pendulum, that it is damped.
func (c Config) WithClosedForm() Config {
	c.Trainer, c.Model, c.Precision = ClosedForm, network.KindHNN, Float64
	for _, s := range settings {
		if s.Is("adam") {
			s.Clear(&c)
		}
	}
	t := c.Facts().ClosedForm
	c.Dissipation = cmp.Or(t.Dissipation, c.Dissipation)
	c.Weighted = c.Weighted || t.Weighted
	return c
}

func (c *Config) validateClosedForm() error {
	if err := c.refuse("adam", c.given("adam")...); err != nil {
		return err
	}
	switch {
	case c.Model != network.KindHNN:
		return fmt.Errorf("the closed form fits the model %s; a %s needs the trainer %s", network.KindHNN, c.Model, Adam)
	case c.Precision != Float64:
		return fmt.Errorf("precision %s: the closed form loses its accuracy in it and is always float64", c.Precision)
	case c.Known && c.fromFile():
		return fmt.Errorf("task %s is no known system, so nothing is known of it; give structure, symmetry and so on", c.Task)
	case c.Dissipation != "" && c.Dissipation != "linear":
		return fmt.Errorf("no dissipation %q of the closed form; it is linear", c.Dissipation)
	}
	_, err := c.closedFormOptions()
	return err
}

// closedFormOptions are the options but for what depends on the data: the angles.
func (c *Config) closedFormOptions() (closedform.Options, error) {
	o := c.Closed
	o.Structure, o.Activation = c.structure(), c.Activation
	o.Friction, o.LearnedGain, o.Masses = c.Dissipation != "", c.InputGain != network.GainConstant, c.bodyMasses()
	o.Weighted, o.RNG = c.Weighted, stream.New(c.Seed, "features")
	for _, s := range c.Symmetry {
		o.Symmetry |= s
	}
	if c.Known {
		if err := c.tellKnown(&o); err != nil {
			return o, err
		}
	}
	_, err := o.Activation.SmoothFor()
	return o, err
}

// tellKnown adds to o what is known of the task's system.
func (c *Config) tellKnown(o *closedform.Options) error {
	t := c.Facts()
	o.Structure |= t.ClosedForm.Structure
	o.Angles = c.knownAngles()
	if s, ok := t.System.(system.Bodied); ok && o.Structure&network.Pairwise != 0 && o.Masses == nil {
		for _, b := range s.Bodies() {
			o.Masses = append(o.Masses, b.Mass)
		}
	}
	known, err := closedform.ParseSymmetry(t.ClosedForm.Symmetry...)
	if o.Friction {
		known &^= closedform.TimeReversal // friction has a direction of time
	}
	o.Symmetry |= known
	return err
}

// knownAngles marks the angles that the closed form is told with what is known, nil for none.
func (c *Config) knownAngles() (marks []bool) {
	if t := c.Facts(); c.Known && t.ClosedForm.Angles {
		for _, q := range t.System.Coordinates() {
			marks = append(marks, q.Angle)
		}
	}
	return marks
}

// fitClosedForm is a run by one least-squares solve: no steps, no checkpoint.
func (e *Env) fitClosedForm(ctx context.Context, c Config, d *dataset, dir string) (*Run, error) {
	if c.Known {
		o, err := c.closedFormOptions()
		if err != nil {
			return nil, err
		}
		e.log("%s: the closed form is told what is known: %s", c.Task, strings.Join(slices.DeleteFunc([]string{o.Structure.String(), o.Symmetry.String()}, func(s string) bool { return s == "" }), ", "))
	}
	e.logKnownPart(&c, d)
	var report *closedform.Report
	m, err := Interruptible(ctx, func() (m *expansion.Model, err error) {
		m, report, err = e.solve(&c, d)
		return m, err
	})
	if err != nil {
		return nil, stopped(ctx, fmt.Errorf("%s: %w", dir, err), dir, 0)
	}
	if report.Runaways > 0 {
		e.log("%s: warning: %d short rollouts of the fitted model run away; tell it more of the system, or give more rows", c.Task, report.Runaways)
	}
	metadata := report.Metadata()
	maps.Copy(metadata, runMetadata(&c, d))
	if metadata, err = withDigests(dir, nil, metadata); err != nil {
		return nil, err
	}
	if err := modelfile.SaveExpansion(filepath.Join(dir, modelFile), m, metadata); err != nil {
		return nil, err
	}
	r, err := newRun(dir, c, m.Form(), d)
	if err != nil {
		return nil, err
	}
	if r.Results, err = e.evaluate(ctx, &c, r.model, d); err != nil {
		return nil, stopped(ctx, err, dir, 0)
	}
	if part := unexplained(r.Results, d); report.Observations == closedform.Exact.String() && part > poorFit {
		e.log("%s: warning: in the median test row the fitted field is %.0f%% off; tell it more of the system, or try --trainer adam", c.Task, 100*part)
	}
	r.Results.FitSeconds, r.Results.StepMS, r.Results.ClosedForm = Number(report.Seconds), NA, report
	e.log("%s: closed form with %d features in %.3f s, ridge %.1e, condition %.1e", c.Task, report.Features, report.Seconds, report.Lambda, report.Condition)
	return r, e.finish(ctx, r)
}

// solve fits by the closed form.
func (e *Env) solve(c *Config, d *dataset) (*expansion.Model, *closedform.Report, error) {
	o, err := c.closedFormOptions()
	if err != nil {
		return nil, nil, err
	}
	if err := c.checkInputs(d); err != nil {
		return nil, nil, err
	}
	o.Workers = e.workers()
	if o.Features == 0 && o.Structure == 0 && !c.Known {
		o.Features = c.Facts().ClosedForm.Features
	}
	if c.Angle != nil {
		marks, err := angles(c.Angle, d.columns())
		for j := range o.Angles { // those of --known
			marks[j] = marks[j] || o.Angles[j]
		}
		if o.Angles = marks; err != nil {
			return nil, nil, err
		}
	}
	if known, err := c.knownPart(d); err != nil {
		return nil, nil, err
	} else {
		o.Known = dimensionless(known, d.scales)
	}
	train := *d.fitted().Train
	if d.estimated && train.LongestTrial() > 1 {
		// Estimated derivatives are left alone: the integral form needs none.
		train.DX = nil
	}
	m, report, err := closedform.Fit(&train, o)
	if err == nil && d.scales != nil {
		report.Friction /= d.scales.Time // a rate
		momenta, inputs := d.scales.State[train.Dim/2:], d.scales.Input
		for k := range report.Gain {
			report.Gain[k] *= momenta[k/len(inputs)] / (d.scales.Time * inputs[k%len(inputs)])
		}
	}
	return m, report, err
}

// poorFit is the part of the field that a fit of exact rows may leave unexplained without
// a warning.
const poorFit = 0.05

// unexplained is the median test row's error relative to the field's root mean square.
func unexplained(r *Results, d *dataset) float64 {
	square := 0.0
	for _, v := range d.Test.DX {
		square += v * v / float64(len(d.Test.DX))
	}
	return math.Sqrt(float64(r.RowMedianLoss) / square)
}

// angles marks the columns that are named.
func angles(names, columns []string) ([]bool, error) {
	marks := make([]bool, len(columns))
	for _, n := range names {
		i := slices.Index(columns, n)
		if i < 0 {
			return nil, fmt.Errorf("no column %q to take as an angle; the states have %s", n, strings.Join(columns, ", "))
		}
		marks[i] = true
	}
	return marks, nil
}
