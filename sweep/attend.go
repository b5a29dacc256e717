package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/fit"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// train makes a run in dir, from its last checkpoint where it has one, and says meanwhile
// that it is at it.
func (w *Worker) train(ctx context.Context, a *assigned, msg jetstream.Msg, job *work, delivered int, dir string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &progress{Running: study.Running{Worker: w.name, Number: job.Number, Name: job.Name, Began: time.Now()}}
	var wg sync.WaitGroup
	defer wg.Wait()
	done := make(chan struct{})
	defer close(done)
	env := a.env
	log := new(rowLog)
	if env.Logged = nil; a.meta.Watched {
		env.Logged = log.add
	}
	wg.Go(func() { w.attend(ctx, cancel, a, msg, job.Number, dir, p, log, done) })
	env.Meter, env.StopAt = p.meter, job.Until
	c, err := experiment.ReadConfig(strings.NewReader(job.Config), job.Name)
	if err != nil {
		return err
	}
	if (delivered > 1 || job.Rung > 0) && a.restore(ctx, job.Number, dir) {
		_, err := env.Resume(ctx, dir)
		if err == nil || ctx.Err() != nil {
			return first(context.Cause(ctx), err)
		}
		w.Log("%s: its checkpoint is of no use, so it begins anew: %v", job.Name, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	_, err = env.RunAll(ctx, []experiment.Config{c}, experiment.Batch{Out: dir, Jobs: 1})
	return first(context.Cause(ctx), err)
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// attend renews the lease of a run, stores its checkpoints and stops it when its study ends.
func (w *Worker) attend(ctx context.Context, cancel context.CancelCauseFunc, a *assigned, msg jetstream.Msg, number int, dir string, p *progress, log *rowLog, done chan struct{}) {
	tick := time.NewTicker(min(beat, a.meta.Lease.duration()/3))
	defer tick.Stop()
	saved := time.Now()
	var stamp time.Time
	for asked := time.Now(); ; {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_ = msg.InProgress() // a lost one is made good by the next
		if b, err := json.Marshal(p.now()); err == nil {
			_ = w.nc.Publish(a.meta.aliveSubject(), b)
		}
		messages, _ := log.take(number) // numbers are all that is in them
		for _, b := range messages {
			_ = w.nc.Publish(a.meta.rowsSubject(), b)
		}
		if time.Since(asked) > 2*beat {
			asked = time.Now()
			if m, err := a.current(ctx); errors.Is(err, errEnded) || err == nil && m.Cancel {
				cancel(errEnded)
			}
		}
		if every := a.meta.Save.duration(); time.Since(saved) >= every {
			if at, err := a.checkpoint(ctx, number, dir, stamp); err == nil {
				stamp, saved = at, time.Now()
			}
		}
	}
}

// progress is where a run is.
type progress struct {
	mu sync.Mutex
	study.Running
}

func (p *progress) now() study.Running {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Running
}

func (p *progress) meter(_ string, steps int) experiment.Meter {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Steps = steps
	return p
}

// Step is called after a step.
func (p *progress) Step(r fit.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Running.Step = r.Step
}

// Done is called after the last.
func (p *progress) Done() {}
