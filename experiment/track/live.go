package track

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// Live is a run that is told of while it goes on.
type Live interface {
	// Log tells of numbers at steps.
	Log(ctx context.Context, numbers []Number) error
	// End tells of the metrics that Log has not told of, of results and files, and how the run ended.
	End(ctx context.Context, r *Run, rest []Number) error
	// Leave says that the run was interrupted.
	Leave(ctx context.Context) error
}

// flushEvery is the time between two tellings of a run that goes on.
const flushEvery = time.Second

// Follower tells trackers of runs while they go on. It never holds a run up: what a server has
// not taken is told of at the end.
type Follower struct {
	// Config, unless nil, is the text of the config.yaml of a run, which is else read from its directory.
	Config func(dir string) ([]byte, error)

	trackers []Tracker
	warn     func(dir string, err error)

	mu   sync.Mutex
	runs map[string]*followed
}

// followed is a run that goes on.
type followed struct {
	mu      sync.Mutex
	pending []Number
	stop    chan struct{}
	stopped chan struct{}
	live    []liveRun
}

// liveRun is a run at one tracker, and what it has been told of.
type liveRun struct {
	Live
	told map[at]bool
}

// left are the numbers that the tracker was not told of: a run that goes on from its checkpoint comes to some again.
func (l *liveRun) left(numbers []Number) (all []Number) {
	here := map[at]bool{}
	for _, n := range numbers {
		if key := (at{n.Name, n.Step}); !l.told[key] && !here[key] {
			here[key] = true
			all = append(all, n)
		}
	}
	return all
}

type at struct {
	name string
	step int64
}

// NewFollower returns one that says what goes wrong, once a run and tracker, by warn.
func NewFollower(trackers []Tracker, warn func(dir string, err error)) *Follower {
	return &Follower{trackers: trackers, warn: warn, runs: map[string]*followed{}, Config: readConfig}
}

// Log tells of numbers of the run in a directory, of a member of an ensemble from 0. It does not wait.
func (f *Follower) Log(ctx context.Context, dir string, member int, numbers []Number) {
	if member > 0 { // as metrics-2.csv has those of the second
		for i := range numbers {
			numbers[i].Name += "-" + strconv.Itoa(member+1)
		}
	}
	f.mu.Lock()
	r := f.runs[dir]
	if r == nil {
		r = &followed{stop: make(chan struct{}), stopped: make(chan struct{})}
		f.runs[dir] = r
		go f.follow(ctx, r, dir)
	}
	f.mu.Unlock()
	r.mu.Lock()
	r.pending = append(r.pending, numbers...)
	r.mu.Unlock()
}

// follow tells of a run until it is stopped, and once more then.
func (f *Follower) follow(ctx context.Context, r *followed, dir string) {
	defer close(r.stopped)
	r.live = make([]liveRun, len(f.trackers))
	settings, err := f.settings(dir)
	if err != nil {
		f.warn(dir, err)
		return
	}
	for i, t := range f.trackers {
		live, err := t.Open(ctx, settings)
		if err != nil {
			f.warn(dir, err)
			continue
		}
		r.live[i] = liveRun{live, map[at]bool{}}
	}
	failed := make([]bool, len(r.live))
	for ended := false; !ended; {
		select {
		case <-r.stop:
			ended = true
		case <-time.After(flushEvery):
		}
		r.mu.Lock()
		numbers := r.pending
		r.pending = nil
		r.mu.Unlock()
		for i, l := range r.live {
			if l.Live == nil || failed[i] {
				continue
			}
			numbers := l.left(numbers)
			if len(numbers) == 0 {
				continue
			}
			if err := l.Log(ctx, numbers); err != nil { // the end tells of all that is not marked
				f.warn(dir, err)
				failed[i] = true
				continue
			}
			for _, n := range numbers {
				l.told[at{n.Name, n.Step}] = true
			}
		}
	}
}

// take ends the following of a run; it is nil for one that was not followed.
func (f *Follower) take(dir string) *followed {
	f.mu.Lock()
	r := f.runs[dir]
	delete(f.runs, dir)
	f.mu.Unlock()
	if r != nil {
		close(r.stop)
		<-r.stopped
	}
	return r
}

// End tells of the run in a directory, which has ended, with its results or a failure: of what is
// left where it was followed, else of all.
func (f *Follower) End(ctx context.Context, dir string, failure error) {
	followed := f.take(dir)
	r, err := Read(dir, failure)
	if err != nil {
		f.warn(dir, err)
		return
	}
	for i, t := range f.trackers {
		if followed == nil || followed.live[i].Live == nil {
			err = t.Track(ctx, r)
		} else {
			err = followed.live[i].End(ctx, r, followed.live[i].left(r.Steps))
		}
		if err != nil {
			f.warn(dir, err)
		}
	}
}

// Fail tells of a run that has failed and left no directory.
func (f *Follower) Fail(ctx context.Context, dir string, failure error) {
	followed := f.take(dir)
	r, err := f.settings(dir)
	if err != nil {
		f.warn(dir, err)
		return
	}
	r.Dir, r.Failure = "", failure.Error()
	for i, t := range f.trackers {
		if followed == nil || followed.live[i].Live == nil {
			err = t.Track(ctx, r)
		} else {
			err = followed.live[i].End(ctx, r, nil)
		}
		if err != nil {
			f.warn(dir, err)
		}
	}
}

// settings are those of a run in a directory that it need not have yet.
func (f *Follower) settings(dir string) (*Run, error) {
	config, err := f.Config(dir)
	if err != nil {
		return nil, err
	}
	return settings(dir, config)
}

// Leave says of the runs that are still followed that they were interrupted.
func (f *Follower) Leave() {
	f.mu.Lock()
	var dirs []string
	for dir := range f.runs {
		dirs = append(dirs, dir)
	}
	f.mu.Unlock()
	for _, dir := range dirs {
		f.Stop(dir)
	}
}

// Stop says of a run, where it is followed, that it was interrupted.
func (f *Follower) Stop(dir string) {
	followed := f.take(dir)
	if followed == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, l := range followed.live {
		if l.Live != nil {
			if err := l.Leave(ctx); err != nil {
				f.warn(dir, err)
			}
		}
	}
}
