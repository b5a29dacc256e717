package experiment

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/data/file"
	"hnn/internal/printable"
	"hnn/model"
	"hnn/model/poisson"
	"hnn/ode"
	"hnn/system"
)

// Simulation is a rollout of a run's model.
type Simulation struct {
	// Columns names the state's components.
	Columns []string
	Times   []float64
	// States are len(Times) x Dim, row-major. Copies are as long, where the method carries
	// a copy of the state that is needed to run it back, and else nil.
	States, Copies []float64
	// Mean and SD are, of an ensemble, those of its members' rollouts, as long as States,
	// which is the rollout of the mean of their fields; else nil.
	Mean, SD []float64
	// Energy is the learned H along the rollout less its value at the start, nil
	// where the model has none. TrueEnergy is the known system's, nil where unknown.
	Energy, TrueEnergy []float64
	// Power is the rate at which the learned H changes, of a model that loses energy; its
	// integral is Energy. It is nil of others.
	Power []float64
	// Inputs are those along the rollout, len(Times) x len(InputNames), and Supply the power
	// that they put in; nil where there are none. The rate of the learned H is Power, if
	// there is such, plus Supply.
	InputNames     []string
	Inputs, Supply []float64
	Stats          ode.Stats
	// Band is what the rollout may be off by, nil where nobody asked.
	Band *Band
	// Settings are those that Env.Simulate chose; nil of other simulations.
	Settings *ode.Settings
}

// Simulate rolls a run's model out from x0 over the given times, which run one way
// from the time of x0. The settings' nil means rtol and atol of 1e-9; see Integrator for
// others. With a reversible Tao's method x0 may be followed by its copy.
func (r *Run) Simulate(ctx context.Context, x0, times []float64, s *ode.Settings) (*Simulation, error) {
	d := r.model.Dim
	var settings ode.Settings
	if s != nil {
		settings = *s
	}
	settings.Interrupt = ctx.Err
	copies := settings.Reversible && !settings.Method.NeedsSplit()
	if copies && len(x0) == d {
		x0 = slices.Concat(x0, x0)
	}
	if err := r.checkState(x0); err != nil {
		return nil, err
	}
	if err := r.checkInput(times); err != nil {
		return nil, err
	}
	if len(x0) != d && !copies {
		return nil, fmt.Errorf("the initial state has a copy, which only reversible runs by Tao's methods carry")
	}
	settings.Copies = copies
	states, stats, err := solve(r.model, r.input, x0, times, &settings)
	if err != nil {
		return nil, wayOut(err, times)
	}
	sim := &Simulation{Columns: r.columns, Times: times, States: states, Stats: stats}
	if copies {
		sim.States, sim.Copies = make([]float64, len(times)*d), make([]float64, len(times)*d)
		for i := range times {
			copy(sim.States[i*d:(i+1)*d], states[2*i*d:])
			copy(sim.Copies[i*d:(i+1)*d], states[(2*i+1)*d:])
		}
		states = sim.States
	}
	if r.model.Kind == poisson.Kind { // no method keeps the energy of coordinates that are not canonical
		project(r.model, states)
	}
	if err := r.memberRollouts(sim, settings); err != nil {
		return nil, err
	}
	if r.model.Energy != nil {
		energy := r.model.Energy()
		sim.Energy = make([]float64, len(times))
		for i := range times {
			sim.Energy[i] = energy(states[i*d:(i+1)*d]) - energy(states[:d])
		}
	}
	if power := r.model.Power(); power != nil {
		sim.Power = make([]float64, len(times))
		for i := range times {
			sim.Power[i] = power(states[i*d : (i+1)*d])
		}
	}
	r.supply(sim)
	if known := r.knownSystem(); known != nil {
		sim.TrueEnergy = system.Energies(known, states, nil)
	}
	return sim, nil
}

// wayOut says what flags help where the steps of an adaptive method do not reach the last time.
func wayOut(err error, times []float64) error {
	var many *ode.TooManyStepsError
	if !errors.As(err, &many) || many.End == times[0] {
		return err
	}
	part := (many.Time - times[0]) / (many.End - times[0]) // of whatever units
	span := times[len(times)-1] - times[0]
	return &advised{err, fmt.Sprintf("%d steps reach %.2g of the time of %.9g: end earlier with --to, loosen --rtol and --atol, or take a method without this limit, as --method gauss6 --step %.2g",
		many.Limit, part, span, math.Abs(part*span)/float64(many.Limit))}
}

