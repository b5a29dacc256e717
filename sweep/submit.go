package sweep

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/internal/kernel"
)

// NewID is the name of a new study on a server.
func NewID() string { return strings.ToLower(rand.Text()[:10]) }

// Submission is a study that is brought to a server and whose results are brought back.
type Submission struct {
	Folder *study.Folder
	Trials []study.Trial // of a search, those that are known so far
	Login  Login
	// Workers is how many there are, and More says that others may come. So many runs of a search
	// are there at a time.
	Workers int
	More    bool
	// Lease is the time after which the run of a worker of which nothing is heard is given to another,
	// Save that between two checkpoints.
	Lease, Save time.Duration
	Replicas    int
	Log         func(format string, args ...any)
	// Progress is told how far the study has come, every second or so.
	Progress func(*study.Progress)
	// Kept, unless nil, is told of every run that was kept.
	Kept func(*study.Record)

	nc      *nats.Conn
	queues  *queues
	records []study.Record
	alive   map[string]heard
	began   time.Time
	before  int // records when this began
	rungs   []study.Rung
}

type heard struct {
	study.Running
	at time.Time
}

// ErrCancelled says that a study was cancelled.
var ErrCancelled = errors.New("the study was cancelled")

// Run brings the runs to the server that are neither there nor kept, and keeps results until
// all are kept; the study is then taken from the server. Where ctx ends before, the study stays
// there and can be gone on with by another Run.
func (s *Submission) Run(ctx context.Context) error {
	unlock, err := experiment.Lock(s.Folder.Dir)
	if err != nil {
		return err
	}
	defer unlock()
	if s.records, err = s.Folder.Records(); err != nil {
		return err
	}
	if s.rungs, err = s.Folder.Rungs(); err != nil {
		return err
	}
	s.began, s.before, s.alive = time.Now(), len(s.records), map[string]heard{}
	proposed, err := s.Folder.Proposed()
	if err != nil {
		return err
	}
	s.Trials = append(s.Trials, proposed...)
	meta, err := s.meta()
	if err != nil {
		return err
	}
	var js jetstream.JetStream
	if s.nc, js, err = s.Login.connect(ctx, "hnn sweep "+meta.Name); err != nil {
		return err
	}
	defer s.nc.Close()
	if len(s.records) < s.Folder.About.Total {
		if err := s.begin(ctx, js, meta); err != nil {
			return err
		}
		err := s.collect(ctx)
		if errors.Is(err, ErrCancelled) {
			return errors.Join(err, remove(ctx, js, meta))
		}
		if err != nil {
			return errors.Join(err, s.report("stopped", true))
		}
	}
	if err := s.report("done", true); err != nil {
		return err
	}
	return again(ctx, func() error { return remove(ctx, js, meta) })
}

func (s *Submission) meta() (*Meta, error) {
	about := s.Folder.About
	m := &Meta{
		ID: about.ID, Name: about.Name, Created: about.Created, Kernel: about.Kernel, Version: about.Version, AnyKind: s.Folder.Study.AnyKernel,
		Total: s.Folder.About.Total, Retries: s.Folder.Study.Retries, Lease: Seconds(s.Lease.Seconds()), Save: Seconds(s.Save.Seconds()), Replicas: s.Replicas,
	}
	if own := kernel.Arithmetic(); own != about.Kernel && !m.AnyKind {
		s.Log("the study was begun with the kernels %s, and this machine has %s: workers here are refused", about.Kernel, own)
	}
	var err error
	m.Measure, _ = s.Folder.Study.Measure()
	m.Files, err = inputs(s.Trials)
	return m, err
}

