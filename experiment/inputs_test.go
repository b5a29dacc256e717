package experiment

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/file"
	"hnn/experiment/task"
	"hnn/fit/unroll"
	"hnn/model/network"
	"hnn/ode"
)

// pushedPendulum writes a file of a damped pendulum whose bob a horizontal force u pushes,
// which acts on the momentum as u cos(theta).
func pushedPendulum(t *testing.T, held bool) string {
	t.Helper()
	return drivenPendulum(t, held, math.Cos)
}

// drivenPendulum writes a file of a damped pendulum whose momentum feels gain(theta) u.
func drivenPendulum(t *testing.T, held bool, gain func(theta float64) float64) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	set := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"theta", "p"}, InputNames: []string{"u"}, InputsHeld: held}
	for range 16 {
		const rows = 81
		var times []float64
		a, w, c := 2*rng.Float64(), 0.5+2*rng.Float64(), 6*rng.Float64()
		for i := range rows {
			times = append(times, 0.1*float64(i))
			set.Inputs = append(set.Inputs, a*math.Sin(w*times[i]+c))
		}
		set.T, set.Offsets = append(set.T, times...), append(set.Offsets, len(set.T)+rows)
		signal, u := set.InputSignal(len(set.Offsets)-2), make([]float64, 1)
		x, _, err := ode.SolveSegments(func(k int) ode.Field {
			return func(t float64, x, dx []float64) {
				signal.Within(k, t, u)
				dx[0], dx[1] = x[1], -2*math.Sin(x[0])-0.1*x[1]+u[0]*gain(x[0])
			}
		}, times, []float64{2*rng.Float64() - 1, rng.Float64() - 0.5}, times, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		set.X = append(set.X, x...)
	}
	path := filepath.Join(t.TempDir(), "pushed.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := file.WriteCSV(f, set); err != nil {
		t.Fatal(err)
	}
	return path
}

func drivenConfig(t *testing.T, path string, change func(*Config)) Config {
	t.Helper()
	c, err := Default(task.OwnData)
	if err != nil {
		t.Fatal(err)
	}
	c = c.Tuned()
	c.Data, c.Model, c.Dissipation, c.Angle, c.Figures = path, network.KindHNN, "linear", []string{"theta"}, false
	c.Hidden, c.Fit.Steps = []int{32, 32}, 600
	change(&c)
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	return c
}

