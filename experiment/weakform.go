package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hnn/data"
	"hnn/fit/lagrange"
	"hnn/fit/law"
	"hnn/fit/linear"
	"hnn/model"
	modelfile "hnn/model/file"
	"hnn/model/lagrangian"
	"hnn/model/network"
	"hnn/model/terms"
)

// WeakForm is the trainer of models that are sums of terms: one linear solve against test functions, with the terms that
// held-out trials need, and the simulation error of what was measured at the end.
const WeakForm Trainer = "weak-form"

// weakKinds are the models that the weak form fits.
var weakKinds = []string{terms.KindLinear, lagrangian.Kind, terms.KindSparse}

// Kinds lists the models that a run can train.
func Kinds() []string { return append(network.Kinds(), weakKinds...) }

// WeakKinds lists the models that the weak form fits.
func WeakKinds() []string { return slices.Clone(weakKinds) }

// IsWeak reports whether a kind of model is fitted by the weak form.
func IsWeak(kind string) bool { return slices.Contains(weakKinds, kind) }

// WithWeakForm is the same task with a model that the weak form fits.
func (c Config) WithWeakForm(kind string) Config {
	c.Trainer, c.Model, c.Precision, c.Scaling = WeakForm, kind, Float64, false
	for _, s := range settings {
		if s.Is("adam") {
			s.Clear(&c)
		}
	}
	return c
}

