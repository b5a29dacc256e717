package experiment

import (
	"fmt"
	"testing"
)

func TestParticleMix(t *testing.T) {
	salt := &ParticleModel{Species: []string{"Ca", "F"}, Long: &LongLaw{Of: chargesWeigh}}
	plain := &ParticleModel{Species: []string{"1", "2", "3"}}
	ions, halves := map[string]float64{"Ca": 2, "F": -1}, map[string]float64{"Ca": 1.5, "F": -1}
	for _, c := range []struct {
		model          *ParticleModel
		shares, charge map[string]float64
		n              int
		exact          bool
		want           string
	}{
		{plain, map[string]float64{"1": 400, "2": 100}, nil, 500, true, "[400 100 0]"},
		{plain, map[string]float64{"1": 381, "2": 119}, nil, 4096, true, "[3121 975 0]"},
		{plain, map[string]float64{"1": 1, "2": 1, "3": 1}, nil, 500, true, "[167 167 166]"},
		{plain, nil, nil, 4, true, "[2 1 1]"},
		{salt, map[string]float64{"Ca": 27, "F": 54}, ions, 300, false, "[100 200]"},
		{salt, map[string]float64{"Ca": 27, "F": 54}, ions, 500, false, "[167 334]"},
		{salt, map[string]float64{"Ca": 27, "F": 54}, ions, 500, true, "[167 333]"},
		{salt, map[string]float64{"Ca": 27, "F": 54}, halves, 500, false, "[167 333]"}, // the data are charged
		{salt, map[string]float64{"Ca": 100, "F": 150}, halves, 502, false, "[200 300]"},
		{salt, map[string]float64{"Ca": 1, "F": 1}, ions, 500, false, "[250 250]"}, // given by a user
	} {
		o := &ParticleRun{Model: c.model, Shares: c.shares, Charge: c.charge, N: c.n}
		if got := fmt.Sprint(o.composed(c.exact)); got != c.want {
			t.Errorf("%d of %v with charges %v: %s, want %s", c.n, c.shares, c.charge, got, c.want)
		}
	}
}
