package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"hnn/data"
	"hnn/data/check"
	"hnn/fit"
	"hnn/fit/closedform"
	"hnn/internal/kernel"
	"hnn/internal/shell"
	"hnn/internal/stream"
	"hnn/model"
	modelfile "hnn/model/file"
	"hnn/model/network"
	"hnn/nn"
	"hnn/system"
)

// Env is what runs take from the program around them.
type Env struct {
	// Workers is the number of goroutines of one run; 0 is one for each of
	// GOMAXPROCS. No result depends on it.
	Workers int
	// Log takes a line for the user, Meter is asked for the display of a training's
	// progress. Both may be nil.
	Log   func(format string, args ...any)
	Meter func(run string, steps int) Meter
	// Reading is told how much of a data file has been read, of a total that is 0
	// where it is not known. It may be nil.
	Reading func(file string, read, total int64)
	// Rolling is told what share of the time of a rollout has been integrated. It may be nil.
	Rolling func(share float64)
	// Local says where the file or folder of a path in a configuration lies on this machine, for runs that were
	// configured on another; nil where they lie where they are said to.
	Local func(path string) string
	// Ended, unless nil, is told of every run that has ended with its results, or with a failure; not of one that
	// was interrupted and can go on. A run is told of once, whole.
	Ended func(dir string, failure error)
	// Logged, unless nil, is told of every row that a training by adam adds to the metrics of a run, or of a member of
	// an ensemble, from 0, while it goes on. It must not wait, and may be called from several goroutines.
	Logged func(dir string, member int, r fit.Record)
	// SaveEvery is the time after which a training writes a checkpoint, beside those of its configuration; 0 for
	// these alone. No result depends on it.
	SaveEvery time.Duration
	// StopAt, unless 0, is the step at which the training of a single network pauses: see PausedError.
	StopAt int

	data datasets
	// learning is the decision that the runs follow, nil where the user has made it.
	learning *Learning
	// recommended is the configuration that was found best, nil where none was tried.
	recommended *Config
	// ways are those in which an HNN may be learned from a user's file, the best by the trials first;
	// nil where the user has said how.
	ways [][]Config
}

// Meter displays the progress of one training.
type Meter interface {
	// Step is called after a step, Done after the last.
	Step(fit.Record)
	Done()
}

func (e *Env) log(format string, args ...any) {
	if e.Log != nil {
		e.Log(format, args...)
	}
}

