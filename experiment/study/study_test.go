package study

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment"
)

func read(t *testing.T, text string) (*Study, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Read(path)
}

func mustRuns(t *testing.T, text string) (*Study, []Trial) {
	t.Helper()
	s, err := read(t, text)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := s.Runs()
	if err != nil {
		t.Fatal(err)
	}
	return s, runs
}

// A grid has every combination, the last key fastest, each with what is fixed.
func TestGrid(t *testing.T) {
	_, runs := mustRuns(t, `
task: spring
fixed: {trainer: adam, steps: 70}
vary:
  seed: 3-4
  hidden: [[5, 6], [7]]
  learning-rate: {from: 0.001, to: 0.003, step: 0.001}
`)
	if len(runs) != 12 {
		t.Fatalf("%d runs, want 12", len(runs))
	}
	var seen []string
	for i, r := range runs {
		c := r.Config
		if r.Number != i+1 || c.Fit.Steps != 70 || c.Trainer != experiment.Adam {
			t.Errorf("run %d: number %d, %d steps, trainer %s", i, r.Number, c.Fit.Steps, c.Trainer)
		}
		seen = append(seen, r.Values["seed"]+" "+r.Values["hidden"]+" "+r.Values["learning-rate"])
	}
	if seen[0] != "3 [5, 6] 0.001" || seen[1] != "3 [5, 6] 0.002" || seen[3] != "3 [7] 0.001" || seen[11] != "4 [7] 0.003" {
		t.Errorf("the order of the runs: %q", seen)
	}
	if c := runs[11].Config; c.Seed != 4 || len(c.Hidden) != 1 || c.Hidden[0] != 7 || math.Abs(c.Fit.LearningRate-0.003) > 1e-15 {
		t.Errorf("the last run: seed %d, hidden %v, rate %v", c.Seed, c.Hidden, c.Fit.LearningRate)
	}
	if runs[0].Name != "0001-spring-hnn" {
		t.Errorf("the first directory is %s", runs[0].Name)
	}
}

// Draws lie within their bounds, are the same each time, and half of the logarithms of a
// log-uniform one lie below the middle, within four standard errors.
func TestRandom(t *testing.T) {
	const text = `
task: spring
fixed: {trainer: adam}
vary:
  learning-rate: {min: 1e-4, max: 1e-2, log: true}
  batch: {min: 2, max: 5}
trials: 400
`
	_, runs := mustRuns(t, text)
	_, again := mustRuns(t, text)
	below, counts := 0, map[int]int{}
	for i, r := range runs {
		rate := r.Config.Fit.LearningRate
		if rate < 1e-4 || rate > 1e-2 || rate != again[i].Config.Fit.LearningRate {
			t.Errorf("run %d: rate %v, and again %v", r.Number, rate, again[i].Config.Fit.LearningRate)
		}
		if rate < 1e-3 {
			below++
		}
		counts[r.Config.Fit.Batch]++
	}
	if math.Abs(float64(below)-200) > 4*10 { // sqrt(400/4) = 10
		t.Errorf("%d of 400 rates below the middle", below)
	}
	for n := 2; n <= 5; n++ {
		if math.Abs(float64(counts[n])-100) > 4*math.Sqrt(400*0.25*0.75) {
			t.Errorf("batch %d drawn %d times of 400, want about 100", n, counts[n])
		}
	}
	if len(counts) != 4 {
		t.Errorf("batches %v", counts)
	}
}

