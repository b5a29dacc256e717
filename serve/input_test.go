package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data/file"
	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/ode"
	"hnn/serve/api"
)

// addPushed serves small models of a spring that a force u pushes, from a file: an HNN, a
// baseline, and an HNN that is not given u. Their ids are pushed-hnn, pushed-baseline and
// pushed-alone. It returns the first.
func addPushed(t *testing.T, s *Server) *experiment.Run {
	t.Helper()
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
	path := filepath.Join(dir, "pushed.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	env := new(experiment.Env)
	var first *experiment.Run
	for _, name := range []string{"hnn", "baseline", "alone"} {
		c, err := experiment.Default(task.OwnData)
		if err != nil {
			t.Fatal(err)
		}
		c.Data, c.Hidden, c.Fit.Steps, c.Figures, c.Model = path, []int{16}, 100, false, name
		if name == "alone" {
			c.Model, c.Columns.Input = "hnn", []string{file.NoInput}
		}
		runDir := filepath.Join(dir, "pushed-"+name)
		if err := os.Mkdir(runDir, 0o700); err != nil {
			t.Fatal(err)
		}
		run, err := env.Train(context.Background(), c, runDir)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Add(env, run); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = run
		}
	}
	return first
}

// A driven model is simulated under constant inputs and under sines as in Go, one state or
// many, whole or streamed, forwards or backwards; and left alone without them.
func TestSimulateUnderInput(t *testing.T) {
	s := newServer(t, Options{})
	run := addPushed(t, s)
	info := want[api.Info](t, s, 200, "GET", "/api/v1/runs/pushed-hnn", "")
	if len(info.Inputs) != 1 || info.Inputs[0] != "u" {
		t.Errorf("inputs %q", info.Inputs)
	}
	if r := info.InputRange; len(r) != 1 || r[0][0] != 0 || math.Abs(r[0][1]-1.95) > 1e-12 {
		t.Errorf("the inputs' range is %v", r)
	}
	if alone := want[api.Info](t, s, 200, "GET", "/api/v1/runs/pushed-alone", ""); alone.Inputs != nil || alone.InputRange != nil {
		t.Errorf("a model that is given no input has %q in %v", alone.Inputs, alone.InputRange)
	}
	driven := run.Model().One()
	for _, test := range []struct {
		body string
		u    func(t float64) float64
	}{
		{`"input":[0.7]`, func(float64) float64 { return 0.7 }},
		{`"input":[{"constant":0.7}]`, func(float64) float64 { return 0.7 }},
		{`"input":[{"constant":0.2,"amplitude":0.8,"period":3,"phase":0.5}]`, func(t float64) float64 { return 0.2 + 0.8*math.Sin(2*math.Pi*t/3+0.5) }},
		{`"energy":true`, func(float64) float64 { return 0 }},
	} {
		for _, times := range [][]float64{{0, 1, 2}, {5, 4, 2}} {
			x, _, err := ode.Solve(func(t float64, x, dx []float64) { driven(t, x, []float64{test.u(t)}, dx) },
				[]float64{1, 0}, times, nil, &ode.Settings{Method: ode.DOP853})
			if err != nil {
				t.Fatal(err)
			}
			for _, initial := range []string{"[[1,0]]", "[[1,0],[0.5,0.2]]"} {
				text, _ := json.Marshal(times)
				body := fmt.Sprintf(`{"initial":%s,"times":%s,%s}`, initial, text, test.body)
				r := want[rollouts](t, s, 200, "POST", "/api/v1/runs/pushed-hnn/simulate", body)
				// The tolerance of the rollouts is 1e-9 a step.
				if last := r.States[0][2]; math.Hypot(last[0]-x[4], last[1]-x[5]) > 1e-7 {
					t.Errorf("%s: %v, want %v", body, last, x[4:])
				}
			}
		}
	}
	// Without friction the learned H changes by what the input supplies: Simpson's rule over 0.01
	// is true to 1e-9.
	for _, streamed := range []string{"", `"stream":true,`} {
		var energy, supply []float64
		w := ask(s, "POST", "/api/v1/runs/pushed-hnn/simulate", `{`+streamed+`"energy":true,"initial":[[0,0.1],[1,0]],"to":4,"steps":400,"input":[{"constant":0.3,"amplitude":1,"period":4}]}`)
		for line := range strings.Lines(w.Body.String()) {
			var r rollouts
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			if len(r.Energy) > 0 {
				energy, supply = append(energy, r.Energy[1]...), append(supply, r.Supply[1]...)
			}
		}
		work := 0.0
		for i := 0; i+2 < len(supply); i += 2 {
			work += 0.01 / 3 * (supply[i] + 4*supply[i+1] + supply[i+2])
		}
		if change := energy[400] - energy[0]; len(supply) != 401 || math.Abs(work-change) > 1e-8 || math.Abs(change) < 1e-3 {
			t.Errorf("%s%d powers make a work of %v, and H changes by %v", streamed, len(supply), work, change)
		}
	}
	for run, body := range map[string]string{"pushed-hnn": `"energy":true`, "pushed-baseline": `"energy":true,"input":[1]`} {
		if r := want[rollouts](t, s, 200, "POST", "/api/v1/runs/"+run+"/simulate", `{"initial":[[1,0]],"to":1,`+body+`}`); r.Supply != nil {
			t.Errorf("%s with %s has a supply", run, body)
		}
	}
	// The field is that under the input at the time that is asked for.
	var dx [2]float64
	driven(0, []float64{1, 0}, []float64{0.2 + 0.8*math.Sin(2*math.Pi*5/3)}, dx[:])
	f := want[struct{ Derivatives [][]float64 }](t, s, 200, "POST", "/api/v1/runs/pushed-hnn/field", `{"states":[[1,0],[1,0]],"time":5,"input":[{"constant":0.2,"amplitude":0.8,"period":3}]}`)
	for _, got := range f.Derivatives {
		if math.Hypot(got[0]-dx[0], got[1]-dx[1]) > 1e-12 {
			t.Errorf("the field is %v, want %v", got, dx)
		}
	}
	// A stream begins anew at each piece, and the input goes on.
	const rest = `"to":30,"steps":300,"input":[{"amplitude":1,"period":4}]}`
	whole := want[rollouts](t, s, 200, "POST", "/api/v1/runs/pushed-hnn/simulate", `{"initial":[[1,0]],`+rest)
	w := ask(s, "POST", "/api/v1/runs/pushed-hnn/simulate", `{"stream":true,"initial":[[1,0]],`+rest)
	var last []float64
	for line := range strings.Lines(w.Body.String()) {
		var r rollouts
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.States) > 0 {
			last = r.States[0][len(r.States[0])-1]
		}
	}
	if x := whole.States[0][300]; math.Hypot(last[0]-x[0], last[1]-x[1]) > 1e-6 {
		t.Errorf("streamed the rollout ends at %v, whole at %v", last, x)
	}
}

