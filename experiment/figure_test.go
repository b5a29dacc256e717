package experiment

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every run has its figures as SVG and PNG: the task's, rollouts, Hamiltonians where the
// states form a plane, and the losses where there are steps.
func TestFigures(t *testing.T) {
	closed := quick(t).WithClosedForm()
	closed.Closed.Features = 20
	bodies := mustDefault(t, "two-body")
	bodies.Hidden, bodies.Fit.Steps, bodies.Draw.Trajectories, bodies.Fit.Batch = []int{16, 16}, 30, 20, 50
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{quick(t), []string{"hamiltonian", "rollout", "spring", "training"}},
		{closed, []string{"hamiltonian", "rollout", "spring"}},
		{bodies, []string{"rollout", "training", "two-body"}},
	} {
		c.config.Figures, c.config.Strict = true, false
		runs, err := new(Env).RunAll(t.Context(), []Config{c.config}, Batch{Root: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range c.want {
			want = append(want, name+".png", name+".svg")
		}
		files, err := os.ReadDir(filepath.Join(runs[0].Dir, figuresFolder))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range files {
			got = append(got, f.Name())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s: figures (-want +got):\n%s", c.config.Task, c.config.Trainer, diff)
		}
	}
}

// BenchmarkFigures draws all figures of one task, three models each, to files.
func BenchmarkFigures(b *testing.B) {
	c := quick(b)
	c.Figures, c.Strict = false, false
	runs, err := new(Env).RunAll(b.Context(), append(paperModels(c), c.WithClosedForm()), Batch{Root: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := new(Env).figure(runs); err != nil {
			b.Fatal(err)
		}
	}
}
