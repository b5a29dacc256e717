package model

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestStructureNames(t *testing.T) {
	s, err := ParseStructure("pairwise, quadratic-kinetic")
	if err != nil || s != Pairwise|QuadraticKinetic || s.String() != "quadratic-kinetic,pairwise" {
		t.Errorf("structure %v, %v", s, err)
	}
	if _, err := ParseStructure("separable", "pairwise,seprable"); err == nil || !strings.Contains(err.Error(), `"seprable"`) {
		t.Errorf("a structure that does not exist: %v", err)
	}
}

// A kind stands for settings, and settings have a kind; both ways lead to the same
// architecture, which a file keeps.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ from, want Architecture }{
		{Architecture{Kind: KindHNN}, Architecture{Kind: KindHNN}},
		{Architecture{Kind: KindBaseline}, Architecture{Kind: KindBaseline}},
		{Architecture{Kind: KindSeparable}, Architecture{Kind: KindSeparable, Structure: Separable}},
		{Architecture{Kind: KindHNN, Structure: Separable | QuadraticKinetic}, Architecture{Kind: KindSeparable, Structure: Separable | QuadraticKinetic}},
		{Architecture{Kind: KindPairwise}, Architecture{Kind: KindPairwise, Structure: Separable | QuadraticKinetic | Pairwise}},
		{Architecture{Kind: KindDissipative}, Architecture{Kind: KindDissipative, Dissipation: DissipationLearned}},
		{Architecture{Kind: KindHNN, Dissipation: DissipationLinear}, Architecture{Kind: KindDissipative, Dissipation: DissipationLinear}},
		{Architecture{Kind: KindSeparable, Dissipation: DissipationConvex}, Architecture{Kind: KindDissipative, Structure: Separable, Dissipation: DissipationConvex}},
		{Architecture{Kind: KindHNN, Dissipation: DissipationHelmholtz}, Architecture{Kind: KindHelmholtz, Dissipation: DissipationHelmholtz}},
	} {
		got := c.from.Complete()
		if !reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(got.Complete(), got) {
			t.Errorf("%+v completed to %+v, want %+v", c.from, got, c.want)
		}
		text, err := json.Marshal(got)
		var back Architecture
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || !reflect.DeepEqual(back, got) {
			t.Errorf("%s read back as %+v: %v", text, back, err)
		}
	}
}