// Inputs that a run does not take, or a method cannot follow, are refused, and it is said why.
func TestInputRefused(t *testing.T) {
	s := newServer(t, Options{})
	addPushed(t, s)
	for _, test := range []struct {
		run, rest string
		status    int
		says      string
	}{
		{"pushed-hnn", `"input":[1,2]`, 422, "2 given, and run pushed-hnn takes 1 (u)"},
		{"pushed-hnn", `"input":[]`, 422, "0 given"},
		{"pushed-alone", `"input":[1]`, 422, "nothing acts on run pushed-alone"},
		{"spring-hnn", `"input":[1]`, 422, "nothing acts on run spring-hnn"},
		{"true-spring", `"input":[1]`, 422, "nothing acts"},
		{"pushed-hnn", `"input":[{"amplitude":1}]`, 422, "u has the amplitude 1 and the period 0"},
		{"pushed-hnn", `"input":[{"amplitude":1,"period":-2}]`, 422, "give a positive period"},
		{"pushed-hnn", `"input":[{"amplitude":1,"period":1e-300}]`, 422, "give a longer one"},
		{"pushed-hnn", `"input":[{"amplitude":1,"period":2}],"method":"tao4","step":0.1`, 422, "u changes with time"},
		{"pushed-hnn", `"input":[{"amplitude":1,"frequency":2}]`, 400, `input: unknown field "frequency"`},
		{"pushed-hnn", `"input":["a"]`, 400, `input: "a"; give a number`},
		{"pushed-hnn", `"input":[null]`, 422, "input[0] is null"},
		{"pushed-hnn", `"input":[1],"method":"tao4","step":0.1`, 200, ""},
		{"pushed-hnn", `"input":[{"amplitude":1,"period":2}],"method":"gauss4","step":0.1`, 200, ""},
	} {
		w := ask(s, "POST", "/api/v1/runs/"+test.run+"/simulate", `{"initial":[[1,0]],"to":1,`+test.rest+`}`)
		var p struct {
			Detail string `json:"detail"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if w.Code != test.status || !strings.Contains(p.Detail, test.says) {
			t.Errorf("%s with %s: %d %s", test.run, test.rest, w.Code, w.Body)
		}
	}
	if w := ask(s, "POST", "/api/v1/runs/pushed-hnn/field", `{"states":[[1,0]],"input":[1,2]}`); w.Code != 422 || !strings.Contains(w.Body.String(), "2 given") {
		t.Errorf("the field under two inputs: %d %s", w.Code, w.Body)
	}
}
