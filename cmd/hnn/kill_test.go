package main

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// program builds the real program once for the tests that need a process.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hnn")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

var long = flag.Bool("long", false, "kill a training 500 times and more")

// A training that is killed at random moments, again and again, and resumed each
// time ends with the same bits as one that was left alone, and so does one on a
// single processor. No kill leaves a directory that cannot be resumed.
func TestKillAndResume(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	least := 1
	if *long {
		least = 500
	}
	hnn, dir := program(t), t.TempDir()
	flags := []string{"train", "two-body", "--trajectories", "40", "--steps", "400", "--hidden", "40,40", "--checkpoint-every", "20", "--test-every", "20", "--no-strict", "--no-figures", "--quiet"}
	run := func(processors int, args ...string) *exec.Cmd {
		c := exec.Command(hnn, args...)
		c.Dir = dir
		c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", processors))
		return c
	}
	whole := time.Duration(math.MaxInt64) // how long an unbroken run takes
	for name, processors := range map[string]int{"whole": 2, "single": 1} {
		start := time.Now()
		if out, err := run(processors, append(flags, "--out", name)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		whole = min(whole, time.Since(start))
	}
	kills := 0
	for kills < least {
		kills += killedUntilDone(t, run, append(flags, "--out", "killed"), dir, &whole)
		for _, other := range []string{"single", "killed"} {
			for _, file := range []string{"model.safetensors", "metrics.csv"} {
				if !bytes.Equal(readFile(t, dir, "whole", file), readFile(t, dir, other, file)) {
					t.Errorf("%s of the %s run differs from the unbroken one on two processors", file, other)
				}
			}
		}
		if err := os.RemoveAll(filepath.Join(dir, "killed")); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("killed %d times", kills)
}

// killedUntilDone starts a training, which leaves dir/killed, and kills it, by the time of an unbroken one, until it
// comes to its end after at least one kill; it returns how often.
func killedUntilDone(t *testing.T, run func(processors int, args ...string) *exec.Cmd, begin []string, dir string, whole *time.Duration) (kills int) {
	t.Helper()
	args := begin
	for attempt := 0; ; attempt++ {
		if attempt == 200 {
			t.Fatal("200 attempts did not finish the run")
		}
		c := run(2, args...)
		var output bytes.Buffer
		c.Stdout, c.Stderr = &output, &output
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- c.Wait() }()
		// A part of an unbroken run's time, since a fast machine ends within any
		// fixed one; longer with every attempt, so that a machine that has become
		// slow gets to the end too.
		limit := time.Duration((0.4*rand.Float64() + 0.03*float64(attempt)) * float64(*whole))
		var err error
		select {
		case err = <-done:
		case <-time.After(limit):
			_ = c.Process.Kill() // it may have ended by itself just now
			err = <-done
		}
		if err == nil && kills > 0 {
			return kills
		}
		if err == nil { // the machine has become faster: from the start, with less time
			*whole /= 2
		} else if c.ProcessState.ExitCode() != -1 {
			t.Fatalf("attempt %d failed by itself: %v\n%s", attempt, err, output.String())
		} else if _, statErr := os.Stat(filepath.Join(dir, "killed", "config.yaml")); statErr == nil {
			kills++
			args = []string{"train", "--resume", "killed", "--quiet"}
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, "killed")); err != nil {
			t.Fatal(err)
		}
		args = begin
	}
}

func readFile(t *testing.T, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
