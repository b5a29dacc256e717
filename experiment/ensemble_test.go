package experiment

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// An ensemble's first member is the run without it, to the bit; interrupted, it continues to
// the same bits; its file, its results and its rollouts hold mean and spread.
func TestEnsembleRun(t *testing.T) {
	c := quick(t)
	c.Strict, c.Figures, c.Fit.Steps = false, false, 60
	root := t.TempDir()
	one := filepath.Join(root, "one")
	if _, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: one}); err != nil {
		t.Fatal(err)
	}
	c.Ensemble = 3
	whole, broken := filepath.Join(root, "whole"), filepath.Join(root, "broken")
	runs, err := (&Env{Workers: 1}).RunAll(context.Background(), []Config{c}, Batch{Out: whole})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	e := &Env{Workers: 3, Meter: func(string, int) Meter { return interruptAt{100, cancel} }}
	if _, err := e.RunAll(ctx, []Config{c}, Batch{Out: broken}); err == nil {
		t.Fatal("not interrupted")
	}
	if _, err := new(Env).Resume(context.Background(), broken); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{modelFile, metricsFile, "metrics-2.csv", "metrics-3.csv"} {
		if read(t, whole, f) != read(t, broken, f) {
			t.Errorf("%s differs after an interruption", f)
		}
	}
	if read(t, one, metricsFile) != read(t, whole, metricsFile) {
		t.Error("the first member is not what is trained alone")
	}

	r := runs[0].Results
	if s := r.Ensemble; s == nil || s.Members != 3 || !(s.FieldSD > 0) || !(s.TestLoss.SD > 0) || s.EnergyMSE == nil {
		t.Fatalf("spread %+v", r.Ensemble)
	}
	// Of a convex loss the mean model's is at most the members' mean: Jensen's inequality.
	if r.TestLoss.Mean > r.Ensemble.TestLoss.Mean {
		t.Errorf("test loss of the mean %v, mean of the members' %v", r.TestLoss.Mean, r.Ensemble.TestLoss.Mean)
	}

	opened, err := new(Env).Open(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := new(Env).Evaluate(context.Background(), opened); err != nil {
		t.Fatal(err)
	}
	if *opened.Results.Ensemble.EnergyMSE != *r.Ensemble.EnergyMSE {
		t.Errorf("evaluated again: %+v, first %+v", opened.Results.Ensemble, r.Ensemble)
	}
	times := []float64{0, 1, 2}
	sim, err := opened.Simulate(context.Background(), []float64{0.5, 0}, times, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range sim.SD {
		var mean, squares float64
		for _, m := range opened.model.Members {
			states, _, err := solve(m, nil, []float64{0.5, 0}, times, nil)
			if err != nil {
				t.Fatal(err)
			}
			mean += states[i] / 3
			squares += states[i] * states[i]
		}
		if sd := math.Sqrt(max(0, squares-3*mean*mean) / 2); math.Abs(sd-v) > 1e-7 || math.Abs(mean-sim.Mean[i]) > 1e-12 {
			t.Errorf("component %d: mean %v and deviation %v, want %v and %v", i, sim.Mean[i], v, mean, sd)
		}
	}
	var b bytes.Buffer
	if err := sim.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if header, _, _ := strings.Cut(b.String(), "\n"); header != "t,q,p,q_mean,p_mean,q_sd,p_sd,energy_change,true_energy" {
		t.Errorf("header %q", header)
	}
}

func TestEnsembleRefusals(t *testing.T) {
	for _, change := range []func(*Config){
		func(c *Config) { c.Ensemble = 1 },
		func(c *Config) { c.Ensemble = -2 },
		func(c *Config) { c.Ensemble, c.Polish = 2, true },
		func(c *Config) { *c = c.WithClosedForm(); c.Ensemble = 2 },
	} {
		c := quick(t)
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "ensemble") {
			t.Errorf("error %v", err)
		}
	}
}
