package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"hnn/data"
	"hnn/eval"
	"hnn/internal/printable"
	"hnn/internal/shell"
	"hnn/model"
	modelfile "hnn/model/file"
	"hnn/model/lattice"
)

// Open loads a finished run.
func (e *Env) Open(dir string) (*Run, error) {
	c, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	m, meta, err := modelfile.Load(filepath.Join(dir, modelFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unfinished(dir)
	}
	if err != nil {
		return nil, err
	}
	unsealed, err := checkDigests(dir, meta)
	if err != nil {
		return nil, err
	}
	if unsealed {
		e.logUnsealed(dir)
	}
	r := &Run{Dir: dir, Config: c, form: m, model: m.Field(), meta: meta, columns: splitNames(meta[metaColumns])}
	if len(r.columns) != m.Dim {
		r.columns = stateNames(m.Dim)
	}
	l, err := readLearned(dir)
	if err != nil {
		return nil, err
	}
	if l != nil {
		r.findings = l.Findings
		if l.Seen != nil && len(l.Seen.Least) == m.Dim {
			r.seen = l.Seen
		}
	}
	if n := m.Inputs; n > 0 {
		if r.inputs = splitNames(meta[metaInputs]); len(r.inputs) != n {
			return nil, fmt.Errorf("%s: the model takes %d inputs and its file names %q", dir, n, r.inputs)
		}
	}
	return r, nil
}

// splitNames are the names that metadata hold, which may come from anywhere.
func splitNames(text string) []string {
	names := strings.Split(text, "\t")
	for i := range names {
		names[i] = printable.Name(names[i])
	}
	return names
}

// UnfinishedError says that there is no finished run in a directory: one that was interrupted or failed, or none at all.
type UnfinishedError struct{ text string }

func (e *UnfinishedError) Error() string { return e.text }

func unfinished(dir string) error {
	return &UnfinishedError{fmt.Sprintf("%s has no %s: the run is not finished; continue it with: hnn train --resume %s", dir, modelFile, shell.Quote(dir))}
}

// OpenAll loads the finished runs among directories and says which of the others it leaves out. It is an error if it
// leaves out all.
func (e *Env) OpenAll(dirs []string) ([]*Run, error) {
	var runs []*Run
	var skipped []error
	for _, dir := range dirs {
		if IsParticles(dir) {
			skipped = append(skipped, NotForParticles(dir))
			continue
		}
		r, err := e.Open(dir)
		var skip *UnfinishedError
		switch {
		case errors.As(err, &skip):
			skipped = append(skipped, err)
			continue
		case err != nil:
			return nil, err
		}
		runs = append(runs, r)
	}
	if len(runs) == 0 {
		return nil, errors.Join(skipped...)
	}
	for _, err := range skipped {
		e.log("warning: left out: %v", err)
	}
	return runs, nil
}

// Evaluate measures an opened run again on its own data, drawn or read anew, and
// leaves the numbers in its Results. The run directory is not touched.
func (e *Env) Evaluate(ctx context.Context, r *Run) error {
	if err := e.WarnChanged(r.Dir); err != nil {
		return err
	}
	d, err := e.load(&r.Config)
	if err != nil {
		return err
	}
	e.logFindings(&r.Config, d)
	return e.evaluateOn(ctx, r, d)
}

// EvaluateFile takes the losses on the rows of another file, all of them test rows, and rolls the model over its trials
// from their first states, fitted to so many rows of a warm-up, 0 for as they were measured.
// The energy metrics belong to the run's own data and have no value. The file is read
// as the run's configuration says.
func (e *Env) EvaluateFile(ctx context.Context, r *Run, path string, warm int) error {
	c := r.Config
	if c.Pixels() {
		return fmt.Errorf("%s learned from pictures and is evaluated on its own films only", r.Dir)
	}
	d, err := e.secondDataset(r, path)
	if err != nil {
		return err
	}
	if err := e.evaluateOn(ctx, r, d); err != nil {
		return err
	}
	r.Results.Rollout, err = e.secondRollouts(r.model, r.data, warm, eval.Options{Workers: e.workers(), Interrupt: ctx.Err})
	if err != nil && ctx.Err() == nil && warm == 0 {
		e.log("no rollouts are compared with the rows: %v", err)
		return nil
	}
	if v := r.Results.Rollout; err == nil && v.Diverged < v.Starts {
		if vain := v.vain(false); vain != "" {
			e.log("warning: %s: %s", path, vain)
		}
	}
	return err
}

// secondDataset reads another file as the run's configuration says, all of it test rows.
func (e *Env) secondDataset(r *Run, path string) (*dataset, error) {
	d, set, err := e.secondRows(r, path)
	if err != nil {
		return nil, err
	}
	return d, e.estimateSecond(r, d, set, path)
}

// secondRows are the rows of another file, in the order of the run's columns and with as many sites as it has.
func (e *Env) secondRows(r *Run, path string) (*dataset, *data.Set, error) {
	c := r.Config
	d := &dataset{angles: c.Angle, progress: e.Reading}
	var set *data.Set
	var err error
	anySize := lattice.Of(r.form) != nil // whose columns are others where there are more sites
	if anySize && c.Columns.X != nil {
		if all := numberedLike(path, c.Columns.X[0]); all != nil {
			c.Columns.X = all
		}
	}
	if r.seen != nil && r.seen.Columns != nil && !anySize {
		set, err = d.second(&c, path, r.seen.Columns)
	} else {
		set, err = d.observations(&c, path)
	}
	if err != nil {
		return nil, nil, err
	}
	if anySize {
		if err := r.resizeTo(set, path); err != nil {
			return nil, nil, err
		}
	}
	if r.seen != nil {
		if set, err = r.seen.inOrder(set); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if r.seen.OffsetOfTrials {
			d.note("the run took offsets of each trial out of its columns, and of these trials the mean of those: rollouts from states that show more or less are off by so much")
		}
		set = set.DelayInputs(r.seen.InputDelay)
	}
	e.logMapping(d.mappings[0])
	return d, set, nil
}

// estimateSecond makes the rows of another file its test rows, and says what there is to say of them.
func (e *Env) estimateSecond(r *Run, d *dataset, set *data.Set, path string) error {
	if r.seen != nil {
		d.compareScale(set, r.seen)
	}
	if err := d.estimate(r.Config.estimateOptions(), set, set); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, note := range d.notes {
		e.log("%s: %s", path, note)
	}
	e.logFindings(&r.Config, d)
	d.Train, d.foreign, d.learned = &data.Set{Dim: d.Test.Dim}, true, r.Region()
	return nil
}

func (e *Env) evaluateOn(ctx context.Context, r *Run, d *dataset) error {
	if have, want := d.Test.Dim, r.model.Dim; have != want {
		return fmt.Errorf("%s: the model's states have %d components (%v) and the data's have %d (%v); evaluate it on data of its own system", r.Dir, want, r.columns, have, d.Test.Names)
	}
	d, err := d.inputsOf(r.model)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Dir, err)
	}
	var pace string
	if d.foreign {
		if pace = d.otherPace(r.model); pace != "" {
			e.log("warning: %s", pace)
		}
	}
	res, err := e.evaluate(ctx, &r.Config, r.model, d)
	if err != nil {
		return err
	}
	// What only training knows comes from the run.
	res.FitSeconds, res.StepMS = NA, NA
	switch old, err := ReadResults(r.Dir); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		res.Steps, res.FitSeconds, res.StepMS = old.Steps, old.FitSeconds, old.StepMS
		res.ClosedForm, res.Polish, res.Learning = old.ClosedForm, old.Polish, old.Learning
		res.WeakForm, res.Recommended = old.WeakForm, old.Recommended
		if what := d.otherRates(res, old); what != "" && pace == "" {
			e.log("warning: %s", what)
		}
	}
	r.data, r.Results = d, res
	return e.measureBands(ctx, r)
}

