package track

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// mlflow is a server of MLflow, by its REST API 2.0.
type mlflow struct {
	url   string
	group string

	mu         sync.Mutex
	experiment string    // of the group, "" before it was asked for
	silent     time.Time // when the server did not answer
}

// What a request may hold at most, by MLflow's REST API.
const (
	maxParams      = 100
	maxMetrics     = 1000
	maxParamLength = 6000
)

const (
	// mlflowTimeout is that of one request.
	mlflowTimeout = 30 * time.Second
	// mlflowPause is how long a server that did not answer is not asked again, so that one that
	// hangs does not hold up what runs.
	mlflowPause = 5 * time.Minute
)

func newMLflow(text, group string) (*mlflow, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("--track mlflow=%s: give the address of a server, as http://localhost:5000", text)
	}
	if u.User != nil {
		return nil, errors.New("--track mlflow: a password is seen by others on a command line; give MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment")
	}
	return &mlflow{url: strings.TrimSuffix(u.String(), "/"), group: cmp.Or(os.Getenv("MLFLOW_EXPERIMENT_NAME"), group)}, nil
}

// statusError is an answer that is no success.
type statusError struct {
	status int
	Code   string `json:"error_code"`
	Text   string `json:"message"`
}

func (e *statusError) Error() string {
	switch e.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf("%d: the server wants to know who asks: set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD", e.status)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", e.status, e.Code, e.Text))
}

// do sends a request and decodes the answer into answer, unless that is nil.
func (m *mlflow) do(ctx context.Context, method, path string, body []byte, kind string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, mlflowTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, m.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	if token := os.Getenv("MLFLOW_TRACKING_TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	} else if user := os.Getenv("MLFLOW_TRACKING_USERNAME"); user != "" {
		req.SetBasicAuth(user, os.Getenv("MLFLOW_TRACKING_PASSWORD"))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		e := new(statusError)
		_ = json.Unmarshal(text, e) // one that is no JSON has the status alone
		e.status = res.StatusCode
		return e
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("the answer is none of MLflow: %w", err)
	}
	return nil
}

func (m *mlflow) post(ctx context.Context, path string, question, answer any) error {
	b, err := json.Marshal(question)
	if err != nil {
		return err
	}
	return m.do(ctx, http.MethodPost, "/api/2.0/mlflow/"+path, b, "application/json", answer)
}

// experimentID is that of the group, which is made where there is none.
func (m *mlflow) experimentID(ctx context.Context) (string, error) {
	if m.experiment != "" {
		return m.experiment, nil
	}
	get := func() error {
		var answer struct {
			Experiment struct {
				ID string `json:"experiment_id"`
			} `json:"experiment"`
		}
		err := m.do(ctx, http.MethodGet, "/api/2.0/mlflow/experiments/get-by-name?experiment_name="+url.QueryEscape(m.group), nil, "application/json", &answer)
		m.experiment = answer.Experiment.ID
		return err
	}
	err := get()
	var status *statusError
	if errors.As(err, &status) && status.Code == "RESOURCE_DOES_NOT_EXIST" {
		var answer struct {
			ID string `json:"experiment_id"`
		}
		err = m.post(ctx, "experiments/create", map[string]string{"name": m.group}, &answer)
		if m.experiment = answer.ID; err != nil {
			err = get() // another was first
		}
	}
	return m.experiment, err
}

type mlflowMetric struct {
	Key       string  `json:"key"`
	Value     float64 `json:"value"`
	Timestamp int64   `json:"timestamp"`
	Step      int64   `json:"step"`
}

// pair is a parameter or a tag.
type pair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// guard calls f, unless the server has not answered lately.
func (m *mlflow) guard(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.silent) < mlflowPause {
		return fmt.Errorf("%s did not answer before and is not asked again for %v", m.url, mlflowPause)
	}
	err := f()
	if err == nil {
		return nil
	}
	if u := (*url.Error)(nil); errors.As(err, &u) { // no answer at all
		m.silent = time.Now()
	}
	return fmt.Errorf("%s: %w", m.url, err)
}

// Track makes a run with the settings as parameters, metrics per step, the results, and the
// files of the run's directory but its checkpoints.
func (m *mlflow) Track(ctx context.Context, r *Run) error {
	return m.guard(func() error {
		live, err := m.open(ctx, r)
		if err != nil {
			return err
		}
		return live.end(ctx, r, r.Steps)
	})
}

// Open makes a run with the settings as parameters.
func (m *mlflow) Open(ctx context.Context, r *Run) (live Live, err error) {
	err = m.guard(func() error { live, err = m.open(ctx, r); return err })
	return live, err
}

