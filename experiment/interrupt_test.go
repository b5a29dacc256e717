package experiment

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// What takes no context is left behind when it ends, and a run says how it goes on.
func TestInterruptible(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	block := make(chan struct{})
	defer close(block)
	began := make(chan struct{})
	go func() { <-began; cancel() }()
	_, err := Interruptible(ctx, func() (int, error) { close(began); <-block; return 1, nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if v, err := Interruptible(context.Background(), func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("%d, %v, want 7", v, err)
	}
}

// A run that is interrupted before its first step can be begun again.
func TestInterruptedBeforeTheFirstStep(t *testing.T) {
	for _, c := range []Config{quick(t), quick(t).WithClosedForm()} {
		dir := filepath.Join(t.TempDir(), "run")
		_, unlock, err := newRunDir("", dir, "x", false)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err = new(Env).Train(ctx, c, dir)
		var interrupted *InterruptedError
		if !errors.As(err, &interrupted) || !strings.Contains(err.Error(), "hnn train --resume "+dir) {
			t.Errorf("%s: error %v, want an interruption with the way on", c.Trainer, err)
		}
		if _, err := new(Env).Resume(context.Background(), dir); err != nil {
			t.Errorf("%s: %v", c.Trainer, err)
		}
	}
}
