package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"hnn/data"
	"hnn/data/rods"
	fitformula "hnn/fit/formula"
	"hnn/fit/lagrange"
	"hnn/fit/linear"
	"hnn/fit/sparse"
	"hnn/model"
	"hnn/model/expr"
	modelfile "hnn/model/file"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/poisson"
	"hnn/model/terms"
)

// WeakForm is the trainer of models that are sums of terms: one linear solve against test functions, with the terms that
// held-out trials need, and the simulation error of what was measured at the end.
const WeakForm Trainer = "weak-form"

// weakKinds are the models that the weak form fits.
var weakKinds = []string{terms.KindLinear, lagrangian.Kind, terms.KindSparse, formula.Kind, poisson.Kind, lattice.Kind}

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
	// Units are those of the columns, nil where the file says none.
	Units *LawUnits `json:"units,omitempty"`
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
	Cost *Number `json:"cost,omitempty"`
	// Path is the Pareto front of a formula: the number of coefficients, and the weak residual of held-out trials with the best
	// set of so many, in times the least.
	Path []PathStep `json:"path,omitempty"`
	// Parameters are the coefficients with their standard errors by the simulation error, at a fixed scale where no force
	// fixes it, and Correlations those between them, row by row.
	Parameters   []Parameter `json:"parameters,omitempty"`
	Correlations [][]Number  `json:"correlations,omitempty"`
	// Residuals say whether what the simulation leaves is noise.
	Residuals []Residual `json:"residuals,omitempty"`
	Notes     []string   `json:"notes,omitempty"`
	Seconds   float64    `json:"seconds"`

	// unexplained says why the law is no result, "" for one that is.
	unexplained string
	// doubt is which part of the forces neither the law nor noise explains, 0 for none.
	doubt float64
	// other names a graph that explains them, "" for none; it takes some fits. Nil where there is no doubt.
	other func() string
	// more adds the notes that take as long as the fit, for those who read them; nil for none.
	more func()
}

