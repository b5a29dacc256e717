package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// fakePython writes a shell script that stands for Python: it answers to -c with
// the given modules as missing ones, and runs body with the script's arguments
// otherwise.
func fakePython(t *testing.T, missing, body string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	path := filepath.Join(t.TempDir(), "python")
	script := "#!/bin/sh\nif [ \"$1\" = -c ]; then echo '" + missing + "'; exit 0; fi\n" + body
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPeerEnvironment(t *testing.T) {
	got := peerEnvironment([]string{
		"HOME=/home/a", "OPENBLAS_CORETYPE=Haswell", "OPENBLAS_L2_SIZE=1", "OMP_NUM_THREADS=64", "OMP_PROC_BIND=true",
	}, config{threads: 2, blasThreads: 1})
	slices.Sort(got)
	want := []string{"HOME=/home/a", "MKL_NUM_THREADS=1", "OMP_NUM_THREADS=2", "OMP_PROC_BIND=true", "OPENBLAS_NUM_THREADS=1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestScriptsRunReportsTheLastLine(t *testing.T) {
	python := fakePython(t, "", "echo Traceback >&2; echo '--case foo: there is no such case' >&2; exit 1\n")
	_, err := scripts{python: python, dir: "."}.run(t.Context(), "torch", config{2, 2}, 3, nil)
	if err == nil || !strings.Contains(err.Error(), "torch_peer.py with threads 2: exit status 1: --case foo: there is no such case") {
		t.Errorf("error %v", err)
	}
}

func TestInstallRefusesAnOldPython(t *testing.T) {
	err := install(t.Context(), fakePython(t, "3.10 False", ""), t.TempDir(), os.Stderr)
	if err == nil || !strings.Contains(err.Error(), "is Python 3.10; the pinned packages need 3.11") {
		t.Errorf("error %v", err)
	}
}
