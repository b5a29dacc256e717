package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/experiment/task"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/network"
	"hnn/model/terms"
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

// picture is a finished figure with the name of its files and a sentence on what it
// shows.
type picture struct {
	name, caption string
	figure        *report.Figure
}

// figure draws the runs of one task and seed into the figures folder of each, as SVG
// and PNG.
func (e *Env) figure(runs []*Run) error {
	pictures, err := pictures(runs)
	if errors.Is(err, errNoScene) {
		e.log("%s: no figure: %v", runs[0].Config.Task, err)
		return nil
	}
	if err != nil {
		return err
	}
	var folders []string
	for _, r := range runs {
		folders = append(folders, filepath.Join(r.Dir, figuresFolder))
	}
	for _, p := range pictures {
		if _, err := p.figure.Save(strings.Replace(p.name, runs[0].Config.Task, task.Slug(runs[0].Config.Task), 1), folders...); err != nil {
			return err
		}
	}
	if runs[0].data.films != nil {
		return writeFilm(runs)
	}
	return nil
}

// pictures draws everything that the runs of one task and seed have to show.
func pictures(runs []*Run) ([]picture, error) {
	if runs[0].data.films != nil {
		return pixelPictures(runs)
	}
	task, err := reportTask(runs)
	if err != nil {
		return nil, err
	}
	r := runs[0]
	var ps []picture
	var errs []error
	add := func(name, caption string, f *report.Figure, err error) {
		if err != nil {
			errs = append(errs, err)
			return
		}
		ps = append(ps, picture{name, caption, f})
	}
	samples := report.Samples{X: rows(r.data.Train.X, r.model.Dim), DX: rows(r.data.Train.DX, r.model.Dim)}
	var energyShown, outside string
	if task.Truth.E != nil {
		energyShown = ", and the energy along the rollouts"
	}
	if task.Outside {
		outside = " The rollouts start outside the training data: what follows shows how the models go on from there."
	}
	switch bodies := bodies(r); {
	case bodies != nil:
		f, err := report.Orbits(task, bodies)
		add(r.Config.Task, "The true orbits, each model's from the same state, and the true energy along them."+outside, f, err)
	case r.model.Dim == 2:
		f, err := report.PhasePlane(task, samples)
		add(r.Config.Task, "The data, each model's vector field with a long rollout from one state, coloured by time"+energyShown+"."+outside, f, err)
	default:
		f, err := report.Coordinates(task)
		add(r.Config.Task, "The coordinates along rollouts from one state"+energyShown+"."+outside, f, err)
	}
	if bodies(r) != nil || r.model.Dim == 2 { // else the coordinates are shown already, with bands
		if slices.ContainsFunc(task.Models, func(m report.Run) bool { return m.Band != nil }) {
			f, err := report.Coordinates(task)
			add("bands", "The coordinates along rollouts from one state, and where they lie with the bands' probability, if the first state is as given; faint where nothing is known but the range of the data."+outside, f, err)
		}
	}
	f, err := report.Deviation(task)
	add("rollout", "How far each rollout is from the truth, and the learned energy along it.", f, err)
	if r.model.Dim == 2 && slices.ContainsFunc(task.Models, func(m report.Run) bool { return m.H != nil }) {
		f, err := report.Landscape(task, samples)
		add("hamiltonian", "Contours of the learned Hamiltonians at the levels of the first, all shifted to the mean zero over the data.", f, err)
	}
	for i, run := range runs {
		if f, err := lawFigure(run, task, i); f != nil || err != nil {
			add(lawName, lawCaption, f, err)
			break // of runs of one kind the first is shown
		}
	}
	for i, run := range runs {
		if of, err := latticePictures(run, task.Truth, task.Models[i]); of != nil || err != nil {
			ps, errs = append(ps, of...), append(errs, err)
			break
		}
	}
	curves, err := curves(runs)
	if err != nil {
		return nil, err
	}
	if len(curves) > 0 {
		f, err := report.Training(task.Title, curves)
		add("training", "The losses during training.", f, err)
	}
	return ps, errors.Join(errs...)
}

// reportTask rolls the runs out for their figures.
func reportTask(runs []*Run) (report.Task, error) {
	r := runs[0]
	task := report.Task{
		Title:       r.Config.heading(),
		Coordinates: quantities(r),
		Time:        report.Quantity{Name: "t"},
		Energy:      report.Quantity{Name: "H"},
	}
	energy := energyOf(r)
	x0, times, err := scene(r)
	if err != nil {
		return task, err
	}
	if task.Truth, err = truth(r, x0, times, energy); err != nil {
		return task, err
	}
	task.Outside = r.data.startsOutside(x0)
	var input *data.Signal
	if r.data.system == nil {
		input = r.data.Test.InputSignal(0)
	}
	for _, run := range runs {
		field := run.model.Free()
		role, name := run.look()
		m := report.Run{Role: role, Name: name, Field: func(x, dx []float64) { field(0, x, dx) }}
		if run.model.Energy != nil {
			m.H = run.model.Energy()
		}
		signal := input
		if run.model.Inputs == 0 {
			signal = nil
		}
		under, knots := run.model.Under(signal)
		rollout(&m, under, knots, x0, times, energy)
		m.Band = run.figureBand(m.X, times, signal)
		task.Models = append(task.Models, m)
	}
	// The first HNN's H, along the truth and every model's rollout.
	if i := slices.IndexFunc(task.Models, func(m report.Run) bool { return m.H != nil }); i >= 0 {
		task.Changes = runs[i].model.Loss != nil || input != nil
		learned := task.Models[i].H
		start := learned(x0)
		change := func(x []float64) float64 { return learned(x) - start }
		task.Truth.Learned = energies(task.Truth.X, change)
		for j := range task.Models {
			task.Models[j].Learned = energies(task.Models[j].X, change)
		}
	}
	return task, nil
}

