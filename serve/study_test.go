package serve

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment"
	"hnn/experiment/study"
)

// The page of a study shows what has come of it since the server began.
func TestStudyPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(path, []byte("task: spring\nfixed: {trainer: closed-form, figures: false, trajectories: 5}\nvary: {features: [20, 30]}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	st, err := study.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := st.Runs()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := study.Create(filepath.Join(t.TempDir(), "s"), st, study.About{Total: len(runs)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Studies: []*study.Folder{folder}})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		return w
	}
	if w := get("/study/s"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "0 of 2 runs done") || !strings.Contains(w.Body.String(), `http-equiv="refresh"`) {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	for i := range runs {
		if err := folder.Keep(&study.Record{Trial: runs[i], State: study.Done, Seconds: experiment.Number(1 + i)}, func(dir string) error {
			_, err := new(experiment.Env).Train(t.Context(), runs[i].Config, dir)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.WriteProgress(&study.Progress{State: "done"}); err != nil {
		t.Fatal(err)
	}
	// Another server: the first answers for a while with what it has.
	if s, err = New(Options{Studies: []*study.Folder{folder}}); err != nil {
		t.Fatal(err)
	}
	w := get("/study")
	text := w.Body.String()
	for _, want := range []string{"2 of 2 runs done", "Result against settings", "Parallel coordinates", "Accuracy and time"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page of the study that is done has no %q", want)
		}
	}
	if strings.Contains(text, `http-equiv="refresh"`) || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the page of a study that is done is asked for again and again, or has no policy")
	}
	if w := get("/study/other"); w.Code != http.StatusNotFound {
		t.Errorf("another study: status %d", w.Code)
	}
}
