package file

import (
	"slices"
	"strings"
	"testing"
)

// Columns of --v are velocities whatever they are called; momenta beside them are refused.
func TestVelocitiesGiven(t *testing.T) {
	const text = "t,alpha,rate,p\n0,1,2,3\n1,2,3,4\n2,3,4,5\n"
	s, m, err := Decode(strings.NewReader(text), "rates.csv", ReadOptions{Columns: Columns{Q: []string{"alpha"}, V: []string{"rate"}}})
	if err != nil || !m.Velocities || !slices.Equal(m.P, []string{"rate"}) || s.Dim != 2 || s.X[1] != 2 {
		t.Errorf("%v, %+v", err, m)
	}
	if _, m, err = Decode(strings.NewReader(text), "rates.csv", ReadOptions{Columns: Columns{Q: []string{"alpha"}, P: []string{"rate"}}}); err != nil || m.Velocities {
		t.Errorf("momenta by --p: %v, %+v", err, m)
	}
	_, _, err = Decode(strings.NewReader(text), "rates.csv", ReadOptions{Columns: Columns{Q: []string{"alpha"}, V: []string{"rate"}, P: []string{"p"}}})
	if err == nil || !strings.Contains(err.Error(), "--v or --p") {
		t.Errorf("both: %v", err)
	}
}
