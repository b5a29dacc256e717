package experiment

import (
	"context"
	"math"
	"testing"

	"hnn/model/network"
)

func TestSharedOut(t *testing.T) {
	for _, c := range []struct {
		kind  string
		among []string
		none  bool // no setting is left out
	}{
		{network.KindBaseline, []string{network.KindBaseline}, true},
		{network.KindBaseline, []string{network.KindBaseline, network.KindHNN}, false},
		{network.KindSecondOrder, []string{network.KindSecondOrder, network.KindDissipative}, false},
		{network.KindHNN, []string{network.KindBaseline, network.KindHNN}, true},
		{network.KindHNN, []string{network.KindHNN, network.KindSeparable}, false},
		{network.KindSeparable, []string{network.KindHNN, network.KindSeparable}, true},
	} {
		if got := sharedOut(c.kind, c.among); (got == nil) != c.none {
			t.Errorf("%s among %v: %v left out", c.kind, c.among, got)
		}
	}
}

// The model's name and the settings say the same, for both trainers.
func TestCompleteConfig(t *testing.T) {
	const all = network.Separable | network.QuadraticKinetic | network.Pairwise
	for _, c := range []struct {
		name       string
		model      string
		trainer    Trainer
		losses     network.Dissipation
		structure  network.Structure
		wantModel  string
		wantLosses network.Dissipation
		want       network.Structure
	}{
		{"plain", "hnn", Adam, "", 0, "hnn", "", 0},
		{"a structure", "hnn", Adam, "", network.Separable, "hnn-separable", "", network.Separable},
		{"a kind", "hnn-pairwise", Adam, "", 0, "hnn-pairwise", "", all},
		{"both", "hnn-separable", Adam, "linear", 0, "hnn-dissipative", "linear", network.Separable},
		{"default losses", "hnn-dissipative", Adam, "", 0, "hnn-dissipative", "learned", 0},
		{"closed form", "hnn", ClosedForm, "linear", network.Pairwise, "hnn", "linear", network.Pairwise},
		{"a kind in closed form", "hnn-pairwise", ClosedForm, "", 0, "hnn", "", all},
		{"losses in closed form", "hnn-dissipative", ClosedForm, "", 0, "hnn", "linear", 0},
	} {
		got := Config{Model: c.model, Trainer: c.trainer, Dissipation: c.losses, Structure: c.structure.Parts()}
		if err := got.Complete(); err != nil {
			t.Fatal(err)
		}
		if got.Model != c.wantModel || got.Dissipation != c.wantLosses || got.structure() != c.want {
			t.Errorf("%s: model %s, dissipation %q, structure %v", c.name, got.Model, got.Dissipation, got.Structure)
		}
	}
	two := Config{Model: network.KindHelmholtz, Trainer: Adam, Dissipation: network.DissipationLinear}
	if err := two.Complete(); err == nil {
		t.Error("one model with two forms of dissipation")
	}
}

// What is known of a system goes with what a user adds: friction has a direction of time, which the known
// symmetry would deny.
func TestKnownAndMore(t *testing.T) {
	c := mustDefault(t, "pendulum").WithClosedForm()
	c.Known, c.Dissipation, c.Strict, c.Figures = true, network.DissipationLinear, false, false
	c.Draw.Trajectories, c.Angle = 20, []string{"q"}
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if f := runs[0].Results.ClosedForm.Friction; !(math.Abs(f) < 1e-3) {
		t.Errorf("friction %v of a pendulum that has none", f)
	}
}
