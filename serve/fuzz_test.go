package serve

import (
	"encoding/json"
	"testing"
	"time"

	"hnn/serve/api"
)

// FuzzRequest sends any body to every operation. Whatever it is, the answer is a result,
// a 4xx, or 503 for a computation that takes too long, and it is JSON.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{
		`{"initial":[[1,0]],"to":3,"steps":4,"energy":true}`,
		`{"initial":[[1,0],[0,1]],"times":[0,-1,-2.5],"method":"rk4","step":0.01,"stream":true}`,
		`{"initial":[[1e308,-1e308]],"to":1e-300,"rtol":1,"atol":1e-13}`,
		`{"initial":[[1,0]],"to":1,"steps":9223372036854775807}`,
		`{"states":[[1,0],[1e300,1e-300]]}`,
		`{"grid":{"axes":[0,1],"range":[[-1,1],[-1.7e308,1.7e308]],"size":[3,4],"at":[0,0]}}`,
		`{"grid":{"axes":[-1,9],"range":[],"size":[1,99999999999]}}`,
		`{"state":[1,0],"changes":[-0.5,0.5,0,1e300]}`,
		`{"state":[0,0],"changes":[1]}`,
		`{"initial":[[1,0]],"to":3,"input":[1,{"amplitude":1,"period":1e-300}]}`,
		`[]`, `null`, `{"initial":null}`, `{"initial":[null]}`, `{"initial":[[null,1]],"to":1}`,
	} {
		f.Add(body)
	}
	s := newServer(f, Options{Limits: api.Limits{
		Body: 1 << 12, States: 20, Numbers: 2000, StreamNumbers: 4000, Horizon: 50, Steps: 200, Timeout: 50 * time.Millisecond, StreamTimeout: 50 * time.Millisecond}})
	f.Fuzz(func(t *testing.T, body string) {
		for _, run := range []string{"true-spring", "spring-hnn", "true-two-body"} {
			for _, operation := range []string{"energy", "field", "shift", "simulate"} {
				w := ask(s, "POST", "/api/v1/runs/"+run+"/"+operation, body)
				if w.Code >= 500 && w.Code != 503 {
					t.Fatalf("%s %s: %d", run, operation, w.Code)
				}
				if kind := w.Header().Get("Content-Type"); kind != "application/x-ndjson" && !json.Valid(w.Body.Bytes()) {
					t.Fatalf("%s %s: %d, no JSON: %.300s", run, operation, w.Code, w.Body)
				}
			}
		}
		if n := len(s.working) + s.api.Computing(); n != 0 {
			t.Fatalf("%d still at work", n)
		}
		if n := panics(t, s); n != 0 {
			t.Fatalf("%v panics", n)
		}
	})
}

func panics(t *testing.T, s *Server) float64 {
	t.Helper()
	families, err := s.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "hnn_http_panics_total" {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatal("panics are not counted")
	return 0
}
