package network_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"hnn/model/network"
)

func TestStructureNames(t *testing.T) {
	s, err := network.ParseStructure("pairwise, quadratic-kinetic")
	if err != nil || s != network.Pairwise|network.QuadraticKinetic || s.String() != "quadratic-kinetic,pairwise" {
		t.Errorf("structure %v, %v", s, err)
	}
	if _, err := network.ParseStructure("separable", "pairwise,seprable"); err == nil || !strings.Contains(err.Error(), `"seprable"`) {
		t.Errorf("a structure that does not exist: %v", err)
	}
}

// A kind stands for settings, and settings have a kind; both ways lead to the same
// architecture, which a file keeps.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ from, want network.Architecture }{
		{network.Architecture{Kind: network.KindHNN}, network.Architecture{Kind: network.KindHNN}},
		{network.Architecture{Kind: network.KindBaseline}, network.Architecture{Kind: network.KindBaseline}},
		{network.Architecture{Kind: network.KindSeparable}, network.Architecture{Kind: network.KindSeparable, Structure: network.Separable}},
		{network.Architecture{Kind: network.KindHNN, Structure: network.Separable | network.QuadraticKinetic}, network.Architecture{Kind: network.KindSeparable, Structure: network.Separable | network.QuadraticKinetic}},
		{network.Architecture{Kind: network.KindPairwise}, network.Architecture{Kind: network.KindPairwise, Structure: network.Separable | network.QuadraticKinetic | network.Pairwise}},
		{network.Architecture{Kind: network.KindDissipative}, network.Architecture{Kind: network.KindDissipative, Dissipation: network.DissipationLearned}},
		{network.Architecture{Kind: network.KindHNN, Dissipation: network.DissipationLinear}, network.Architecture{Kind: network.KindDissipative, Dissipation: network.DissipationLinear}},
		{network.Architecture{Kind: network.KindSeparable, Dissipation: network.DissipationConvex}, network.Architecture{Kind: network.KindDissipative, Structure: network.Separable, Dissipation: network.DissipationConvex}},
		{network.Architecture{Kind: network.KindHNN, Dissipation: network.DissipationHelmholtz}, network.Architecture{Kind: network.KindHelmholtz, Dissipation: network.DissipationHelmholtz}},
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
