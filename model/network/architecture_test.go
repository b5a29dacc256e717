package network_test

import (
	"encoding/json"
	"hnn/model"
	"hnn/model/network"
	"reflect"
	"strings"
	"testing"
)

func TestStructureNames(t *testing.T) {
	s, err := model.ParseStructure("pairwise, quadratic-kinetic")
	if err != nil || s != model.Pairwise|model.QuadraticKinetic || s.String() != "quadratic-kinetic,pairwise" {
		t.Errorf("structure %v, %v", s, err)
	}
	if _, err := model.ParseStructure("separable", "pairwise,seprable"); err == nil || !strings.Contains(err.Error(), `"seprable"`) {
		t.Errorf("a structure that does not exist: %v", err)
	}
}

// A kind stands for settings, and settings have a kind; both ways lead to the same
// architecture, which a file keeps.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ from, want network.Architecture }{
		{network.Architecture{Kind: model.KindHNN}, network.Architecture{Kind: model.KindHNN}},
		{network.Architecture{Kind: model.KindBaseline}, network.Architecture{Kind: model.KindBaseline}},
		{network.Architecture{Kind: model.KindSeparable}, network.Architecture{Kind: model.KindSeparable, Structure: model.Separable}},
		{network.Architecture{Kind: model.KindHNN, Structure: model.Separable | model.QuadraticKinetic}, network.Architecture{Kind: model.KindSeparable, Structure: model.Separable | model.QuadraticKinetic}},
		{network.Architecture{Kind: model.KindPairwise}, network.Architecture{Kind: model.KindPairwise, Structure: model.Separable | model.QuadraticKinetic | model.Pairwise}},
		{network.Architecture{Kind: model.KindDissipative}, network.Architecture{Kind: model.KindDissipative, Dissipation: model.DissipationLearned}},
		{network.Architecture{Kind: model.KindHNN, Dissipation: model.DissipationLinear}, network.Architecture{Kind: model.KindDissipative, Dissipation: model.DissipationLinear}},
		{network.Architecture{Kind: model.KindSeparable, Dissipation: model.DissipationConvex}, network.Architecture{Kind: model.KindDissipative, Structure: model.Separable, Dissipation: model.DissipationConvex}},
		{network.Architecture{Kind: model.KindHNN, Dissipation: model.DissipationHelmholtz}, network.Architecture{Kind: model.KindHelmholtz, Dissipation: model.DissipationHelmholtz}},
	} {
		got := c.from.Complete()
		if !reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(got.Complete(), got) {
			t.Errorf("%+v completed to %+v, want %+v", c.from, got, c.want)
		}
		text, err := json.Marshal(got)
		var back network.Architecture
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || !reflect.DeepEqual(back, got) {
			t.Errorf("%s read back as %+v: %v", text, back, err)
		}
	}
}