// advised is an error in the words of the program's flags.
type advised struct {
	error
	text string
}

func (e *advised) Error() string { return e.text }
func (e *advised) Unwrap() error { return e.error }

// solve rolls a model out, in its two parts where it has them, and in its own dimensionless
// states and times, if it has such: a tolerance, the spacing of a grid and the binding of
// two copies mean the same there for every component. The settings, and what it takes and
// returns, are in the user's units. A nil input leaves the model alone.
func solve(m *model.Field, input *data.Signal, x0, times []float64, s *ode.Settings) ([]float64, ode.Stats, error) {
	var settings ode.Settings
	if s != nil {
		settings = *s
	}
	m, scales := m.Dimensionless()
	if scales != nil {
		x0, times = slices.Clone(x0), slices.Clone(times)
		scales.States(x0, x0)
		for i := range times {
			times[i] /= scales.Time
		}
		settings.Step /= scales.Time
		settings.Omega *= scales.Time
		if progress := settings.Progress; progress != nil {
			settings.Progress = func(t float64) { progress(t * scales.Time) }
		}
		input = scales.Signal(input)
	}
	chart, dim := m.Charted(settings.Method), m.Dim
	if chart != nil {
		x0, m = chart.Enter(x0, dim), chart.Field
	}
	var states []float64
	var stats ode.Stats
	var err error
	if m.Split != nil {
		states, stats, err = ode.SolveSplit(m.Split(), x0, times, nil, &settings)
	} else {
		field, knots := m.Under(input)
		states, stats, err = ode.SolveSegments(field, knots, x0, times, nil, &settings)
	}
	if chart != nil && err == nil {
		coordinates := states
		states = chart.Leave(coordinates, dim)
		if settings.Reversible {
			for i, v := range chart.Enter(states, dim) {
				if ode.DefaultGrid*math.RoundToEven(v/ode.DefaultGrid) != coordinates[i] {
					return nil, stats, fmt.Errorf("the momenta that belong to the state %v are not found again to all digits: the model's masses are too unlike to be run back", states[i/m.Dim*dim:(i/m.Dim+1)*dim])
				}
			}
		}
	}
	if scales == nil || err != nil {
		if scales != nil {
			err = fmt.Errorf("in units of %.6g of time and of the states' spreads: %w", scales.Time, err)
		}
		return states, stats, err
	}
	z := slices.Clone(states)
	scales.Restore(states, z)
	if settings.Reversible {
		// What is written must lead back to the same point of the grid.
		again := make([]float64, len(z))
		scales.States(again, states)
		for i, v := range again {
			if ode.DefaultGrid*math.RoundToEven(v/ode.DefaultGrid) != z[i] {
				return nil, stats, fmt.Errorf("component %d is %v and varies by %.3g about %.6g only: written in these units it loses digits that going back needs; subtract that from the data",
					i%len(scales.State)+1, states[i], scales.State[i%len(scales.State)], scales.Origin[i%len(scales.State)])
			}
		}
	}
	return states, stats, nil
}

// checkState reports a state that is not the model's, or its and a copy.
func (r *Run) checkState(x0 []float64) error {
	if d := r.model.Dim; len(x0) != d && len(x0) != 2*d {
		return fmt.Errorf("the initial state has %d components and the model's states have %d (%s)", len(x0), d, strings.Join(r.columns, ", "))
	}
	for i, v := range x0 {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("component %d of the initial state is %v; it must be a finite number", i+1, v)
		}
	}
	if c := r.model.Chart; c != nil && c.Constrained {
		d := r.model.Dim
		if slices.ContainsFunc(c.Enter(x0[:d], d), math.IsNaN) {
			return errors.New("no state near the initial one has rods as long as the model's: give points that are as far from each other, and from the pivots, as the training data's are")
		}
	}
	return nil
}

// stateNames are q and p, numbered where there is more than one of each.
func stateNames(dim int) []string {
	if dim == 2 {
		return []string{"q", "p"}
	}
	var names []string
	for _, letter := range "qp" {
		for i := range dim / 2 {
			names = append(names, fmt.Sprintf("%c%d", letter, i+1))
		}
	}
	return names
}