func trainDriven(t *testing.T, c Config) *Run {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r, err := new(Env).Train(context.Background(), c, dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A model that is given the inputs follows held-out trials, one that is not does not; the
// file tells it the inputs by their column's name. The learned gain is cos(theta) but for a
// factor, and the energy that comes in and goes out is what H changes by.
func TestDrivenRun(t *testing.T) {
	path := pushedPendulum(t, false)
	driven := trainDriven(t, drivenConfig(t, path, func(c *Config) {}))
	alone := trainDriven(t, drivenConfig(t, path, func(c *Config) { c.Columns.Input = []string{file.NoInput} }))
	baseline := trainDriven(t, drivenConfig(t, path, func(c *Config) { c.Model, c.Dissipation = network.KindBaseline, "" }))
	of := func(r *Run) float64 { return float64(r.Results.Rollout.Error.Median) }
	// 0.4% of the range, 19% and 1.5%.
	if !(of(driven) < 0.01 && of(alone) > 10*of(driven) && of(baseline) < of(alone)) {
		t.Errorf("errors of held-out rollouts: %v, without the input %v, of a baseline %v", of(driven), of(alone), of(baseline))
	}
	if driven.Results.Supply == nil || alone.Results.Supply != nil || fmt.Sprint(driven.Results.Inputs) != "[u]" {
		t.Errorf("results with the inputs %q and the supply %v", driven.Results.Inputs, driven.Results.Supply)
	}

	// Opened again it is the same, and rolls out under the file's inputs.
	opened, err := new(Env).Open(driven.Dir)
	if err != nil {
		t.Fatal(err)
	}
	env := new(Env)
	if err := env.Evaluate(context.Background(), opened); err != nil || of(opened) != of(driven) {
		t.Errorf("evaluated again: %v, %v", err, of(opened))
	}
	signal, err := new(Env).readInput(opened, path, 16)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.setInput(signal); err != nil {
		t.Fatal(err)
	}
	test := driven.data.Test
	times, x, _ := test.Trial(test.Trials() - 1)
	settings, why, err := opened.Integrator(x[:2], times, Integration{RTol: 1e-9, ATol: 1e-9})
	if err != nil || !strings.Contains(why, "input") {
		t.Fatalf("%q, %v", why, err)
	}
	sim, err := opened.Simulate(context.Background(), x[:2], times, settings)
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i := 0; i < len(x); i += 2 {
		worst = max(worst, math.Abs(sim.States[i]-x[i]))
	}
	if worst > 0.1 {
		t.Errorf("the rollout of a held-out trial strays by %v", worst)
	}
	// The change of H is the integral of its rate, by Simpson's rule, whose panels end where
	// the input bends: an error of (0.01)^4 times derivatives of order one.
	fine := make([]float64, 801)
	for i := range fine {
		fine[i] = 0.01 * float64(i)
	}
	fine[800] = 8
	if sim, err = opened.Simulate(context.Background(), x[:2], fine, settings); err != nil {
		t.Fatal(err)
	}
	times = fine
	change := 0.0
	for i := 0; i+2 < len(times); i += 2 {
		rate := func(k int) float64 { return sim.Power[k] + sim.Supply[k] }
		change += (times[i+2] - times[i]) / 6 * (rate(i) + 4*rate(i+1) + rate(i+2))
	}
	if got := sim.Energy[len(times)-1]; math.Abs(got-change) > 1e-6 {
		t.Errorf("H changes by %v, and its rate adds up to %v", got, change)
	}
	ratio := func(theta float64) float64 {
		f, f0, m := make([]float64, 2), make([]float64, 2), opened.Model()
		m.One()(0, []float64{theta, 0}, []float64{1}, f)
		m.Free()(0, []float64{theta, 0}, f0)
		return f[1] - f0[1]
	}
	for _, theta := range []float64{-0.8, 0, 0.8} {
		if g := ratio(theta); math.Abs(g-math.Cos(theta)) > 0.1 {
			t.Errorf("the gain at %v is %v, want %v", theta, g, math.Cos(theta))
		}
	}
	// Out of bounds, of other numbers, and with methods that do not take inputs.
	for name, try := range map[string]func() error{
		"too long": func() error {
			_, err := opened.Simulate(context.Background(), x[:2], []float64{0, 9}, settings)
			return err
		},
		"two inputs":   func() error { return opened.setInput(data.Constant(1, 2)) },
		"no trial":     func() error { _, err := new(Env).readInput(opened, path, 17); return err },
		"nothing acts": func() error { return alone.setInput(data.Constant(1)) },
		"tao": func() error {
			_, _, err := opened.Integrator(x[:2], times, Integration{Method: "tao4", Step: 0.1, RTol: 1e-6, ATol: 1e-6})
			return err
		},
		"reversible": func() error {
			_, _, err := opened.Integrator(x[:2], times, Integration{Reversible: true, RTol: 1e-6, ATol: 1e-6})
			return err
		},
	} {
		if err := try(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := env.figure([]*Run{driven}); err != nil {
		t.Error(err)
	}
	if err := env.EvaluateFile(context.Background(), opened, path, 0); err != nil {
		t.Error(err)
	}
}

// Held inputs are another motion than linear ones: each kind of file is followed best by a
// model that is told of its own.
func TestInputHold(t *testing.T) {
	withoutShort(t)
	path := pushedPendulum(t, true)
	of := func(hold Hold) float64 {
		r := trainDriven(t, drivenConfig(t, path, func(c *Config) {
			// Derivatives jump with held inputs; trajectories are fitted without any.
			*c = c.WithLoss(TrajectoryLoss)
			c.Shooting.Method, c.Shooting.Window, c.InputHold, c.Fit.Steps, c.Fit.LearningRate, c.InputGain = unroll.RK4, 10, hold, 900, 1e-2, network.GainLearned
		}))
		return float64(r.Results.Trajectory.TestLoss.Mean)
	}
	if zoh, foh := of(ZeroOrderHold), of(FirstOrderHold); !(zoh < foh/2) {
		t.Errorf("of held inputs: loss %v taken for held, %v for linear", zoh, foh)
	}
}

func TestInputSettings(t *testing.T) {
	path := pushedPendulum(t, false)
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.InputGain = "linear" }, "input-gain"},
		{func(c *Config) { c.InputHold = "spline" }, "input-hold"},
		{func(c *Config) { c.Columns.Input = []string{"none"}; c.InputGain = network.GainConstant }, "no column is an input"},
		{func(c *Config) { c.Columns.Input = []string{"v"} }, "no column"},
		{func(c *Config) { c.Skew = "0,1;-1,0"; c.Dissipation = "" }, "skew"},
		{func(c *Config) { *c = c.WithClosedForm(); c.InputGain = "linear" }, "input-gain"},
		{func(c *Config) { *c = c.WithClosedForm(); c.Columns.Input = []string{"v"} }, "no column"},
		{func(c *Config) { *c = c.WithClosedForm(); c.Columns.Input, c.InputHold = []string{"none"}, "zoh" }, "no column is an input"},
	} {
		config := drivenConfig(t, path, c.change)
		dir := filepath.Join(t.TempDir(), "run")
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if _, err := new(Env).Train(context.Background(), config, dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	c, err := Default("spring")
	if err != nil {
		t.Fatal(err)
	}
	c.InputGain = network.GainConstant
	if err := c.Validate(); err == nil {
		t.Error("the spring has inputs")
	}
}
