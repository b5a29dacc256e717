package serve

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

func (l Limits) withDefaults() Limits {
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

// writeTimeout is how long a reader may take for one piece of an answer.
const writeTimeout = 10 * time.Second

// limited bounds the number of requests at work on a run. A request takes its place when
// its body is there: one that never comes holds none.
func (s *Server) limited(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := s.entry(r); err != nil {
			return err
		}
		if err := s.receive(w, r); err != nil {
			return err
		}
		select {
		case s.working <- struct{}{}:
			defer func() { <-s.working }()
		default:
			return busy("%d requests are being worked on, which is the limit", s.limits.Concurrent)
		}
		return h(w, r)
	}
}

// timed is the context of an answer that must be done by the limit.
func (s *Server) timed(r *http.Request, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(r.Context(), limit, fmt.Errorf("the answer took longer than %v", limit))
}

// blockRows is how many rows are computed at once: as many as a model's BatchField
// takes in one matrix product.
const blockRows = 96

// blocks calls f for blocks of the rows, as many side by side as there are workers,
// which all requests share. It returns ctx's error if that ended before every block
// was begun; f sees to it itself that it ends with ctx.
func (s *Server) blocks(ctx context.Context, rows int, f func(lo, hi int)) error {
	size := min(blockRows, (rows+cap(s.workers)-1)/cap(s.workers))
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
		case s.workers <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		started++
		go func() {
			defer func() {
				v := recover()
				<-s.workers
				done <- v
			}()
			f(lo, min(lo+size, rows))
		}()
	}
	return ctx.Err()
}
