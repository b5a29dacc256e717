package formula

import (
	"math"
	"strings"
	"testing"

	"hnn/model/expr"
)

// Numbers inside terms are found from values that are off by a third.
func TestFitInside(t *testing.T) {
	for _, c := range []struct {
		h, terms string
		start    func(u func(lo, hi float64) float64) []float64
		want     float64
		begin    float64
	}{
		{"p^2/2 - 1.5*cos(1.7*q)", "p^2, cos(k*q), q^2, p^4", examples["Duffing"].start, 1.7, 1.3},
		{"p^2/2 + 0.5*(exp(-2*q*0.7) - 2*exp(-q*0.7))", "p^2, exp(-2*k*q), exp(-k*q)", func(u func(lo, hi float64) float64) []float64 { return []float64{u(-0.5, 0.5), u(-.2, .2)} }, 0.7, 0.9},
	} {
		for _, noise := range []float64{0, 0.01} {
			set := example{n: 1, text: c.h, start: c.start, step: 0.1}.draw(t, 16, 4, noise)
			list, err := expr.ParseList(c.terms, []string{"q", "p", "k"})
			if err != nil {
				t.Fatal(err)
			}
			parameters := []Parameter{{Name: "k", Value: c.begin}}
			f, r, err := FitInside(set, list, parameters, Options{Names: columns[1]})
			if err != nil {
				t.Errorf("%s, noise %v: %v", c.h, noise, err)
				continue
			}
			limit := math.Max(1e-5, 4*parameters[0].Error)
			if d := math.Abs(parameters[0].Value - c.want); d > limit || noise > 0 && parameters[0].Error > 0.05 {
				t.Errorf("%s, noise %v: k = %v +- %v, want %v", c.h, noise, parameters[0].Value, parameters[0].Error, c.want)
			}
			t.Logf("%s, noise %v: k = %v +- %v, %s, held-out %.1e", c.h, noise, parameters[0].Value, parameters[0].Error, f.H().Write(expr.Text, columns[1], 4), r.Error)
		}
	}
	set := examples["spring"].draw(t, 8, 1, 0)
	list, _ := expr.ParseList("p^2, q^2*k", []string{"q", "p", "k"})
	if _, _, err := FitInside(set, list, []Parameter{{Name: "k", Value: 1}}, Options{Names: columns[1]}); err == nil || !strings.Contains(err.Error(), "no end") {
		t.Errorf("a number that is a coefficient too: %v", err)
	}
}
