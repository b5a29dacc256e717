package experiment

import (
	"fmt"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/file"
)

// checkInputFile compares a file of inputs with what a run learned from: its names are those of the run's inputs, with their
// units, its times in the unit of the run's. It says what is doubtful: values that files write for none, and steps of
// another size.
func (e *Env) checkInputFile(r *Run, set *data.Set, m *file.Mapping) error {
	if !slices.Equal(m.Columns.Q, r.inputs) {
		return fmt.Errorf("%s: its inputs are %s, and the model learned from %s: the names differ, as those of other units do; convert them", m.File, strings.Join(m.Columns.Q, ", "), strings.Join(r.inputs, ", "))
	}
	for _, note := range m.Notes {
		e.logOnce("%s: %s", m.File, note)
	}
	// Only numbers that stand for a missing value are refused: inputs may be pulses, steps, and stay as they are.
	inputs := &data.Set{Dim: len(r.inputs), Offsets: set.Offsets, T: set.T, X: make([]float64, len(set.X)), FirstOrder: true, InputNames: r.inputs, Inputs: set.X}
	for _, f := range check.Observations(inputs, check.Options{}).Findings {
		if f.Severity == check.Refusal && f.Bad {
			return fmt.Errorf("%s: %s: leave these rows out, or put in what acted", m.File, f.What)
		}
	}
	if r.seen != nil && r.seen.Columns != nil {
		was, known := (&file.Mapping{Columns: *r.seen.Columns}).TimeUnit()
		if is, also := m.TimeUnit(); also && known && was != is {
			return fmt.Errorf("the times of %s, %s, and those that the model learned from, %s, are in different units: convert them", m.File, m.Time, r.seen.Columns.Time)
		} else if also && !known && is != 1 {
			e.log("warning: by its name the time %s of %s is in another unit than seconds, and that of the training data, %s, says none: one unit of the two is taken for the other's", m.Time, m.File, r.seen.Columns.Time)
		}
	}
	// A gap is some steps of the training data. Inputs may well be recorded more often than states, hardly less often.
	const coarser, finer = 4, 2500
	old, err := ReadResults(r.Dir)
	if err != nil || old.Observations == nil || old.Observations.Estimator == nil {
		return nil
	}
	steps := set.Steps()
	if gap := old.Observations.Gap; gap > 0 && len(steps) > 0 {
		slices.Sort(steps)
		if step := steps[len(steps)/2]; step > coarser*gap || step < gap/finer {
			e.log("warning: %s goes by %.4g in time from row to row, and the training data by less than %.4g: is it in another unit?", m.File, step, gap)
		}
	}
	return nil
}