// WriteCSV writes a header and a row for each time: t, the state, and the energies
// that are known (energy_change of the learned H and its rate: power where it is lost,
// supply where inputs put it in; true_energy), in full precision. The columns of a copy follow those of the state, and
// so do, of an ensemble, mean and standard deviation of its members' rollouts (q_mean,
// q_sd and so on) and the bounds of a band (q_lo, q_hi; outside is 1 where nothing is known), and then the inputs.
func (s *Simulation) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := append([]string{"t"}, s.Columns...)
	type columns struct {
		suffix string
		states []float64
	}
	beside := []columns{{"_copy", s.Copies}, {"_mean", s.Mean}, {"_sd", s.SD}}
	if s.Band != nil {
		beside = append(beside, columns{"_lo", s.Band.Lo}, columns{"_hi", s.Band.Hi})
	}
	for _, b := range beside {
		if b.states != nil {
			for _, name := range s.Columns {
				header = append(header, name+b.suffix)
			}
		}
	}
	header = append(header, s.InputNames...)
	var extra [][]float64
	if s.Band != nil {
		header, extra = append(header, "outside"), append(extra, s.Band.outside())
	}
	if s.Energy != nil {
		header, extra = append(header, "energy_change"), append(extra, s.Energy)
	}
	if s.Power != nil {
		header, extra = append(header, "power"), append(extra, s.Power)
	}
	if s.Supply != nil {
		header, extra = append(header, "supply"), append(extra, s.Supply)
	}
	if s.TrueEnergy != nil {
		header, extra = append(header, "true_energy"), append(extra, s.TrueEnergy)
	}
	for i, name := range header {
		header[i] = printable.Cell(name)
	}
	if err := c.Write(header); err != nil {
		return err
	}
	d := len(s.Columns)
	for i, t := range s.Times {
		row := []string{number(t)}
		for _, v := range s.States[i*d : (i+1)*d] {
			row = append(row, number(v))
		}
		for _, b := range beside {
			if b.states != nil {
				for _, v := range b.states[i*d : (i+1)*d] {
					row = append(row, number(v))
				}
			}
		}
		m := len(s.InputNames)
		for _, v := range s.Inputs[i*m : (i+1)*m] {
			row = append(row, number(v))
		}
		for _, e := range extra {
			row = append(row, number(e[i]))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// number writes a float64 so that it is read back to the same bits.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// JSON is the rollout for JSON: the run's directory, method and columns, and Arrays, a list for each time.
func (s *Simulation) JSON(dir string) any {
	all := map[string]any{"dir": dir, "columns": s.Columns}
	if s.Settings != nil {
		all["method"] = s.Settings.Method.String()
	}
	if s.InputNames != nil {
		all["inputs"] = s.InputNames
	}
	for name, a := range s.Arrays() {
		if len(a.Shape) == 1 {
			all[name] = numberList(a.Data)
			continue
		}
		rows := make([][]Number, a.Shape[0])
		for i := range rows {
			rows[i] = numberList(a.Data[i*a.Shape[1] : (i+1)*a.Shape[1]])
		}
		all[name] = rows
	}
	return all
}

// Arrays are the rollout for file.WriteNPZ: t, x, and x_copy, x_mean, x_sd, x_lo, x_hi, outside, u, energy_change,
// power, supply and true_energy where there are such.
func (s *Simulation) Arrays() map[string]file.Array {
	n := len(s.Times)
	arrays := map[string]file.Array{
		"t": {Shape: []int{n}, Data: s.Times},
		"x": {Shape: []int{n, len(s.Columns)}, Data: s.States},
	}
	states := map[string][]float64{"x_copy": s.Copies, "x_mean": s.Mean, "x_sd": s.SD}
	if s.Band != nil {
		states["x_lo"], states["x_hi"] = s.Band.Lo, s.Band.Hi
		arrays["outside"] = file.Array{Shape: []int{n}, Data: s.Band.outside()}
	}
	for name, states := range states {
		if states != nil {
			arrays[name] = file.Array{Shape: []int{n, len(s.Columns)}, Data: states}
		}
	}
	if s.Energy != nil {
		arrays["energy_change"] = file.Array{Shape: []int{n}, Data: s.Energy}
	}
	if s.Power != nil {
		arrays["power"] = file.Array{Shape: []int{n}, Data: s.Power}
	}
	if s.Inputs != nil {
		arrays["u"] = file.Array{Shape: []int{n, len(s.InputNames)}, Data: s.Inputs}
	}
	if s.Supply != nil {
		arrays["supply"] = file.Array{Shape: []int{n}, Data: s.Supply}
	}
	if s.TrueEnergy != nil {
		arrays["true_energy"] = file.Array{Shape: []int{n}, Data: s.TrueEnergy}
	}
	return arrays
}
