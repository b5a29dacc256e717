package experiment

import (
	"errors"
	"fmt"
)

// startFromFile is the first state of a trial of a file, whose inputs the run then takes and whose times the rollout has.
func (e *Env) startFromFile(r *Run, o *SimulateOptions) ([]float64, error) {
	if r.Config.Pixels() {
		return nil, fmt.Errorf("%s learned from pictures: its rollouts begin with --film", r.Dir)
	}
	d, err := e.secondDataset(r, o.DataFile)
	if err != nil {
		return nil, err
	}
	if have, want := d.Test.Dim, r.model.Dim; have != want {
		return nil, fmt.Errorf("%s: its states have %d components, and the model's %d", o.DataFile, have, want)
	}
	if d, err = d.inputsOf(r.model); err != nil {
		return nil, fmt.Errorf("%s: %w", o.DataFile, err)
	}
	trials := d.heldOutTrials()
	if o.Trial < 1 || o.Trial > len(trials) {
		return nil, fmt.Errorf("%s: no trial %d: it has %d, counted from 1", o.DataFile, o.Trial, len(trials))
	}
	t, columns := &trials[o.Trial-1], d.measured.Dim
	if columns == r.model.Dim {
		t.States = t.Measured
	}
	if o.WarmUp > 0 {
		if len(t.T) < o.WarmUp || o.WarmUp < 2 {
			return nil, fmt.Errorf("a warm-up of %d rows of a trial of %d: give at least 2 and no more than it has", o.WarmUp, len(t.T))
		}
		if t.States, err = fittedFirst(r.model, t, columns, o.WarmUp, d.noiseOf(d.measuredSpread())); err != nil {
			return nil, err
		}
	}
	for _, now := range t.T {
		if now <= o.Until {
			o.Times = append(o.Times, now)
		}
	}
	if len(o.Times) < 2 {
		return nil, errors.New("--to: no two rows of the trial are as early")
	}
	if t.Input != nil {
		if err := r.setInput(t.Input); err != nil {
			return nil, err
		}
	}
	return t.States[:r.model.Dim], nil
}
