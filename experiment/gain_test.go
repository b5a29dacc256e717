package experiment

import (
	"slices"
	"strings"
	"testing"

	"hnn/model/lagrangian"
	"hnn/model/network"
)

func TestKnownGain(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		want       []float64
		refused    string
	}{
		{lagrangian.Kind, "1, 0; 0, -2.5", []float64{1, 0, 0, -2.5}, ""},
		{lagrangian.Kind, "", nil, ""},
		{lagrangian.Kind, "1;0", nil, "row 1 has 1 numbers for 2 inputs"},
		{lagrangian.Kind, "1,0", nil, "1 rows for 2 positions"},
		{lagrangian.Kind, "0,0;0,0", nil, "nothing acts"},
		{lagrangian.Kind, "1,NaN;0,1", nil, "NaN"},
		{lagrangian.Kind, "constant", nil, "constant"},
		{network.KindHNN, "1,0;0,1", nil, "numbers are for the model lagrangian"},
		{network.KindHNN, "linaer", nil, "constant, learned"},
	} {
		config := &Config{Model: c.kind, InputGain: c.text}
		err := config.validateGain()
		var got []float64
		if err == nil {
			got, err = config.gain(2, 2)
		}
		if c.refused == "" && (err != nil || !slices.Equal(got, c.want)) || c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
			t.Errorf("%s with %q: %v, %v; want %v %s", c.kind, c.text, got, err, c.want, c.refused)
		}
	}
}
