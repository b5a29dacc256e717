package experiment

import (
	"slices"
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
		if got := SharedOut(c.kind, c.among); (got == nil) != c.none {
			t.Errorf("%s among %v: %v left out", c.kind, c.among, got)
		}
	}
}

// The model's name and the settings say the same, for both trainers.
func TestCompleteConfig(t *testing.T) {
	for _, c := range []struct {
		name                   string
		model, trainer, losses string
		structure              []string
		wantModel, wantLosses  string
		want                   []string
	}{
		{"plain", "hnn", Adam, "", nil, "hnn", "", nil},
		{"a structure", "hnn", Adam, "", []string{"separable"}, "hnn-separable", "", []string{"separable"}},
		{"a kind", "hnn-pairwise", Adam, "", nil, "hnn-pairwise", "", []string{"separable", "quadratic-kinetic", "pairwise"}},
		{"both", "hnn-separable", Adam, "linear", nil, "hnn-dissipative", "linear", []string{"separable"}},
		{"default losses", "hnn-dissipative", Adam, "", nil, "hnn-dissipative", "learned", nil},
		{"closed form", "hnn", ClosedForm, "linear", []string{"pairwise"}, "hnn", "linear", []string{"pairwise"}},
		{"a kind in closed form", "hnn-pairwise", ClosedForm, "", nil, "hnn", "", []string{"separable", "quadratic-kinetic", "pairwise"}},
		{"losses in closed form", "hnn-dissipative", ClosedForm, "", nil, "hnn", "linear", nil},
	} {
		got := Config{Model: c.model, Trainer: c.trainer, Dissipation: c.losses, Structure: c.structure}
		if err := got.Complete(); err != nil {
			t.Fatal(err)
		}
		if got.Model != c.wantModel || got.Dissipation != c.wantLosses || !slices.Equal(got.Structure, c.want) {
			t.Errorf("%s: model %s, dissipation %q, structure %v", c.name, got.Model, got.Dissipation, got.Structure)
		}
	}
	two := Config{Model: network.KindHelmholtz, Trainer: Adam, Dissipation: network.DissipationLinear}
	if err := two.Complete(); err == nil {
		t.Error("one model with two forms of dissipation")
	}
}
