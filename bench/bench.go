// Package bench measures how fast this machine trains and rolls out the networks
// of the paper's tasks: time, GFLOP/s and their share of what the machine's
// multiply-add units can do at most, which it measures too.
//
// It is used by the program's verb bench; bench/peers runs the same work in other
// frameworks. Machines are noisy, so every case is measured several times in turn
// with the peak, and the medians are reported.
package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"hnn/experiment/task"
	"hnn/fit"
	"hnn/internal/kernel"
	"hnn/internal/stream"
	"hnn/model"
	modelfile "hnn/model/file"
	"hnn/model/network"
	"hnn/nn"
	"hnn/ode"
	"hnn/system"
)

// Case is one measurement. What does not apply is zero.
type Case struct {
	Name      string  `json:"name"`
	Precision string  `json:"precision"`
	Threads   int     `json:"threads"`
	Seconds   float64 `json:"seconds"` // of a training step, a field evaluation, a solve or a rollout
	GFLOPs    float64 `json:"gflops,omitempty"`
	// PeakShare is GFLOPs as a share of what a loop of multiply-adds alone reached on as
	// many threads right after it: both see what else the machine does.
	PeakShare float64 `json:"peak_share,omitempty"`
	// Evaluations is the number of field evaluations of a rollout, EvaluationsPerSecond
	// their rate, over all states of a batch.
	Evaluations          int     `json:"evaluations,omitempty"`
	EvaluationsPerSecond float64 `json:"evaluations_per_second,omitempty"`
	// Weights and InitialState are those of the spring's rollout, so that others can
	// do the same work.
	Weights      string    `json:"weights,omitempty"`
	InitialState []float64 `json:"initial_state,omitempty"`
}

// Report is what Run measures.
type Report struct {
	Machine string `json:"machine"`
	Kernel  string `json:"kernel"`
	// Peak is one core's peak in GFLOP/s, by precision.
	Peak  map[string]float64 `json:"peak_gflops"`
	Cases []Case             `json:"cases"`
}

// Options say what to measure.
type Options struct {
	// Threads are the numbers of threads to train with, in turn; nil is one and
	// GOMAXPROCS.
	Threads []int
	// Rounds is how often each case is measured; 0 is 5.
	Rounds int
	// Time is how long a measurement of a case goes on; 0 is 200 ms.
	Time time.Duration
	// Weights is the file of the spring model that is rolled out, which should be a
	// trained one: how many evaluations a rollout takes depends on it. Empty stands
	// for one trained here for 500 steps.
	Weights string
	// Only leaves out the cases whose names do not begin with it.
	Only string
	// Log takes a line on what is being measured; nil for silence.
	Log func(format string, args ...any)
}

// tasks are the paper's known systems. The first is the one that peers are compared on.
var tasks = slices.DeleteFunc(task.All(), func(t task.Task) bool { return !t.Paper || t.System == nil })

// batch is the number of rows that the paper trains a task's networks with at once.
func batch(t task.Task) int {
	if t.Training.Batch > 0 {
		return t.Training.Batch
	}
	return t.Draw.Trajectories*t.Draw.Points - t.Draw.TestRows()
}

// rolloutStates is the number of states of a batched rollout: as many as the
// strict metrics have.
const rolloutStates = 50

// probe is a case that can be measured again and again.
type probe struct {
	Case
	flops float64                             // of one run, in the case's precision
	per   int                                 // evaluations that Seconds is divided by, 0 for none
	run   func() (evaluations int, err error) // once
	close func()

	seconds, shares []float64
}

