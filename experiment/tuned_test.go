package experiment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/fit/closedform"
	"hnn/model/network"
)

// The paper's protocol keeps its rate; the tuned one changes nothing else.
func TestTuned(t *testing.T) {
	c := mustDefault(t, "two-body")
	tuned := c.Tuned()
	if tuned.Fit.LearningRate != 3e-3 || tuned.Fit.Schedule.Kind != "cosine" {
		t.Errorf("rate %v and schedule %s", tuned.Fit.LearningRate, tuned.Fit.Schedule.Kind)
	}
	tuned.Fit.LearningRate, tuned.Fit.Schedule.Kind = c.Fit.LearningRate, c.Fit.Schedule.Kind
	if d := cmp.Diff(c, tuned); d != "" {
		t.Error(d)
	}
}

// A closed-form configuration turned to Adam is what a new one of Adam's would be, with
// the same data.
func TestWithAdam(t *testing.T) {
	c := mustDefault(t, "spring")
	c.Seed, c.Draw.Noise, c.Draw.Trajectories, c.Strict = 7, 0, 20, false
	closed := c.WithClosedForm()
	closed.Closed.Features, closed.Symmetry = 30, []closedform.Symmetry{closedform.Parity}
	got, err := closed.WithAdam()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(c.Tuned(), got); d != "" {
		t.Error(d)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
}

// What is zero although the task's default is not stays zero when it is read again.
func TestConfigKeepsZeros(t *testing.T) {
	spring, twoBody := mustDefault(t, "spring"), mustDefault(t, "two-body")
	spring.Draw.Noise, twoBody.Draw.TestFirst = 0, false
	for _, c := range []Config{spring, spring.WithClosedForm(), twoBody, twoBody.WithClosedForm()} {
		var b bytes.Buffer
		if err := c.Write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := ReadConfig(&b, "config.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c, got); d != "" {
			t.Errorf("%s, %s: %s", c.Task, c.Trainer, d)
		}
	}
}

func TestDefaultTrainer(t *testing.T) {
	for _, c := range []struct {
		models, keys []string
		adam         bool
	}{
		{[]string{network.KindHNN}, nil, false},
		{[]string{network.KindHNN}, []string{"seed", "noise", "symmetry", "activation"}, false},
		{[]string{network.KindBaseline, network.KindHNN}, nil, true},
		{[]string{network.KindHNN}, []string{"steps"}, true},
		{[]string{network.KindHNN}, []string{"polish"}, true},
		{[]string{network.KindHNN}, []string{"precision"}, true},
	} {
		if why := AdamOnly(c.models, c.keys, ""); (why != "") != c.adam {
			t.Errorf("%v %v: %q", c.models, c.keys, why)
		}
	}
	many := mustDefault(t, "5-body").WithClosedForm()
	many.Draw.Trajectories = 10
	for _, structure := range []network.Structure{0, network.Pairwise} {
		many.Structure = structure.Parts()
		why, err := new(Env).BeyondClosedForm(&many)
		if err != nil || (why == "") != (structure == network.Pairwise) {
			t.Errorf("five bodies, structure %v: %q, %v", structure, why, err)
		}
	}
}

// The default is Adam for a system that the closed form needs to be told more of, and a
// closed-form fit that leaves much of the field unexplained is warned of.
func TestPoorFit(t *testing.T) {
	c := mustDefault(t, "double-pendulum").WithClosedForm()
	c.Draw.Trajectories, c.Closed.Features, c.Strict, c.Figures = 20, 30, false, false
	if why, err := new(Env).BeyondClosedForm(&c); err != nil || !strings.Contains(why, "--structure") {
		t.Errorf("%q, %v", why, err)
	}
	var log strings.Builder
	e := &Env{Log: func(format string, args ...any) { fmt.Fprintf(&log, format+"\n", args...) }}
	if _, err := e.RunAll(context.Background(), []Config{c}, Batch{Root: t.TempDir()}); err != nil || !strings.Contains(log.String(), "% off") {
		t.Errorf("%v; the messages are\n%s", err, log.String())
	}
	c.Structure = []network.Structure{network.QuadraticKinetic}
	if why, err := new(Env).BeyondClosedForm(&c); err != nil || why != "" {
		t.Errorf("%q, %v", why, err)
	}
}

// A polished run says what became of it, in its results and in its model's file, and an
// interrupted one, resumed, ends with the same network.
func TestPolishedRun(t *testing.T) {
	c := quick(t)
	c.Draw.Noise, c.Polish, c.Strict, c.Figures = 0, true, false, false
	root := t.TempDir()
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	r := runs[0]
	// 150 steps leave the last layer far from its best.
	if p := r.Results.Polish; p == nil || !p.Applied || !(p.After < 0.5*p.Before) {
		t.Fatalf("polish: %+v", p)
	}
	i, err := Inspect(r.Dir)
	if err != nil || i.Polish == nil || *i.Polish != *r.Results.Polish {
		t.Errorf("inspection %+v, %v", i, err)
	}
	plain := c
	plain.Polish = false
	runs, err = new(Env).RunAll(context.Background(), []Config{plain}, Batch{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := r.Results.CleanLoss, runs[0].Results.CleanLoss; !(a < 0.5*b) {
		t.Errorf("clean loss %v polished, %v as trained", a, b)
	}
	// The checkpoint is the training's: from it the polishing is repeated.
	if err := os.Remove(filepath.Join(r.Dir, modelFile)); err != nil {
		t.Fatal(err)
	}
	again, err := new(Env).Resume(context.Background(), r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if again.Results.TestLoss != r.Results.TestLoss {
		t.Errorf("test loss %v resumed, %v before", again.Results.TestLoss, r.Results.TestLoss)
	}
	c.Model = network.KindBaseline
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "leave it out") {
		t.Errorf("a polished baseline: %v", err)
	}
}

func TestInspect(t *testing.T) {
	c := mustDefault(t, "two-body").WithClosedForm()
	c.Draw.Trajectories, c.Structure, c.Strict, c.Figures = 20, []network.Structure{network.QuadraticKinetic, network.Pairwise}, false, false
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	i, err := Inspect(runs[0].Dir)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := i.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"two-body, seed 0", "pair (40)", "quadratic-kinetic,pairwise", "condition", "ridge", "scale"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if d := cmp.Diff(runs[0].Results.ClosedForm, i.ClosedForm); d != "" {
		t.Error(d)
	}
	if _, err := Inspect(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("an empty folder: %v", err)
	}
}
