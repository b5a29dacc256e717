package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment/task"
	"hnn/fit"
	modelfile "hnn/model/file"
	"hnn/model/network"
)

// quick is a spring run of a second or less.
func quick(t testing.TB) Config {
	c := mustDefault(t, "spring")
	c.Hidden, c.Fit.Steps, c.Fit.TestEvery, c.CheckpointEvery = []int{24, 24}, 150, 10, 40
	c.Draw.Trajectories, c.Draw.Points, c.Fit.LearningRate = 20, 20, 1e-2
	return c
}

func read(t testing.TB, parts ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A run leaves everything that the contract names, and its numbers make sense.
func TestRunDirectory(t *testing.T) {
	root := t.TempDir()
	runs, err := new(Env).RunAll(context.Background(), paperModels(quick(t)), Batch{Root: root, Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 2 || runs[0].Results.Model != "baseline" || runs[1].Results.Model != "hnn" {
		t.Fatalf("%d runs, want baseline and hnn", len(runs))
	}
	for i, name := range []string{"0001-spring-baseline", "0002-spring-hnn"} {
		r := runs[i]
		if r.Dir != filepath.Join(root, name) {
			t.Errorf("run directory %s, want %s", r.Dir, name)
		}
		for _, f := range []string{configFile, metricsFile, modelFile, checkpointFile, resultsFile, "figures/spring.svg"} {
			if info, err := os.Stat(filepath.Join(r.Dir, f)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", f, err)
			}
		}
		res, err := ReadResults(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		// The noise of 0.1 moves the derivative, twice the state, by 0.2: 4e-2 is what
		// no model can go below by much, and a trained one is near.
		if l := float64(res.TestLoss.Mean); !(l > 2e-2 && l < 8e-2) {
			t.Errorf("%s: test loss %g", name, l)
		}
		if l := float64(res.TrueHLoss); math.Abs(l-4e-2) > 1e-2 {
			t.Errorf("%s: loss of the true H %g, want near 4e-2", name, l)
		}
		if !(res.CleanLoss < res.TestLoss.Mean) || res.Strict == nil || res.EnergyMSE == nil {
			t.Errorf("%s: clean loss %v, strict %v, energy %v", name, res.CleanLoss, res.Strict, res.EnergyMSE)
		}
		if rows := strings.Count(read(t, r.Dir, metricsFile), "\n"); rows != 1+10+14 {
			t.Errorf("%s: %d lines of metrics, want a header, the first ten steps and every tenth of 150", name, rows)
		}
	}
	if runs[1].Results.EnergyMSE.Mean > runs[0].Results.EnergyMSE.Mean {
		t.Errorf("the HNN's energy error %v is larger than the baseline's %v", runs[1].Results.EnergyMSE.Mean, runs[0].Results.EnergyMSE.Mean)
	}
}

// A run repeated from its config.yaml has the same weights and metrics to the bit,
// whatever the number of workers.
func TestRepeatFromConfig(t *testing.T) {
	root := t.TempDir()
	c := quick(t)
	c.Fit.Batch, c.Figures, c.Strict = 100, false, false
	first, err := (&Env{Workers: 2}).RunAll(context.Background(), []Config{c}, Batch{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadConfigFile(filepath.Join(first[0].Dir, configFile))
	if err != nil {
		t.Fatal(err)
	}
	second, err := (&Env{Workers: 1}).RunAll(context.Background(), []Config{again}, Batch{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{configFile, modelFile, metricsFile} {
		if read(t, first[0].Dir, f) != read(t, second[0].Dir, f) {
			t.Errorf("%s differs", f)
		}
	}
}

// interruptAt is a meter that ends a context at a step.
type interruptAt struct {
	step   int
	cancel func()
}

func (m interruptAt) Step(r fit.Record) {
	if r.Step == m.step {
		m.cancel()
	}
}
func (interruptAt) Done() {}

func TestInterruptAndResume(t *testing.T) {
	c := quick(t)
	c.Strict, c.Figures = false, false
	whole, broken := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "broken")
	run := func(ctx context.Context, e *Env, out string) ([]*Run, error) {
		return e.RunAll(ctx, []Config{c}, Batch{Out: out})
	}
	if _, err := run(context.Background(), new(Env), whole); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err := run(ctx, &Env{Meter: func(string, int) Meter { return interruptAt{73, cancel} }}, broken)
	var interrupted *InterruptedError
	if !errors.As(err, &interrupted) || interrupted.Step != 73 || !strings.Contains(err.Error(), "--resume "+broken) {
		t.Fatalf("error %v, want an interruption at step 73 that says how to resume", err)
	}
	if _, err := new(Env).Open(broken); err == nil || !strings.Contains(err.Error(), "not finished") {
		t.Errorf("opening an unfinished run: %v", err)
	}
	if _, err := new(Env).Resume(context.Background(), broken); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{modelFile, metricsFile} {
		if read(t, whole, f) != read(t, broken, f) {
			t.Errorf("%s differs after an interruption", f)
		}
	}
}

// A resume refuses what has changed since the checkpoint, and draws the figure that
// the interrupted run did not.
func TestResumeComparesAndDraws(t *testing.T) {
	c := quick(t)
	c.Strict = false
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(context.Background())
	_, err := (&Env{Meter: func(string, int) Meter { return interruptAt{50, cancel} }}).RunAll(ctx, []Config{c}, Batch{Out: dir})
	if err == nil {
		t.Fatal("not interrupted")
	}
	changed := c
	changed.Seed = 7
	if err := writeConfig(dir, &changed); err != nil {
		t.Fatal(err)
	}
	if _, err := new(Env).Resume(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "has changed since") {
		t.Errorf("a changed configuration: %v", err)
	}
	if err := writeConfig(dir, &c); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := new(Env).Resume(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a directory in use: %v", err)
	}
	unlock()
	if _, err := new(Env).Resume(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, figuresFolder, "spring.svg")); err != nil {
		t.Error(err)
	}
}

// Without test rows there is a figure all the same, and without two of them there is
// none and the run succeeds.
func TestFigureWithoutTestRows(t *testing.T) {
	c := quick(t)
	c.Draw.TestFraction, c.Strict, c.Fit.Steps, c.Fit.TestEvery = 0, false, 3, 0
	runs, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: filepath.Join(t.TempDir(), "run")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(runs[0].Dir, figuresFolder, "spring.svg")); err != nil {
		t.Error(err)
	}
}

// A diverging run says where, and its last good checkpoint stays.
func TestDivergingRunKeepsItsCheckpoint(t *testing.T) {
	c := quick(t)
	c.Fit.LearningRate, c.Fit.Schedule.Kind, c.Fit.Schedule.Every, c.Fit.Schedule.Factor = 1e-2, "step", 60, 1e36
	c.CheckpointEvery = 1
	dir := filepath.Join(t.TempDir(), "run")
	_, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Out: dir})
	var diverged *fit.DivergedError
	if !errors.As(err, &diverged) || diverged.Step <= 60 || diverged.Tensor == "" {
		t.Fatalf("error %v, want a divergence after step 60 that names a tensor", err)
	}
	if last := []byte(read(t, dir, checkpointFile)); len(last) == 0 {
		t.Error("an empty checkpoint")
	}
	if _, _, err := modelfile.Load(filepath.Join(dir, checkpointFile)); err != nil {
		t.Errorf("the checkpoint is not a good state: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, modelFile)); err == nil {
		t.Error("a diverged run has a model")
	}
}

func TestRunDirectoryRefusals(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	take := func(force bool) error {
		_, unlock, err := newRunDir("", dir, "x", force)
		if err == nil {
			unlock()
		}
		return err
	}
	if err := take(false); err != nil {
		t.Fatal(err)
	}
	c := quick(t)
	if err := writeConfig(dir, &c); err != nil {
		t.Fatal(err)
	}
	if err := take(false); err == nil || !strings.Contains(err.Error(), "exists") || !strings.Contains(err.Error(), "--force") {
		t.Errorf("an existing run: %v", err)
	}
	own := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(own, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := take(true); err != nil {
		t.Errorf("--force: %v", err)
	}
	if read(t, own) != "mine" {
		t.Error("--force removed a file that is not a run's")
	}
	if err := take(true); err == nil || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("--force on a folder that is no run: %v", err)
	}
	if _, _, err := newRunDir(filepath.Join(own, "runs"), "", "x", false); err == nil {
		t.Error("a folder under a file was made")
	}
}

// The symplectic form of a file's data: an even number of columns, rows enough.
func TestOwnFile(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var b strings.Builder
	b.WriteString("t,q,p\n")
	for i := range 200 {
		at := 0.05 * float64(i)
		b.WriteString(number(at) + "," + number(math.Cos(at)) + "," + number(-math.Sin(at)) + "\n")
	}
	c := mustDefault(t, task.OwnData)
	c.Hidden, c.Fit.Steps, c.Fit.LearningRate, c.Data = []int{24, 24}, 400, 1e-2, file("good.csv", b.String())
	var notes []string
	e := &Env{Log: func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }}
	runs, err := e.RunAll(context.Background(), []Config{c}, Batch{Root: filepath.Join(dir, "runs")})
	if err != nil {
		t.Fatal(err)
	}
	// The circle of the test rows was covered by the training rows.
	if l := float64(runs[0].Results.TestLoss.Mean); !(l < 1e-3) {
		t.Errorf("test loss %g", l)
	}
	if !strings.Contains(strings.Join(notes, "\n"), "derivatives by local polynomials") {
		t.Error("how the derivatives were found is not said")
	}
	for name, want := range map[string]string{
		"t,q,p\n0,1,0\n":                           "rows",
		"t,q,p,r\n0,1,0,1\n1,1,0,1\n2,1,0,1\n":     "",
		"t,q,p\n0,1,0\n1,2,x\n2,1,1\n":             "line 3",
		"t,q,p\n0,1,0\n1,2\n2,1,1\n":               "line 3",
		"t,q,p\n0,1,0\n1,NaN,0\n2,1,1\n3,1,1\n":    "line 3",
		"t,q,p\n0,1,0\n1,1,0\n1,1,1\n3,1,1\n4,1,1": "line 4",
	} {
		c.Data = file("bad.csv", name)
		_, err := new(Env).RunAll(context.Background(), []Config{c}, Batch{Root: filepath.Join(dir, "runs")})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "bad.csv") {
			t.Errorf("%q: error %v, want one with the file's name and %q", name, err, want)
		}
	}
}

func TestTable(t *testing.T) {
	runs := []*Run{}
	for seed, loss := range []Number{0.3, 0.1, 0.2} {
		c := mustDefault(t, "spring")
		c.Seed = uint64(seed)
		runs = append(runs, &Run{Config: c, Results: &Results{TestLoss: Estimate{Mean: loss}, TrueHLoss: NA, EnergyMSE: &EnergyMSE{Mean: loss / 100}, FitSeconds: 1}})
	}
	var b strings.Builder
	if err := WriteTable(&b, runs); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"hnn (3 seeds)", "2.000e-01 (worst 3.000e-01)", "3.593e-02", "2.000e-03 (worst 3.000e-03)", "3.842e-04"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "strict") {
		t.Errorf("a column without a value is shown:\n%s", b.String())
	}
	runs[1].Results.EnergyMSE.Mean = NA
	b.Reset()
	if err := WriteSpread(&b, runs); err != nil {
		t.Fatal(err)
	}
	// A seed whose rollout failed is the worst, and no mean hides it.
	if flat := strings.Join(strings.Fields(b.String()), " "); !strings.Contains(flat, "energy MSE, paper - 3.000e-03 -") {
		t.Errorf("spread with a failed seed:\n%s", b.String())
	}
}

// The keys of results.json are a contract.
func TestResultsKeys(t *testing.T) {
	text, err := json.Marshal(&Results{EnergyMSE: &EnergyMSE{}, EnergyMSETrueH: &Estimate{}, Strict: &Strict{}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"task":"","model":"","trainer":"","seed":0,"steps":0,"parameters":0,` +
		`"train_loss":{"mean":0,"sem":0},"test_loss":{"mean":0,"sem":0},"row_median_loss":0,"clean_loss":0,"true_h_loss":0,` +
		`"energy_mse":{"mean":0,"sem":0,"protocol":""},"energy_mse_true_h":{"mean":0,"sem":0},` +
		`"strict":{"energy_mse":{"mean":0,"sem":0,"median":0},"relative_energy_drift":0,"energy_drift_per_turn":0,"energy_wobble":0,` +
		`"coordinate_mse":{"mean":0,"sem":0,"median":0},"reversibility_error":0,"diverged":0,"left_data":0},` +
		`"fit_seconds":0,"step_ms":0,"engine":{"kernel":"","precision":"","threads":0,"platform":"","go":""}}`
	if string(text) != want {
		t.Errorf("results.json is\n%s\nand should be\n%s", text, want)
	}
	if text, err = json.Marshal(Estimate{NA, Number(math.Inf(1))}); err != nil || string(text) != `{"mean":null,"sem":null}` {
		t.Errorf("numbers that are not finite: %s, %v", text, err)
	}
}

// paperModels returns the configuration once for each model of the paper's comparison:
// the baseline, then the HNN.
func paperModels(c Config) []Config {
	var cs []Config
	for _, kind := range []string{network.KindBaseline, network.KindHNN} {
		c.Model = kind
		cs = append(cs, c)
	}
	return cs
}

// Runs beside each other fill the cores that one leaves idle; on few cores there is one.
func TestSideBySide(t *testing.T) {
	for _, tt := range []struct{ workers, runs, want int }{{1, 6, 1}, {2, 6, 1}, {7, 6, 1}, {8, 6, 2}, {64, 6, 6}, {64, 1, 1}} {
		if got := (&Env{Workers: tt.workers}).SideBySide(tt.runs); got != tt.want {
			t.Errorf("%d workers, %d runs: %d side by side, want %d", tt.workers, tt.runs, got, tt.want)
		}
	}
}
