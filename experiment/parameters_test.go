package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/fit/shoot"
	"hnn/model/lagrangian"
)

// Parameters that stand for each other are named, and residuals that are no noise; of noise nothing is said.
func TestParameters(t *testing.T) {
	r := &WeakReport{Parameters: []Parameter{{"M[x,x]", 2, 0.1}, {"V*x^2", 3, 0.2}, {"R[x]", 0.1, 0.01}}}
	r.correlations([]float64{0.01, 0.0198, 0, 0.0198, 0.04, 0, 0, 0, 1e-4})
	var b strings.Builder
	r.writeParameters(&b)
	if text := b.String(); !strings.Contains(text, "M[x,x] and V*x^2 stand for each other: correlation 0.990") || strings.Count(text, "stand for") != 1 || !strings.Contains(text, "+- 0.01") {
		t.Errorf("parameters are written as\n%s", text)
	}
	r.white([]string{"x", "v"}, []string{"u"}, true, []shoot.Whiteness{
		{Numbers: 1000, Neighbours: 0.03, WithInputs: 0.02, Input: 0, Bound: 0.09},
		{Numbers: 1000, Neighbours: 0.7, WithInputs: -0.4, Input: 0, Lag: 3, Bound: 0.09},
	})
	if len(r.Notes) != 2 || !strings.Contains(r.Notes[0], "v follows the input u by 3 rows") || !strings.Contains(r.Notes[1], "v 0.70") || strings.Contains(r.Notes[1], "x") && strings.Contains(r.Notes[1], "x 0.03") {
		t.Errorf("notes %q", r.Notes)
	}
}

// Standard errors of a pendulum drawn with noise: true values lie within four of them, and residuals are white.
func TestWeakParameters(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	exact := &shoot.System{Dim: 2, Rate: func(x, _, dx, _, _ []float64) bool {
		dx[0], dx[1] = x[1], -9.81*math.Sin(x[0])-0.1*x[1]
		return true
	}}
	var b strings.Builder
	b.WriteString("trial,t,theta,omega\n")
	for k := range 10 {
		x := make([]float64, 2*120)
		exact.Roll([]float64{4*rng.Float64() - 2, 2*rng.Float64() - 1}, nil, 0.05, 20, x)
		for r := range 120 {
			fmt.Fprintf(&b, "%d,%g,%.9f,%.9f\n", k, 0.05*float64(r), x[2*r]+0.01*rng.NormFloat64(), x[2*r+1]+0.02*rng.NormFloat64())
		}
	}
	config := own(t, fileOf(t, b.String())).WithWeakForm(lagrangian.Kind)
	config.Angle = []string{"theta"}
	run, err := new(Env).Train(t.Context(), config, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := run.Results.WeakForm
	if w.Parameters == nil || len(w.Correlations) != len(w.Parameters) || w.Residuals == nil {
		t.Fatalf("%d parameters, %d correlations, %d residuals", len(w.Parameters), len(w.Correlations), len(w.Residuals))
	}
	value := func(name string) Parameter {
		i := slices.IndexFunc(w.Parameters, func(p Parameter) bool { return p.Name == name })
		if i < 0 {
			t.Fatalf("no %s among %v", name, w.Parameters)
		}
		return w.Parameters[i]
	}
	m, v := value("M[theta,theta]"), value("V*cos(theta)")
	// The scale is free: 9.81 is the ratio, whose relative error is at most both together.
	ratio := -float64(v.Value / m.Value)
	if most := 4 * ratio * (float64(m.Error/m.Value) + math.Abs(float64(v.Error/v.Value))); math.Abs(ratio-9.81) > most || most > 0.05 {
		t.Errorf("g / l is %v, off by %.2g, and 4 standard errors are %.2g", ratio, math.Abs(ratio-9.81), most)
	}
	for _, r := range w.Residuals {
		if math.Abs(float64(r.Neighbours)) > 0.1 {
			t.Errorf("neighbouring residuals of %s have a correlation of %v", r.Column, r.Neighbours)
		}
	}
}
