//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Each signal that ends the program in order leaves a checkpoint, and in the drawing of wide
// layers, which comes before the first, it ends the program within seconds.
func TestSignals(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	hnn, dir := program(t), t.TempDir()
	signalled := func(name string, s syscall.Signal, when func() bool, args ...string) (string, time.Duration) {
		t.Helper()
		c := exec.Command(args[0], append(args[1:], "--trainer", "adam", "--no-strict", "--no-figures", "--quiet", "--out", name)...)
		c.Dir = dir
		var output bytes.Buffer
		c.Stdout, c.Stderr = &output, &output
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(time.Minute)
		for !when() {
			if time.Now().After(deadline) {
				_ = c.Process.Kill()
				t.Fatalf("%s: the training does not begin", name)
			}
			time.Sleep(10 * time.Millisecond)
		}
		sent := time.Now()
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Minute, func() { _ = c.Process.Kill() })
		defer kill.Stop()
		_ = c.Wait()
		return output.String(), time.Since(sent)
	}
	exists := func(name, file string) func() bool {
		return func() bool {
			_, err := os.Stat(filepath.Join(dir, name, file))
			return err == nil
		}
	}
	long := []string{hnn, "train", "spring", "--trajectories", "10", "--steps", "10000000", "--hidden", "16,16", "--checkpoint-every", "500"}
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGXCPU, syscall.SIGINT} {
		if signal.Ignored(s) {
			t.Logf("%v is ignored by what started these tests, as by nohup, and so by the program", s)
			continue
		}
		name := strings.ReplaceAll(s.String(), " ", "-")
		out, _ := signalled(name, s, exists(name, "checkpoint.safetensors"), long...)
		if !strings.Contains(out, "checkpoint written; continue with: hnn train --resume "+name) {
			t.Errorf("%v: the program says %q", s, out)
		}
	}
	out, took := signalled("wide", syscall.SIGTERM, exists("wide", "config.yaml"), hnn, "train", "spring", "--trajectories", "10", "--steps", "10", "--hidden", "2048,2048,2048")
	if !strings.Contains(out, "hnn train --resume wide") {
		t.Errorf("in the drawing of wide layers: the program says %q, after %v", out, took)
	}
}

// A rollout that is interrupted leaves no file, not even in part, and one that was there as it was.
func TestSignalsInSimulate(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	hnn, dir := program(t), t.TempDir()
	t.Chdir(dir)
	succeed(t, "train", "spring", "--trainer", "closed-form", "--features", "50", "--no-strict", "--no-figures", "--quiet", "--out", "run")
	if err := os.WriteFile("c.csv", []byte("was here"), 0o666); err != nil {
		t.Fatal(err)
	}
	for i, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
		if signal.Ignored(s) {
			t.Logf("%v is ignored by what started these tests", s)
			continue
		}
		out := []string{"a.csv", "b.npz", "c.csv"}[i]
		var c *exec.Cmd
		var said bytes.Buffer
		// On a busy machine the signal may come before the program listens, and then just ends it: it is given longer.
		for _, wait := range []time.Duration{700 * time.Millisecond, 3 * time.Second, 12 * time.Second} {
			c = exec.Command(hnn, "simulate", "run", "--x0", "1,0", "--to", "100000000", "--steps", "1000", "--method", "midpoint", "--step", "0.01", "--out", out)
			said.Reset()
			c.Stderr = &said
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			kill := time.AfterFunc(30*time.Second, func() { _ = c.Process.Kill() })
			_ = c.Wait()
			kill.Stop()
			if c.ProcessState.ExitCode() != -1 {
				break
			}
		}
		if c.ProcessState.ExitCode() != 1 || !strings.Contains(said.String(), "interrupted") || !strings.Contains(said.String(), "nothing was written") {
			t.Errorf("%v: status %d, and the program says %q", s, c.ProcessState.ExitCode(), &said)
		}
	}
	left, err := filepath.Glob("*")
	hidden, herr := filepath.Glob(".*")
	if err != nil || herr != nil || strings.Join(left, " ") != "c.csv run" || len(hidden) > 0 {
		t.Errorf("what is left: %q, %q", left, hidden)
	}
	if got := string(readFile(t, "c.csv")); got != "was here" {
		t.Errorf("the file that was there is %q", got)
	}
}