// Run measures every case. Once ctx is done it stops after the measurement at hand, with
// ctx's error.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	if o.Time == 0 {
		o.Time = 200 * time.Millisecond
	}
	if o.Threads == nil {
		o.Threads = []int{1}
		if n := runtime.GOMAXPROCS(0); n > 1 {
			o.Threads = append(o.Threads, n)
		}
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	probes, err := newProbes(ctx, &o)
	for _, p := range probes {
		defer p.close()
	}
	if err != nil {
		return nil, err
	}
	peaks := map[string][]float64{}
	for round := range o.Rounds {
		o.Log("round %d of %d", round+1, o.Rounds)
		peaks["float32"] = append(peaks["float32"], kernel.PeakFlops[float32](o.Time/4)/1e9)
		peaks["float64"] = append(peaks["float64"], kernel.PeakFlops[float64](o.Time/4)/1e9)
		for _, p := range probes {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("interrupted in round %d of %d: %w", round+1, o.Rounds, err)
			}
			if err := p.measure(o.Time); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
	}
	r := &Report{
		Machine: Machine(), Kernel: kernel.Name(),
		// A core's peak is what it reached at best: an interrupted loop says nothing.
		Peak: map[string]float64{"float32": slices.Max(peaks["float32"]), "float64": slices.Max(peaks["float64"])},
	}
	for _, p := range probes {
		r.Cases = append(r.Cases, p.result())
	}
	return r, nil
}

// measure runs the probe for about a time and keeps the time of one run.
func (p *probe) measure(d time.Duration) error {
	runs := 0
	start := time.Now()
	for runs == 0 || time.Since(start) < d {
		n, err := p.run()
		if err != nil {
			return err
		}
		p.Evaluations = n
		runs++
	}
	seconds := time.Since(start).Seconds() / float64(runs)
	p.seconds = append(p.seconds, seconds)
	if p.flops > 0 {
		p.shares = append(p.shares, p.flops/seconds/sustained(p.Precision, p.Threads, d/4))
	}
	return nil
}

// sustained is what multiply-adds alone reach on so many threads.
func sustained(precision string, threads int, d time.Duration) float64 {
	peak := kernel.SustainedFlops[float32]
	if precision == "float64" {
		peak = kernel.SustainedFlops[float64]
	}
	rates := make([]float64, threads)
	var wg sync.WaitGroup
	for i := range rates {
		wg.Go(func() { rates[i] = peak(d) })
	}
	wg.Wait()
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum
}

func (p *probe) result() Case {
	c := p.Case
	c.Seconds = median(p.seconds)
	c.Evaluations = p.Evaluations
	if p.flops > 0 {
		c.GFLOPs = p.flops / c.Seconds / 1e9
		c.PeakShare = median(p.shares)
	}
	if c.Evaluations > 0 {
		c.EvaluationsPerSecond = float64(c.Evaluations) / c.Seconds
	}
	if p.per > 0 {
		c.Seconds, c.Evaluations = c.Seconds/float64(p.per), 0
	}
	return c
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// UnknownError says that no case's name begins as was asked for.
type UnknownError struct {
	Only  string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no case begins with %q; the cases are %s", e.Only, strings.Join(e.Known, ", "))
}

func newProbes(ctx context.Context, o *Options) ([]*probe, error) {
	var ps []*probe
	add := func(p *probe, err error) error {
		if err == nil {
			ps = append(ps, p)
		}
		return err
	}
	var names []string
	wanted := func(name string) bool {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return strings.HasPrefix(name, o.Only)
	}
	for _, t := range tasks {
		for _, kind := range []string{network.KindHNN, network.KindBaseline} {
			for _, threads := range o.Threads {
				if !wanted(stepName(t, kind)) {
					continue
				}
				if err := add(trainStep(t, kind, threads)); err != nil {
					return ps, err
				}
			}
		}
	}
	if err := addPixelSteps(o, add); err != nil {
		return ps, err
	}
	for _, t := range tasks {
		if !wanted(fieldName(t)) {
			continue
		}
		if err := add(fieldAt[float32](t)); err != nil {
			return ps, err
		}
		if err := add(fieldAt[float64](t)); err != nil {
			return ps, err
		}
	}
	for _, k := range solveSizes {
		for _, threads := range o.Threads {
			if !wanted(solveName(k)) {
				continue
			}
			if err := add(closedFormSolve(k, threads)); err != nil {
				return ps, err
			}
		}
	}
	symplectic := []func() (*probe, error){symplecticField[float32], symplecticStage[float32], symplecticField[float64], symplecticStage[float64]}
	for _, threads := range o.Threads {
		symplectic = append(symplectic, func() (*probe, error) { return symplecticBatch(threads) })
	}
	for _, newProbe := range symplectic {
		p, err := newProbe()
		if err != nil {
			return ps, err
		}
		if wanted(p.Name) {
			ps = append(ps, p)
		}
	}
	for _, t := range tasks {
		names = append(names, "rollout/"+t.Name)
	}
	names = append(names, pixelStepName)
	if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, o.Only) }) {
		return nil, &UnknownError{o.Only, names}
	}
	if !strings.HasPrefix("rollout/", o.Only) && !strings.HasPrefix(o.Only, "rollout/") {
		return ps, nil
	}
	models, err := rolloutModels(ctx, o)
	if err != nil {
		return ps, err
	}
	for i, t := range tasks {
		if !wanted("rollout/" + t.Name) {
			continue
		}
		if err := add(rollout(t, models[i], o.Weights)); err != nil {
			return ps, err
		}
		if err := add(rolloutBatch(t, models[i])); err != nil {
			return ps, err
		}
	}
	return ps, nil
}

