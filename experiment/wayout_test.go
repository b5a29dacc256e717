package experiment

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"hnn/ode"
)

// Where an adaptive method does not reach the end, the message names flags that there are, and
// what it names works.
func TestWayOut(t *testing.T) {
	c := quick(t).WithClosedForm()
	c.Figures, c.Strict = false, false
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: filepath.Join(t.TempDir(), "run")})
	if err != nil {
		t.Fatal(err)
	}
	r := runs[0]
	x0 := []float64{1, 0}
	_, err = r.Simulate(context.Background(), x0, []float64{0, 1e9}, &ode.Settings{Method: ode.DormandPrince, MaxSteps: 1000})
	var many *ode.TooManyStepsError
	if !errors.As(err, &many) {
		t.Fatalf("error %v, want a TooManyStepsError", err)
	}
	m := regexp.MustCompile(`^1000 steps reach .* --to, .*--method gauss6 --step ([0-9.e-]+)$`).FindStringSubmatch(err.Error())
	if m == nil {
		t.Fatalf("the message is %q", err)
	}
	step, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := r.Simulate(context.Background(), x0, []float64{0, 10}, &ode.Settings{Method: ode.Gauss6, Step: step})
	if err != nil {
		t.Fatal(err)
	}
	if e := math.Abs(sim.Energy[1]); !(e < 1e-3) {
		t.Errorf("with what is advised the energy changes by %v", e)
	}
}
