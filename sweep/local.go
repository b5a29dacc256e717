package sweep

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Local are workers that are processes of this machine.
type Local struct {
	// Program is the program, Arguments what makes it a worker that ends with its standard input.
	Program   string
	Arguments []string
	Workers   int
	Log       func(format string, args ...any)
}

// Run keeps the workers going until ctx ends, and replaces one that dies.
func (l *Local) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for range l.Workers {
		wg.Go(func() {
			for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, time.Minute) {
				began := time.Now()
				err := l.one(ctx)
				if err == nil || ctx.Err() != nil {
					return // the study has ended
				}
				l.Log("a worker ended and is replaced: %v", err)
				if time.Since(began) > time.Minute {
					wait = time.Second
				}
				pause(ctx, wait)
			}
		})
	}
	wg.Wait()
}

// one starts a worker and waits for its end, which comes soon after that of ctx.
func (l *Local) one(ctx context.Context) error {
	c := exec.Command(l.Program, l.Arguments...)
	threads := max(1, runtime.GOMAXPROCS(0)/l.Workers)
	c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", threads))
	var said bytes.Buffer
	c.Stderr = &tail{b: &said}
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	select {
	case err = <-done:
	case <-ctx.Done():
		in.Close() // it hands its run on
		select {
		case err = <-done:
		case <-time.After(20 * time.Second):
			_ = c.Process.Kill() // it may have ended just now
			err = <-done
		}
	}
	if err != nil && said.Len() > 0 {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	return err
}

// tail keeps the end of what is written.
type tail struct{ b *bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 4 << 10
	t.b.Write(p)
	if n := t.b.Len(); n > most {
		t.b.Next(n - most)
	}
	return len(p), nil
}

// UntilEOF ends a context when nothing more can be read: a worker's parent has gone.
func UntilEOF(ctx context.Context, r io.Reader) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, r)
		cancel()
	}()
	return ctx, cancel
}