// newNetwork is a task's network with initial weights.
func newNetwork[T nn.Float](t task.Task, kind string) (*network.Network[T], system.System, error) {
	a := network.Architecture{Kind: kind, Dim: t.System.Dim(), Hidden: []int{200, 200}, Activation: "tanh"}
	n, err := network.New[T](a, stream.New(0, "init"))
	return n, t.System, err
}

// trainer trains a task's network on one batch of states with their true
// derivatives.
func trainer(t task.Task, kind string, threads, steps int, rate float64) (*network.Network[float32], *fit.Trainer[float32], error) {
	net, s, err := newNetwork[float32](t, kind)
	if err != nil {
		return nil, nil, err
	}
	rng := stream.New(0, "data")
	rows := fit.Rows[float32]{Dim: s.Dim()}
	x, dx := make([]float64, s.Dim()), make([]float64, s.Dim())
	for range batch(t) {
		s.Sample(rng, x)
		s.Field(x, dx)
		for i := range x {
			rows.X, rows.DX = append(rows.X, float32(x[i])), append(rows.DX, float32(dx[i]))
		}
	}
	tr, err := fit.New(net, fit.Derivatives(rows, fit.Rows[float32]{}), fit.Options{Steps: steps, LearningRate: rate, Workers: threads}, nil)
	return net, tr, err
}

func stepName(t task.Task, kind string) string {
	if kind == network.KindBaseline {
		return "train-step/" + t.Name + "-baseline"
	}
	return "train-step/" + t.Name
}

// fieldName leaves the first out: its case is the one that peers are compared on.
func fieldName(t task.Task) string {
	if t.Name == tasks[0].Name {
		return "field/batch-1"
	}
	return "field/batch-1/" + t.Name
}

func trainStep(t task.Task, kind string, threads int) (*probe, error) {
	net, tr, err := trainer(t, kind, threads, math.MaxInt, 1e-4)
	if err != nil {
		return nil, err
	}
	return &probe{
		Case:  Case{Name: stepName(t, kind), Precision: "float32", Threads: threads},
		flops: stepFLOPs(net.Architecture(), batch(t)),
		run:   func() (int, error) { _, err := tr.Step(); return 0, err },
		close: tr.Close,
	}, nil
}

// stepFLOPs counts the operations of the matrix products of a training step, a
// multiplication and an addition each; element-wise work is left out. Of the hidden
// layers' products with each other P2 and its adjoint take six, forward, reverse,
// tangent, reverse again and two for the weights, P1 and its adjoint three; the
// last reverse of the first layer is not needed.
func stepFLOPs(a network.Architecture, rows int) float64 {
	var sum float64
	in := a.Dim
	for _, h := range a.Hidden {
		sum += float64(in * h)
		in = h
	}
	first := float64(a.Dim * a.Hidden[0])
	if a.Kind == network.KindBaseline {
		return 2 * float64(rows) * (3*(sum+float64(in*a.Dim)) - first)
	}
	return 2 * float64(rows) * (6*sum - first)
}

