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
	if !strings.Contains(out, "hnn train --resume wide") || took > 20*time.Second {
		t.Errorf("in the drawing of wide layers: after %v the program says %q", took, out)
	}
}
