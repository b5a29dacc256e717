package experiment

import (
	"strings"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/file"
	"hnn/experiment/task"
)

// Plan says what training on a user's file would do where nothing else is asked for, in
// sentences: how the rows are split, where derivatives come from, what is smoothed, and
// how it is fitted. set is what was read of the file at path, m how. An error is what would
// stop the training.
//
// checked is what check.Observations found in the set, by the mapping's velocities alone. Of asked count what it says of bad rows
// and of jumps.
func Plan(path string, asked *Config, set *data.Set, m *file.Mapping, checked *check.Report) ([]string, error) {
	c, err := Default(task.OwnData)
	if err != nil {
		return nil, err
	}
	c = c.Tuned()
	c.Data = path
	c.SkipBadRows, c.KeepBadRows, c.SplitAtJumps = asked.SkipBadRows, asked.KeepBadRows, asked.SplitAtJumps
	d := &dataset{checked: checked}
	if set, err = d.prepare(&c, path, set, m.Velocities); err != nil {
		return nil, err
	}
	if err := d.learnFrom(&c, set); err != nil {
		return d.notes, err
	}
	if marks, err := angles(d.angles, set.Names); err == nil {
		if note := conserves(set, marks); note != "" {
			d.note("%s", note)
		}
		if _, note := glance(set, marks, d.velocities()); note != "" {
			d.note("%s", note)
		}
	}
	if c.Scaling {
		if err := d.scale(&c); err != nil {
			return d.notes, err
		}
		d.note("the fit is dimensionless: states and times are divided by scales found from the data")
	}
	if names := d.Train.InputNames; names != nil {
		d.note("the models are given the inputs %s", strings.Join(names, ", "))
	}
	if d.raw != nil && !d.raw.FirstOrder && !d.scattered() {
		if named, _ := d.perhapsAngles(); named != nil {
			d.note("%s: taken for angles if a law periodic in them follows parts of the training rows better; --angle says so", strings.Join(named, ", "))
		}
	}
	d.note("a linear field, a Lagrangian, a sparse field and HNNs, with friction and without, are tried on parts of the training rows; what follows the others best is recommended")
	return d.notes, nil
}
