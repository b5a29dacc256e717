package serve

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data"
	"hnn/experiment"
	"hnn/model"
	"hnn/ode"
)

// A driven model is simulated under constant inputs as in Go, one state or many; left alone
// without them; and other numbers of them are refused, as are any for a model that has none.
func TestSimulateUnderInput(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("trial,t,q,p,u\n")
	for trial := range 4 {
		for i := range 40 {
			at := 0.1 * float64(i)
			sin, cos := math.Sincos(at + float64(trial))
			fmt.Fprintf(&text, "%d,%g,%g,%g,%g\n", trial, at, cos+0.5*at, -sin+0.5, 0.5*at)
		}
	}
	file := filepath.Join(dir, "pushed.csv")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := experiment.Default(experiment.OwnData)
	if err != nil {
		t.Fatal(err)
	}
	c.Data, c.Hidden, c.Steps, c.Figures = file, []int{16}, 100, false
	runDir := filepath.Join(dir, "pushed")
	if err := os.Mkdir(runDir, 0o700); err != nil {
		t.Fatal(err)
	}
	env := new(experiment.Env)
	run, err := env.Train(context.Background(), c, runDir)
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, Options{})
	if err := s.Add(env, run); err != nil {
		t.Fatal(err)
	}
	if info := s.library.find("pushed").info; len(info.Inputs) != 1 || info.Inputs[0] != "u" {
		t.Errorf("inputs %q", info.Inputs)
	}
	times := []float64{0, 1, 2}
	expect := func(x0 []float64, input *data.Signal) []float64 {
		field, _ := model.Under(run.Model(), input)
		x, _, err := ode.Solve(field(0), x0, times, nil, &ode.Settings{Method: ode.DOP853})
		if err != nil {
			t.Fatal(err)
		}
		return x[4:]
	}
	for _, test := range []struct {
		body  string
		input *data.Signal
	}{{`"input":[0.7]`, data.Constant(0.7)}, {`"energy":true`, nil}} {
		for _, initial := range []string{"[[1,0]]", "[[1,0],[0.5,0.2]]"} {
			r := want[rollouts](t, s, 200, "POST", "/api/v1/runs/pushed/simulate", fmt.Sprintf(`{"initial":%s,"times":[0,1,2],%s}`, initial, test.body))
			last, x := r.States[0][2], expect([]float64{1, 0}, test.input)
			// The tolerance of the rollouts is 1e-9 a step.
			if math.Hypot(last[0]-x[0], last[1]-x[1]) > 1e-7 {
				t.Errorf("%s with %s: %v, want %v", initial, test.body, last, x)
			}
		}
	}
	for id, input := range map[string]string{"pushed": "[1,2]", "spring-hnn": "[1]"} {
		if w := ask(s, "POST", "/api/v1/runs/"+id+"/simulate", `{"initial":[[1,0]],"to":1,"input":`+input+`}`); w.Code != 422 || !strings.Contains(w.Body.String(), "input") {
			t.Errorf("%s with the input %s: %d %s", id, input, w.Code, w.Body)
		}
	}
}
