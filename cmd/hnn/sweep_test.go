package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// writeStudy writes a study file into a fresh folder.
func writeStudy(t *testing.T, text string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "s.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// sameRuns compares the runs of two folders: all files but the results' times and threads.
func sameRuns(t *testing.T, one, other string, runs int) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(one, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(one, path)
		if err != nil || !strings.Contains(filepath.Dir(name), "-") || strings.HasPrefix(name, ".") {
			return err // not of a run
		}
		a, b := readFile(t, path), readFile(t, other, name)
		if filepath.Base(name) == "results.json" {
			found++
			a, b = untimed(t, a), untimed(t, b)
		}
		// A checkpoint holds the seconds of its training, and a figure of curves nothing of them.
		if filepath.Base(name) != "checkpoint.safetensors" && !bytes.Equal(a, b) {
			t.Errorf("%s of %s and of %s differ", name, one, other)
		}
		return nil
	})
	if err != nil || found != runs {
		t.Errorf("%s has %d runs, want %d; error %v", one, found, runs, err)
	}
}

// untimed are results without their times, their digest and the number of threads.
func untimed(t *testing.T, text []byte) []byte {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"fit_seconds", "step_ms", "sha256"} {
		delete(v, key)
	}
	delete(v["engine"].(map[string]any), "threads")
	if c, ok := v["closed_form"].(map[string]any); ok {
		for key := range c {
			if strings.HasSuffix(key, "seconds") {
				delete(c, key)
			}
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// springCSV are trials of a spring of so many rows each.
func springCSV(trials, rows int) []byte {
	var b bytes.Buffer
	b.WriteString("trial,t,q,p\n")
	for i := range trials {
		for j := range rows {
			at, amplitude := 0.1*float64(j), 0.5+0.1*float64(i)
			fmt.Fprintf(&b, "%d,%v,%v,%v\n", i, at, amplitude*math.Cos(at), -amplitude*math.Sin(at))
		}
	}
	return b.Bytes()
}

// The runs of a sweep are those of hnn train to the bit, of a task and of a file, and lie
// where the other verbs find them. A sweep that is done does nothing more.
func TestSweepIsTrain(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	hnn := program(t)
	dir, study := writeStudy(t, `
data: spring.csv
fixed: {trainer: adam, hidden: [8], steps: 60, test-every: 20}
vary:
  seed: 0-1
  activation: [tanh, sin]
`)
	run := func(args ...string) string {
		c := exec.Command(hnn, args...)
		c.Dir = dir
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if err := os.WriteFile(filepath.Join(dir, "spring.csv"), springCSV(6, 20), 0o644); err != nil {
		t.Fatal(err)
	}
	run("sweep", study, "--quiet", "--workers", "2")
	folder := filepath.Join(dir, "runs", "s")
	dirs, err := filepath.Glob(filepath.Join(folder, "0*"))
	if err != nil || len(dirs) != 4 {
		t.Fatalf("runs %v, error %v", dirs, err)
	}
	for _, run1 := range dirs {
		run("train", "--config", filepath.Join(run1, "config.yaml"), "--out", filepath.Join("local", filepath.Base(run1)), "--quiet")
	}
	sameRuns(t, folder, filepath.Join(dir, "local"), 4)
	for i := 1; i <= 4; i++ {
		run("sweep", study, "--task", fmt.Sprint(i), "--out", "alone", "--quiet")
	}
	sameRuns(t, folder, filepath.Join(dir, "alone"), 4)
	before := readFile(t, folder, "records", "0003.json")
	if out := run("sweep", study); !strings.Contains(out, "4 of 4 runs done") {
		t.Errorf("a study that is done says %q", out)
	}
	if !bytes.Equal(before, readFile(t, folder, "records", "0003.json")) {
		t.Error("a run that was kept was kept again")
	}
	if out := run("sweep", "status", folder); !strings.Contains(out, "done: 4 of 4") {
		t.Errorf("its status is %q", out)
	}
	run("report", dirs[0], "--out", "one.html")
}
