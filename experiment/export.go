package experiment

import (
	"path/filepath"

	"hnn/export"
)

// mostExportRows is how many states of its data the accuracy of an exported model is looked at.
const mostExportRows = 1000

// Exported returns the run's model as programs, to be written out for use elsewhere, and states of its data (rows x
// dimension, row-major), nil where these cannot be had.
func (e *Env) Exported(r *Run) (*export.Model, []float64, error) {
	names := export.Names{Model: filepath.Base(filepath.Clean(r.Dir)), Columns: r.columns, Inputs: r.inputs, Held: r.Config.held()}
	var states []float64
	if r.form.Pixels == nil {
		if d, err := e.data.load(&r.Config, nil); err == nil && d.Test != nil && d.Test.Dim == r.form.Dim {
			states = d.Test.X[:min(len(d.Test.X), mostExportRows*d.Test.Dim)]
			if u := d.lawUnits(&r.Config); u != nil {
				names.Units, names.InputUnits, names.TimeUnit = u.Columns, u.Inputs, u.Time
			}
		}
	}
	switch {
	case len(states) > 0:
		names.Start = states[:r.form.Dim]
	case r.seen != nil && len(r.seen.Least) == r.form.Dim:
		for i, least := range r.seen.Least {
			names.Start = append(names.Start, least+0.75*(r.seen.Most[i]-least))
		}
		states = names.Start
	}
	m, err := export.New(r.form, names)
	return m, states, err
}
