package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment"
	"hnn/experiment/study"
)

// ackWait is after how long a result that a submitter had taken, and not acknowledged before it died, comes to the next: many
// times what storing one takes.
const ackWait = 10 * time.Second

// collect keeps results until all runs are kept.
func (s *Submission) collect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := s.queues
	beats, err := s.nc.SubscribeSync(q.meta.aliveSubject())
	if err != nil {
		return err
	}
	var watched *nats.Subscription
	if s.Logged != nil {
		if watched, err = s.nc.SubscribeSync(q.meta.rowsSubject()); err != nil {
			return err
		}
	}
	published := make(chan struct{})
	go func() {
		defer close(published)
		err := again(ctx, func() error { return s.publish(ctx) }, errEnded)
		if errors.Is(err, errEnded) {
			err = ErrCancelled
		}
		if err != nil {
			cancel(err)
		}
	}()
	defer func() { cancel(nil); <-published }()
	var consumer jetstream.Consumer
	err = again(ctx, func() (err error) {
		consumer, err = q.js.CreateOrUpdateConsumer(ctx, "KV_"+q.meta.resultsBucket(), jetstream.ConsumerConfig{
			Durable: "submitter", AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait,
			FilterSubjects: []string{"$KV." + q.meta.resultsBucket() + ".run.*", "$KV." + q.meta.resultsBucket() + ".rung.>"}, MaxAckPending: 64,
		})
		return err
	})
	if err != nil {
		return err
	}
	shown, asked := time.Time{}, time.Now()
	for len(s.records) < s.Folder.About.Total {
		if err := s.fetch(ctx, consumer); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		select {
		case <-published:
			if err := s.propose(ctx); err != nil {
				return err
			}
		default: // the first are not yet there
		}
		for {
			m, err := beats.NextMsg(0)
			if err != nil {
				break
			}
			var r study.Running
			if json.Unmarshal(m.Data, &r) == nil {
				s.alive[r.Worker] = heard{r, time.Now()}
			}
		}
		for s.Logged != nil {
			m, err := watched.NextMsg(0)
			if err != nil {
				break
			}
			s.logged(m.Data)
		}
		if time.Since(shown) >= time.Second {
			shown = time.Now()
			if err := s.report("running", false); err != nil {
				return err
			}
		}
		if time.Since(asked) >= 2*beat {
			asked = time.Now()
			m, err := q.current(ctx)
			if errors.Is(err, errEnded) || err == nil && m.Cancel {
				return errors.Join(s.report("cancelled", true), ErrCancelled)
			}
		}
	}
	return nil
}

// fetch keeps the results that are there, or come within a moment.
func (s *Submission) fetch(ctx context.Context, consumer jetstream.Consumer) error {
	batch, err := consumer.Fetch(16, jetstream.FetchMaxWait(500*time.Millisecond))
	if err != nil {
		pause(ctx, 250*time.Millisecond)
		return nil // the server is away; the client looks for it
	}
	for m := range batch.Messages() {
		if len(m.Data()) == 0 {
			_ = m.Ack() // a key that was deleted
			continue
		}
		r, err := decodeResult(m.Data())
		if err != nil {
			return err
		}
		if !r.Kept {
			revision := uint64(0)
			if meta, err := m.Metadata(); err == nil {
				revision = meta.Sequence.Stream
			}
			if err := s.keep(ctx, r, revision); err != nil {
				return err
			}
		}
		_ = m.Ack() // a lost one brings it again, and it is kept already
		if len(s.records) == s.Folder.About.Total {
			break
		}
	}
	if batch.Error() != nil {
		pause(ctx, 250*time.Millisecond)
	}
	return nil
}

// keep puts a result into the folder, and takes its directory from the server.
func (s *Submission) keep(ctx context.Context, r *result, revision uint64) error {
	i := slices.IndexFunc(s.Trials, func(t study.Trial) bool { return t.Number == r.Number })
	if i < 0 {
		return fmt.Errorf("a result of the run %d, of which the study has none", r.Number)
	}
	if r.Paused {
		if slices.ContainsFunc(s.rungs, func(o study.Rung) bool { return o.Number == r.Number && o.Rung == r.Rung }) || s.Folder.Kept(r.Number) {
			return nil // it was brought again
		}
		rung := study.Rung{Number: r.Number, Rung: r.Rung, Value: r.Value}
		s.rungs = append(s.rungs, rung)
		return s.Folder.KeepRung(rung)
	}
	if !s.Folder.Kept(r.Number) {
		archive := r.archive
		if r.Object != "" {
			if err := s.queues.again(ctx, func() (err error) {
				archive, err = s.queues.objects.GetBytes(ctx, r.Object)
				return err
			}); err != nil {
				return err
			}
		}
		record := r.Record
		record.Trial = s.Trials[i]
		if err := s.Folder.Keep(&record, func(dir string) error { return unpack(archive, dir) }); err != nil {
			return err
		}
		s.records = append(s.records, record)
		if s.Kept != nil {
			s.Kept(&record)
		}
	}
	if r.Object != "" {
		_ = s.queues.objects.Delete(ctx, r.Object) // it goes with the study at the latest
	}
	kept := &result{Record: r.Record, Kept: true}
	b, err := kept.encode()
	if err != nil {
		return err
	}
	_, _ = s.queues.results.Update(ctx, resultKey(r.Number), b, revision) // likewise
	return nil
}

// report tells how far the study has come, in its folder and to who asked for it.
func (s *Submission) report(state string, last bool) error {
	p := study.NewProgress(state, s.Folder.About.Total, s.Folder.Study, s.records)
	if !last {
		for name, h := range s.alive {
			if time.Since(h.at) > 3*beat {
				delete(s.alive, name)
				continue
			}
			if !s.Folder.Kept(h.Number) {
				p.Running = append(p.Running, h.Running)
			}
		}
		slices.SortFunc(p.Running, func(a, b study.Running) int { return a.Number - b.Number })
		if n := len(s.records) - s.before; n > 0 {
			p.Left = experiment.Number(math.Round(time.Since(s.began).Seconds() / float64(n) * float64(p.Total-len(s.records))))
		}
	}
	if s.Progress != nil {
		s.Progress(p)
	}
	return s.Folder.WriteProgress(p)
}