// mlflowRun is a run on the server.
type mlflowRun struct {
	*mlflow
	id, artifactURI string
}

func (m *mlflow) open(ctx context.Context, r *Run) (*mlflowRun, error) {
	experiment, err := m.experimentID(ctx)
	if err != nil {
		return nil, err
	}
	tags := []pair{{"mlflow.source.name", "hnn"}, {"mlflow.source.type", "LOCAL"}}
	var created struct {
		Run struct {
			Info struct {
				ID        string `json:"run_id"`
				Artifacts string `json:"artifact_uri"`
			} `json:"info"`
		} `json:"run"`
	}
	if err := m.post(ctx, "runs/create", map[string]any{"experiment_id": experiment, "run_name": r.Name, "start_time": time.Now().UnixMilli(), "tags": tags}, &created); err != nil {
		return nil, err
	}
	var params []pair
	for _, p := range r.Params {
		if len(p[1]) > maxParamLength {
			p[1] = p[1][:maxParamLength-3] + "..."
		}
		if p[1] != "" {
			params = append(params, pair{key(p[0]), p[1]})
		}
	}
	run := &mlflowRun{m, created.Run.Info.ID, created.Run.Info.Artifacts}
	for ; len(params) > 0; params = params[min(len(params), maxParams):] {
		if err := m.post(ctx, "runs/log-batch", map[string]any{"run_id": run.id, "params": params[:min(len(params), maxParams)]}, nil); err != nil {
			return nil, err
		}
	}
	return run, nil
}

// Log tells of metrics.
func (r *mlflowRun) Log(ctx context.Context, numbers []Number) error {
	return r.guard(func() error { return r.log(ctx, numbers) })
}

func (r *mlflowRun) log(ctx context.Context, numbers []Number) error {
	now := time.Now().UnixMilli()
	var metrics []mlflowMetric
	for _, n := range numbers {
		if finite(n.Value) { // JSON has no other numbers
			metrics = append(metrics, mlflowMetric{key(n.Name), n.Value, now, n.Step})
		}
	}
	for ; len(metrics) > 0; metrics = metrics[min(len(metrics), maxMetrics):] {
		if err := r.post(ctx, "runs/log-batch", map[string]any{"run_id": r.id, "metrics": metrics[:min(len(metrics), maxMetrics)]}, nil); err != nil {
			return err
		}
	}
	return nil
}

// End tells of the rest of the metrics, of results and files, and how the run ended.
func (r *mlflowRun) End(ctx context.Context, run *Run, rest []Number) error {
	return r.guard(func() error { return r.end(ctx, run, rest) })
}

func (r *mlflowRun) end(ctx context.Context, run *Run, rest []Number) error {
	err := errors.Join(r.log(ctx, rest), r.log(ctx, run.Results), r.artifacts(ctx, run, r.artifactURI))
	status := "FINISHED"
	if run.Failure != "" {
		status = "FAILED"
		err = errors.Join(err, r.post(ctx, "runs/set-tag", map[string]any{"run_id": r.id, "key": "hnn.failure", "value": run.Failure}, nil))
	}
	return errors.Join(err, r.ended(ctx, status))
}

func (r *mlflowRun) ended(ctx context.Context, status string) error {
	return r.post(ctx, "runs/update", map[string]any{"run_id": r.id, "status": status, "end_time": time.Now().UnixMilli()}, nil)
}

// Leave says that the run was interrupted.
func (r *mlflowRun) Leave(ctx context.Context) error {
	return r.guard(func() error { return r.ended(ctx, "KILLED") })
}

// key is a name of MLflow's letters.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-./ ", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
}

// artifacts sends the files of a run's directory by the server, which hands them to its store.
func (m *mlflow) artifacts(ctx context.Context, r *Run, uri string) error {
	u, err := url.Parse(uri)
	if err != nil || r.Dir == "" {
		return err
	}
	if u.Scheme != "mlflow-artifacts" {
		return fmt.Errorf("the server keeps files at %s and hands on none: parameters and metrics are there, files are not; start it with --serve-artifacts", uri)
	}
	return filepath.WalkDir(r.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "checkpoint") {
			return err
		}
		name, err := filepath.Rel(r.Dir, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		to := &url.URL{Path: "/api/2.0/mlflow-artifacts/artifacts" + u.Path + "/" + filepath.ToSlash(name)}
		return m.do(ctx, http.MethodPut, to.EscapedPath(), content, "application/octet-stream", nil)
	})
}
