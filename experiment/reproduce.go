package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"hnn/experiment/task"
	"hnn/internal/shell"
)

// Batch is a number of independent runs.
type Batch struct {
	// Root is the folder of numbered run directories; Out, unless empty, the folder
	// that takes all run directories of the batch (with a single run: the directory
	// itself). Force replaces runs that are there already.
	Root, Out string
	Force     bool
	// Jobs is how many runs go on side by side, sharing the workers.
	Jobs int
}

// stepCores is how many cores a training step keeps busy. The plan of a batch has as many
// groups as can be worked on at once (parallel.Plan): 4 at the 750 rows of the spring and the
// pendulum, 2 at two-body's 200 and with pictures, 6 at three-body's 600.
const stepCores = 4

// SideBySide is how many of so many independent runs keep the cores busy.
func (e *Env) SideBySide(runs int) int { return max(1, min(runs, e.workers()/stepCores)) }

// Name is the name of a run's directory without its number: task, model and trainer.
func (c *Config) Name() string {
	name := task.Slug(c.Task) + "-" + c.Model
	if c.Trainer != Adam {
		name += "-" + string(c.Trainer)
	}
	return name
}

// newDir makes the directory of a run of the batch, of several or a single one.
func (b *Batch) newDir(c *Config, several bool) (dir string, unlock func(), err error) {
	out := b.Out
	if several && out != "" {
		out = b.outOf(c)
	}
	return newRunDir(b.Root, out, c.Name(), b.Force)
}

// outOf is the directory of a run, one of several, within that which the user has named.
func (b *Batch) outOf(c *Config) string {
	return filepath.Join(b.Out, fmt.Sprintf("%s-seed%d", c.Name(), c.Seed))
}

// RunAll makes every run and returns those that finished, in the order of the
// configurations. Every configuration is checked, with its data, and every directory
// made before the first run starts. After a failure the others go on; all errors are
// returned.
func (e *Env) RunAll(ctx context.Context, configs []Config, b Batch) ([]*Run, error) {
	if _, err := Interruptible(ctx, func() (struct{}, error) { return struct{}{}, e.check(configs) }); err != nil {
		return nil, err
	}
	dirs := make([]string, len(configs))
	for i, c := range configs {
		dir, unlock, err := b.newDir(&c, len(configs) > 1)
		if err != nil {
			for _, made := range dirs[:i] {
				_ = os.Remove(made) // which is empty
			}
			return nil, err
		}
		defer unlock()
		dirs[i] = dir
	}
	jobs := max(1, min(b.Jobs, len(configs)))
	shared := &Env{
		Workers: max(1, e.workers()/jobs), Log: e.Log, Meter: e.Meter, Reading: e.Reading, Local: e.Local, SaveEvery: e.SaveEvery, StopAt: e.StopAt, Logged: e.Logged,
		// The models of a task and seed come one after the other and share their data.
		data: datasets{limit: jobs + 1, kept: e.data.kept}, learning: e.learning, recommended: e.recommended, ways: e.ways,
	}
	runs, errs := make([]*Run, len(configs)), make([]error, len(configs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range jobs {
		wg.Go(func() {
			for i := range next {
				train := shared.train
				if shared.ways != nil {
					train = shared.trainChosen
				}
				runs[i], errs[i] = train(ctx, configs[i], dirs[i])
				if errs[i] != nil && ctx.Err() == nil {
					runs[i], errs[i] = shared.instead(ctx, configs[i], runs[i], errs[i], b, len(configs) > 1)
				}
			}
		})
	}
	for i := range configs {
		// An interrupt stops what runs; what has not begun does not begin.
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	for i, c := range configs {
		if runs[i] != nil || errs[i] != nil {
			continue
		}
		if err := writeConfig(dirs[i], &c); err != nil {
			errs = append(errs, err)
			continue
		}
		e.log("%s: not begun; begin it with: hnn train --resume %s", c.Task, shell.Quote(dirs[i]))
	}
	if shared.ways != nil && ctx.Err() == nil {
		shared.withoutFailed(runs, errs)
		errs = append(errs, shared.bearOut(slices.DeleteFunc(slices.Clone(runs), func(r *Run) bool { return r == nil })))
	}
	for _, g := range groups(runs) {
		if err := shared.figure(g); err != nil {
			errs = append(errs, fmt.Errorf("figure of %s: %w", g[0].Config.Task, err))
		}
	}
	for i, r := range runs {
		switch {
		case r != nil:
			e.ended(ctx, r.Dir, errs[i]) // another way may have taken the place of what was asked for
		case errs[i] != nil:
			e.ended(ctx, dirs[i], errs[i])
		}
	}
	return slices.DeleteFunc(runs, func(r *Run) bool { return r == nil }), errors.Join(errs...)
}

// Distinct returns an error that names a run that is asked for twice; nil where there is none.
func Distinct(configs []Config) error {
	seen := map[string]bool{}
	for _, c := range configs {
		name := strings.TrimSpace(fmt.Sprintf("%s %s %s seed %d %s", c.Task, c.Model, c.Trainer, c.Seed, c.Data+c.Frames))
		if seen[name] {
			return fmt.Errorf("the run %s is asked for twice", name)
		}
		seen[name] = true
	}
	return nil
}

// check refuses configurations that cannot work, before anything is made or replaced.
func (e *Env) check(configs []Config) error {
	if err := Distinct(configs); err != nil {
		return err
	}
	seen := map[dataKey]*dataset{}
	var drawn datasets
	for i := range configs {
		c := &configs[i]
		if err := c.Validate(); err != nil {
			return err
		}
		rows := c.dataKey()
		rows.seed = 0 // another seed draws as many rows
		d := seen[rows]
		if d == nil {
			loader := &drawn
			if c.fromFile() {
				loader = &e.data // the runs take it from there
			}
			var err error
			if d, err = loader.load(c.withFiles(e.local), e.Reading); err != nil {
				return err
			}
			seen[rows] = d
		}
		of := *c
		of.Angle = d.angles
		if _, err := of.knownPart(d); err != nil {
			return err
		}
		if c.Trainer == WeakForm {
			if err := of.checkWeak(d); err != nil {
				return err
			}
		}
		if c.Trainer != Adam {
			continue
		}
		a, err := of.networkFor(d)
		if err != nil {
			return err
		}
		if err := a.Validate(); err != nil {
			return err
		}
		if _, err := c.optionsFor(d, 0); err != nil {
			return err
		}
	}
	return nil
}

// groups collects the runs of each task and seed, which belong into one figure.
func groups(runs []*Run) [][]*Run {
	var gs [][]*Run
	for _, r := range runs {
		if r == nil || !r.Config.Figures {
			continue
		}
		i := slices.IndexFunc(gs, func(g []*Run) bool {
			c := g[0].Config
			return c.Task == r.Config.Task && c.Seed == r.Config.Seed && c.Data == r.Config.Data && c.Frames == r.Config.Frames
		})
		if i < 0 {
			gs = append(gs, []*Run{r})
		} else {
			gs[i] = append(gs[i], r)
		}
	}
	return gs
}
