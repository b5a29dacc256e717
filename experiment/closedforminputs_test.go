package experiment

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data/file"
	"hnn/model/network"
)

// A motor's pendulum: its momentum feels motorGain u, in the user's units.
const motorGain = 0.7

func motor(float64) float64 { return motorGain }

// A closed-form run under inputs finds the gain, the friction and the held-out trials, as one
// without the inputs does not, and is a run like any other: it repeats from its config.yaml
// to the bit, opens, takes inputs, tells its supply.
func TestDrivenClosedFormRun(t *testing.T) {
	path := drivenPendulum(t, false, motor)
	if report := trainDriven(t, drivenConfig(t, path, func(c *Config) { *c = c.WithClosedForm(); c.InputGain = network.GainConstant })).Results.ClosedForm; report.GainFeatures != 0 || math.Abs(report.Gain[0]-motorGain) > 1e-3 {
		t.Errorf("a constant gain of %v with %d features, want %v", report.Gain, report.GainFeatures, motorGain)
	}
	config := func(change func(*Config)) Config {
		return drivenConfig(t, path, func(c *Config) { *c = c.WithClosedForm(); change(c) })
	}
	r := trainDriven(t, config(func(*Config) {}))
	alone := trainDriven(t, config(func(c *Config) { c.Columns.Input = []string{file.NoInput} }))
	of := func(r *Run) float64 { return float64(r.Results.Rollout.Error.Median) }
	report := r.Results.ClosedForm
	if len(report.Gain) != 1 || report.GainFeatures == 0 || math.Abs(report.Gain[0]-motorGain) > 1e-3 || math.Abs(report.Friction-0.1) > 1e-3 {
		t.Errorf("gain %v, want %v, and friction %v, want 0.1", report.Gain, motorGain, report.Friction)
	}
	if !(of(r) < 1e-3 && of(alone) > 30*of(r)) {
		t.Errorf("errors of held-out rollouts: %v, without the input %v", of(r), of(alone))
	}
	if r.Results.Supply == nil || r.Results.Power == nil || strings.Join(r.Results.Inputs, " ") != "u" || strings.Join(r.Inputs(), " ") != "u" {
		t.Errorf("the results have the inputs %q, supply %v, power %v", r.Results.Inputs, r.Results.Supply, r.Results.Power)
	}
	again, err := ReadConfigFile(filepath.Join(r.Dir, configFile))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := new(Env).Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*Run{"opened": opened, "repeated": trainDriven(t, again)} {
		if err := new(Env).Evaluate(context.Background(), other); err != nil || of(other) != of(r) || other.Results.TestLoss != r.Results.TestLoss {
			t.Errorf("%s: %v, error of rollouts %v, of the run %v", name, err, of(other), of(r))
		}
	}
	signal, err := new(Env).readInput(opened, path, 16)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.setInput(signal); err != nil {
		t.Fatal(err)
	}
	test := r.data.Test
	times, x, _ := test.Trial(test.Trials() - 1)
	settings, _, err := opened.Integrator(x[:2], times, Integration{RTol: 1e-9, ATol: 1e-9})
	if err != nil {
		t.Fatal(err)
	}
	sim, err := opened.Simulate(context.Background(), x[:2], times, settings)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range sim.States {
		if math.Abs(v-x[i]) > 0.01 {
			t.Fatalf("the rollout of a held-out trial strays to %v at %v, measured %v", v, times[i/2], x[i])
		}
	}
	for i, s := range sim.Supply {
		// Of the true system dH/dp = p.
		if want := motorGain * signal.U[i] * x[2*i+1]; math.Abs(s-want) > 0.01 {
			t.Fatalf("a supply of %v at %v, of the true system %v", s, times[i], want)
		}
	}
	i, err := Inspect(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := i.Write(&text); err != nil || !strings.Contains(text.String(), " u to the rate of p at the mean position") || !strings.Contains(text.String(), "u to the rate of p") {
		t.Errorf("%v: %s", err, &text)
	}
	if err := new(Env).figure([]*Run{r}); err != nil {
		t.Error(err)
	}
}

// A gain that depends on the position is found from states alone: the bob that is pushed
// sideways, whose momentum feels u cos(theta).
func TestClosedFormLearnedGain(t *testing.T) {
	r := trainDriven(t, drivenConfig(t, pushedPendulum(t, false), func(c *Config) { *c = c.WithClosedForm() }))
	// 0.006% of the range, and 0.4% of the network in TestDrivenRun.
	if e := float64(r.Results.Rollout.Error.Median); !(e < 1e-3) {
		t.Errorf("error of held-out rollouts %v", e)
	}
	with, without := make([]float64, 2), make([]float64, 2)
	for _, theta := range []float64{-0.8, 0, 0.8} {
		r.Model().One()(0, []float64{theta, 0}, []float64{1}, with)
		r.Model().Free()(0, []float64{theta, 0}, without)
		if g := with[1] - without[1]; math.Abs(g-math.Cos(theta)) > 0.01 {
			t.Errorf("the gain at %v is %v, want %v", theta, g, math.Cos(theta))
		}
	}
}

// What inputs do between rows is as much the closed form's as the trajectories'.
func TestClosedFormInputHold(t *testing.T) {
	path := drivenPendulum(t, true, motor)
	of := func(hold Hold) float64 {
		r := trainDriven(t, drivenConfig(t, path, func(c *Config) { *c = c.WithClosedForm(); c.InputHold, c.InputGain = hold, network.GainConstant }))
		if text := read(t, r.Dir, configFile); !strings.Contains(text, "input-hold: "+string(hold)) {
			t.Errorf("config.yaml does not say %s: %s", hold, text)
		}
		return math.Abs(r.Results.ClosedForm.Gain[0] - motorGain)
	}
	if zoh, foh := of(ZeroOrderHold), of(FirstOrderHold); !(zoh < 2e-3 && zoh < foh/3) {
		t.Errorf("of held inputs: the gain is off by %v taken for held, by %v for linear", zoh, foh)
	}
}

// The trials on the training rows choose among all ways where there are inputs.
func TestDecideUnderInputs(t *testing.T) {
	path := drivenPendulum(t, false, motor)
	closed := drivenConfig(t, path, func(c *Config) { *c = c.WithClosedForm() })
	adam := drivenConfig(t, path, func(c *Config) { c.Fit.Steps = 20 })
	best, l, err := new(Env).decide(context.Background(), []Config{adam, closed})
	if err != nil || best.HNN != 1 || len(l.Tried) != 2 {
		t.Errorf("chosen %v, %v, %v", best, l, err)
	}
	if why := adamOnly([]string{network.KindHNN}, []string{"input-gain", "input-hold"}, ""); why != "" {
		t.Errorf("inputs are Adam's alone, since %s", why)
	}
}
