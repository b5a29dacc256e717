package serve

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/serve/api"
)

// trained makes the runs that the tests serve, once: small networks, a baseline and an
// HNN of the spring, closed forms of the pendulum and two bodies, and a model of
// pictures that has hardly begun to learn.
var trained = sync.OnceValues(func() ([]*experiment.Run, error) {
	root, err := os.MkdirTemp("", "serve-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(root)
	var configs []experiment.Config
	add := func(task string, change func(*experiment.Config)) error {
		c, err := experiment.Default(task)
		if err != nil {
			return err
		}
		c.Strict, c.Figures = false, false
		change(&c)
		configs = append(configs, c)
		return nil
	}
	small := func(kind string, steps int) func(*experiment.Config) {
		return func(c *experiment.Config) { c.Model, c.Hidden, c.Fit.Steps = kind, []int{32, 32}, steps }
	}
	closed := func(c *experiment.Config) { *c = c.WithClosedForm() }
	few := func(c *experiment.Config) {
		*c = c.WithClosedForm()
		c.Known, c.Draw.Trajectories = true, 40
	}
	for _, err := range []error{
		add("spring", small("baseline", 300)), add("spring", small("hnn", 300)),
		add("pendulum", small("baseline", 100)), add("pendulum", closed), add("two-body", few),
		add(task.PixelPendulum, func(c *experiment.Config) {
			c.Model, c.Draw.Trajectories, c.Draw.Points, c.Fit.Steps, c.Fit.Batch = "hnn", 4, 12, 2, 10
		}),
	} {
		if err != nil {
			return nil, err
		}
	}
	env := &experiment.Env{}
	var runs []*experiment.Run
	for _, c := range configs {
		dir := filepath.Join(root, strings.Join([]string{c.Task, c.Model}, "-"))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return nil, err
		}
		r, err := env.Train(context.Background(), c, dir)
		if err != nil {
			return nil, err
		}
		runs = append(runs, r)
	}
	return runs, nil
})

// newServer serves the trained runs.
func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	runs, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	env := &experiment.Env{}
	for _, r := range runs {
		if err := s.Add(env, r); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ask sends one request to the handler and returns the answer.
func ask(s http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		} else {
			r.Header.Set(header[i], header[i+1])
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// want asks, checks the status, and decodes the answer.
func want[T any](t *testing.T, s http.Handler, status int, method, path, body string) T {
	t.Helper()
	w := ask(s, method, path, body)
	if w.Code != status {
		t.Fatalf("%s %s %.200s: %d, want %d: %s", method, path, body, w.Code, status, w.Body)
	}
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%s %s: %v in %.300s", method, path, err, w.Body)
	}
	return v
}

// A rollout that leaves the training data says when, in an answer and in a stream, and a run where they lie.
func TestLeaves(t *testing.T) {
	s := newServer(t, Options{})
	type departure struct {
		Time       float64
		Coordinate string
		Ranges     float64
	}
	answer := want[struct{ Leaves []*departure }](t, s, 200, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[0.5,0],[30,0]],"to":1,"steps":200}`)
	if l := answer.Leaves; len(l) != 2 || l[0] != nil || l[1] == nil || l[1].Time != 0 || l[1].Coordinate != "q" || !(l[1].Ranges > 5) {
		t.Errorf("the rollouts leave the data at %+v", l)
	}
	w := ask(s, "POST", "/api/v1/runs/spring-hnn/simulate", `{"initial":[[0.5,0],[30,0]],"to":1,"steps":200,"stream":true}`)
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	var end struct{ Leaves []*departure }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &end); err != nil || len(end.Leaves) != 2 || end.Leaves[0] != nil || end.Leaves[1] == nil || end.Leaves[1].Time != 0 {
		t.Errorf("the stream ends with %s, %v", lines[len(lines)-1], err)
	}
	run := want[api.Info](t, s, 200, "GET", "/api/v1/runs/spring-hnn", "")
	if len(run.Region) != 2 || !(run.Region[0].Least < -0.5 && run.Region[0].Most > 0.5) {
		t.Errorf("the region of the data is %+v", run.Region)
	}
	if truth := want[map[string]any](t, s, 200, "GET", "/api/v1/runs/true-spring", ""); truth["region"] != nil {
		t.Errorf("the truth has learned from %v", truth["region"])
	}
}
