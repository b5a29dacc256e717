package track

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A run that is followed and interrupted is left as KILLED, one without a directory that fails as FAILED with its error;
// a number that comes twice, as where a run went on from its checkpoint, is told of once.
func TestHowRunsEnd(t *testing.T) {
	var mu sync.Mutex
	runs := 0
	said := map[string][]string{} // of each run, its losses, states and failure
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		var body struct {
			ID      string         `json:"run_id"`
			Status  string         `json:"status"`
			Value   string         `json:"value"`
			Metrics []mlflowMetric `json:"metrics"`
		}
		_ = json.NewDecoder(q.Body).Decode(&body) // the first question has none
		switch {
		case strings.HasSuffix(q.URL.Path, "get-by-name"):
			fmt.Fprint(w, `{"experiment": {"experiment_id": "1"}}`)
		case strings.HasSuffix(q.URL.Path, "runs/create"):
			runs++
			fmt.Fprintf(w, `{"run": {"info": {"run_id": "%d", "artifact_uri": "mlflow-artifacts:/%d"}}}`, runs, runs)
		default:
			for _, m := range body.Metrics {
				said[body.ID] = append(said[body.ID], fmt.Sprint(m.Key, " ", m.Step))
			}
			if text := body.Status + body.Value; text != "" {
				said[body.ID] = append(said[body.ID], text)
			}
			fmt.Fprint(w, "{}")
		}
	}))
	defer s.Close()
	m, err := New("mlflow="+s.URL, "hnn")
	if err != nil {
		t.Fatal(err)
	}
	f := NewFollower([]Tracker{m}, func(dir string, err error) { t.Error(dir, err) })
	f.Config = func(string) ([]byte, error) { return []byte("task: spring\n"), nil }
	nowhere := t.TempDir()
	loss := func(step int64) []Number { return []Number{{"loss", 1, step}} }
	f.Log(context.Background(), filepath.Join(nowhere, "a"), 0, loss(1))
	f.Stop(filepath.Join(nowhere, "a"))
	f.Stop(filepath.Join(nowhere, "a")) // it is no longer followed
	b := filepath.Join(nowhere, "b")
	for _, step := range []int64{1, 2, 2, 3} {
		f.Log(context.Background(), b, 0, loss(step))
	}
	f.Fail(context.Background(), b, errors.New("it diverged"))
	f.Fail(context.Background(), filepath.Join(nowhere, "c"), errors.New("at once"))
	want := map[string][]string{"1": {"loss 1", "KILLED"}, "2": {"loss 1", "loss 2", "loss 3", "it diverged", "FAILED"}, "3": {"at once", "FAILED"}}
	for id, w := range want {
		if !slices.Equal(said[id], w) {
			t.Errorf("of run %s the server heard %q, want %q", id, said[id], w)
		}
	}
	if runs != 3 {
		t.Errorf("%d runs, want 3", runs)
	}
}
