package experiment

import (
	"testing"

	"hnn/model"
)

func TestSharedOut(t *testing.T) {
	for _, c := range []struct {
		kind  string
		among []string
		none  bool // no setting is left out
	}{
		{model.KindBaseline, []string{model.KindBaseline}, true},
		{model.KindBaseline, []string{model.KindBaseline, model.KindHNN}, false},
		{model.KindSecondOrder, []string{model.KindSecondOrder, model.KindDissipative}, false},
		{model.KindHNN, []string{model.KindBaseline, model.KindHNN}, true},
		{model.KindHNN, []string{model.KindHNN, model.KindSeparable}, false},
		{model.KindSeparable, []string{model.KindHNN, model.KindSeparable}, true},
	} {
		if got := SharedOut(c.kind, c.among); (got == nil) != c.none {
			t.Errorf("%s among %v: %v left out", c.kind, c.among, got)
		}
	}
}

// The model's name and the settings say the same, for both trainers.
func TestCompleteConfig(t *testing.T) {
	const all = model.Separable | model.QuadraticKinetic | model.Pairwise
	for _, c := range []struct {
		name       string
		model      string
		trainer    Trainer
		losses     model.Dissipation
		structure  model.Structure
		wantModel  string
		wantLosses model.Dissipation
		want       model.Structure
	}{
		{"plain", "hnn", Adam, "", 0, "hnn", "", 0},
		{"a structure", "hnn", Adam, "", model.Separable, "hnn-separable", "", model.Separable},
		{"a kind", "hnn-pairwise", Adam, "", 0, "hnn-pairwise", "", all},
		{"both", "hnn-separable", Adam, "linear", 0, "hnn-dissipative", "linear", model.Separable},
		{"default losses", "hnn-dissipative", Adam, "", 0, "hnn-dissipative", "learned", 0},
		{"closed form", "hnn", ClosedForm, "linear", model.Pairwise, "hnn", "linear", model.Pairwise},
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
	two := Config{Model: model.KindHelmholtz, Trainer: Adam, Dissipation: model.DissipationLinear}
	if err := two.Complete(); err == nil {
		t.Error("one model with two forms of dissipation")
	}
}
