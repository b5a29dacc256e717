package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shell writes an executable script that prints text.
func shell(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\ncat <<'END'\n"+text+"\nEND\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// fakePeers answers for both scripts with known times: a PyTorch whose plain
// variant takes 8 ms on two threads and 6 ms on one, a compiled one that takes
// 5 and 7, and a JAX that takes 3. Each call's arguments are added to calls.
func fakePeers(t *testing.T, calls string) string {
	return fakePython(t, "", `echo "$@" >> '`+calls+`'
case "$1 $*" in
*torch_peer.py*"--threads 2"*) plain=8e-3; best=5e-3;;
*torch_peer.py*) plain=6e-3; best=7e-3;;
*) echo '{"versions": {"jax": "9"}, "cases": [{"name": "train-step/spring", "precision": "float32", "variant": "jit", "plain": true, "seconds": 3e-3, "fastest": 3e-3, "check": [1.5]},
 {"name": "rollout/spring", "precision": "float64", "variant": "jit", "plain": true, "seconds": 6e-2, "fastest": 6e-2, "evaluations": 3000}]}'; exit 0;;
esac
echo '{"versions": {"torch": "9"}, "blas_threads": null, "skipped": [{"name": "train-step/spring", "precision": "float32", "variant": "double", "reason": "not supported"}],
 "cases": [{"name": "train-step/spring", "precision": "float32", "variant": "eager", "plain": true, "seconds": '$plain', "fastest": '$plain', "check": [1.5]},
 {"name": "train-step/spring", "precision": "float32", "variant": "compiled", "seconds": '$best', "fastest": '$best', "check": [1.5]}]}'
`)
}

const ourTimings = `{"cases": [
 {"name": "train-step/spring", "precision": "float32", "threads": 1, "seconds": 4e-3},
 {"name": "train-step/spring", "precision": "float32", "threads": 2, "seconds": 2e-3},
 {"name": "pendulum", "precision": "float32", "threads": 1, "seconds": 1},
 {"name": "rollout/spring", "precision": "float64", "threads": 1, "seconds": 3e-2, "evaluations": 3000, "weights": "net.safetensors", "initial_state": [0.6, -0.4]}]}`

func TestRunPrintsTheRatios(t *testing.T) {
	calls := filepath.Join(t.TempDir(), "calls")
	python := fakePeers(t, calls)
	var stdout, stderr strings.Builder
	err := run(t.Context(), []string{"-dir", ".", "-python", python, "-ours", shell(t, ourTimings), "-rounds", "3"}, &stdout, &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var rows []string
	for line := range strings.Lines(stdout.String()) {
		rows = append(rows, strings.Join(strings.Fields(line), " "))
	}
	text := strings.Join(rows, "\n")
	for _, want := range []string{
		"case precision cores ours torch plain ratio torch best ratio jax plain ratio jax best ratio",
		// On one core only runs with one thread count, on two also those.
		"train-step/spring float32 1 4 ms 6 ms 1.50 6 ms 1.50 3 ms 0.75 3 ms 0.75",
		"train-step/spring float32 2 2 ms 6 ms 3.00 5 ms 2.50 3 ms 1.50 3 ms 1.50",
		"train-step/spring float32 2 torch compiled threads 2",
		"rollout/spring float64 1 30 ms - - - - 60 ms 2.00 60 ms 2.00",
		"rollout/spring float64 2 30 ms - - - - 60 ms 2.00 60 ms 2.00",
		"rollout/spring float64 1 ours 3000 10 us each",
		"rollout/spring float64 1 jax, jit 3000 20 us each",
		"cannot: train-step/spring float32, double: not supported",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, stdout.String())
		}
	}

	if strings.Contains(text, "pendulum") {
		t.Errorf("a case of ours alone is in:\n%s", stdout.String())
	}

	log, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	// Two settings of threads each, once in the tuning and once in each round:
	// no others of PyTorch, whose BLAS follows.
	if n := strings.Count(string(log), "torch_peer.py"); n != 2+3*2 {
		t.Errorf("torch_peer.py ran %d times, want 8:\n%s", n, log)
	}
	if !strings.Contains(string(log), "--weights net.safetensors --x0=0.6,-0.4") {
		t.Errorf("the peers were not given our network:\n%s", log)
	}
}

func TestRunRefusesUnequalWork(t *testing.T) {
	python := fakePeers(t, filepath.Join(t.TempDir(), "calls"))
	ours := shell(t, `{"cases": [{"name": "train-step/spring", "precision": "float32", "threads": 1, "seconds": 1, "check": [2.5]}]}`)
	var stdout, stderr strings.Builder
	err := run(t.Context(), []string{"-dir", ".", "-python", python, "-ours", ours, "-rounds", "1"}, &stdout, &stderr)
	if err == nil || !strings.Contains(err.Error(), "not the same work") {
		t.Errorf("error %v", err)
	}
}

func TestRunErrors(t *testing.T) {
	empty := t.TempDir()
	tests := []struct {
		name  string
		args  []string
		want  string
		usage bool
	}{
		{"unknown flag", []string{"-fast"}, "not defined: -fast", true},
		{"an argument", []string{"spring"}, `"spring": there are no arguments`, true},
		{"unknown peer", []string{"-peers", "torch,mxnet"}, `no peer "mxnet"; there are torch and jax`, true},
		{"no cores", []string{"-cores", "1,0"}, `"0" is no positive number`, true},
		{"no rounds", []string{"-rounds", "0"}, "at least 1", true},
		{"another folder", []string{"-dir", empty}, "run this from the root of the repository", false},
		{"no Python", []string{"-dir", ".", "-python", filepath.Join(empty, "python3")}, "name one with -python", false},
		{"no packages", []string{"-dir", ".", "-python", fakePython(t, "jax torch", "")}, "lacks jax, torch: run `go run ./bench/peers -install`", false},
		{"no weights", []string{"-dir", ".", "-python", fakePython(t, "", ""), "-weights", filepath.Join(empty, "w")}, "there is no such file", false},
		{"ours fails", []string{"-dir", ".", "-python", fakePython(t, "", ""), "-ours", filepath.Join(empty, "hnn")}, "no such file", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			err := run(t.Context(), tt.args, &stdout, &stderr)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
			if got := errors.As(err, new(usageError)); got != tt.usage {
				t.Errorf("a usage error: %v, want %v", got, tt.usage)
			}
			if stdout.Len() > 0 {
				t.Errorf("printed %q on standard output", stdout.String())
			}
		})
	}
}
