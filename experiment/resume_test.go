package experiment

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"hnn/internal/kernel"
)

// Runs that were interrupted before losses became values end as the same runs did that were
// not (whole.safetensors, of that program too): in an epoch of batches of rows, in the stages
// of windows with fitted states, within L-BFGS. The bits are those of the assembly's kernels.
func TestResumeOfOlderRuns(t *testing.T) {
	if kernel.Name() == "generic" {
		t.Skip("the runs were made with other kernels")
	}
	for _, name := range []string{"derivatives", "trajectories", "lbfgs"} {
		dir, from := t.TempDir(), filepath.Join("testdata", "interrupted", name)
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		if _, err := new(Env).Resume(context.Background(), dir); err != nil {
			t.Fatal(err)
		}
		if read(t, dir, modelFile) != read(t, from, "whole.safetensors") {
			t.Errorf("%s: another model", name)
		}
	}
}