// inputs are the files that the runs read.
func inputs(trials []study.Trial) ([]File, error) {
	seen := map[string]bool{}
	var all []File
	for i := range trials {
		for _, name := range trials[i].Config.Inputs() {
			if seen[name] {
				continue
			}
			seen[name] = true
			err := filepath.WalkDir(name, func(path string, e fs.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				info, err := os.Stat(path)
				if err != nil {
					return err
				}
				hash, err := experiment.FileHash(path)
				all = append(all, File{path, hash, info.Size()})
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// begin puts the study on the server, but for what is there already.
func (s *Submission) begin(ctx context.Context, js jetstream.JetStream, meta *Meta) error {
	var kv jetstream.KeyValue
	err := again(ctx, func() (err error) {
		if s.queues, err = create(ctx, js, meta); err == nil {
			kv, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: registry, Storage: jetstream.FileStorage, Replicas: max(s.Replicas, 1)})
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range meta.Files {
		if err := again(ctx, func() error { return s.upload(ctx, f) }, fs.ErrNotExist, errChanged); err != nil {
			return err
		}
	}
	// Only now do workers see it. One that is there may have been cancelled.
	return again(ctx, func() error {
		if have, err := s.queues.current(ctx); err == nil {
			if have.Cancel {
				return ErrCancelled
			}
			return nil
		} else if !errors.Is(err, errEnded) {
			return err
		}
		b, err := json.Marshal(meta)
		if err == nil {
			_, err = kv.Put(ctx, meta.ID, b)
		}
		return err
	}, ErrCancelled)
}

var errChanged = errors.New("it changed as the study was begun")

func (s *Submission) upload(ctx context.Context, f File) error {
	name := fileName(f.SHA256)
	if _, err := s.queues.objects.GetInfo(ctx, name); err == nil {
		return nil
	}
	r, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, err := s.queues.objects.Put(ctx, jetstream.ObjectMeta{Name: name}, r); err != nil {
		return err
	}
	if hash, err := experiment.FileHash(f.Path); err != nil || hash != f.SHA256 {
		return errors.Join(err, fmt.Errorf("%s: %w", f.Path, errChanged), s.queues.objects.Delete(ctx, name))
	}
	return nil
}

// publish puts the runs into the queue that are neither in it nor done nor kept. What is in
// the queue is looked at before what is done: a run leaves the one after it has come to the other.
func (s *Submission) publish(ctx context.Context) error {
	there := map[int]bool{}
	stream, err := s.queues.js.Stream(ctx, s.queues.meta.workStream())
	if err != nil {
		return err
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(">"))
	if err != nil {
		return err
	}
	for subject := range info.State.Subjects {
		var number, rung int
		if _, err := fmt.Sscanf(subject[strings.LastIndex(subject, ".")+1:], "%d-%d", &number, &rung); err == nil && rung == s.level(number) {
			there[number] = true
		}
	}
	keys, err := s.queues.results.ListKeysFiltered(ctx, "run.*")
	if err != nil {
		return err
	}
	for key := range keys.Keys() {
		var number int
		if _, err := fmt.Sscanf(key, "run.%d", &number); err == nil {
			there[number] = true
		}
	}
	// One that has come to a rung which is not kept is no longer in the queue, and has its result there.
	if keys, err = s.queues.results.ListKeysFiltered(ctx, "rung.>"); err != nil {
		return err
	}
	for key := range keys.Keys() {
		var number, rung int
		if _, err := fmt.Sscanf(key, "rung.%d.%d", &number, &rung); err == nil && rung == s.level(number) {
			there[number] = true
		}
	}
	for i := range s.Trials {
		t := &s.Trials[i]
		if there[t.Number] || s.Folder.Kept(t.Number) || s.waits(t.Number) {
			continue
		}
		if err := s.enqueue(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// enqueue puts a run into the queue.
func (s *Submission) enqueue(ctx context.Context, t *study.Trial) error {
	var config strings.Builder
	if err := t.Config.Write(&config); err != nil {
		return err
	}
	job := work{Number: t.Number, Name: t.Name, Config: config.String()}
	if s.Folder.Study.FirstRung > 0 {
		job.Rung = s.level(t.Number)
		if rungs := s.Folder.Study.Halving(&t.Config).Rungs(); job.Rung < len(rungs)-1 {
			job.Until = rungs[job.Rung]
		}
	}
	b, err := json.Marshal(job)
	if err != nil {
		return err
	}
	return s.queues.again(ctx, func() error {
		_, err := s.queues.js.Publish(ctx, s.queues.meta.subject(t.Number, job.Rung), b)
		var api *jetstream.APIError
		if errors.As(err, &api) && api.ErrorCode == perSubject {
			return nil // it is there: an acknowledgement was lost
		}
		return err
	})
}

// level is the rung that a run is on its way to: how often it went on.
func (s *Submission) level(number int) (level int) {
	for _, r := range s.rungs {
		if r.Number == number && r.Promoted {
			level++
		}
	}
	return level
}

// waits reports whether a run has come to a rung and is not, or not yet, to go on.
func (s *Submission) waits(number int) bool {
	return slices.ContainsFunc(s.rungs, func(r study.Rung) bool { return r.Number == number && !r.Promoted })
}

// propose lets runs of a search go on, or begins new ones, as long as there are too few for its
// workers. Where none is left to begin and none runs, those that wait are stopped.
func (s *Submission) propose(ctx context.Context) error {
	st := s.Folder.Study
	if !st.Searches() {
		return nil
	}
	width := s.Workers
	if s.More {
		width = max(width, len(s.alive)+1) // one for who is new
	}
	for {
		waiting := 0
		for i := range s.rungs {
			if !s.rungs[i].Promoted {
				waiting++
			}
		}
		busy := len(s.Trials) - len(s.records) - waiting
		if busy >= width {
			return nil
		}
		if len(s.rungs) > 0 {
			if i, ok := st.Promote(s.rungs, &s.Trials[0].Config); ok {
				r := s.rungs[i]
				r.Promoted = true
				if err := s.Folder.KeepRung(r); err != nil {
					return err
				}
				s.rungs[i] = r
				if err := s.enqueue(ctx, &s.Trials[r.Number-1]); err != nil {
					return err
				}
				continue
			}
		}
		if len(s.Trials) < s.Folder.About.Total {
			past := s.records
			if st.FirstRung > 0 {
				past = st.Compared(s.rungs, s.records)
			}
			t, err := s.Folder.Propose(s.Trials, past)
			if err != nil {
				return err
			}
			s.Trials = append(s.Trials, *t)
			if err := s.enqueue(ctx, t); err != nil {
				return err
			}
			continue
		}
		if busy > 0 || waiting == 0 {
			return nil
		}
		return s.stopWaiting()
	}
}

// stopWaiting records the runs that wait at a rung at the end of a search.
func (s *Submission) stopWaiting() error {
	for _, r := range s.rungs {
		if r.Promoted {
			continue
		}
		record := study.Record{Trial: s.Trials[r.Number-1], State: study.Stopped, Value: r.Value, Seconds: experiment.NA}
		if err := s.Folder.Keep(&record, nil); err != nil {
			return err
		}
		s.records = append(s.records, record)
	}
	s.rungs = nil
	return nil
}

// perSubject is the server's code for a message of a subject that has one.
const perSubject = 10077

// collect keeps results until all runs are kept.
func (s *Submission) collect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	q := s.queues
	beats, err := s.nc.SubscribeSync(q.meta.aliveSubject())
	if err != nil {
		return err
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
			Durable: "submitter", AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second,
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

// Cancel stops a study: nothing more of it is begun, and what runs is stopped.
func Cancel(ctx context.Context, l Login, id string) error {
	nc, js, err := l.connect(ctx, "hnn sweep cancel")
	if err != nil {
		return err
	}
	defer nc.Close()
	q := &queues{js: js, meta: Meta{ID: id}}
	m, err := q.current(ctx)
	if errors.Is(err, errEnded) || errors.Is(err, jetstream.ErrBucketNotFound) {
		return fmt.Errorf("the server has no study %s: it has ended, or was never begun there", id)
	}
	if err != nil {
		return err
	}
	m.Cancel = true
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	kv, err := js.KeyValue(ctx, registry)
	if err != nil {
		return err
	}
	if _, err := kv.Put(ctx, id, b); err != nil {
		return err
	}
	stream, err := js.Stream(ctx, m.workStream())
	if err != nil {
		return err
	}
	return stream.Purge(ctx)
}

// Alive asks the server for what workers are at, for which it listens a little longer than
// the time between two signs of life.
func Alive(ctx context.Context, l Login, id string) ([]study.Running, error) {
	nc, _, err := l.connect(ctx, "hnn sweep status")
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	m := Meta{ID: id}
	beats, err := nc.SubscribeSync(m.aliveSubject())
	if err != nil {
		return nil, err
	}
	at := map[string]study.Running{}
	for end := time.Now().Add(beat + beat/2); ; {
		msg, err := beats.NextMsg(time.Until(end))
		if err != nil {
			break
		}
		var r study.Running
		if json.Unmarshal(msg.Data, &r) == nil {
			at[r.Worker] = r
		}
	}
	var all []study.Running
	for _, r := range at {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b study.Running) int { return a.Number - b.Number })
	return all, nil
}