// WeakReport is what the weak form found.
type WeakReport struct {
	// Law is the equations in the names of the columns.
	Law string `json:"law"`
	// Terms counts those taken, of so many Candidates.
	Terms      int `json:"terms"`
	Candidates int `json:"candidates"`
	// HeldOut is the median relative error of rollouts over Horizon of trials that were held out of the choice of terms.
	HeldOut Number `json:"held_out"`
	Horizon Number `json:"horizon"`
	// Noise of the columns, as estimated, in their units.
	Noise []Number `json:"noise,omitempty"`
	// Residual is the largest residual of a linear fit, relative to its column's spread.
	Residual *Number `json:"residual,omitempty"`
	// Cost is the squared residual of the simulation in units of the noise after the last fit: near 1 where the
	// law explains the rows. Absent where nothing was polished.
	Cost    *Number  `json:"cost,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Seconds float64  `json:"seconds"`
}

func (c *Config) validateWeakForm() error {
	if err := c.Refuse("adam", c.given("adam")...); err != nil {
		return err
	}
	if err := c.Refuse("closed-form", c.given("closed-form")...); err != nil {
		return err
	}
	switch {
	case !IsWeak(c.Model):
		return fmt.Errorf("the trainer %s fits the models %s; a %s needs the trainer %s or %s", WeakForm, strings.Join(weakKinds, ", "), c.Model, ClosedForm, Adam)
	case c.Precision != Float64:
		return fmt.Errorf("precision %s: the weak form is always float64", c.Precision)
	case c.Structure != nil || c.Skew != "" || c.Symmetry != nil || c.Known || c.Dissipation != "" || c.InputGain != "" || c.Mass != nil:
		return fmt.Errorf("the model %s is told nothing of H: leave out known, structure, symmetry, dissipation, input-gain, skew and mass; it finds masses, friction and gains itself", c.Model)
	}
	return nil
}

// solveWeak fits a model by the weak form to what was measured.
func (c *Config) solveWeak(d *dataset) (*model.Form[float64], *WeakReport, error) {
	from := time.Now()
	names, inputs := d.columns(), d.Train.InputNames
	marks, err := angles(d.angles, names)
	if err != nil {
		return nil, nil, err
	}
	set := d.observed()
	r := new(WeakReport)
	var form *model.Form[float64]
	switch c.Model {
	case lagrangian.Kind:
		form, err = d.solveLagrangian(set, marks[:len(marks)/2], names, r)
	case terms.KindLinear:
		form, err = d.solveLinear(set, names, inputs, r)
	default:
		form, err = d.solveSparse(set, marks, names, inputs, r)
	}
	r.Seconds = time.Since(from).Seconds()
	return form, r, err
}

// observed are the training rows as they were measured.
func (d *dataset) observed() *data.Set {
	if d.raw != nil {
		return d.raw
	}
	return d.Train
}

// positionsOnly says that velocities are not in the file.
const needsVelocities = "the states are positions and momenta by their names, and a Lagrangian is fitted to positions and velocities; name the velocities v, omega or as the positions' rates"

func (d *dataset) solveLagrangian(set *data.Set, marks []bool, names []string, r *WeakReport) (*model.Form[float64], error) {
	if !d.velocities() {
		return nil, errors.New(needsVelocities)
	}
	l, report, err := lagrange.Fit(set, lagrange.Options{Angles: marks})
	if err != nil {
		return nil, err
	}
	if report.Smoothed || set.InputNames != nil && report.Error > exactEnough {
		_, polished := lagrange.Polish(l, set, report)
		r.cost(polished.After, polished.Window)
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon = report.Terms, report.Candidates, Number(report.Error), Number(report.Horizon)
	r.Noise = numberList(append(report.PositionNoise, report.VelocityNoise...))
	if report.Dropped {
		r.Notes = append(r.Notes, "the velocities are not the positions' derivatives (filtered, of another scale or late): they were not used")
	}
	if !report.Forced {
		r.Notes = append(r.Notes, "no known force fixes the scale: energy, masses and friction are known up to one factor")
	}
	r.Law = l.Text(names[:l.N], 5)
	return l.ModelForm(), nil
}

func (d *dataset) solveLinear(set *data.Set, names, inputs []string, r *WeakReport) (*model.Form[float64], error) {
	if set.PositionsOnly {
		return nil, errors.New("a linear field is fitted to whole states, and the file has positions alone")
	}
	f, report, err := linear.Fit(set, linear.Options{})
	if err != nil {
		return nil, err
	}
	if report.Fastest >= 0.5 {
		r.Notes = append(r.Notes, fmt.Sprintf("something turns by %.2f turns between two rows: a slower or faster one would explain the rows as well", report.Fastest))
	}
	relative := Number(report.Relative)
	r.Residual, r.Terms, r.Candidates, r.HeldOut, r.Horizon = &relative, len(report.Free), len(report.Free), NA, NA
	if !report.Converged {
		return nil, fmt.Errorf("no linear field explains the rows: the simulation is off by %.2g of a column's spread", report.Relative)
	}
	if d.velocities() {
		if m, err := linear.Split(f, coefficientNoise(f, report)); err == nil {
			l := m.Lagrangian()
			if m.Scales > 1 {
				r.Notes = append(r.Notes, fmt.Sprintf("%d numbers of the masses are free: no motion tells them", m.Scales))
			}
			r.Law = l.Text(names[:m.N], 5)
			form := l.ModelForm()
			return model.Named(form, terms.KindLinear), nil
		}
	}
	t := f.Terms()
	r.Law = t.Text(names, inputs, 5)
	return t.ModelForm(terms.KindLinear), nil
}

// coefficientNoise is the standard error of A's elements relative to the largest.
func coefficientNoise(f *linear.Field, r *linear.Report) float64 {
	largest, q := 0.0, f.Dim+f.Inputs+1
	for _, v := range f.A {
		largest = math.Max(largest, math.Abs(v))
	}
	most, n := 0.0, len(r.Free)
	if r.Covariance == nil || largest == 0 {
		return 0
	}
	for k, place := range r.Free {
		if place%q < f.Dim {
			most = math.Max(most, math.Sqrt(math.Max(r.Covariance[k*n+k], 0)))
		}
	}
	return most / largest
}

func (d *dataset) solveSparse(set *data.Set, marks []bool, names, inputs []string, r *WeakReport) (*model.Form[float64], error) {
	if set.PositionsOnly {
		return nil, errors.New("a field of terms is fitted to whole states, and the file has positions alone; a lagrangian takes them")
	}
	f, report, err := law.Fit(set, law.Options{Angles: marks})
	if err != nil {
		return nil, err
	}
	if report.Smoothed {
		law.Polish(f, set, report)
		r.cost(report.Polish.After, report.Polish.Window)
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon, r.Noise = report.Terms, report.Candidates, Number(report.Error), Number(report.Horizon), numberList(report.Noise)
	r.Law = f.Text(names, inputs, 5)
	return f.ModelForm(terms.KindSparse), nil
}

// exactEnough is the held-out error below which nothing is polished.
const exactEnough = 1e-5

func (r *WeakReport) cost(v float64, window int) {
	if window > 0 {
		n := Number(v)
		r.Cost = &n
	}
}

func numberList(v []float64) (out []Number) {
	for _, x := range v {
		out = append(out, Number(x))
	}
	return out
}

// fitWeakForm is a run by the weak form: no steps, no checkpoint.
func (e *Env) fitWeakForm(ctx context.Context, c Config, d *dataset, dir string) (*Run, error) {
	var report *WeakReport
	form, err := interruptible(ctx, func() (form *model.Form[float64], err error) {
		form, report, err = c.solveWeak(d)
		return form, err
	})
	if err != nil {
		return nil, stopped(ctx, fmt.Errorf("%s: %w", dir, err), dir, 0)
	}
	metadata, err := withDigests(dir, nil, runMetadata(&c, d))
	if err != nil {
		return nil, err
	}
	if err := modelfile.SaveTerms(filepath.Join(dir, modelFile), form, metadata); err != nil {
		return nil, err
	}
	r, err := newRun(dir, c, form, d)
	if err != nil {
		return nil, err
	}
	if r.Results, err = e.evaluate(ctx, &c, r.model, d); err != nil {
		return nil, stopped(ctx, err, dir, 0)
	}
	r.Results.FitSeconds, r.Results.StepMS, r.Results.WeakForm = Number(report.Seconds), NA, report
	e.log("%s: %s in %.2f s:", c.Task, c.Model, report.Seconds)
	for line := range strings.Lines(report.Law) {
		e.log("    %s", strings.TrimRight(line, "\n"))
	}
	for _, note := range report.Notes {
		e.log("%s: %s: %s", c.Task, c.Model, note)
	}
	return r, writeResults(dir, r.Results)
}
