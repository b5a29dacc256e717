package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/fit/shoot"
	"hnn/model/lagrangian"
	"hnn/model/poisson"
	"hnn/model/terms"
)

// rollsOf writes a file of trials of a field that is written down by hand, columns after the header's names.
func rollsOf(t *testing.T, header string, dim, trials, rows int, step float64, field func(x, dx []float64), start func(u func(lo, hi float64) float64) []float64) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 8))
	exact := &shoot.System{Dim: dim, Rate: func(x, _, dx, _, _ []float64) bool { field(x, dx); return true }}
	var b strings.Builder
	b.WriteString("trial,t," + header + "\n")
	for k := range trials {
		x := make([]float64, rows*dim)
		exact.Roll(start(func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }), nil, step, 20, x)
		for r := range rows {
			fmt.Fprintf(&b, "%d,%s", k, number(step*float64(r)))
			for _, v := range x[r*dim : (r+1)*dim] {
				b.WriteString("," + number(v))
			}
			b.WriteString("\n")
		}
	}
	return fileOf(t, b.String())
}

// Each model of the weak form finds its system to the rounding of its rows, is the same from its file, and repeats to the bit.
func TestWeakForm(t *testing.T) {
	pendulum := rollsOf(t, "theta,omega", 2, 8, 120, 0.05, func(x, dx []float64) { dx[0], dx[1] = x[1], -9.81*math.Sin(x[0])-0.1*x[1] },
		func(u func(lo, hi float64) float64) []float64 { return []float64{u(-2, 2), u(-1, 1)} })
	chain := rollsOf(t, "x1,x2,v1,v2", 4, 6, 100, 0.1, func(x, dx []float64) {
		dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -3*x[0]+x[1], (x[0]-3*x[1])/2
	}, func(u func(lo, hi float64) float64) []float64 {
		return []float64{u(-1, 1), u(-1, 1), u(-1, 1), u(-1, 1)}
	})
	prey := rollsOf(t, "x,p", 2, 8, 160, 0.05, func(x, dx []float64) { dx[0], dx[1] = x[0]*(1-x[1]), x[1]*(x[0]-1) },
		func(u func(lo, hi float64) float64) []float64 { return []float64{u(.5, 1.5), u(.5, 1.5)} })
	for _, c := range []struct {
		kind, path string
		angle      []string
		law        string
		energy     bool
	}{
		{lagrangian.Kind, pendulum, []string{"theta"}, "cos(theta)", true},
		{terms.KindLinear, chain, nil, "x1*x2", true},
		{terms.KindSparse, prey, nil, "x*p", false},
		{poisson.Kind, prey, nil, "log(x)", true},
	} {
		config := own(t, c.path).WithWeakForm(c.kind)
		config.Angle = c.angle
		var models []string
		for range 2 {
			run, err := new(Env).Train(t.Context(), config, t.TempDir())
			if err != nil {
				t.Fatalf("%s: %v", c.kind, err)
			}
			r := run.Results
			if !strings.Contains(r.WeakForm.Law, c.law) {
				t.Errorf("%s: the law is %s, want %s in it", c.kind, r.WeakForm.Law, c.law)
			}
			if e := float64(r.Rollout.Error.Mean); !(e < 1e-4) {
				t.Errorf("%s: rollouts are wrong by %v of the range", c.kind, e)
			}
			again, err := new(Env).Open(run.Dir)
			if err != nil {
				t.Fatalf("%s: %v", c.kind, err)
			}
			if again.model.Kind != c.kind || (again.model.Energy != nil) != c.energy {
				t.Errorf("%s: from its file it is a %s, with an energy: %v", c.kind, again.model.Kind, again.model.Energy != nil)
			}
			x := []float64{0.3, -0.2, 0.1, 0.4}[:run.model.Dim]
			a, b := make([]float64, len(x)), make([]float64, len(x))
			run.model.Free()(0, x, a)
			again.model.Free()(0, x, b)
			for i := range a {
				if a[i] != b[i] {
					t.Errorf("%s: component %d of the field is %v, from the file %v", c.kind, i, a[i], b[i])
				}
			}
			text, err := os.ReadFile(filepath.Join(run.Dir, modelFile))
			if err != nil {
				t.Fatal(err)
			}
			models = append(models, string(text))
		}
		if models[0] != models[1] {
			t.Errorf("%s: two runs have different models", c.kind)
		}
	}
	// What it cannot take is refused in words.
	if _, err := new(Env).Train(t.Context(), own(t, prey).WithWeakForm(lagrangian.Kind), t.TempDir()); err == nil || !strings.Contains(err.Error(), "velocities") {
		t.Errorf("a Lagrangian of momenta: %v", err)
	}
}

// Among all models the one that follows the rows is recommended, and the sentence says what they are.
func TestDecideAmongModels(t *testing.T) {
	withoutShort(t)
	prey := rollsOf(t, "x,p", 2, 8, 160, 0.05, func(x, dx []float64) { dx[0], dx[1] = x[0]*(1-x[1]), x[1]*(x[0]-1) },
		func(u func(lo, hi float64) float64) []float64 { return []float64{u(.5, 1.5), u(.5, 1.5)} })
	c := own(t, prey)
	var candidates []Config
	for _, kind := range WeakKinds() {
		candidates = append(candidates, c.WithWeakForm(kind))
	}
	env := new(Env)
	chosen, learning, err := env.decide(t.Context(), append(candidates, c.WithClosedForm()))
	if err != nil {
		t.Fatal(err)
	}
	runs, err := env.RunAll(t.Context(), []Config{candidates[chosen.Best], c.WithClosedForm()}, Batch{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if !runs[0].Results.Recommended || runs[1].Results.Recommended {
		t.Errorf("recommended: %v, %v; want the first alone", runs[0].Results.Recommended, runs[1].Results.Recommended)
	}
	var table strings.Builder
	if err := WriteResults(&table, runs); err != nil || !strings.Contains(table.String(), "recommended: "+poisson.Kind) {
		t.Errorf("the table says %s, %v", table.String(), err)
	}
	if candidates[chosen.Best].Model != poisson.Kind || learning.Class != Poisson || !strings.Contains(learning.Verdict, "conserves an energy") {
		t.Errorf("%+v: %+v", chosen, learning)
	}
}
