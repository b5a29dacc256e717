package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hnn/ode"
	"hnn/serve/api"
)

type rollouts struct {
	Times      []float64
	States     [][][]float64
	Energy     [][]float64
	TrueEnergy [][]float64 `json:"true_energy"`
	Supply     [][]float64
	Errors     []*string
	Stats      []ode.Stats
}

// The true spring turns by the angle 2t: q = cos 2t, p = -sin 2t from (1, 0).
func TestSimulateSpring(t *testing.T) {
	s := newServer(t, Options{})
	for _, method := range []string{"rk45", "dop853", "rk4"} {
		setting, tolerance := `"rtol":1e-10,"atol":1e-10`, 1e-8
		if method == "rk4" {
			// The error of a rotation by h per step is h^5/120, of 2000 steps with h = 0.02 thus 5e-8.
			setting, tolerance = `"step":0.01`, 1e-7
		}
		r := want[rollouts](t, s, 200, "POST", "/api/v1/runs/true-spring/simulate",
			fmt.Sprintf(`{"initial":[[1,0],[0,2]],"from":10,"to":-10,"steps":40,"energy":true,"method":%q,%s}`, method, setting))
		if len(r.Times) != 41 || len(r.States) != 2 || len(r.States[0]) != 41 {
			t.Fatalf("%d times, %d rows", len(r.Times), len(r.States))
		}
		for i, at := range r.Times {
			angle := 2 * (at - 10)
			x, y := r.States[0][i], r.States[1][i]
			for _, e := range []float64{x[0] - math.Cos(angle), x[1] + math.Sin(angle), y[0] - 2*math.Sin(angle), y[1] - 2*math.Cos(angle)} {
				if !(math.Abs(e) < 2*tolerance) {
					t.Fatalf("%s: at %v the states are %v, %v", method, at, x, y)
				}
			}
			if h := r.Energy[1][i]; !(math.Abs(h-4) < 10*tolerance) || h != r.TrueEnergy[1][i] {
				t.Errorf("%s: H = %v and %v at %v, want 4", method, h, r.TrueEnergy[1][i], at)
			}
		}
		if r.Errors[0] != nil || r.Stats[1].Evaluations < 100 {
			t.Errorf("%s: %v, %+v", method, r.Errors[0], r.Stats[1])
		}
	}
}

