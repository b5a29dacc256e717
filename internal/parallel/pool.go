package parallel

import (
	"runtime"
	"sync/atomic"
)

// spins is how often an idle worker looks for work before it sleeps. The phases of
// a training step follow each other within microseconds, and waking a sleeping
// thread costs tens of them.
const spins = 2000

// Pool is a fixed set of workers. The goroutine that calls Run is one of them.
// A Pool is used by one goroutine at a time; Close it when done.
type Pool struct {
	workers int
	wake    []chan struct{}
	asleep  []atomic.Bool
	epoch   atomic.Uint64 // counts calls of Run, so that a spinning worker sees a new one
	closed  atomic.Bool

	task  func(worker, task int)
	tasks int
	next  []counter    // the next task of each worker's share
	busy  atomic.Int64 // workers that have not finished the tasks at hand
}

// A counter has a cache line of its own, and the one that is fetched with it.
type counter struct {
	atomic.Int64
	_ [120]byte
}

// NewPool returns a pool of so many workers; 0 means one for each of GOMAXPROCS.
func NewPool(workers int) *Pool {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &Pool{workers: workers, wake: make([]chan struct{}, workers), asleep: make([]atomic.Bool, workers), next: make([]counter, workers)}
	for w := 1; w < workers; w++ {
		p.wake[w] = make(chan struct{}, 1)
		go p.work(w)
	}
	return p
}

// Workers is the number of workers; worker numbers run from 0.
func (p *Pool) Workers() int { return p.workers }

// Run calls task(worker, i) for every i below tasks, each once, and returns when
// all are done. Calls with the same worker number never overlap. Which worker does
// a task depends on how fast they are: a result may not depend on it.
func (p *Pool) Run(tasks int, task func(worker, task int)) {
	if p.workers == 1 || tasks == 1 {
		for i := range tasks {
			task(0, i)
		}
		return
	}
	p.task, p.tasks = task, tasks
	for w := range p.next {
		lo, _ := p.shareOf(w)
		p.next[w].Store(int64(lo))
	}
	p.busy.Store(int64(p.workers - 1))
	p.epoch.Add(1)
	for w := 1; w < p.workers; w++ {
		if p.asleep[w].Swap(false) {
			p.wake[w] <- struct{}{}
		}
	}
	p.share(0)
	// The others are at most one task behind: not worth a sleep.
	for p.busy.Load() > 0 {
		runtime.Gosched()
	}
	p.task = nil
}

// shareOf is the range of tasks that worker w begins with.
func (p *Pool) shareOf(w int) (lo, hi int) {
	return w * p.tasks / p.workers, (w + 1) * p.tasks / p.workers
}

// share does the worker's share of the tasks, and then what is left of the others'. So a
// task is mostly done where it was done before, and its numbers are in that core's cache.
func (p *Pool) share(worker int) {
	for d := range p.workers {
		w := (worker + d) % p.workers
		_, hi := p.shareOf(w)
		for i := p.next[w].Add(1) - 1; i < int64(hi); i = p.next[w].Add(1) - 1 {
			p.task(worker, int(i))
		}
	}
}

func (p *Pool) work(worker int) {
	var seen uint64
	for {
		for range spins {
			if p.epoch.Load() != seen {
				break
			}
			runtime.Gosched()
		}
		for p.epoch.Load() == seen {
			// The order matters: say that we sleep, look once more, then sleep; Run
			// counts up first and looks for sleepers afterwards, so one of the two
			// sees the other.
			p.asleep[worker].Store(true)
			if p.epoch.Load() != seen && p.asleep[worker].Swap(false) {
				break
			}
			<-p.wake[worker]
		}
		seen++
		if p.closed.Load() {
			return
		}
		p.share(worker)
		p.busy.Add(-1)
	}
}

// Close ends the workers. The pool must not be used afterwards.
func (p *Pool) Close() {
	if p.workers == 1 || p.closed.Swap(true) {
		return
	}
	p.epoch.Add(1)
	for w := 1; w < p.workers; w++ {
		if p.asleep[w].Swap(false) {
			p.wake[w] <- struct{}{}
		}
	}
}
