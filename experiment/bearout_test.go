package experiment

import (
	"fmt"
	"strings"
	"testing"

	"hnn/model"
)

// What is said of a motion is said as far as rollouts from held-out states support it.
func TestVerdictIsBorneOut(t *testing.T) {
	const said = "the motion conserves energy"
	for _, test := range []struct {
		class    Class
		off      []float64
		diverged int
		kept     bool
	}{
		{Conservative, []float64{0.03}, 0, true},
		{Conservative, []float64{0.09}, 0, true},
		{Conservative, []float64{1.02}, 0, false},
		{Conservative, []float64{0.03, 0.04, 1}, 0, true}, // by the median of the seeds
		{Losses, []float64{0.03, 1, 1}, 0, false},
		{Conservative, []float64{0.03}, 10, false},
		{Other, []float64{0.9}, 0, true}, // which says no more than that nothing was found
	} {
		e := &Env{learning: &Learning{Class: test.class, Verdict: said, Tried: []LearningTry{{Way: "by hand", Error: 0.025}}}}
		var logged []string
		e.Log = func(format string, args ...any) { logged = append(logged, fmt.Sprintf(format, args...)) }
		e.learning.Tried[0].field = new(model.Field)
		var runs []*Run
		for _, off := range test.off {
			runs = append(runs, &Run{Dir: t.TempDir(), Results: &Results{Recommended: true, Learning: e.learning,
				Rollout: &Rollout{Starts: 10, Diverged: test.diverged, Error: MedianEstimate{Median: Number(off)}}}})
		}
		if err := e.bearOut(runs); err != nil {
			t.Fatal(err)
		}
		if got := e.learning.Verdict == said && e.learning.Class == test.class; got != test.kept || len(logged) != 1 || strings.Contains(logged[0], said) != test.kept {
			t.Errorf("%+v: %v", test, logged)
		}
		if old, err := ReadResults(runs[0].Dir); !test.kept && (err != nil || strings.Contains(old.Learning.Verdict, said)) {
			t.Errorf("the results say %v, %v", old, err)
		}
	}
}

// What another model foretells far better is not borne out, however well it was followed within the training rows.
func TestVerdictIsContradicted(t *testing.T) {
	for _, test := range []struct {
		off, other float64
		kept       bool
	}{{0.145, 0.013, false}, {0.145, 0.08, true}, {0.06, 0.01, true}} {
		e := &Env{learning: &Learning{Class: Conservative, Verdict: "the motion conserves energy", Tried: []LearningTry{{Way: "by hand", Error: 0.084, field: new(model.Field)}}}, Log: func(string, ...any) {}}
		run := func(model string, off float64, recommended bool) *Run {
			return &Run{Dir: t.TempDir(), Config: Config{Model: model}, Results: &Results{Recommended: recommended, Learning: e.learning, Rollout: &Rollout{Starts: 10, Error: MedianEstimate{Median: Number(off)}}}}
		}
		if err := e.bearOut([]*Run{run("baseline", test.other, false), run("hnn", test.off, true)}); err != nil {
			t.Fatal(err)
		}
		if kept := e.learning.Class == Conservative; kept != test.kept || !kept && !strings.Contains(e.learning.Verdict, "those of baseline by 1.3%") {
			t.Errorf("%+v: %s", test, e.learning.Verdict)
		}
	}
}