// Whatever is wrong is refused before anything starts, with what was probably meant.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"tsk: spring":                                                           "did you mean task?",
		"task: spring\nvary: {sed: 0-3}":                                        "did you mean seed?",
		"task: spring\nfixed: {step: 3}":                                        "did you mean steps?",
		"task: spring\nvery: {seed: 0-3}":                                       "did you mean vary?",
		"task: spring\nsteps: 3":                                                "under \"fixed:\"",
		"task: spring\nminimize: test_los.mean":                                 "did you mean \"test_loss.mean\"?",
		"task: spring\nmethod: gird":                                            "did you mean \"grid\"?",
		"task: spring\nfixed: {seed: 3}\nvary: {seed: 0-3}":                     "seed is fixed and varies",
		"task: spring\nvary: {learning-rate: {min: 1, max: 0.1}}\ntrials: 2":    "not below",
		"task: spring\nvary: {learning-rate: {min: 0, max: 0.1, log: true}}":    "above 0",
		"task: spring\nvary: {learning-rate: {min: 0.01, max: 0.1}}":            "how many draws",
		"task: spring\nvary: {learning-rate: {mn: 0.01, max: 0.1}}":             "did you mean min?",
		"task: spring\nvary: {loss: {min: 1, max: 2}}\ntrials: 2":               "no number",
		"task: spring\nvary: {seed: 4-2}":                                       "no range",
		"task: spring\nvary: {seed: 0-999999, batch: 1-3}":                      "more than 1000000 runs",
		"task: spring\ndata: a.csv":                                             "leave out one of the two",
		"fixed: {steps: 3}":                                                     "nothing to learn from",
		"task: spring\nvary: {seed: 0-1}\nretries: -1":                          "retries",
		"task: spring\nvary: {trainer: [adam, closed-form]}\nfixed: {steps: 3}": "run 2 (trainer closed-form): the run: ",
		"task: spring\nmethod: tpe\nfirst-rung: 10\ntrials: 4\nminimize: test_loss.mean\nfixed: {trainer: closed-form}\nvary: {features: [20, 30]}": "trainer: adam",
		"task: spring\nmethod: tpe\nfirst-rung: 90\ntrials: 4\nminimize: test_loss.mean\nfixed: {steps: 90}\nvary: {learning-rate: [0.1, 0.01]}":    "not below the last",
		"task: spring\nmethod: tpe\nfirst-rung: 9\ntrials: 4\nminimize: test_loss.mean\nvary: {steps: [90, 100]}":                                   "steps varies",
		"task: spring\nfirst-rung: 10\nvary: {seed: 0-1}": "method: tpe",
		"- 3": "no study",
		"":    "no study",
	} {
		s, err := read(t, text)
		if err == nil {
			_, err = s.Runs()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// A folder keeps a run once its record is there, and takes the same study again but no other.
func TestFolder(t *testing.T) {
	s, runs := mustRuns(t, "task: spring\nvary: {seed: 0-1}\nfixed: {trainer: closed-form, features: 30, figures: false}")
	dir := filepath.Join(t.TempDir(), "s")
	f, err := Create(dir, s, About{ID: "a", Total: 2})
	if err != nil {
		t.Fatal(err)
	}
	run := func(dir string) error {
		_, err := new(experiment.Env).Train(t.Context(), runs[0].Config, dir)
		return err
	}
	if err := f.Keep(&Record{Trial: runs[0], State: Done}, run); err != nil {
		t.Fatal(err)
	}
	if err := f.Keep(&Record{Trial: runs[1], State: Failed, Error: "no"}, nil); err != nil {
		t.Fatal(err)
	}
	if f, err = Create(dir, s, About{ID: "b"}); err != nil || f.About.ID != "a" {
		t.Fatalf("the same study again: %v, identity %v", err, f)
	}
	p, err := f.Progress()
	if err != nil || p.Done != 1 || p.Failed != 1 || p.Best == nil || p.Best.Number != 1 || !(p.Best.Value > 0) {
		t.Errorf("progress %+v, error %v", p, err)
	}
	dirs, err := Expand([]string{dir})
	if err != nil || len(dirs) != 1 || dirs[0] != filepath.Join(dir, "0001-spring-hnn-closed-form") {
		t.Errorf("the runs of the folder: %v, error %v", dirs, err)
	}
	if _, err := new(experiment.Env).OpenAll(dirs); err != nil {
		t.Error(err)
	}
	other, _ := mustRuns(t, "task: spring\nvary: {seed: 0-2}")
	if _, err := Create(dir, other, About{}); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("another study in the folder: %v", err)
	}
}
