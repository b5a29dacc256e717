package experiment

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/data/file"
	"hnn/model"
)

// Hold is what inputs do between their samples: data.Signal's Held or not. "" is
// FirstOrderHold.
type Hold string

// The holds.
const (
	FirstOrderHold Hold = "foh" // they change linearly
	ZeroOrderHold  Hold = "zoh" // they stay what they were
)

// Values lists the names of the holds.
func (Hold) Values() []string { return []string{string(FirstOrderHold), string(ZeroOrderHold)} }

// held reports whether inputs stay what they were until the next sample.
func (c *Config) held() bool { return c.InputHold == ZeroOrderHold }

// holdSteps takes inputs of a user's file that stay the same between jumps for held, where nothing was said of them: the line
// between two samples would begin each step a sample too early.
func (e *Env) holdSteps(c *Config) {
	if !c.Facts().Source.Own() || c.Pixels() || c.InputHold != "" {
		return
	}
	d, err := e.data.load(c, e.Reading)
	if err != nil || d.raw == nil {
		return // whoever trains says it
	}
	if stepped := d.raw.SteppedInputs(); stepped != nil {
		c.InputHold = ZeroOrderHold
		e.log("%s: what acts (%s) stays the same between jumps: taken as held from sample to sample; --input-hold foh draws lines", c.Task, strings.Join(stepped, ", "))
	}
}

// validateInputs checks the settings that are about inputs; whether there are any is known
// with the data.
func (c *Config) validateInputs() error {
	if !c.fromFile() && (c.InputHold != "" || c.InputGain != "" || c.InputDelay != "" || c.ColumnDelay != "" || c.ColumnGain != "" || c.ColumnOffset != "") {
		return fmt.Errorf("task %s is a system that nothing acts on and no sensor measures: leave out input-hold, input-gain, input-delay, column-delay, column-gain and column-offset", c.Task)
	}
	if c.ColumnDelay != "" && c.ColumnDelay != AutoDelay {
		if _, err := byColumn("column-delay", c.ColumnDelay, "omega=0.02, y=-0.004"); err != nil {
			return err
		}
	}
	if err := c.validateSensors(); err != nil {
		return err
	}
	switch {
	case math.IsNaN(c.Within) || math.IsInf(c.Within, 0) || c.Within < 0:
		return fmt.Errorf("rollout-time %v: give a time in the file's unit, as 0.5", c.Within)
	case c.Within > 0 && !c.fromFile():
		return fmt.Errorf("rollout-time is of models of a user's file: leave it out for task %s", c.Task)
	}
	if v, err := strconv.ParseFloat(c.InputDelay, 64); c.InputDelay != "" && c.InputDelay != AutoDelay && (err != nil || math.IsNaN(v) || math.IsInf(v, 0)) {
		return fmt.Errorf("input-delay %q: give a time in the file's unit, as 0.02, or %s to find it", c.InputDelay, AutoDelay)
	}
	return c.validateGain()
}

// checkInputs reports settings that are about inputs where the data have none.
func (c *Config) checkInputs(d *dataset) error {
	if d.Train.InputNames == nil && (c.InputGain != "" || c.InputHold != "") {
		return fmt.Errorf("%s: input-gain or input-hold is given, and no column is an input: name it, as in --input u", c.Data)
	}
	return nil
}

// inputsOf is the dataset for a model that may take no inputs: those of the data are then
// left out. It is an error if they are not the model's.
func (d *dataset) inputsOf(m *model.Field) (*dataset, error) {
	have, want := len(d.Test.InputNames), m.Inputs
	if have == want {
		return d, nil
	}
	if want > 0 {
		return nil, fmt.Errorf("the model takes %d inputs and the data have %d (%q); name them, as in --input u", want, have, d.Test.InputNames)
	}
	out := &dataset{
		Split: d.Split, scales: d.scales, dimensionless: d.dimensionless, system: d.system, estimator: d.estimator,
		estimated: d.estimated, measured: d.measured, angles: d.angles, within: d.within, mappings: d.mappings, foreign: d.foreign, learned: d.learned, films: d.films,
	}
	for _, s := range []**data.Set{&out.Train, &out.Test, &out.dimensionless.Train, &out.dimensionless.Test} {
		if *s != nil {
			alone := **s
			alone.Inputs, alone.InputNames = nil, nil
			*s = &alone
		}
	}
	return out, nil
}

