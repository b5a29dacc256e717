package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One run of a search is not made alone, since it depends on the others.
func TestTaskOfASearch(t *testing.T) {
	study := filepath.Join(t.TempDir(), "study.yaml")
	const text = "task: spring\nmethod: tpe\ntrials: 10\nminimize: test_loss.mean\nvary: {learning-rate: {min: 1e-4, max: 1e-2, log: true}}\n"
	if err := os.WriteFile(study, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, said := call(t, "sweep", study, "--task", "1", "--out", filepath.Join(t.TempDir(), "out")); status != 2 || !strings.Contains(said, "use the method random or sobol") {
		t.Errorf("status %d: %s", status, said)
	}
}
