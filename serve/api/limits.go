package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"
)

// Limits bound one request and how many there are at once.
type Limits struct {
	// Body is the longest request body in bytes.
	Body int64 `json:"body_bytes"`
	// States is the largest number of initial states, or of states to evaluate.
	States int `json:"states"`
	// Numbers bounds the length of an answer: states times their dimension.
	Numbers int `json:"numbers"`
	// StreamNumbers is the same for a stream, which is never held as a whole.
	StreamNumbers int `json:"stream_numbers"`
	// Horizon is the longest time between the first and the last output.
	Horizon float64 `json:"horizon"`
	// Steps bounds the integrator's steps for one initial state.
	Steps int `json:"steps"`
	// Concurrent is how many requests are worked on at once; more are answered 503.
	Concurrent int `json:"concurrent"`
	// Timeout and StreamTimeout bound the time of an answer.
	Timeout       time.Duration `json:"-"`
	StreamTimeout time.Duration `json:"-"`
	// BodyTimeout is how long a body may take to arrive.
	BodyTimeout time.Duration `json:"-"`
	// Connections are held open at once; for one more the one that has been idle longest
	// is closed.
	Connections int `json:"-"`
}

// WithDefaults replaces zeros by the defaults.
func (l Limits) WithDefaults() Limits {
	or := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	or(&l.States, 20_000)
	or(&l.Numbers, 1_000_000)
	or(&l.StreamNumbers, 4_000_000)
	or(&l.Steps, 200_000)
	or(&l.Concurrent, max(16, 4*runtime.GOMAXPROCS(0)))
	or(&l.Connections, 1024)
	if l.BodyTimeout == 0 {
		l.BodyTimeout = 10 * time.Second
	}
	if l.Body == 0 {
		l.Body = 1 << 20
	}
	if l.Horizon == 0 {
		l.Horizon = 100_000
	}
	if l.Timeout == 0 {
		l.Timeout = 30 * time.Second
	}
	if l.StreamTimeout == 0 {
		l.StreamTimeout = 5 * time.Minute
	}
	return l
}

// WriteTimeout is how long a reader may take for one piece of an answer.
const WriteTimeout = 10 * time.Second

// timed is the context of an answer that must be done by the limit.
func (a *API) timed(r *http.Request, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(r.Context(), limit, fmt.Errorf("the answer took longer than %v", limit))
}

// blockRows is how many rows are computed at once: as many as a model's BatchField
// takes in one matrix product.
const blockRows = 96

// blocks calls f for blocks of the rows, as many side by side as there are workers,
// which all requests share. It returns ctx's error if that ended before every block
// was begun; f sees to it itself that it ends with ctx.
func (a *API) blocks(ctx context.Context, rows int, f func(lo, hi int)) error {
	size := min(blockRows, (rows+cap(a.workers)-1)/cap(a.workers))
	done := make(chan any)
	started := 0
	defer func() {
		var caught any
		for range started {
			if v := <-done; v != nil {
				caught = v
			}
		}
		if caught != nil {
			panic(caught) // where it ends the request and not the program
		}
	}()
	for lo := 0; lo < rows; lo += size {
		select {
		case a.workers <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		started++
		go func() {
			defer func() {
				v := recover()
				<-a.workers
				done <- v
			}()
			f(lo, min(lo+size, rows))
		}()
	}
	return ctx.Err()
}
