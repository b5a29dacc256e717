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
