package experiment

import "context"

// Interruptible returns what f does, or ctx's error as soon as that ends. f is then left to
// come to its end by itself, so it may touch nothing that the caller goes on to use.
func Interruptible[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// stopped is the error of a run in dir after so many steps: where ctx has ended, that it was
// interrupted.
func stopped(ctx context.Context, err error, dir string, step int) error {
	if ctx.Err() != nil {
		return &InterruptedError{Dir: dir, Step: step}
	}
	return err
}