// What a model answers over HTTP is what it answers in Go, to the bit.
func TestSimulateIsTheModels(t *testing.T) {
	s := newServer(t, Options{})
	r := want[rollouts](t, s, 200, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[0.7,-0.2]],"times":[0,0.5,1.7],"method":"rk45"}`)
	runs, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	x, stats, err := ode.Solve(runs[1].Model().Free(), []float64{0.7, -0.2}, []float64{0, 0.5, 1.7}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Times {
		if r.States[0][i][0] != x[2*i] || r.States[0][i][1] != x[2*i+1] {
			t.Errorf("time %d: %v, the model says %v", i, r.States[0][i], x[2*i:2*i+2])
		}
	}
	if r.Stats[0] != stats {
		t.Errorf("%+v, want %+v", r.Stats[0], stats)
	}
}

// collect gathers a streamed answer.
func collect(t *testing.T, body string) (all rollouts, end map[string]any) {
	t.Helper()
	for line := range strings.Lines(body) {
		var piece rollouts
		if strings.Contains(line, `"states"`) {
			if err := json.Unmarshal([]byte(line), &piece); err != nil {
				t.Fatal(err)
			}
			all.Times = append(all.Times, piece.Times...)
			if all.States == nil {
				all.States = make([][][]float64, len(piece.States))
			}
			for i, s := range piece.States {
				if len(s) != len(piece.Times) {
					t.Fatalf("row %d: %d states at %d times", i, len(s), len(piece.Times))
				}
				all.States[i] = append(all.States[i], s...)
			}
			continue
		}
		if err := json.Unmarshal([]byte(line), &end); err != nil {
			t.Fatal(err)
		}
	}
	return all, end
}

// A stream has the same times as the whole, and the same states within the tolerance.
func TestStream(t *testing.T) {
	s := newServer(t, Options{})
	body := `{"initial":[[1,0],[0.3,0.4]],"to":-30,"steps":3000`
	whole := want[rollouts](t, s, 200, "POST", "/api/v1/runs/spring-hnn/simulate", body+"}")
	w := ask(s, "POST", "/api/v1/runs/spring-hnn/simulate", body+`,"stream":true}`)
	if n := strings.Count(w.Body.String(), "\n"); n < 5 {
		t.Errorf("the stream has %d lines", n)
	}
	all, end := collect(t, w.Body.String())
	if end["done"] != true {
		t.Errorf("the stream ends with %v", end)
	}
	if len(all.Times) != len(whole.Times) {
		t.Fatalf("%d times, want %d", len(all.Times), len(whole.Times))
	}
	for i, at := range whole.Times {
		if all.Times[i] != at {
			t.Fatalf("time %d is %v, want %v", i, all.Times[i], at)
		}
		for row := range 2 {
			for j := range 2 {
				// Errors of about 1e-9 a step of each, over some hundred steps.
				if d := all.States[row][i][j] - whole.States[row][i][j]; !(math.Abs(d) < 1e-6) {
					t.Fatalf("row %d at %v: %v, want %v", row, at, all.States[row][i], whole.States[row][i])
				}
			}
		}
	}
}

// Bodies that meet end a rollout, and not its neighbour's.
func TestFailedRow(t *testing.T) {
	s := newServer(t, Options{})
	fall, orbit := "[1,-1,0,0,0,0,0,0]", "[0,0,1,-1,0.5,-0.5,0,0]"
	body := fmt.Sprintf(`{"initial":[%s,%s],"to":10,"steps":1000`, fall, orbit)
	check := func(kind string, states [][][]float64, fell, orbited any) {
		t.Helper()
		if fell == nil || orbited != nil {
			t.Errorf("%s: errors %v, %v", kind, fell, orbited)
		}
		if n := len(states[0]); states[0][1] == nil || states[0][n-1] != nil || states[1][n-1] == nil {
			t.Errorf("%s: the states are %v ... %v, %v", kind, states[0][1], states[0][n-1], states[1][n-1])
		}
	}
	r := want[rollouts](t, s, 200, "POST", "/api/v1/runs/true-two-body/simulate", body+"}")
	check("whole", r.States, deref(r.Errors[0]), deref(r.Errors[1]))
	all, end := collect(t, ask(s, "POST", "/api/v1/runs/true-two-body/simulate", body+`,"stream":true}`).Body.String())
	errs := end["errors"].([]any)
	check("stream", all.States, errs[0], errs[1])
}

func deref(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// A client that goes away ends its integration.
func TestCancelled(t *testing.T) {
	s := newServer(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	r := httptest.NewRequestWithContext(ctx, "POST", "/api/v1/runs/spring-baseline/simulate",
		strings.NewReader(`{"initial":[[1,0]],"to":90000,"steps":2,"rtol":1e-12,"atol":1e-12}`))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/json")
	done := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		done <- w.Code
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		t.Fatal("the integration goes on without its client")
	}
	if n := len(s.working) + s.api.Computing(); n != 0 {
		t.Errorf("%d still at work", n)
	}
}

// From (1, 0) the gradient of q^2 + p^2 leads straight out and in: q = sqrt(1 + change).
func TestShift(t *testing.T) {
	s := newServer(t, Options{})
	r := want[struct {
		Energy float64
		States [][]float64
	}](t, s, 200, "POST", "/api/v1/runs/true-spring/shift", `{"state":[1,0],"changes":[3,-0.75,0,-2]}`)
	if r.Energy != 1 {
		t.Errorf("H = %v, want 1", r.Energy)
	}
	for i, q := range []float64{2, 0.5, 1} {
		// The integrator's tolerance is 1e-8, the gradient's error 1e-10.
		if x := r.States[i]; !(math.Abs(x[0]-q) < 1e-6 && math.Abs(x[1]) < 1e-6) {
			t.Errorf("state %d is %v, want (%v, 0)", i, x, q)
		}
	}
	if r.States[3] != nil {
		t.Errorf("a state below the minimum: %v", r.States[3])
	}
	// Of the learned H too, whatever it is: the energy asked for is reached.
	l := want[struct {
		Energy float64
		States [][]float64
	}](t, s, 200, "POST", "/api/v1/runs/spring-hnn/shift", `{"state":[0.6,0.5],"changes":[0.2]}`)
	x := l.States[0]
	h := want[struct{ Energy []float64 }](t, s, 200, "POST", "/api/v1/runs/spring-hnn/energy", fmt.Sprintf(`{"states":[[%v,%v]]}`, x[0], x[1]))
	if d := h.Energy[0] - l.Energy - 0.2; !(math.Abs(d) < 1e-6) {
		t.Errorf("the energy rose by %v, want 0.2", d+0.2)
	}
}

// The pictures that the API decodes are the model's, to the grey level.
func TestDecode(t *testing.T) {
	s := newServer(t, Options{})
	a := want[struct {
		Width, Height int
		Pictures      [][]int
	}](t, s, 200, "POST", "/api/v1/runs/pixel-pendulum-hnn/decode", `{"states":[[0.1,-0.3],[0,0.2]]}`)
	runs, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	m := runs[len(runs)-1].Model()
	p := m.Pixels
	x := make([]float64, 2*p.Len())
	m.Decode()([]float64{0.1, -0.3, 0, 0.2}, x, 2)
	frame := p.Width * p.Height
	if a.Width != p.Width || a.Height != p.Height || len(a.Pictures) != 2 || len(a.Pictures[1]) != frame {
		t.Fatalf("%d pictures of %d x %d", len(a.Pictures), a.Width, a.Height)
	}
	for i, picture := range a.Pictures {
		last := x[(i+1)*p.Len()-frame : (i+1)*p.Len()]
		for k, v := range picture {
			if d := float64(v) - 255*min(max(last[k], 0), 1); !(math.Abs(d) <= 0.5) {
				t.Fatalf("picture %d, pixel %d: %d, the model says %v", i, k, v, last[k])
			}
		}
	}
	want[api.Problem](t, s, 422, "POST", "/api/v1/runs/spring-hnn/decode", `{"states":[[0,0]]}`)
}

// Field and energy on a grid are those at its states, in the order documented, and the
// field of an HNN is the symplectic gradient of its energy.
func TestPoints(t *testing.T) {
	s := newServer(t, Options{})
	grid := `{"grid":{"axes":[1,0],"range":[[-1,1],[0,3]],"size":[3,2]}}`
	states := `{"states":[[0,-1],[0,0],[0,1],[3,-1],[3,0],[3,1]]}`
	type answer struct {
		Energy      []float64
		Derivatives [][]float64
	}
	for _, what := range []string{"energy", "field"} {
		a := want[answer](t, s, 200, "POST", "/api/v1/runs/spring-hnn/"+what, grid)
		b := want[answer](t, s, 200, "POST", "/api/v1/runs/spring-hnn/"+what, states)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: on the grid %v, at its states %v", what, a, b)
		}
	}
	const h = 1e-5
	e := want[answer](t, s, 200, "POST", "/api/v1/runs/spring-hnn/energy", fmt.Sprintf(`{"states":[[%v,0.2],[%v,0.2],[0.5,%v],[0.5,%v]]}`, 0.5+h, 0.5-h, 0.2+h, 0.2-h)).Energy
	f := want[answer](t, s, 200, "POST", "/api/v1/runs/spring-hnn/field", `{"states":[[0.5,0.2]]}`).Derivatives[0]
	// Central differences: their error is of the order of h^2 and of rounding over h.
	if dq, dp := (e[0]-e[1])/(2*h), (e[2]-e[3])/(2*h); !(math.Abs(f[0]-dp) < 1e-8 && math.Abs(f[1]+dq) < 1e-8) {
		t.Errorf("the field is %v, the gradient of H (%v, %v)", f, dq, dp)
	}
}
