package experiment

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A directory in which another process trains is left as it is, whatever is asked.
func TestDirectoryInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	_, unlock, err := NewRunDir("", dir, "x", false)
	if err != nil {
		t.Fatal(err)
	}
	c := quick(t)
	if err := writeConfig(dir, &c); err != nil {
		t.Fatal(err)
	}
	before := read(t, dir, configFile)
	for _, force := range []bool{false, true} {
		if _, _, err := NewRunDir("", dir, "x", force); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("force %v: %v, want that the directory is in use", force, err)
		}
	}
	if got := read(t, dir, configFile); got != before {
		t.Error("the configuration of a run in use has changed")
	}
	unlock()
	_, unlock, err = NewRunDir("", dir, "x", true)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

// What processes that were killed left behind is no run's, and is removed; what only looks
// like it is not.
func TestKilledBeforeTheConfiguration(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".config.yaml123", ".checkpoint-2.safetensors77", ".metrics.csv9"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, unlock, err := NewRunDir("", dir, "x", false)
	if err != nil {
		t.Fatalf("a directory of temporary files alone: %v", err)
	}
	unlock()
	c := quick(t)
	if err := writeConfig(dir, &c); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".metrics.csv9", ".song.mp3"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := new(Env).Resume(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".metrics.csv9")); err == nil {
		t.Error("the temporary file of a killed process stays")
	}
	if _, err := os.Stat(filepath.Join(dir, ".song.mp3")); err != nil {
		t.Errorf("a file that is not a run's: %v", err)
	}
}