// evaluate takes every measure that the run's task has.
func (e *Env) evaluate(ctx context.Context, c *Config, m *model.Field, d *dataset) (*Results, error) {
	if d.films != nil {
		return e.evaluatePixels(ctx, c, m, d)
	}
	o := eval.Options{Workers: e.workers(), Interrupt: ctx.Err}
	train, test := derivativeLoss(m, d.Train, o.Workers), derivativeLoss(m, d.Test, o.Workers)
	r := &Results{
		Task: c.Task, Model: c.Model, Trainer: c.Trainer, Loss: c.Loss, Seed: c.Seed, Steps: c.Fit.Steps, Parameters: m.Parameters,
		TrainLoss: numbers(train.Estimate), TestLoss: numbers(test.Estimate), RowMedianLoss: Number(test.RowMedian),
		CleanLoss: NA, TrueHLoss: NA,
		Engine: newEngine(c.Precision, o.Workers),
	}
	r.NoResult = d.noResult(m, r, o.Workers)
	if c.Test != "" && !d.foreign {
		own := *r
		own.TestLoss = r.TrainLoss
		if what := cmp.Or(d.otherPace(m), d.otherRates(r, &own)); what != "" {
			e.log("warning: %s: %s", c.Test, what)
		}
	}
	if c.source().Own() {
		r.Learning = e.learning
		if b := e.recommended; b != nil {
			r.Recommended = b.Model == c.Model && b.Trainer == c.Trainer && b.Loss == c.Loss
		}
		r.Observations = &Observations{Estimator: d.estimator, Scales: d.scales, Angles: d.angles}
	} else if d.estimator != nil {
		r.Observations = &Observations{Estimator: d.estimator}
	}
	var err error
	if r.Trajectory, err = e.trajectoryLosses(c, m, d); err != nil {
		return nil, err
	}
	if d.Test.Clean != nil {
		r.CleanLoss = Number(eval.Loss(m, d.Test.Clean, nil, d.Test.DX, o.Workers).Mean)
	}
	if m.Loss != nil {
		power := numbers(eval.Power(m, d.Test.X))
		r.Power = &power
	}
	r.Inputs = d.Test.InputNames
	if m.Energy != nil && r.Inputs != nil {
		supply := numbers(eval.Supply(m, d.Test.X, d.Test.Inputs))
		r.Supply = &supply
	}
	if d.system != nil {
		r.TrueHLoss = Number(eval.SystemLoss(d.system, d.Test.X, d.Test.DX).Mean)
	}
	if r.Ensemble, err = e.ensembleSpread(ctx, c, m, d); err != nil || d.foreign {
		return r, err
	}
	if d.measured != nil && !d.scattered() {
		if r.Rollout, err = e.heldOut(m, d, o); err != nil {
			return nil, err
		}
		if v := r.Rollout; r.NoResult == "" && v != nil && v.Diverged == v.Starts {
			r.NoResult = fmt.Sprintf("all %d rollouts from held-out states diverge", v.Starts)
		} else if v != nil {
			// Of a model that the user has chosen the table says so; what is recommended has to foretell something.
			if r.vain = v.vain(e.learning != nil && e.learning.doubted); r.vain != "" && r.Recommended {
				r.NoResult = cmp.Or(r.NoResult, r.vain)
			} else if r.vain != "" {
				e.log("warning: %s: %s", c.Model, r.vain)
			}
		}
		if r.FreeRun, err = e.freeRun(m, d, o); err != nil {
			return nil, err
		}
	}
	if err := e.paperEnergy(r, c, m, d, o); err != nil {
		return nil, err
	}
	if c.Strict && d.system != nil {
		if err := e.strict(r, c, m, d, o); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// derivativeLoss is NaN of rows whose derivatives are unknown.
func derivativeLoss(m *model.Field, s *data.Set, workers int) eval.LossResult {
	if s.DX == nil {
		return eval.Loss(m, nil, nil, nil, workers)
	}
	if m.Forcing != nil {
		return eval.LossAt(m, s.T, s.X, s.Inputs, s.DX, workers)
	}
	return eval.Loss(m, s.X, s.Inputs, s.DX, workers)
}

func numbers(v eval.Estimate) Estimate { return Estimate{Number(v.Mean), Number(v.SEM)} }

func summary(v eval.Summary) MedianEstimate {
	return MedianEstimate{Number(v.Mean), Number(v.SEM), Number(v.Median)}
}

// paperEnergy adds the "paper" energy metric of the tasks that have one.
func (e *Env) paperEnergy(r *Results, c *Config, m *model.Field, d *dataset, o eval.Options) error {
	var energy eval.Estimate
	var failed error
	switch t := c.Facts(); {
	case t.Energy == nil:
		return nil
	case t.Fitted != nil:
		p, err := eval.MeasuredEnergy(m, t.Fitted, d.Test, *t.Energy, o)
		if err != nil {
			return err
		}
		energy, failed = p.Energy, p.Err
		states := Number(p.StatesMSE)
		r.StatesMSE = &states
	default:
		p, err := eval.PaperEnergy(m, t.System, t.Protocol(), o)
		if err != nil {
			return err
		}
		energy, failed = p.Energy, p.Err
		trueH := numbers(p.TrueH)
		r.EnergyMSETrueH = &trueH
	}
	if failed != nil {
		e.log("%s %s: a rollout of the energy metric failed, so it has no value: %v", r.Task, r.Model, failed)
	}
	r.EnergyMSE = &EnergyMSE{Mean: Number(energy.Mean), SEM: Number(energy.SEM), Protocol: "paper"}
	return nil
}