// Inputs returns the names of the inputs of the run's model, nil where nothing acts on its
// system.
func (r *Run) Inputs() []string { return r.inputs }

// setInput gives the rollouts that follow a signal, in the user's units; its hold is the
// run's. It is an error if the model takes another number of inputs.
func (r *Run) setInput(s *data.Signal) error {
	switch n := r.model.Inputs; {
	case n == 0:
		return fmt.Errorf("%s: nothing acts on the model's system from outside: leave out the input", r.Dir)
	case s.Inputs() != n:
		return fmt.Errorf("%s: the model takes %d inputs (%s), and %d are given", r.Dir, n, strings.Join(r.inputs, ", "), s.Inputs())
	}
	if err := s.Validate(); err != nil {
		return err
	}
	s.Held = r.Config.held()
	r.input = s
	return nil
}

// readInput reads a run's inputs from the columns that it was trained on, in a trial of a
// file, counted from 1.
func (e *Env) readInput(r *Run, path string, trial int) (*data.Signal, error) {
	if r.inputs == nil {
		return nil, fmt.Errorf("%s: nothing acts on the model's system from outside: leave out the input", r.Dir)
	}
	// Its columns are read as positions, and no others.
	o := file.ReadOptions{Columns: file.Columns{
		Time: r.Config.Columns.Time, Trial: r.Config.Columns.Trial, Step: r.Config.Columns.Step,
		Q: r.inputs, P: []string{}, DQ: []string{}, DP: []string{}, Input: []string{file.NoInput},
	}}
	set, mapping, err := file.Read(path, o)
	if err != nil {
		return nil, err
	}
	if err := e.checkInputFile(r, set, mapping); err != nil {
		return nil, err
	}
	if trial < 1 || trial > set.Trials() {
		return nil, fmt.Errorf("%s: no trial %d: it has %d, counted from 1", path, trial, set.Trials())
	}
	t, u, _ := set.Trial(trial - 1)
	if r.seen == nil || r.seen.InputDelay == 0 {
		return &data.Signal{T: t, U: u}, nil
	}
	inputs := &data.Set{Offsets: []int{0, len(t)}, T: t, Inputs: u, InputNames: r.inputs, InputsHeld: r.Config.held()}
	return &data.Signal{T: t, U: inputs.DelayInputs(r.seen.InputDelay).Inputs}, nil
}

// checkInput reports times that the run's input does not cover.
func (r *Run) checkInput(times []float64) error {
	if r.input == nil || len(r.input.T) == 0 {
		return nil
	}
	from, to := times[0], times[len(times)-1]
	first, last := r.input.T[0], r.input.T[len(r.input.T)-1]
	// The end of a range is often a sum.
	if slack := 1e-9 * (math.Abs(first) + math.Abs(last)); min(from, to) < first-slack || max(from, to) > last+slack {
		return fmt.Errorf("the rollout goes from %v to %v, and the input is known from %v to %v: keep within it, by --from and --to", from, to, first, last)
	}
	return nil
}

// supply adds to a simulation its inputs and, of a model with an energy, the power that they
// put in, with that of forces of the time.
func (r *Run) supply(sim *Simulation) {
	d := r.model.Dim
	if r.model.Forcing != nil {
		power := r.model.Forcing()
		sim.Supply = make([]float64, len(sim.Times))
		for i, t := range sim.Times {
			sim.Supply[i] = power(t, sim.States[i*d:(i+1)*d])
		}
	}
	n := r.model.Inputs
	if n == 0 || r.input == nil {
		return
	}
	sim.InputNames, sim.Inputs = r.inputs, make([]float64, n*len(sim.Times))
	for i, t := range sim.Times {
		r.input.At(t, sim.Inputs[i*n:(i+1)*n])
	}
	if power := r.model.Supply(); power != nil {
		if sim.Supply == nil {
			sim.Supply = make([]float64, len(sim.Times))
		}
		for i := range sim.Times {
			sim.Supply[i] += power(sim.States[i*d:(i+1)*d], sim.Inputs[i*n:(i+1)*n])
		}
	}
}