func fieldAt[T nn.Float](t task.Task) (*probe, error) {
	net, s, err := newNetwork[T](t, network.KindHNN)
	if err != nil {
		return nil, err
	}
	x, dx := make([]float64, s.Dim()), make([]float64, s.Dim())
	s.Sample(rand.New(rand.NewPCG(1, 1)), x)
	field := net.Field().Free()
	var zero T
	// One run is many evaluations, so that reading the clock costs nothing.
	const many = 100
	p := &probe{
		Case: Case{Name: fieldName(t), Precision: fmt.Sprintf("%T", zero), Threads: 1},
		run: func() (int, error) {
			for range many {
				field(0, x, dx)
			}
			return many, nil
		},
		per:   many,
		close: func() {},
	}
	return p, nil
}

// rolloutSettings are those of every rollout case, and of the peers'.
var rolloutSettings = ode.Settings{Method: ode.DormandPrince, RTol: 1e-9, ATol: 1e-9}

// rolloutPoints is the number of output times.
const rolloutPoints = 100

// briefSteps is how long the networks of the rollouts are trained: enough that
// they move as the system does.
const briefSteps = 500

// rolloutModels are the models that the rollouts integrate, one for each task.
func rolloutModels(ctx context.Context, o *Options) ([]*model.Field, error) {
	var models []*model.Field
	for _, t := range tasks {
		if t.Name == tasks[0].Name && o.Weights != "" {
			form, _, err := modelfile.Load(o.Weights)
			if err != nil {
				return nil, err
			}
			if form.Dim != 2 {
				return nil, fmt.Errorf("%s: the model's states have %d components, the spring's 2", o.Weights, form.Dim)
			}
			models = append(models, form.Field())
			continue
		}
		o.Log("training a %s model for the rollouts", t.Name)
		net, tr, err := trainer(t, network.KindHNN, 0, briefSteps, 1e-3)
		if err != nil {
			return nil, err
		}
		err = tr.Run(ctx, nil)
		tr.Close()
		if err != nil {
			return nil, err
		}
		models = append(models, network.Widen(net).Field())
	}
	return models, nil
}

func times(horizon float64) []float64 {
	ts := make([]float64, rolloutPoints)
	for i := range ts {
		ts[i] = horizon * float64(i) / (rolloutPoints - 1)
	}
	return ts
}

func rollout(t task.Task, m *model.Field, weights string) (*probe, error) {
	d := m.Dim
	solver, err := ode.NewSolver(d, &rolloutSettings)
	if err != nil {
		return nil, err
	}
	x0, field, ts, out := t.InitialStates()[:d], m.Free(), times(t.Energy.Horizon), make([]float64, rolloutPoints*d)
	p := &probe{
		Case: Case{Name: "rollout/" + t.Name, Precision: "float64", Threads: 1, InitialState: x0},
		run: func() (int, error) {
			_, stats, err := solver.Solve(field, x0, ts, out)
			return stats.Evaluations, err
		},
		close: func() {},
	}
	if t.Name == tasks[0].Name {
		p.Weights = weights
	}
	return p, nil
}

func rolloutBatch(t task.Task, m *model.Field) (*probe, error) {
	d := m.Dim
	solver, err := ode.NewSolver(d, &rolloutSettings)
	if err != nil {
		return nil, err
	}
	x0 := make([]float64, rolloutStates*d)
	rng := stream.New(0, "rollout")
	for i := range rolloutStates {
		t.System.Sample(rng, x0[i*d:(i+1)*d])
	}
	field, ts, out := m.FreeMany(), times(t.Energy.Horizon), make([]float64, rolloutStates*rolloutPoints*d)
	return &probe{
		Case: Case{Name: fmt.Sprintf("rollout/%s/batch-%d", t.Name, rolloutStates), Precision: "float64", Threads: 1},
		run: func() (int, error) {
			r, err := solver.SolveBatch(field, x0, rolloutStates, ts, out)
			if err != nil {
				return 0, err
			}
			n := 0
			for _, st := range r.Stats {
				n += st.Evaluations
			}
			return n, r.Err()
		},
		close: func() {},
	}, nil
}
