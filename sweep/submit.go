package sweep

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/fit"
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
	// Logged, unless nil, is told of rows that trainings add to the metrics, of a member of an ensemble from 0, within some
	// seconds. A row may be lost, or come twice, before Kept is told of the run.
	Logged func(t *study.Trial, member int, r fit.Record)

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
		Total: s.Folder.About.Total, Retries: s.Folder.Study.Retries, Lease: Seconds(s.Lease.Seconds()), Save: Seconds(s.Save.Seconds()), Replicas: s.Replicas, Watched: s.Logged != nil,
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
			if have.Watched == meta.Watched {
				return nil
			}
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
		if s.Kept != nil {
			s.Kept(&record)
		}
	}
	s.rungs = nil
	return nil
}

// perSubject is the server's code for a message of a subject that has one.
const perSubject = 10077
