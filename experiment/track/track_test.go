package track

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hnn/experiment"
)

// trained is the directory of a run that was made.
func trained(t *testing.T) string {
	t.Helper()
	c, err := experiment.ReadConfig(strings.NewReader("task: spring\ntrainer: adam\nhidden: [8]\nsteps: 30\ntest-every: 10\ntrajectories: 10\nstrict: false\nfigures: false\n"), "test")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "0001-spring-hnn")
	if _, err := new(experiment.Env).RunAll(t.Context(), []experiment.Config{c}, experiment.Batch{Out: dir, Jobs: 1}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustRead(t *testing.T, dir string, failure error) *Run {
	t.Helper()
	r, err := Read(dir, failure)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// python is one that has packages, or the test is skipped.
func python(t *testing.T, imports string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a server of MLflow")
	}
	for _, p := range []string{os.Getenv("HNN_TRACKING_PYTHON"), "../../.ci/tracking/bin/python", "python3"} {
		if p == "" {
			continue
		}
		if exec.Command(p, "-c", "import "+imports).Run() == nil {
			if abs, err := filepath.Abs(p); err == nil && strings.Contains(p, "/") {
				return abs
			}
			return p
		}
	}
	t.Skipf("no Python with %s; .ci/run installs it", imports)
	return ""
}

func want(r *Run) map[string][][2]float64 {
	all := map[string][][2]float64{}
	for _, n := range r.Steps {
		all["training/"+n.Name] = append(all["training/"+n.Name], [2]float64{float64(n.Step), n.Value})
	}
	for _, n := range r.Results {
		all["results/"+n.Name] = append(all["results/"+n.Name], [2]float64{float64(n.Step), n.Value})
	}
	return all
}

// compare compares what a reader printed as JSON, to the precision of its numbers.
func compare(t *testing.T, out []byte, want map[string][][2]float64, tolerance float64) {
	t.Helper()
	var got map[string][][2]float64
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(got) != len(want) {
		t.Errorf("%d series, want %d", len(got), len(want))
	}
	for name, w := range want {
		g := got[name]
		if len(g) != len(w) {
			t.Errorf("%s has %d numbers, want %d", name, len(g), len(w))
			continue
		}
		for i := range w {
			if g[i][0] != w[i][0] || !(max(g[i][1]-w[i][1], w[i][1]-g[i][1]) <= tolerance*max(w[i][1], -w[i][1])) {
				t.Errorf("%s: %v, want %v", name, g[i], w[i])
			}
		}
	}
}

// follow tells of a run's first numbers as while it goes on, waits until some are seen, and of its end.
func follow(t *testing.T, tracker Tracker, dir string, r *Run, seen func() int) {
	t.Helper()
	f := NewFollower([]Tracker{tracker}, func(_ string, err error) { t.Error(err) })
	f.Log(t.Context(), dir, 0, slices.Clone(r.Steps[:7]))
	for end := time.Now().Add(time.Minute); seen() == 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is seen while the run goes on")
		}
	}
	f.Log(t.Context(), dir, 0, slices.Clone(r.Steps[7:11]))
	f.End(t.Context(), dir, nil)
	f.Leave() // there is none left
}

// What TensorBoard's own reader finds is what the run has, in its float32.
func TestTensorBoardReads(t *testing.T) {
	p := python(t, "tensorboard")
	dir := trained(t)
	r := mustRead(t, dir, nil)
	events := t.TempDir()
	tb, err := New("tensorboard="+events, "hnn")
	if err != nil {
		t.Fatal(err)
	}
	if err := tb.Track(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	// A run of the same name has a folder of its own; this one is told of while it goes on.
	follow(t, tb, dir, r, func() int {
		files, err := filepath.Glob(filepath.Join(events, "0001-spring-hnn-2", "*"))
		if err != nil || len(files) != 1 {
			return 0
		}
		b, err := os.ReadFile(files[0])
		if err != nil {
			return 0
		}
		return bytes.Count(b, []byte("training/"))
	})
	for _, name := range []string{"0001-spring-hnn", "0001-spring-hnn-2"} {
		c := exec.Command(p, "-c", `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
a.Reload()
assert a.summary_metadata["config"].plugin_data.plugin_name == "text"
assert b"task: spring" in a.Tensors("config")[0].tensor_proto.string_val[0]
print(json.dumps({k: [[e.step, e.value] for e in a.Scalars(k)] for k in a.Tags()["scalars"]}))`, filepath.Join(events, name))
		var stderr bytes.Buffer
		c.Stderr = &stderr
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, stderr.String())
		}
		compare(t, out, want(r), 1e-7)
	}
}

// The checksum of RFC 3720, appendix B.4, of 32 zeros.
func TestChecksum(t *testing.T) {
	if got := crc32.Checksum(make([]byte, 32), castagnoli); got != 0x8a9136aa {
		t.Errorf("%#x", got)
	}
}

