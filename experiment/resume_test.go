package experiment

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/internal/kernel"
	"hnn/model/safetensors"
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
		have, err := safetensors.ReadFile(filepath.Join(dir, modelFile))
		if err != nil {
			t.Fatal(err)
		}
		want, err := safetensors.ReadFile(filepath.Join(from, "whole.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		// Model files had no digests then.
		for _, key := range []string{safetensors.Digest, metaConfigFile, metaMetrics} {
			delete(have.Metadata, key)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s: another model: %s", name, diff)
		}
	}
}
