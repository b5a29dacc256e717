package experiment

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"hnn/data"
	"hnn/model/lattice"
)

// fewRows is the number of rows of a trial below which a rollout begins with its first row and nothing is estimated of the others:
// they tell neither noise nor ranges.
const fewRows = 9

// startFromFile is the first state of a trial of a file, whose inputs the run then takes and whose times the rollout has.
func (e *Env) startFromFile(r *Run, o *SimulateOptions) ([]float64, error) {
	if r.Config.Pixels() {
		return nil, fmt.Errorf("%s learned from pictures: its rollouts begin with --film", r.Dir)
	}
	learned := r.seen
	d, set, err := e.secondRows(r, o.DataFile)
	if err != nil {
		return nil, err
	}
	velocities := r.takesVelocities(d, learned)
	if velocities != "" {
		e.log("warning: %s: %s", o.DataFile, velocities)
	}
	if o.Trial >= 1 && o.Trial <= set.Trials() && o.WarmUp == 0 && set.Dim == r.model.Dim && !set.PositionsOnly {
		if t, _, _ := set.Trial(o.Trial - 1); len(t) < fewRows {
			return e.startFromFew(r, o, d, set)
		}
	}
	if err := e.estimateSecond(r, d, set, o.DataFile); err != nil {
		return nil, err
	}
	if have, want := d.Test.Dim, r.model.Dim; have != want {
		return nil, fmt.Errorf("%s: its states have %d components, and the model's %d", o.DataFile, have, want)
	}
	if d, err = d.inputsOf(r.model); err != nil {
		return nil, fmt.Errorf("%s: %w", o.DataFile, err)
	}
	if pace := d.otherPace(r.model); pace != "" && velocities == "" {
		e.log("warning: %s: %s", o.DataFile, pace)
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
	if err := o.timesOf(t.T); err != nil {
		return nil, err
	}
	if t.Input != nil {
		if err := r.setInput(t.Input); err != nil {
			return nil, err
		}
	}
	return t.States[:r.model.Dim], nil
}

// timesOf gives a rollout the times of rows as far as it goes.
func (o *SimulateOptions) timesOf(rows []float64) error {
	for _, now := range rows {
		if now <= o.Until {
			o.Times = append(o.Times, now)
		}
	}
	if len(o.Times) < 2 {
		return errors.New("--to: no two rows of the trial are as early")
	}
	return nil
}

// startFromFew is the first row of a trial of few rows. Of a single one the times are equal ones from its own until the time that is
// asked for.
func (e *Env) startFromFew(r *Run, o *SimulateOptions, d *dataset, set *data.Set) ([]float64, error) {
	for _, note := range d.notes {
		e.log("%s: %s", o.DataFile, note)
	}
	d.Test = set
	d, err := d.inputsOf(r.model)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.DataFile, err)
	}
	if input := d.Test.InputSignal(o.Trial - 1); input != nil {
		if err := r.setInput(input); err != nil {
			return nil, err
		}
	}
	t, x, _ := set.Trial(o.Trial - 1)
	x = x[:r.model.Dim]
	if len(t) > 1 {
		return x, o.timesOf(t)
	}
	if math.IsInf(o.Until, 0) || !(o.Until > t[0]) {
		return nil, fmt.Errorf("%s: trial %d is a single row, at the time %v: say with --to until when the rollout goes, a later time", o.DataFile, o.Trial, t[0])
	}
	const intervals = 100
	for i := range intervals + 1 {
		o.Times = append(o.Times, t[0]+(o.Until-t[0])*float64(i)/intervals)
	}
	return x, nil
}

// takesVelocities says that a file's momenta are velocities by their names while those that a lattice learned from had another name, and that
// its masses are not 1; "" where they are the same.
func (r *Run) takesVelocities(d *dataset, learned *seen) string {
	s := lattice.Of(r.form)
	if s == nil || s.Flow != lattice.Mechanical || learned == nil || learned.Columns == nil || len(d.mappings) == 0 || !d.mappings[0].Velocities {
		return ""
	}
	was, is := firstOf(learned.Columns.P), firstOf(d.mappings[0].Columns.P)
	if was == "" || is == "" || letters(was) == letters(is) {
		return ""
	}
	const near = 1e-3
	const h = 1e-2
	curvature := (s.Kinetic.Slope(h) - s.Kinetic.Slope(-h)) / (2 * h)
	if s.Masses == nil && math.Abs(curvature-1) < near {
		return ""
	}
	return fmt.Sprintf("its columns %s, ... are velocities by their names, and the model learned from momenta (%s, ...) whose mass is not 1: give p = m v, or train on velocities", is, was)
}

// letters are those of a column's name, without its number.
func letters(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789_[],. ", r) {
			return -1
		}
		return r
	}, name))
}

func firstOf(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