// startMLflow starts a server and returns its address.
func startMLflow(t *testing.T, p string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	dir := t.TempDir()
	c := exec.Command(p, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", fmt.Sprint(port), "--workers", "1",
		"--backend-store-uri", "sqlite:///"+filepath.Join(dir, "m.db"), "--artifacts-destination", filepath.Join(dir, "artifacts"))
	c.Env = append(os.Environ(), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false", "PATH="+filepath.Dir(p)+":"+os.Getenv("PATH"))
	c.Dir = dir
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	ownGroup(c)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() { endGroup(c); <-ended })
	at := fmt.Sprintf("http://127.0.0.1:%d", port)
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			t.Skipf("MLflow's server does not start here: %v\n%s", err, out.Bytes()[max(0, out.Len()-1500):])
		default:
		}
		if res, err := http.Get(at + "/health"); err == nil {
			res.Body.Close()
			if res.StatusCode == 200 {
				return at
			}
		}
	}
	t.Skip("MLflow's server does not answer within two minutes")
	return ""
}

// What MLflow's own client finds on its own server is what the run has: parameters, metrics
// per step, results, and its files to the byte.
func TestMLflowReads(t *testing.T) {
	p := python(t, "mlflow, flask, sqlalchemy")
	dir := trained(t)
	r := mustRead(t, dir, nil)
	at := startMLflow(t, p)
	m, err := New("mlflow="+at, "springs")
	if err != nil {
		t.Fatal(err)
	}
	follow(t, m, dir, r, func() int {
		var found struct {
			Runs []struct {
				Data struct{ Metrics []any }
				Info struct{ Status string }
			}
		}
		err := m.(*mlflow).post(t.Context(), "runs/search", map[string]any{"experiment_ids": []string{m.(*mlflow).experiment}}, &found)
		if err != nil || len(found.Runs) != 1 || found.Runs[0].Info.Status != "RUNNING" {
			return 0
		}
		return len(found.Runs[0].Data.Metrics)
	})
	if err := m.Track(t.Context(), mustRead(t, dir, errors.New("it diverged"))); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(p, "-c", `
import json, sys, mlflow, os
mlflow.set_tracking_uri(sys.argv[1])
c = mlflow.MlflowClient()
e = c.get_experiment_by_name("springs")
failed, done = [r for s in ("FAILED", "FINISHED") for r in c.search_runs([e.experiment_id]) if r.info.status == s]
assert failed.data.tags["hnn.failure"] == "it diverged"
assert done.info.run_name == "0001-spring-hnn", done.info.run_name
assert done.data.params["steps"] == "30" and done.data.params["hidden"] == "8" and done.data.params["task"] == "spring", done.data.params
folder = c.download_artifacts(done.info.run_id, "", sys.argv[2])
print(json.dumps({k: [[m.step, m.value] for m in sorted(c.get_metric_history(done.info.run_id, k), key=lambda m: m.step)] for k in done.data.metrics}))`, at, t.TempDir())
	files := c.Args[len(c.Args)-1]
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	all := map[string][][2]float64{}
	for name, series := range want(r) {
		all[strings.TrimPrefix(strings.TrimPrefix(name, "training/"), "results/")] = series
	}
	compare(t, out, all, 0)
	for _, name := range []string{"config.yaml", "metrics.csv", "results.json", "model.safetensors"} {
		a, err := os.ReadFile(filepath.Join(dir, name))
		b, err2 := os.ReadFile(filepath.Join(files, name))
		if err := errors.Join(err, err2); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s came to the server as something else (%v)", name, err)
		}
	}
}

// Who asks is said by what MLflow's client takes from the environment; a server that refuses, or
// is not there, is an error and no more, and one that does not answer is not asked again at once.
func TestMLflowFails(t *testing.T) {
	r := mustRead(t, trained(t), nil)
	var seen []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		seen = append(seen, q.Header.Get("Authorization"))
		http.Error(w, "no", http.StatusUnauthorized)
	}))
	m, err := New("mlflow="+s.URL, "hnn")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MLFLOW_TRACKING_USERNAME", "ada")
	t.Setenv("MLFLOW_TRACKING_PASSWORD", "secret")
	refused := m.Track(t.Context(), r)
	t.Setenv("MLFLOW_TRACKING_TOKEN", "token")
	_ = m.Track(t.Context(), r)
	if refused == nil || !strings.Contains(refused.Error(), "MLFLOW_TRACKING_TOKEN") || strings.Contains(refused.Error(), "secret") {
		t.Errorf("the error is %v", refused)
	}
	if !slices.Equal(seen, []string{"Basic YWRhOnNlY3JldA==", "Bearer token"}) {
		t.Errorf("the server saw %q", seen)
	}
	s.Close()
	if err := m.Track(t.Context(), r); err == nil || strings.Contains(err.Error(), "not asked again") {
		t.Errorf("a server that is gone: %v", err)
	}
	if err := m.Track(context.Background(), r); err == nil || !strings.Contains(err.Error(), "not asked again") {
		t.Errorf("it is asked again: %v", err)
	}
	for _, text := range []string{"mlflow", "mlflow=", "tensorboard=", "wandb=x", "mlflow=localhost:5000", "mlflow=http://ada:secret@host"} {
		if _, err := New(text, "hnn"); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