func (e *Env) workers() int {
	if e.Workers > 0 {
		return e.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Run is a finished run.
type Run struct {
	Dir     string
	Config  Config
	Results *Results

	form     *model.Form[float64] // what the model is made of
	model    *model.Field
	meta     map[string]string // of the model file of a run that was opened
	data     *dataset
	seen     *seen           // nil of older runs, and of those on pictures
	findings []check.Finding // of the data
	columns  []string        // names of the state's components
	inputs   []string        // names of the model's inputs
	input    *data.Signal    // of rollouts, nil for none
	sure     *alternatives   // see Env.Sure
	known    system.System   // see knownSystem
}

// newRun is the run of a model that was fitted to a dataset, in the data's units.
func newRun(dir string, c Config, fitted *model.Form[float64], d *dataset) (*Run, error) {
	form, err := model.WithScales(fitted, d.scales)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return &Run{Dir: dir, Config: c, form: form, model: form.Field(), data: d, columns: d.columns(), inputs: d.Train.InputNames, seen: d.seen(), findings: d.findings}, nil
}

// InterruptedError says that a run was stopped before its end and can go on.
type InterruptedError struct {
	Dir  string
	Step int
}

func (e *InterruptedError) Error() string {
	if e.Step == 0 {
		return fmt.Sprintf("stopped before the first step; begin it again with: hnn train --resume %s", shell.Quote(e.Dir))
	}
	return fmt.Sprintf("stopped after step %d, checkpoint written; continue with: hnn train --resume %s", e.Step, shell.Quote(e.Dir))
}

// Train makes a new run in dir, an empty directory.
func (e *Env) Train(ctx context.Context, c Config, dir string) (*Run, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	unlock, err := claim(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return e.train(ctx, c, dir)
}

// train is Train in a directory that is locked.
func (e *Env) train(ctx context.Context, c Config, dir string) (*Run, error) {
	if err := writeConfig(dir, &c); err != nil {
		return nil, err
	}
	return e.run(ctx, c, dir, false)
}

// Resume continues the run in dir from its last checkpoint, or from the start
// where it has none. The end is the same, to the bit, as without the break.
func (e *Env) Resume(ctx context.Context, dir string) (*Run, error) {
	c, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	unlock, err := claim(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := e.WarnChanged(dir); err != nil {
		return nil, err
	}
	r, err := e.run(ctx, c, dir, true)
	if err == nil && c.Figures {
		err = e.figure([]*Run{r})
	}
	e.ended(ctx, dir, err)
	return r, err
}

// ended tells of a run whose end is no interruption.
func (e *Env) ended(ctx context.Context, dir string, err error) {
	if e.Ended != nil && (err == nil || ctx.Err() == nil) {
		e.Ended(dir, err)
	}
}

func (e *Env) run(ctx context.Context, c Config, dir string, resume bool) (*Run, error) {
	d, err := Interruptible(ctx, func() (*dataset, error) { return e.load(&c) })
	if err != nil {
		return nil, stopped(ctx, err, dir, 0)
	}
	for _, m := range d.mappings {
		e.logMapping(m)
	}
	for _, note := range d.notes {
		e.logOnce("%s: %s", c.Task, note)
	}
	e.logFindings(&c, d)
	if !resume {
		if err := e.writeLearned(dir, &c, d); err != nil {
			return nil, err
		}
	}
	c.Angle = d.angles
	switch c.Trainer {
	case ClosedForm:
		return e.fitClosedForm(ctx, c, d, dir)
	case WeakForm:
		return e.fitWeakForm(ctx, c, d, dir)
	}
	if c.Precision == "float64" {
		return trainAs[float64](ctx, e, c, d, dir, resume)
	}
	return trainAs[float32](ctx, e, c, d, dir, resume)
}

// training is the state of one run while it trains.
type training[T nn.Float] struct {
	env     *Env
	config  Config
	dir     string
	net     *network.Network[T]
	trainer *fit.Trainer[T]
	metrics *metrics
	member  int // of an ensemble, from 0; 0 of a single network
	// metadata goes into every file of the run; from it a resume knows that neither
	// configuration nor data have changed.
	metadata map[string]string
}

func trainAs[T nn.Float](ctx context.Context, e *Env, c Config, d *dataset, dir string, resume bool) (*Run, error) {
	if c.Ensemble > 0 {
		return trainEnsemble[T](ctx, e, c, d, dir, resume)
	}
	t, err := newTraining[T](ctx, e, c, d, dir, 0)
	if err != nil {
		return nil, err
	}
	defer t.trainer.Close()
	if resume {
		if err := t.restore(); err != nil {
			return nil, err
		}
	}
	if !t.pauses() { // as one does that was killed before it could say so
		err = t.train(ctx)
	}
	if t.pauses() && (err == nil || errors.Is(err, errPause)) {
		return nil, t.paused(ctx, d)
	}
	if err != nil {
		return nil, err
	}
	return t.conclude(ctx, d)
}

// conclude keeps a network that is trained and measures it.
func (t *training[T]) conclude(ctx context.Context, d *dataset) (*Run, error) {
	e, c, dir := t.env, t.config, t.dir
	// The finished state is kept first: what follows can be repeated from it.
	if err := t.save(); err != nil {
		return nil, err
	}
	var polished *closedform.PolishReport
	var err error
	if c.Polish {
		if polished, err = Interruptible(ctx, func() (*closedform.PolishReport, error) { return t.polish(d) }); err != nil {
			return nil, stopped(ctx, fmt.Errorf("%s: %w", dir, err), dir, t.trainer.StepsDone())
		}
		maps.Copy(t.metadata, polished.Metadata())
	}
	if d.films != nil && d.films.mean != nil {
		t.net.AddMean(d.films.mean)
	}
	metadata, err := withDigests(dir, t.metrics, t.metadata)
	if err != nil {
		return nil, err
	}
	if err := modelfile.Save(filepath.Join(dir, modelFile), t.net, metadata); err != nil {
		return nil, err
	}
	r, err := newRun(dir, c, network.Widen(t.net).Form(), d)
	if err != nil {
		return nil, err
	}
	if r.Results, err = e.evaluate(ctx, &c, r.model, d); err != nil {
		return nil, stopped(ctx, err, dir, t.trainer.StepsDone())
	}
	r.Results.Steps = t.trainer.StepsDone()
	r.Results.FitSeconds = Number(t.trainer.Seconds())
	r.Results.StepMS = Number(1e3 * t.trainer.Seconds() / float64(max(1, t.trainer.StepsDone())))
	if r.Results.Polish = polished; polished != nil {
		r.Results.FitSeconds += Number(polished.Seconds)
	}
	return r, e.finish(ctx, r)
}

func newTraining[T nn.Float](ctx context.Context, e *Env, c Config, d *dataset, dir string, member int) (*training[T], error) {
	a, err := c.networkFor(d)
	if err != nil {
		return nil, err
	}
	net, err := Interruptible(ctx, func() (*network.Network[T], error) {
		return network.New[T](a, stream.New(c.Seed, memberStream("init", member)))
	})
	if err != nil {
		return nil, stopped(ctx, err, dir, 0)
	}
	if w := net.Architecture().Warning(); w != "" && member == 0 {
		e.log("warning: %s", w)
	}
	trainer, err := newTrainer(&c, d, net, member, e.workers())
	if err != nil {
		return nil, err
	}
	return &training[T]{
		env: e, config: c, dir: dir, net: net, trainer: trainer,
		metrics: &metrics{path: filepath.Join(dir, memberFile(metricsFile, member))}, metadata: runMetadata(&c, d), member: member,
	}, nil
}

func (t *training[T]) restore() error {
	path := filepath.Join(t.dir, memberFile(checkpointFile, t.member))
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.env.log("%s: no %s yet, so the training begins anew", t.dir, filepath.Base(path))
		return nil
	}
	meta, err := t.trainer.Restore(path, t.metadata)
	if err != nil {
		return err
	}
	unsealed, err := checkDigests(t.dir, meta)
	if err != nil {
		return err
	}
	if unsealed {
		t.env.logUnsealed(t.dir)
	}
	t.env.logKernel(t.dir, meta)
	if t.metrics, err = readMetrics(t.metrics.path, t.trainer.StepsDone()); err != nil {
		return err
	}
	if err := t.metrics.check(meta); err != nil {
		return err
	}
	t.env.log("%s: continues after step %d", t.dir, t.trainer.StepsDone())
	return nil
}

// save writes the table of metrics and then the checkpoint: rows beyond the
// checkpoint's step are dropped on resume, missing ones could not be made good.
func (t *training[T]) save() error {
	if err := t.metrics.write(); err != nil {
		return err
	}
	metadata, err := withDigests(t.dir, t.metrics, t.metadata)
	if err != nil {
		return err
	}
	metadata[metaKernel] = kernel.Arithmetic()
	return t.trainer.Save(filepath.Join(t.dir, memberFile(checkpointFile, t.member)), metadata)
}

func (t *training[T]) train(ctx context.Context) error {
	var meter Meter
	if t.env.Meter != nil {
		meter = t.env.Meter(t.name(), t.config.allSteps())
		defer meter.Done()
	}
	saved := time.Now()
	err := t.trainer.Run(ctx, func(r fit.Record) error {
		if r.Tested || logged(r.Step) {
			t.metrics.add(r)
			if t.env.Logged != nil {
				t.env.Logged(t.dir, t.member, r)
			}
		}
		if meter != nil {
			meter.Step(r)
		}
		n, after := t.config.CheckpointEvery, t.env.SaveEvery
		if r.Step < t.config.allSteps() && (n > 0 && r.Step%n == 0 || after > 0 && time.Since(saved) >= after) {
			saved = time.Now()
			return t.save()
		}
		if t.pauses() {
			return errPause
		}
		return nil
	})
	var diverged *fit.DivergedError
	switch {
	case err == nil:
		if t.trainer.StoppedEarly() {
			why := fmt.Sprintf("no lower test loss in %d evaluations", t.config.Fit.Patience)
			if t.trainer.Converged() {
				why = "L-BFGS finds no lower loss in this precision"
			}
			t.env.log("%s: early stop after step %d: %s", t.name(), t.trainer.StepsDone(), why)
		}
		return nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		if err := t.save(); err != nil {
			return err
		}
		return &InterruptedError{Dir: t.dir, Step: t.trainer.StepsDone()}
	case errors.As(err, &diverged):
		// The last checkpoint stays: it is the last good state.
		if werr := t.metrics.write(); werr != nil {
			return errors.Join(err, werr)
		}
		return fmt.Errorf("%s: %w", t.dir, err)
	}
	return err
}

func (t *training[T]) name() string {
	name := fmt.Sprintf("%s %s seed %d", t.config.Task, t.config.Model, t.config.Seed)
	if t.config.Ensemble > 0 {
		name += fmt.Sprintf(" member %d", t.member+1)
	}
	return name
}
