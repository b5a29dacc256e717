package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"hnn/data"
	"hnn/model/lattice"
	"hnn/ode"
)

// SimulateOptions are what is asked of one rollout of a trained model: where it begins, what acts on
// the system, and how it is integrated. Times are all that must be given, and one of State,
// Masses and Film.
type SimulateOptions struct {
	// State is the initial one. Without it Film names a held-out film to begin with, counted
	// from 1, or Seed draws a state as the training data were drawn.
	State []float64
	Film  int
	Seed  uint64
	// Temperature, of a lattice, draws momenta by Seed at that temperature (k_B = 1) instead; 0 for none.
	Temperature float64
	// DataFile, unless it is empty, has the initial state, the inputs and the times: the first row of its trial Trial, counted
	// from 1, and its rows as late as Until. The state is fitted to the first WarmUp rows, or as it was measured where that is 0.
	DataFile      string
	Trial, WarmUp int
	Until         float64
	// Masses are those of the bodies of a pairwise model, in any number; nil keeps those
	// that it was trained on.
	Masses []float64
	// Times are the times of the states, the first being the initial one's. They run one way.
	Times []float64
	Integration
	// Inputs stay as they are; or InputFile has them, in the trial InputTrial, counted from
	// 1. Without either they are zero.
	Inputs     []float64
	InputFile  string
	InputTrial int
	// Correct asks for Corrected, by the step CorrectStep, zero being the run's own.
	Correct     bool
	CorrectStep float64
	// Push is the energy added at the middle one of the times, along the gradient of the
	// learned H; nil for none. The simulation has the state after it.
	Push *float64
	// Band is the level of a band to be given with the rollout, 0 for none.
	Band float64
}

// Simulate rolls out the model of a run directory, and tells Log what it chose: the
// integrator, and another one where a step that was found by trial does not serve later. The
// run that it returns has the model as it was rolled out.
func (e *Env) Simulate(ctx context.Context, dir string, o SimulateOptions) (*Run, *Simulation, error) {
	run, err := e.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	if run.Results, err = ReadResults(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	for _, w := range e.Warnings(run) {
		e.find(dir, w)
	}
	if o.Band != 0 {
		if err := checkLevel(o.Band); err != nil {
			return nil, nil, err
		}
		if err := e.Sure(ctx, run); err != nil {
			return nil, nil, err
		}
	}
	x0, err := e.start(run, &o)
	if err != nil {
		return nil, nil, err
	}
	if err := e.setInputs(run, &o); err != nil {
		return nil, nil, err
	}
	if o.Correct {
		note := ""
		if run, note, err = run.Corrected(o.CorrectStep); err != nil {
			return nil, nil, err
		}
		e.log("%s", note)
	}
	settings, chosen, err := run.Integrator(x0, o.Times, o.Integration)
	if err != nil {
		return nil, nil, err
	}
	e.log("%s", chosen)
	if e.Rolling != nil {
		from, to := o.Times[0], o.Times[len(o.Times)-1]
		settings.Progress = func(t float64) { e.Rolling((t - from) / (to - from)) }
	}
	if o.Push != nil {
		sim, err := run.simulateWithEnergy(ctx, x0, o.Times, settings, *o.Push)
		return run, sim.by(settings), err
	}
	sim, err := run.Simulate(ctx, x0, o.Times, settings)
	if err != nil {
		return nil, nil, err
	}
	if off, strays := run.strays(sim, settings); strays && o.Step == 0 {
		// The step that did at the start does not later.
		if o.Method != AutoMethod || o.Reversible {
			e.log("warning: later the energy erred by %.1g: give a shorter --step, or an adaptive --method", off)
		} else {
			e.log("later the energy erred by %.1g, so the rollout is done again by %v", off, ode.DOP853)
			settings = &ode.Settings{Method: ode.DOP853, RTol: settings.RTol, ATol: o.ATol, Progress: settings.Progress}
			sim, err = run.Simulate(ctx, x0, o.Times, settings)
		}
	}
	if err == nil && o.Band != 0 {
		if err = run.AddBand(ctx, sim, o.Band, settings); err != nil {
			return nil, nil, err
		}
	}
	return run, sim.by(settings), err
}

// start gives the run's model its bodies and returns the initial state.
func (e *Env) start(run *Run, o *SimulateOptions) ([]float64, error) {
	if o.Film != 0 {
		return e.filmStart(run, o.Film)
	}
	if lattice.Of(run.form) != nil {
		if err := run.startLattice(o); err != nil {
			return nil, err
		}
	} else if o.Masses != nil {
		if err := run.setMasses(o.Masses); err != nil {
			return nil, err
		}
	}
	if o.DataFile != "" {
		return e.startFromFile(run, o)
	}
	if o.State != nil {
		return o.State, nil
	}
	if o.Temperature != 0 {
		return run.warmStart(o.Temperature, o.Seed)
	}
	return run.sampleState(o.Seed)
}

// setInputs gives the run's model its inputs.
func (e *Env) setInputs(run *Run, o *SimulateOptions) error {
	switch {
	case o.DataFile != "":
		return nil // they came with the state
	case o.Inputs != nil:
		return run.setInput(data.Constant(o.Inputs...))
	case o.InputFile != "":
		s, err := e.readInput(run, o.InputFile, o.InputTrial)
		if err != nil {
			return err
		}
		return run.setInput(s)
	}
	if names := run.Inputs(); names != nil {
		e.log("no --input: %s is 0", strings.Join(names, ", "))
	}
	return nil
}

// by notes what a simulation was made by; nil stays nil.
func (s *Simulation) by(settings *ode.Settings) *Simulation {
	if s != nil {
		s.Settings = settings
	}
	return s
}

// Work says what a rollout took: steps, evaluations of the field, iterations.
func (s *Simulation) Work() string {
	line := fmt.Sprintf("%d steps", s.Stats.Steps)
	if s.Settings.Method.Adaptive() {
		line += fmt.Sprintf(", %d rejected", s.Stats.Rejected)
	}
	line += fmt.Sprintf(", %d evaluations of the field", s.Stats.Evaluations)
	if s.Stats.Iterations > 0 {
		line += fmt.Sprintf("; %.3g iterations a step, Newton's in %d steps, each solved to %.1g",
			float64(s.Stats.Iterations)/float64(s.Stats.Steps), s.Stats.NewtonSteps, s.Stats.Residual)
	}
	return line
}

// Last is the last state, and its copy where there is one, as a list of numbers that are
// read back to the same bits.
func (s *Simulation) Last() string {
	d, last := len(s.Columns), len(s.Times)-1
	var x []string
	for _, v := range slices.Concat(s.States[last*d:], s.Copies[min(last*d, len(s.Copies)):]) {
		x = append(x, number(v))
	}
	return strings.Join(x, ",")
}
