package serve

import (
	"encoding/json"
	"math"
	"net/http"
	"testing"

	"hnn/experiment"
	"hnn/model/formula"
)

// The band of a rollout is the one that the library gives, is marked outside the data, and refused where there is none.
func TestSimulateBand(t *testing.T) {
	c, err := experiment.Default("pendulum")
	if err != nil {
		t.Fatal(err)
	}
	c = c.WithWeakForm(formula.Kind)
	c.Draw.Noise, c.Draw.Trajectories, c.Figures = 0.05, 12, false
	env := new(experiment.Env)
	run, err := env.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, Options{})
	if err := s.Add(env, run); err != nil {
		t.Fatal(err)
	}
	id := s.api.Entries()[len(s.api.Entries())-1].Info.ID
	const ask1 = `{"initial":[[1,0],[0.5,0.3]],"times":[0,1,2,4],"band":0.9}`
	answer := ask(s, http.MethodPost, "/api/v1/runs/"+id+"/simulate", ask1)
	var got struct {
		States, Lo, Hi [][][]float64
		Outside        [][]bool
	}
	if answer.Code != http.StatusOK {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for row, x0 := range [][]float64{{1, 0}, {0.5, 0.3}} {
		sim, err := run.Simulate(t.Context(), x0, []float64{0, 1, 2, 4}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := run.AddBand(t.Context(), sim, 0.9, nil); err != nil {
			t.Fatal(err)
		}
		wide := false
		for k := range 4 {
			for j := range 2 {
				lo, hi := sim.Band.Lo[2*k+j], sim.Band.Hi[2*k+j]
				if math.Abs(got.Lo[row][k][j]-lo) > 1e-5 || math.Abs(got.Hi[row][k][j]-hi) > 1e-5 {
					t.Errorf("row %d, time %d: %v to %v, want %v to %v", row, k, got.Lo[row][k][j], got.Hi[row][k][j], lo, hi)
				}
				wide = wide || got.Hi[row][k][j]-got.Lo[row][k][j] > 1e-4
			}
			if got.Outside[row][k] != sim.Band.Outside[k] {
				t.Errorf("row %d, time %d: outside %v", row, k, got.Outside[row][k])
			}
		}
		if !wide {
			t.Error("the band has no width")
		}
	}
	if answer := ask(s, http.MethodPost, "/api/v1/runs/"+id+"/simulate", `{"initial":[[40,30]],"to":1,"steps":2,"band":0.9}`); answer.Code != http.StatusOK {
		t.Errorf("%d: %s", answer.Code, answer.Body)
	} else if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || !got.Outside[0][0] {
		t.Errorf("a state far outside the data is not marked: %v, %s", err, answer.Body)
	}
	for body, status := range map[string]int{
		`{"initial":[[1,0]],"to":1,"band":1.5}`:               http.StatusUnprocessableEntity,
		`{"initial":[[1,0]],"to":1,"band":0.9,"stream":true}`: http.StatusUnprocessableEntity,
		`{"initial":[[1,0]],"to":1,"steps":90000,"band":0.9}`: http.StatusUnprocessableEntity,
	} {
		if answer := ask(s, http.MethodPost, "/api/v1/runs/"+id+"/simulate", body); answer.Code != status {
			t.Errorf("%s: %d, %s", body, answer.Code, answer.Body)
		}
	}
	if answer := ask(s, http.MethodPost, "/api/v1/runs/true-pendulum/simulate", `{"initial":[[1,0]],"to":1,"band":0.9}`); answer.Code != http.StatusUnprocessableEntity {
		t.Errorf("the band of the truth: %d, %s", answer.Code, answer.Body)
	}
}
