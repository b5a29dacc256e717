package experiment

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// Simulation is a rollout of a run's model.
type Simulation struct {
	// Columns names the state's components.
	Columns []string
	Times   []float64
	// States are len(Times) x Dim, row-major.
	States []float64
	// Energy is the learned H along the rollout less its value at the start, nil
	// where the model has none. TrueEnergy is the known system's, nil where unknown.
	Energy, TrueEnergy []float64
	Stats              ode.Stats
}

// Simulate rolls a run's model out from x0 over the given times, which run one way
// from the time of x0. The settings' nil means rtol and atol of 1e-9.
func (r *Run) Simulate(ctx context.Context, x0, times []float64, s *ode.Settings) (*Simulation, error) {
	d := r.model.Dim()
	if len(x0) != d {
		return nil, fmt.Errorf("the initial state has %d components and the model's states have %d (%s)", len(x0), d, strings.Join(r.columns, ", "))
	}
	for i, v := range x0 {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("component %d of the initial state is %v; it must be a finite number", i+1, v)
		}
	}
	var settings ode.Settings
	if s != nil {
		settings = *s
	}
	settings.Interrupt = ctx.Err
	states, stats, err := ode.Solve(r.model.Field(), x0, times, nil, &settings)
	if err != nil {
		return nil, err
	}
	sim := &Simulation{Columns: r.columns, Times: times, States: states, Stats: stats}
	if m, ok := r.model.(model.Energetic); ok {
		energy := m.Energy()
		sim.Energy = make([]float64, len(times))
		for i := range times {
			sim.Energy[i] = energy(states[i*d:(i+1)*d]) - energy(x0)
		}
	}
	if !r.Config.fromFile() {
		if known, err := system.Lookup(r.Config.Task); err == nil {
			sim.TrueEnergy = system.Energies(known, states, nil)
		}
	}
	return sim, nil
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
// that are known (energy_change of the learned H, true_energy), in full precision.
func (s *Simulation) WriteCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := append([]string{"t"}, s.Columns...)
	var extra [][]float64
	if s.Energy != nil {
		header, extra = append(header, "energy_change"), append(extra, s.Energy)
	}
	if s.TrueEnergy != nil {
		header, extra = append(header, "true_energy"), append(extra, s.TrueEnergy)
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

// Arrays are the rollout for data.WriteNPZ: t, x, and energy_change and true_energy
// where they are known.
func (s *Simulation) Arrays() map[string]data.Array {
	n := len(s.Times)
	arrays := map[string]data.Array{
		"t": {Shape: []int{n}, Data: s.Times},
		"x": {Shape: []int{n, len(s.Columns)}, Data: s.States},
	}
	if s.Energy != nil {
		arrays["energy_change"] = data.Array{Shape: []int{n}, Data: s.Energy}
	}
	if s.TrueEnergy != nil {
		arrays["true_energy"] = data.Array{Shape: []int{n}, Data: s.TrueEnergy}
	}
	return arrays
}
