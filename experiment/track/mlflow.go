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

// Track makes a run with the settings as parameters, metrics per step, the results, and the
// files of the run's directory but its checkpoints.
func (m *mlflow) Track(ctx context.Context, r *Run) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.silent) < mlflowPause {
		return fmt.Errorf("%s did not answer before and is not asked again for %v", m.url, mlflowPause)
	}
	err := m.track(ctx, r)
	if err == nil {
		return nil
	}
	if u := (*url.Error)(nil); errors.As(err, &u) { // no answer at all
		m.silent = time.Now()
	}
	return fmt.Errorf("%s: %w", m.url, err)
}

func (m *mlflow) track(ctx context.Context, r *Run) error {
	experiment, err := m.experimentID(ctx)
	if err != nil {
		return err
	}
	now := time.Now().UnixMilli()
	tags := []pair{{"mlflow.source.name", "hnn"}, {"mlflow.source.type", "LOCAL"}}
	if r.Failure != "" {
		tags = append(tags, pair{"hnn.failure", r.Failure})
	}
	var created struct {
		Run struct {
			Info struct {
				ID        string `json:"run_id"`
				Artifacts string `json:"artifact_uri"`
			} `json:"info"`
		} `json:"run"`
	}
	if err := m.post(ctx, "runs/create", map[string]any{"experiment_id": experiment, "run_name": r.Name, "start_time": now, "tags": tags}, &created); err != nil {
		return err
	}
	id := created.Run.Info.ID
	err = errors.Join(m.log(ctx, r, id, now), m.artifacts(ctx, r, created.Run.Info.Artifacts))
	status := "FINISHED"
	if r.Failure != "" {
		status = "FAILED"
	}
	return errors.Join(err, m.post(ctx, "runs/update", map[string]any{"run_id": id, "status": status, "end_time": time.Now().UnixMilli()}, nil))
}

func (m *mlflow) log(ctx context.Context, r *Run, id string, now int64) error {
	var params []pair
	for _, p := range r.Params {
		if len(p[1]) > maxParamLength {
			p[1] = p[1][:maxParamLength-3] + "..."
		}
		if p[1] != "" {
			params = append(params, pair{key(p[0]), p[1]})
		}
	}
	var metrics []mlflowMetric
	for _, all := range [][]Number{r.Steps, r.Results} {
		for _, n := range all {
			if finite(n.Value) { // JSON has no other numbers
				metrics = append(metrics, mlflowMetric{key(n.Name), n.Value, now, n.Step})
			}
		}
	}
	for len(params)+len(metrics) > 0 {
		p, n := min(len(params), maxParams), min(len(metrics), maxMetrics-maxParams)
		if err := m.post(ctx, "runs/log-batch", map[string]any{"run_id": id, "params": params[:p], "metrics": metrics[:n]}, nil); err != nil {
			return err
		}
		params, metrics = params[p:], metrics[n:]
	}
	return nil
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
	if err != nil {
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