// figureBand is the band about a rollout where its run was asked for bands, nil where there is none.
func (r *Run) figureBand(states [][]float64, times []float64, input *data.Signal) *report.Band {
	if r.sure == nil || r.Config.Bands == 0 {
		return nil
	}
	flat := slices.Concat(states...)
	if slices.ContainsFunc(flat, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return nil // it runs away
	}
	b, err := r.band(context.Background(), flat, times, input, [][]float64{flat[:r.model.Dim]}, r.Config.Bands, 0)
	if err != nil {
		return nil
	}
	return &report.Band{Level: b.Level, Lo: rows(b.Lo, r.model.Dim), Hi: rows(b.Hi, r.model.Dim), Outside: b.Outside}
}

// look is how figures show a run's model.
func (r *Run) look() (report.Role, string) {
	switch {
	case r.Config.Model == network.KindBaseline:
		return report.Baseline, "Baseline"
	case r.Config.Model == terms.KindSparse:
		return report.Baseline, "Sparse baseline"
	case r.Config.Model == terms.KindLinear:
		return report.Structured, "Linear"
	case r.Config.Model == formula.Kind:
		return report.Structured, "Formula"
	case r.Config.Model == lagrangian.Kind:
		return report.Structured, "Lagrangian"
	case r.Config.Trainer == ClosedForm:
		return report.ClosedForm, "HNN, closed form"
	case r.Config.Model == network.KindSecondOrder:
		return report.SecondOrder, "Second-order baseline"
	case r.Config.Model != network.KindHNN:
		return report.Structured, "HNN, " + strings.TrimPrefix(r.Config.Model, network.KindHNN+"-")
	}
	return report.HNN, "HNN"
}

// curves are the losses of the runs that were trained step by step.
func curves(runs []*Run) ([]report.Curve, error) {
	var cs []report.Curve
	for _, r := range runs {
		m, err := readMetrics(filepath.Join(r.Dir, metricsFile), math.MaxInt)
		if err == nil {
			err = m.check(r.meta)
		}
		if err != nil {
			return nil, err
		}
		if len(m.rows) < 2 {
			continue
		}
		role, name := r.look()
		c := report.Curve{Role: role, Name: name}
		for i, row := range m.rows {
			var v [3]float64
			for j := range v {
				if row[j] == "" { // no test loss was taken
					v[j] = math.NaN()
					continue
				}
				if v[j], err = strconv.ParseFloat(row[j], 64); err != nil {
					return nil, fmt.Errorf("%s: line %d: %q is no number", m.path, i+2, row[j])
				}
			}
			c.Steps, c.Train, c.Test = append(c.Steps, v[0]), append(c.Train, v[1]), append(c.Test, v[2])
		}
		cs = append(cs, c)
	}
	return cs, nil
}

func (c *Config) heading() string {
	t := c.Facts()
	return t.Heading()
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
		names = stateNames(r.model.Dim)
	}
	for _, n := range names {
		qs = append(qs, report.Quantity{Name: n})
	}
	return qs
}

// energyOf is the H that every line of a figure is drawn with: the system's, or
// the one that the paper fitted to the measured pendulum, or none.
func energyOf(r *Run) func(x []float64) float64 {
	if r.data.system != nil {
		return r.data.system.Hamiltonian
	}
	if fitted := r.Config.Facts().Fitted; fitted != nil {
		return fitted.Hamiltonian
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
		return x[:r.model.Dim], t, nil
	}
	horizon := 3 * r.Config.Draw.Horizon
	x0 = r.data.Train.X[:r.model.Dim]
	if r.data.Test.Rows() > 0 {
		x0 = r.data.Test.X[:r.model.Dim]
	}
	if t := r.Config.Facts(); t.Energy != nil {
		p := t.Protocol()
		x0, horizon = p.X0[:r.model.Dim], p.Horizon
	}
	times = make([]float64, figurePoints)
	for i := range times {
		times[i] = horizon * float64(i) / float64(len(times)-1)
	}
	return x0, times, nil
}

func truth(r *Run, x0, times []float64, energy func([]float64) float64) (report.Run, error) {
	if s := r.data.system; s != nil {
		t := report.Run{Role: report.Truth, Name: "Truth", Field: s.Field, H: s.Hamiltonian}
		field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
		rollout(&t, func(int) ode.Field { return field }, nil, x0, times, energy)
		return t, nil
	}
	_, x, _ := r.data.Test.Trial(0)
	t := report.Run{Role: report.Truth, Name: "Measured", T: times, X: rows(x, r.model.Dim), H: energy}
	t.E = energies(t.X, energy)
	return t, nil
}

// rollout fills a run with the motion from x0, up to where the integration fails:
// a model that diverges is drawn as far as it comes. The field is as ode.SolveSegments
// takes it.
func rollout(run *report.Run, field func(int) ode.Field, knots, x0, times []float64, energy func([]float64) float64) {
	d := len(x0)
	out := make([]float64, d*len(times))
	for i := range out {
		out[i] = math.NaN()
	}
	// The states before the failure are in out.
	_, _, _ = ode.SolveSegments(field, knots, x0, times, out, &ode.Settings{RTol: figureTolerance, ATol: figureTolerance, MaxSteps: 100_000})
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
	s, ok := r.data.system.(system.Bodied)
	if !ok {
		return nil
	}
	var places [][2]int
	for _, b := range s.Bodies() {
		places = append(places, [2]int{b.X, b.Y})
	}
	return places
}
