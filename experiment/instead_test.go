package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/network"
	"hnn/model/terms"
)

// turningFile is a file of a harmonic motion.
func turningFile(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("t,q,p\n")
	for i := range 200 {
		x := 0.05 * float64(i)
		fmt.Fprintf(&b, "%.17g,%.17g,%.17g\n", x, math.Cos(x), -math.Sin(x))
	}
	path := filepath.Join(t.TempDir(), "turning.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Where the way that was chosen diverges the next one takes its place, and says so; where all
// do there is an error with what to do.
func TestNextBestWay(t *testing.T) {
	bad := mustDefault(t, "data").Tuned()
	bad.Data, bad.Strict, bad.Figures = turningFile(t), false, false
	bad.Hidden, bad.Fit.Steps, bad.Fit.LearningRate = []int{32, 32}, 100, 1e3
	worse := bad.WithLoss(TrajectoryLoss)
	good := bad.WithClosedForm()
	var mu sync.Mutex
	var said string
	log := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		said += fmt.Sprintf(format, args...) + "\n"
	}
	for _, out := range []string{"", filepath.Join(t.TempDir(), "one")} {
		said = ""
		env := &Env{Log: log, ways: [][]Config{{bad}, {worse}, {good}}}
		runs, err := env.RunAll(context.Background(), []Config{bad}, Batch{Root: t.TempDir(), Out: out})
		if err != nil || len(runs) != 1 {
			t.Fatalf("%d runs, %v\n%s", len(runs), err, said)
		}
		if runs[0].Config.Trainer != ClosedForm || runs[0].Results.NoResult != "" || out != "" && runs[0].Dir != out {
			t.Errorf("in %s a run by %s: %q", runs[0].Dir, runs[0].Config.Trainer, runs[0].Results.NoResult)
		}
		if !strings.Contains(said, "training on derivatives came to nothing") || !strings.Contains(said, "the next best, the closed form, is taken instead") {
			t.Errorf("the fall back says\n%s", said)
		}
	}
	// Of several runs in a named directory the first has the name that the others would have.
	other := good
	other.Seed = 1
	out := filepath.Join(t.TempDir(), "several")
	said = ""
	env := &Env{Log: log, ways: [][]Config{{bad, other}, {worse}, {good}}}
	runs, err := env.RunAll(context.Background(), []Config{bad, other}, Batch{Out: out})
	if err != nil || len(runs) != 2 || runs[0].Config.Trainer != ClosedForm || runs[0].Results.NoResult != "" || filepath.Dir(runs[0].Dir) != out {
		t.Errorf("of several runs: %v, %v", runs, err)
	}
	if strings.Contains(said, "in use") || strings.Contains(said, "exists") {
		t.Errorf("the second way, whose directory would have the first one's name, was not tried:\n%s", said)
	}
	env = &Env{ways: [][]Config{{bad}, {worse}}}
	_, err = env.RunAll(context.Background(), []Config{bad}, Batch{Root: t.TempDir()})
	var nothing *noResultError
	if !errors.As(err, &nothing) || !strings.Contains(err.Error(), "every other way") {
		t.Errorf("all ways diverge: %v", err)
	}
	// One that the user has chosen is no matter of the program's.
	if _, err = new(Env).RunAll(context.Background(), []Config{bad}, Batch{Root: t.TempDir()}); err == nil || strings.Contains(err.Error(), "every other way") {
		t.Errorf("one that the user has chosen: %v", err)
	}
}

// Of several models that the program has chosen one may come to nothing.
func TestWithoutFailed(t *testing.T) {
	good := mustDefault(t, "data").WithClosedForm()
	good.Data, good.Figures = turningFile(t), false
	bad, err := good.WithAdam()
	if err != nil {
		t.Fatal(err)
	}
	bad.Model, bad.Hidden, bad.Fit.Steps, bad.Fit.LearningRate = network.KindBaseline, []int{32, 32}, 100, 1e4
	env := &Env{ways: [][]Config{{good}}, recommended: &bad}
	runs, err := env.RunAll(context.Background(), []Config{bad, good}, Batch{Root: t.TempDir()})
	if err != nil || len(runs) != 1 || runs[0].Config.Trainer != ClosedForm || !runs[0].Results.Recommended {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	if r, err := ReadResults(runs[0].Dir); err != nil || !r.Recommended {
		t.Errorf("the results on disk: recommended is not kept, %v", err)
	}
}

// Where the recommended one diverges from held-out states, that is recommended which followed the training rows next best.
func TestRecommendedDiverges(t *testing.T) {
	run := func(model string, v Rollout, recommended bool) *Run {
		return &Run{Dir: t.TempDir(), Config: Config{Model: model, Trainer: WeakForm}, Results: &Results{Recommended: recommended, Rollout: &v}}
	}
	runs := []*Run{run(terms.KindSparse, Rollout{Starts: 17}, false), run(lagrangian.Kind, Rollout{Starts: 17}, false), run(formula.Kind, Rollout{Starts: 17, Diverged: 12}, true)}
	l := &Learning{}
	for i, e := range []Number{0.016, 0.05, 0.014} {
		l.Tried = append(l.Tried, LearningTry{Error: e, config: runs[i].Config})
	}
	env := &Env{learning: l, recommended: &runs[2].Config}
	errs := []error{nil, nil, errors.New(runs[2].runsAway())}
	env.withoutFailed(runs, errs)
	if runs[2] != nil || errors.Join(errs...) != nil || !runs[0].Results.Recommended || runs[1].Results.Recommended {
		t.Errorf("%v, %v", runs, errs)
	}
}

func TestInOrder(t *testing.T) {
	hnn := func(seed uint64) []Config { return []Config{{Model: network.KindHNN, Seed: seed}} }
	ways := [][]Config{hnn(0), {{Model: "lagrangian"}}, hnn(2), hnn(3), hnn(4)}
	var first []Config
	for _, w := range ways {
		first = append(first, w[0])
	}
	got := ""
	for _, way := range inOrder(ways, first, Decision{HNN: 3, Errors: []Number{NA, 0, 0.2, 0.3, 0.1}}) {
		got += fmt.Sprint(way[0].Seed)
	}
	if got != "3420" {
		t.Errorf("the order is %s, want 3420", got)
	}
}
