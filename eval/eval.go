// Package eval measures models: the loss of a field on rows of data with its
// standard error, rollouts of many initial states, and what a rollout does to the
// energy, by the authors' protocols ("paper") and by stricter ones of our own.
//
// It trains nothing, draws nothing and reads no files; its results are plain numbers,
// NaN or infinite where a quantity is not defined or a rollout failed. It is used by
// experiment and by the program's verbs.
//
// Work is shared between goroutines in portions that do not depend on their number, so
// that neither do the bits of a result.
package eval

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Options is what the metrics have in common.
type Options struct {
	// Workers is the number of goroutines; 0 means one for each of GOMAXPROCS.
	Workers int
	// Interrupt, where not nil, is asked now and then whether to go on; a context's Err
	// method fits. What it returns ends the measurement, and is wrapped in the error. It
	// is called by several goroutines at once.
	Interrupt func() error
}

// share calls task(i) for every i below tasks, each once, on so many goroutines. Each
// of them makes its own task function. (A parallel.Pool serves tasks of microseconds and
// keeps its processors busy while it waits; here a task may take seconds.)
func share(workers, tasks int, newTask func() (task func(i int))) {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, tasks) {
		wg.Go(func() {
			task := newTask()
			for i := int(next.Add(1)) - 1; i < tasks; i = int(next.Add(1)) - 1 {
				task(i)
			}
		})
	}
	wg.Wait()
}
