package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment"
	"hnn/experiment/study"
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
		if err == nil && w.Study != "" && len(open) == 0 && !w.said[w.Study] {
			w.said[w.Study] = true
			w.Log("no study %s is on the server: it is waited for", w.Study)
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
		w.Log("%s: handed on, since this worker is told to stop", job.Name)
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
		// Its directory has the name of the run, which is said with the error, and is not kept here.
		r.Error = strings.TrimPrefix(strings.ReplaceAll(failures[len(failures)-1], dir, job.Name), job.Name+": ")
		r.Error = strings.TrimSuffix(r.Error, "; its run directory is kept")
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
