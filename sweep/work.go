package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/fit"
	"hnn/internal/kernel"
)

// Worker makes the runs of studies until ctx ends.
type Worker struct {
	Login Login
	// Study, unless empty, is the one study to work for, with which the worker ends.
	Study string
	// Scratch is the folder in which runs are made.
	Scratch string
	// Idle, unless 0, is the time without work after which the worker ends.
	Idle time.Duration
	// Version is the program's.
	Version string
	Log     func(format string, args ...any)

	name string
	nc   *nats.Conn
	js   jetstream.JetStream
	at   map[string]*assigned
	said map[string]bool
}

// assigned is a study that the worker is at.
type assigned struct {
	*queues
	env   *experiment.Env
	files map[string]string // where the files of its runs lie here
}

// deliveries is how often a run is given out before it counts as one that kills its workers.
const deliveries = 30

// beat is the time between two signs of life.
const beat = 2 * time.Second

// Run works until ctx ends, or the worker's study, or the time without work.
func (w *Worker) Run(ctx context.Context) error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	w.name = fmt.Sprintf("%s-%d", host, os.Getpid())
	w.Scratch = filepath.Join(w.Scratch, w.name)
	if err := os.MkdirAll(w.Scratch, 0o777); err != nil {
		return err
	}
	defer os.RemoveAll(w.Scratch)
	w.at, w.said = map[string]*assigned{}, map[string]bool{}
	if w.nc, w.js, err = w.Login.connect(ctx, "hnn worker "+w.name); err != nil {
		return err
	}
	defer w.nc.Close()
	for last := time.Now(); ctx.Err() == nil; {
		open, err := w.studies(ctx)
		if u := (*unfitError)(nil); errors.As(err, &u) {
			return err
		}
		if err == nil && w.Study != "" && len(open) == 0 && w.at[w.Study] != nil {
			return nil // it has ended
		}
		if _, gone := os.Stat(w.Login.Door); err != nil && w.Login.Door != "" && errors.Is(gone, fs.ErrNotExist) {
			return nil // the sweep took it away at its end
		}
		worked := false
		for _, a := range open {
			did, err := w.one(ctx, a, len(open) == 1)
			if err != nil {
				return err
			}
			worked = worked || did
		}
		if worked {
			last = time.Now()
		} else if w.Idle > 0 && time.Since(last) > w.Idle {
			return nil
		} else if len(open) != 1 {
			pause(ctx, 500*time.Millisecond)
		}
	}
	return ctx.Err()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// unfitError says why a worker may not take part.
type unfitError struct{ why string }

func (e *unfitError) Error() string { return e.why }

// studies are those that the worker may work for, the oldest first. It is an error if the
// server cannot be asked.
func (w *Worker) studies(ctx context.Context) ([]*assigned, error) {
	metas, err := studies(ctx, w.js)
	if err != nil {
		return nil, err
	}
	var all []*assigned
	for _, m := range metas {
		if m.Cancel || w.Study != "" && m.ID != w.Study {
			continue
		}
		if why := w.unfit(&m); why != "" {
			if w.Study != "" {
				return nil, &unfitError{why}
			}
			if !w.said[m.ID] {
				w.Log("%s", why)
			}
			w.said[m.ID] = true
			continue
		}
		a := w.at[m.ID]
		if a == nil {
			q, err := open(ctx, w.js, &m)
			if err != nil {
				return nil, err
			}
			a = &assigned{queues: q}
			if err := w.fetchFiles(ctx, a); err != nil {
				return nil, err
			}
			a.env = &experiment.Env{Local: a.local, SaveEvery: m.Save.duration(), Log: func(string, ...any) {}}
			w.at[m.ID] = a
		}
		all = append(all, a)
	}
	return all, nil
}

