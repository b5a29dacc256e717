package experiment

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment/task"
)

func TestReport(t *testing.T) {
	root := t.TempDir()
	first := quick(t)
	first.Figures, first.Strict = false, false
	first.Fit.Steps = 30
	second := first
	second.Seed = 1
	other := first
	other.Fit.Steps = 60
	file := filepath.Join(root, "own.csv")
	if err := os.WriteFile(file, []byte("t,q,p\n0,1,0\n0.1,0.98,-0.2\n0.2,0.92,-0.39\n0.3,0.83,-0.56\n0.4,0.7,-0.72\n0.5,0.54,-0.84\n0.6,0.36,-0.93\n0.7,0.17,-0.99\n0.8,-0.03,-1\n0.9,-0.23,-0.97\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	own := mustDefault(t, task.OwnData)
	own.Data, own.Hidden, own.Fit.Steps, own.Figures = file, []int{8, 8}, 10, false
	env := new(Env)
	var dirs []string
	for _, c := range [][]Config{{first}, {second}, {other}, {own}} {
		runs, err := env.RunAll(t.Context(), c, Batch{Root: filepath.Join(root, "runs")})
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, runs[0].Dir)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	page, err := new(Env).Report(t.Context(), dirs, "hnn report")
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Sections) != 2 {
		t.Fatalf("%d sections, want the spring's and the file's", len(page.Sections))
	}
	spring, measured := page.Sections[0], page.Sections[1]
	var names []string
	for _, row := range spring.Tables[0].Rows {
		names = append(names, row.Cells[0])
	}
	if got, want := strings.Join(names, "; "), "hnn (2 seeds): 0001-spring-hnn; hnn: 0003-spring-hnn"; got != want {
		t.Errorf("rows %q, want %q", got, want)
	}
	if got := strings.Join(spring.Summary, "\n"); !strings.Contains(got, "Trained: hnn (2 seeds), on drawn data of the task spring (") || !strings.Contains(got, "Next: play with it by hnn serve ") {
		t.Errorf("the spring's summary is %q", got)
	}
	if got := strings.Join(measured.Summary, "\n"); !strings.Contains(got, "Trained: hnn, on "+file+".") {
		t.Errorf("the file's summary is %q", got)
	}
	if len(spring.Runs) != 3 || len(spring.Figures) != 4 {
		t.Errorf("%d runs and %d figures, want 3 and 4", len(spring.Runs), len(spring.Figures))
	}
	if notes := strings.Join(measured.Notes, " "); len(measured.Figures) != 0 || !strings.Contains(notes, "No figures") || !strings.Contains(notes, "own.csv") {
		t.Errorf("a file that has gone: %d figures, notes %q", len(measured.Figures), notes)
	}
	var html bytes.Buffer
	if err := page.Write(&html); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(html.String(), "steps: 60") {
		t.Error("the page does not show a run's configuration")
	}
	if _, err := new(Env).Report(t.Context(), []string{root}, ""); err == nil || !strings.Contains(err.Error(), "is not a run directory") {
		t.Errorf("a folder that is no run: %v", err)
	}
}
