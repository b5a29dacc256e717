package experiment

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// A network that is saturated or has run away is no result, whatever its model and loss, in the training and in what
// follows it.
func TestNoResult(t *testing.T) {
	withoutShort(t)
	for name, change := range map[string]func(*Config){
		"hnn": func(*Config) {}, "baseline": func(c *Config) { c.Model = "baseline" },
		"hnn-separable": func(c *Config) { c.Model = "hnn-separable" }, "ensemble": func(c *Config) { c.Ensemble = 2 },
		"trajectory": func(c *Config) { *c = c.WithLoss(TrajectoryLoss) },
	} {
		c := mustDefault(t, "spring")
		c.Hidden, c.Fit.Steps, c.Fit.LearningRate, c.Strict, c.Figures = []int{32, 32}, 200, 1e3, false, false
		change(&c)
		if err := c.Complete(); err != nil {
			t.Fatal(err)
		}
		env := &Env{}
		dir := filepath.Join(t.TempDir(), "run")
		_, err := env.RunAll(context.Background(), []Config{c}, Batch{Out: dir})
		var nothing *noResultError
		if !errors.As(err, &nothing) {
			t.Errorf("%s: %v, want that it is no result", name, err)
			continue
		}
		r, err := env.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if r.Results, err = ReadResults(dir); err != nil || len(env.Warnings(r)) == 0 {
			t.Errorf("%s: no warning of the run, %v", name, err)
		}
		if err := env.Evaluate(context.Background(), r); err != nil || !errors.As(r.Sound(), &nothing) {
			t.Errorf("%s: measured again it is sound, %v", name, err)
		}
	}
}
