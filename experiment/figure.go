package experiment

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"hnn/data"
	"hnn/eval"
	"hnn/internal/atomicfile"
	"hnn/model"
	"hnn/ode"
	"hnn/report"
	"hnn/system"
)

// figurePoints is the number of states of a drawn rollout: enough for a smooth
// line, few enough for a small file.
const figurePoints = 600

// figureTolerance is that of the drawn rollouts: far below the width of a line.
const figureTolerance = 1e-8

// errNoScene says that there is nothing to roll a model out from.
var errNoScene = errors.New("the first test trial has fewer than two rows, nothing to roll out")

// figure draws the runs of one task and seed into the figures folder of each.
func (e *Env) figure(runs []*Run) error {
	f, err := taskFigure(runs)
	if errors.Is(err, errNoScene) {
		e.log("%s: no figure: %v", runs[0].Config.Task, err)
		return nil
	}
	if err != nil {
		return err
	}
	for _, r := range runs {
		folder := filepath.Join(r.Dir, figuresFolder)
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		path := filepath.Join(folder, r.Config.Task+".svg")
		if err := atomicfile.Write(path, func(w io.Writer) error { return f.WriteSVG(w) }); err != nil {
			return err
		}
	}
	return nil
}

func taskFigure(runs []*Run) (*report.Figure, error) {
	r := runs[0]
	task := report.Task{
		Title:       title(r.Config.Task),
		Coordinates: quantities(r),
		Time:        report.Quantity{Name: "t"},
		Energy:      report.Quantity{Name: "H"},
	}
	energy := energyOf(r)
	x0, times, err := scene(r)
	if err != nil {
		return nil, err
	}
	if task.Truth, err = truth(r, x0, times, energy); err != nil {
		return nil, err
	}
	for _, run := range runs {
		field := run.model.Field()
		m := report.Run{
			Role:  report.HNN,
			Name:  "HNN",
			Field: func(x, dx []float64) { field(0, x, dx) },
		}
		switch {
		case run.Config.Model == model.KindBaseline:
			m.Role, m.Name = report.Baseline, "Baseline"
		case run.Config.Trainer == ClosedForm:
			m.Role, m.Name = report.ClosedForm, "HNN, closed form"
		}
		rollout(&m, run.model.Field(), x0, times, energy)
		task.Models = append(task.Models, m)
	}
	switch bodies := bodies(r); {
	case bodies != nil:
		return report.Orbits(task, bodies)
	case r.model.Dim() == 2:
		return report.PhasePlane(task, report.Samples{X: rows(r.data.Train.X, 2), DX: rows(r.data.Train.DX, 2)})
	}
	return report.Coordinates(task)
}

// title is a task's name as a heading: "Two-body", "Real pendulum".
func title(task string) string {
	switch task {
	case RealPendulum:
		task = "real pendulum"
	case OwnData:
		task = "measured data"
	}
	return strings.ToUpper(task[:1]) + task[1:]
}

func quantities(r *Run) []report.Quantity {
	var qs []report.Quantity
	if s := r.data.system; s != nil {
		for _, c := range s.Coordinates() {
			qs = append(qs, report.Quantity{Name: c.Name, Unit: c.Unit})
		}
		return qs
	}
	names := r.data.Train.Names
	if names == nil {
		names = stateNames(r.model.Dim())
	}
	for _, n := range names {
		qs = append(qs, report.Quantity{Name: n})
	}
	return qs
}

// energyOf is the H that every line of a figure is drawn with: the system's, or
// the one that the paper fitted to the measured pendulum, or none.
func energyOf(r *Run) func(x []float64) float64 {
	switch {
	case r.data.system != nil:
		return r.data.system.Hamiltonian
	case r.Config.Task == RealPendulum:
		return eval.RealPendulum.Hamiltonian
	}
	return nil
}

// scene is where and when the rollouts of a figure begin and run: for the paper's
// tasks its first initial state over its horizon, for other systems a held-out
// state over three times the training horizon, for a file the first test trial.
func scene(r *Run) (x0, times []float64, err error) {
	if r.data.system == nil {
		if r.data.Test.Trials() == 0 {
			return nil, nil, errNoScene
		}
		t, x, _ := r.data.Test.Trial(0)
		if len(t) < 2 {
			return nil, nil, errNoScene
		}
		return x[:r.model.Dim()], t, nil
	}
	horizon := 3 * r.Config.Horizon
	if h, ok := map[string]float64{"spring": 20, "pendulum": 20, "two-body": 25, "three-body": 3}[r.Config.Task]; ok {
		horizon = h
	}
	x0 = r.data.Train.X[:r.model.Dim()]
	if r.data.Test.Rows() > 0 {
		x0 = r.data.Test.X[:r.model.Dim()]
	}
	if states, n := data.PaperInitialStates(r.Config.Task); n > 0 {
		x0 = states[:r.model.Dim()]
	}
	times = make([]float64, figurePoints)
	for i := range times {
		times[i] = horizon * float64(i) / float64(len(times)-1)
	}
	return x0, times, nil
}

func truth(r *Run, x0, times []float64, energy func([]float64) float64) (report.Run, error) {
	if s := r.data.system; s != nil {
		t := report.Run{Role: report.Truth, Name: "Truth", Field: s.Field}
		rollout(&t, func(_ float64, x, dx []float64) { s.Field(x, dx) }, x0, times, energy)
		return t, nil
	}
	_, x, _ := r.data.Test.Trial(0)
	t := report.Run{Role: report.Truth, Name: "Measured", T: times, X: rows(x, r.model.Dim())}
	t.E = energies(t.X, energy)
	return t, nil
}

// rollout fills a run with the motion from x0, up to where the integration fails:
// a model that diverges is drawn as far as it comes.
func rollout(run *report.Run, f ode.Field, x0, times []float64, energy func([]float64) float64) {
	d := len(x0)
	out := make([]float64, d*len(times))
	for i := range out {
		out[i] = math.NaN()
	}
	// The states before the failure are in out.
	_, _, _ = ode.Solve(f, x0, times, out, &ode.Settings{RTol: figureTolerance, ATol: figureTolerance, MaxSteps: 100_000})
	run.T, run.X = times, rows(out, d)
	run.E = energies(run.X, energy)
}

func energies(states [][]float64, energy func([]float64) float64) []float64 {
	if energy == nil {
		return nil
	}
	e := make([]float64, len(states))
	for i, x := range states {
		e[i] = energy(x)
	}
	return e
}

// rows views a row-major matrix as rows; nil stays nil.
func rows(m []float64, dim int) [][]float64 {
	var rs [][]float64
	for i := 0; i+dim <= len(m); i += dim {
		rs = append(rs, m[i:i+dim])
	}
	return rs
}

// bodies holds the indices of the x and y of each body that moves in a plane.
func bodies(r *Run) [][2]int {
	var n int
	switch s := r.data.system.(type) {
	case *system.NBody:
		n = s.Dim() / 4
	case system.Kepler:
		n = 1
	}
	var b [][2]int
	for i := range n {
		b = append(b, [2]int{i, n + i})
	}
	return b
}