// unfit says why runs of this worker would not be those of the study to the bit, "" where they would.
func (w *Worker) unfit(m *Meta) string {
	switch {
	case m.AnyKind:
		return ""
	case m.Kernel != kernel.Arithmetic():
		return fmt.Sprintf("the study %s is computed with the kernels %s, and this machine has %s, which give other bits: choose them by HNN_KERNEL where the processor has them, or let any take part by \"any-kernel: true\" in the study", m.Name, m.Kernel, kernel.Arithmetic())
	case m.Version != w.Version:
		return fmt.Sprintf("the study %s is of hnn %s, and this is %s, which may give other bits: run the same program, or let any take part by \"any-kernel: true\" in the study", m.Name, m.Version, w.Version)
	}
	return ""
}

// studies are those in the registry, the oldest first.
func studies(ctx context.Context, js jetstream.JetStream) ([]Meta, error) {
	kv, err := js.KeyValue(ctx, registry)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	keys, err := kv.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Meta
	for _, key := range keys {
		e, err := kv.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		var m Meta
		if err == nil {
			err = json.Unmarshal(e.Value(), &m)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b Meta) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// one makes one run of a study, waiting for it where asked to. It reports whether there was one; an
// error ends the worker.
func (w *Worker) one(ctx context.Context, a *assigned, wait bool) (bool, error) {
	most := 50 * time.Millisecond
	if wait {
		most = 2 * time.Second
	}
	batch, err := a.work.Fetch(1, jetstream.FetchMaxWait(most))
	if err != nil {
		pause(ctx, 250*time.Millisecond)
		return false, nil // the server is away; the client looks for it
	}
	msg, ok := <-batch.Messages()
	if !ok {
		if err := batch.Error(); err != nil {
			pause(ctx, 250*time.Millisecond)
		}
		return false, nil
	}
	return true, w.do(ctx, a, msg)
}

// do makes the run of a message. Whatever stops it, the message is given out again, unless
// its result was stored before.
func (w *Worker) do(ctx context.Context, a *assigned, msg jetstream.Msg) error {
	var job work
	if err := json.Unmarshal(msg.Data(), &job); err != nil {
		return fmt.Errorf("a message of the study %s is damaged: %w", a.meta.Name, err)
	}
	delivered := 1
	if m, err := msg.Metadata(); err == nil {
		delivered = int(m.NumDelivered)
	}
	r := &result{Record: study.Record{
		Trial: study.Trial{Number: job.Number, Name: job.Name}, State: study.Failed, Attempts: delivered,
		Worker: w.name, Kernel: kernel.Arithmetic(), Version: w.Version, Began: time.Now(), Seconds: experiment.NA, Value: experiment.NA,
	}}
	finish := func() error {
		key := job.key()
		if !r.Paused {
			key = resultKey(job.Number) // one that fails before its rung has come to its end
		}
		err := a.store(ctx, key, r, w.nc.MaxPayload())
		if err != nil {
			return nil // the study has ended, or this worker is told to
		}
		_ = msg.Ack() // one that is lost brings the message again, to a result that is there
		if !r.Paused && (delivered > 1 || job.Rung > 0 || r.Seconds > experiment.Number(a.meta.Save)) {
			_ = a.objects.Delete(ctx, checkpointName(job.Number)) // it goes with the study at the latest
		}
		return nil
	}
	if delivered > 1 {
		if _, err := a.results.Get(ctx, job.key()); err == nil {
			_ = msg.Ack()
			return nil
		}
	}
	if delivered > deliveries {
		r.Error = fmt.Sprintf("given out %d times: each time its worker died, was stopped or lost its connection", delivered-1)
		return finish()
	}
	dir := filepath.Join(w.Scratch, job.Name)
	defer os.RemoveAll(dir)
	err := w.train(ctx, a, msg, &job, delivered, dir)
	r.Seconds = experiment.Number(time.Since(r.Began).Seconds())
	var paused *experiment.PausedError
	switch {
	case errors.As(err, &paused):
		if err := a.again(ctx, func() error {
			_, err := a.checkpoint(ctx, job.Number, dir, time.Time{})
			return err
		}); err != nil {
			return nil // the study has ended, or this worker is told to: the run is given out again
		}
		r.Paused, r.Rung, r.State = true, job.Rung, study.Stopped
		r.Value = experiment.Number(study.Value(paused.Results, a.meta.Measure))
		return finish()
	case ctx.Err() != nil:
		return w.leave(a, msg, job.Number, dir)
	case errors.Is(err, errEnded):
		return nil
	case err != nil:
		failures := w.failures(ctx, a, job.Number, err)
		if len(failures) <= a.meta.Retries {
			w.Log("%s: %v; it is tried again", job.Name, err)
			_ = msg.NakWithDelay(time.Second)
			return nil
		}
		w.Log("%s: %v", job.Name, err)
		r.Error = strings.ReplaceAll(failures[len(failures)-1], dir, job.Name)
		return finish()
	}
	if r.archive, err = pack(dir); err != nil {
		return err
	}
	r.State = study.Done
	return finish()
}

// failures adds an error to those of a run.
func (w *Worker) failures(ctx context.Context, a *assigned, number int, failure error) (all []string) {
	_ = a.again(ctx, func() error {
		e, err := a.results.Get(ctx, failuresKey(number))
		all = nil
		switch {
		case err == nil:
			err = json.Unmarshal(e.Value(), &all)
		case errors.Is(err, jetstream.ErrKeyNotFound):
			err = nil
		}
		if err != nil {
			return err
		}
		all = append(all, failure.Error())
		b, err := json.Marshal(all)
		if err != nil {
			return err
		}
		_, err = a.results.Put(ctx, failuresKey(number), b)
		return err
	})
	return all
}

// leave hands a run on that this worker is told to stop: its checkpoint goes to the server.
func (w *Worker) leave(a *assigned, msg jetstream.Msg, number int, dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, _ = a.checkpoint(ctx, number, dir, time.Time{}) // without it the run begins at an earlier one
	_ = msg.Nak()
	_ = w.nc.FlushWithContext(ctx)
	return context.Canceled
}

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
	wg.Go(func() { w.attend(ctx, cancel, a, msg, job.Number, dir, p, done) })
	env := a.env
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
func (w *Worker) attend(ctx context.Context, cancel context.CancelCauseFunc, a *assigned, msg jetstream.Msg, number int, dir string, p *progress, done chan struct{}) {
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

// checkpoint stores the directory of a run where its checkpoint is of another time than the
// last one that was stored, which it replaces. It returns the checkpoint's time.
func (q *queues) checkpoint(ctx context.Context, number int, dir string, last time.Time) (time.Time, error) {
	var at time.Time
	found, err := filepath.Glob(filepath.Join(dir, checkpointPrefix+"*"))
	if err != nil {
		return last, err
	}
	for _, path := range found {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	if !at.After(last) {
		return last, nil
	}
	b, err := pack(dir)
	if err != nil {
		return last, err
	}
	_, err = q.objects.PutBytes(ctx, checkpointName(number), b)
	return at, err
}

// restore fills dir from the last checkpoint of a run and reports whether there was one.
func (q *queues) restore(ctx context.Context, number int, dir string) bool {
	b, err := q.objects.GetBytes(ctx, checkpointName(number))
	return err == nil && os.MkdirAll(dir, 0o777) == nil && unpack(b, dir) == nil
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

// fetchFiles brings the files of a study to this machine, where they are not there already.
func (w *Worker) fetchFiles(ctx context.Context, a *assigned) error {
	a.files = map[string]string{}
	root := filepath.Join(w.Scratch, "files-"+a.meta.ID)
	for _, f := range a.meta.Files {
		if hash, err := experiment.FileHash(f.Path); err == nil && hash == f.SHA256 {
			continue
		}
		path := filepath.Join(root, strings.ReplaceAll(filepath.FromSlash(f.Path), ":", "_"))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := a.objects.GetFile(ctx, fileName(f.SHA256), path); err != nil {
			return err
		}
		a.files[f.Path] = path
		// Of a folder of films the paths below it are files, and it is itself asked for.
		for dir, here := filepath.Dir(f.Path), filepath.Dir(path); len(here) > len(root); dir, here = filepath.Dir(dir), filepath.Dir(here) {
			a.files[dir] = here
		}
	}
	return nil
}

// local is where a file of the study lies on this machine.
func (a *assigned) local(path string) string {
	if here, ok := a.files[path]; ok {
		return here
	}
	return path
}
