package experiment

import (
	"hnn/data"
	"hnn/model"
	"hnn/report"
	"hnn/system"
)

// Model is the run's trained model.
func (r *Run) Model() model.Model { return r.model }

// Columns names the components of the run's states.
func (r *Run) Columns() []string { return r.columns }

// Role is what the run is in a comparison, and what people call it.
func (r *Run) Role() (report.Role, string) { return r.look() }

// System is the system whose equations the run's data were drawn from, or nil where
// they were measured.
func (r *Run) System() system.System {
	if r.Config.fromFile() || r.Config.Pixels() {
		return nil
	}
	s, err := system.Lookup(r.Config.Task)
	if err != nil {
		return nil
	}
	return s
}

// Data draws or reads again what the run learned from and was tested on.
func (e *Env) Data(r *Run) (*data.Split, error) {
	d, err := e.data.load(&r.Config, nil)
	if err != nil {
		return nil, err
	}
	return &d.Split, nil
}