func (c *Config) validateWeakForm() error {
	if err := c.refuse("adam", c.given("adam")...); err != nil {
		return err
	}
	if err := c.refuse("closed-form", c.given("closed-form")...); err != nil {
		return err
	}
	if c.Rods != "" && c.Rods != noRods {
		if _, err := rods.ParsePairs(c.Rods); err != nil {
			return err
		}
	}
	if c.Values != "" {
		if _, err := lagrange.ParseValues(c.Values); err != nil {
			return fmt.Errorf("values: %w", err)
		}
	}
	switch {
	case !IsWeak(c.Model):
		return fmt.Errorf("the trainer %s fits the models %s; a %s needs the trainer %s or %s", WeakForm, strings.Join(weakKinds, ", "), c.Model, ClosedForm, Adam)
	case c.Precision != Float64:
		return fmt.Errorf("precision %s: the weak form is always float64", c.Precision)
	case c.Structure != nil || c.Skew != "" || c.Symmetry != nil || c.Known || c.Dissipation != "" || c.InputGain != "" && c.Model != lagrangian.Kind || c.Mass != nil:
		return fmt.Errorf("the model %s is told nothing of H: leave out known, structure, symmetry, dissipation, input-gain, skew and mass; it finds masses, friction and gains itself", c.Model)
	case c.Model == lattice.Kind && (c.Lattice == "") == (c.Edges == ""):
		return fmt.Errorf("the model %s needs a graph: give --lattice (%s), or --edges FILE, not both", c.Model, lattice.Shapes)
	case c.LatticeAdam != "" && !slices.Contains(Loss("").Values(), c.LatticeAdam):
		return fmt.Errorf("lattice-adam %s: %s", c.LatticeAdam, strings.Join(Loss("").Values(), " or "))
	case c.LatticeSteps < 0 || c.LatticeSteps != 0 && c.LatticeAdam == "":
		return fmt.Errorf("lattice-steps %d: a positive number of steps of --lattice-adam", c.LatticeSteps)
	case c.Columns.X != nil && (c.Model == lagrangian.Kind || c.Model == formula.Kind || c.Model == lattice.Kind && c.Lattice != "ring"):
		return fmt.Errorf("the model %s is made of positions and velocities or momenta, and x names columns that are no pairs: name them with --q and --p, or take %s, %s or %s", c.Model, terms.KindLinear, terms.KindSparse, poisson.Kind)
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
	if err := c.checkWeak(d); err != nil {
		return nil, nil, err
	}
	set := d.observed()
	r := new(WeakReport)
	var form *model.Form[float64]
	switch c.Model {
	case lagrangian.Kind:
		form, err = d.solveLagrangian(c, set, marks[:len(marks)/2], names, r)
	case formula.Kind:
		if d.system != nil && d.angles == nil {
			for i, one := range d.system.Coordinates() {
				marks[i] = one.Angle
			}
		}
		form, err = d.solveFormula(c, set, marks[:len(marks)/2], names, inputs, r)
	case terms.KindLinear:
		form, err = d.solveLinear(set, names, inputs, r)
	case lattice.Kind:
		form, err = d.solveLattice(c, names, r)
	case poisson.Kind:
		form, err = d.solvePoisson(c, set, marks, names, r)
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

func (d *dataset) solveLinear(set *data.Set, names, inputs []string, r *WeakReport) (*model.Form[float64], error) {
	f, report, err := d.linear(set)
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
	if d.velocities() && ratesOf(f, set) {
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

// linearOf is a linear field that was fitted to the training rows.
type linearOf struct {
	field  *linear.Field
	report *linear.Report
	err    error
}

// linear is the linear field, fitted once.
func (d *dataset) linear(set *data.Set) (*linear.Field, *linear.Report, error) {
	if d.fittedLinear == nil {
		f, report, err := linear.Fit(set, linear.Options{})
		d.fittedLinear = &linearOf{f, report, err}
	}
	return d.fittedLinear.field, d.fittedLinear.report, d.fittedLinear.err
}

// ratesOf reports whether by a field the second half of a state is the rate of the first, to a fifth of its spread: a flow
// beside a pressure is called a velocity and is none.
func ratesOf(f *linear.Field, set *data.Set) bool {
	n, dx := f.Dim/2, make([]float64, f.Dim)
	var off, square float64
	for r := range set.Rows() {
		x := set.X[r*f.Dim : (r+1)*f.Dim]
		f.At(x, make([]float64, f.Inputs), dx)
		for i := range n {
			off += (dx[i] - x[n+i]) * (dx[i] - x[n+i])
			square += x[n+i] * x[n+i]
		}
	}
	return off < 0.04*square
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
	f, report, err := d.law(set, marks)
	if err != nil {
		return nil, err
	}
	if report.Smoothed {
		r.cost(report.Polish.After, report.Polish.Window)
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon, r.Noise = report.Terms, report.Candidates, Number(report.Error), Number(report.Horizon), numberList(report.Noise)
	r.Law = f.Text(names, inputs, 5)
	return f.ModelForm(terms.KindSparse), nil
}

func (d *dataset) solveFormula(c *Config, set *data.Set, marks []bool, names, inputs []string, r *WeakReport) (*model.Form[float64], error) {
	r.Units = d.lawUnits(c)
	names = formulaNames(names)
	list, own, inside, err := c.library(set.Dim/2, marks, names, r.Units)
	if err != nil {
		return nil, err
	}
	if _, err := r.Units.energy(); err != nil {
		r.Notes = append(r.Notes, "warning: "+err.Error())
	}
	o := fitformula.Options{Angles: marks, Names: names, Prune: !own}
	if o.Known, err = c.knownPart(d); err != nil {
		return nil, err
	}
	// Masses may depend on the position; estimated rates serve where rows are trajectories.
	mechanical := sync.OnceValues(func() (*formula.Formula, *fitformula.Report) {
		rows := set
		if !d.scattered() {
			rows = d.Train
		}
		f, report, err := fitformula.Mechanical(rows, o)
		if err != nil {
			return nil, nil
		}
		return f, report
	})
	free := !own && o.Known == nil
	var f *formula.Formula
	var report *fitformula.Report
	switch {
	case d.scattered() && inside == nil:
		f, report, err = fitformula.Distil(asOneTrial(set), list, o)
	case inside != nil:
		f, report, err = fitformula.FitInside(set, list, inside, o)
	default:
		sums := o
		if free {
			sums.Beaten = func(error float64) bool {
				_, found := mechanical()
				return found != nil && found.Error < error/clearly
			}
		}
		f, report, err = fitformula.Fit(set, list, sums)
	}
	masses := false
	if free && (err != nil || report.Error > exactEnough) {
		if g, found := mechanical(); found != nil && (err != nil || found.Error < report.Error/2) {
			f, report, err, masses = g, found, nil, true
		}
	}
	if err != nil {
		return nil, err
	}
	for _, p := range inside {
		r.Notes = append(r.Notes, fmt.Sprintf("%s = %.6g, standard error %.2g", p.Name, p.Value, p.Error))
	}
	if !d.scattered() {
		if !masses {
			fitformula.Polish(f, set, report)
		}
		r.cost(report.Polish.After, report.Polish.Window)
	}
	if d.velocities() {
		r.Notes = append(r.Notes, "the columns of velocities are taken as momenta: right for a mass that does not depend on the position")
	}
	if report.Explained() && !report.Complete() {
		r.Notes = append(r.Notes, fmt.Sprintf("the formula leaves %.3g times the noise's squared error: something small is missing from the library, or the columns have errors that are no noise", report.Polish.After))
	}
	switch {
	case report.Explained():
	case report.Polish == nil:
		r.Notes = append(r.Notes, fmt.Sprintf("NO FORMULA of the library explains the rates: the best one is off by %.2g of them; give terms of your own with --terms", report.Error))
	default:
		r.Notes = append(r.Notes, fmt.Sprintf("NO FORMULA of the library explains the rows: the best one leaves %.3g times the noise's squared error, and rollouts of held-out trials are off by %.2g of the columns' spread; give terms of your own with --terms", report.Polish.After, report.Error))
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon, r.Noise = len(f.Terms), report.Candidates, Number(report.Error), Number(report.Horizon), numberList(report.Noise)
	for _, s := range report.Path {
		if s.Terms <= mostFront {
			r.Path = append(r.Path, PathStep{s.Terms, Number(math.Exp(s.Error / 2))})
		}
	}
	r.Law = f.Rounded().Text(expr.Text, names, inputs, 0)
	return f.ModelForm(), nil
}

// library is the terms that a configuration names, with the numbers inside them that are fitted, or those of the default
// library.
func (c *Config) library(n int, marks []bool, names []string, units *LawUnits) (list []*expr.Expr, own bool, inside []fitformula.Parameter, err error) {
	if c.Terms == "" {
		if c.Start != "" {
			return nil, false, nil, errors.New("start: there are numbers to fit inside terms of your own alone; give --terms")
		}
		return units.consistent(fitformula.Default(n, marks, names), names), false, nil, nil
	}
	all := slices.Clone(names)
	for _, part := range strings.Split(c.Start, ",") {
		name, text, ok := strings.Cut(strings.TrimSpace(part), "=")
		if name = strings.TrimSpace(name); name == "" && !ok {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		switch {
		case !ok || err != nil || math.IsInf(v, 0) || math.IsNaN(v):
			return nil, true, nil, fmt.Errorf("start: %q is not a name with a number, as k=2", part)
		case slices.Contains(all, name) || slices.Contains(expr.Functions(), name) || name == "pi":
			return nil, true, nil, fmt.Errorf("start: %q is a column, a function or there already", name)
		}
		all, inside = append(all, name), append(inside, fitformula.Parameter{Name: name, Value: v})
	}
	if list, err = expr.ParseList(c.Terms, all); err != nil {
		return nil, true, nil, fmt.Errorf("terms: %w (a number to be fitted inside a term is named with --start)", err)
	}
	if _, err := expr.ParseUnits(c.Terms, all, units.expr()); units != nil && err != nil {
		return nil, true, nil, fmt.Errorf("terms: %w", err)
	}
	return list, true, inside, nil
}

// mostFront is up to how many coefficients the front of a formula is kept.
const mostFront = 12

// clearly is how many times the error of a form with masses that of a sum of terms is before its terms are not compared
// further.
const clearly = 30

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
	e.logKnownPart(&c, d)
	var report *WeakReport
	form, err := Interruptible(ctx, func() (form *model.Form[float64], err error) {
		if form, report, err = c.solveWeak(d); err == nil && report.more != nil {
			report.more()
		}
		return form, err
	})
	if errors.Is(err, sparse.ErrUndetermined) {
		err = fmt.Errorf("%w: give longer or more different trials, leave out rows at rest and impacts, which no smooth law follows, or choose another --model", err)
	}
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
	r.Results.NoResult = cmp.Or(r.Results.NoResult, report.unexplained)
	e.log("%s: %s in %.2f s:", c.Task, c.Model, report.Seconds)
	for line := range strings.Lines(report.Law) {
		e.log("    %s", strings.TrimRight(line, "\n"))
	}
	var parameters strings.Builder
	report.writeParameters(&parameters)
	for line := range strings.Lines(parameters.String()) {
		e.log("    %s", strings.TrimRight(line, "\n"))
	}
	for _, note := range report.Notes {
		e.log("%s: %s: %s", c.Task, c.Model, note)
	}
	return r, e.finish(ctx, r)
}
