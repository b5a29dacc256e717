package experiment

import (
	"context"
	"path/filepath"
	"testing"

	"hnn/model/network"
	"hnn/ode"
)

// A rollout whose energy errs far more than its tolerance is found out, where its step was
// fixed; one within it is not.
func TestStrays(t *testing.T) {
	c, err := Default("pendulum")
	if err != nil {
		t.Fatal(err)
	}
	c = c.WithClosedForm()
	c.Structure, c.Closed.Features, c.Strict, c.Figures = []network.Structure{network.Separable}, 60, false, false
	dir := filepath.Join(t.TempDir(), "run")
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set    ode.Settings
		strays bool
	}{
		{ode.Settings{Method: ode.Leapfrog, Step: 0.3, RTol: 1e-9}, true},
		{ode.Settings{Method: ode.Leapfrog, Step: 0.3, RTol: 1e-2}, false},
		{ode.Settings{Method: ode.BlanesMoan6, Step: 0.02, RTol: 1e-9}, false},
		{ode.Settings{Method: ode.DOP853, RTol: 1e-2}, false},
	} {
		sim, err := runs[0].Simulate(context.Background(), []float64{1.5, 0.2}, []float64{0, 1, 2, 3.7}, &c.set)
		if err != nil {
			t.Fatal(err)
		}
		if e, strays := runs[0].Strays(sim, &c.set); strays != c.strays {
			t.Errorf("%v with steps of %v: an error of %v for %v strays: %v", c.set.Method, c.set.Step, e, c.set.RTol, strays)
		}
	}
}
