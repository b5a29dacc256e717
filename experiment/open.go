package experiment

import (
	"fmt"
	"path/filepath"

	"hnn/data"
	"hnn/data/frames"
	"hnn/model"
	"hnn/report"
	"hnn/system"
)

// Model is what the run's trained model can do.
func (r *Run) Model() *model.Field { return r.model }

// ModelFile is where the run's model lies on disk.
func (r *Run) ModelFile() string { return filepath.Join(r.Dir, modelFile) }

// Columns returns the names of the components of the run's states.
func (r *Run) Columns() []string { return r.columns }

// Role returns what the run is in a comparison, and what people call it.
func (r *Run) Role() (report.Role, string) { return r.look() }

// System returns the system whose equations the run's data were drawn from, or nil where they
// were measured.
func (r *Run) System() system.System { return r.Config.Facts().System }

// Observations returns what a model of pictures sees in its first held-out film, as many as
// there are: rows of its Pixels().Len() grey levels, one for each frame. It is an error for
// a run on other data.
func (e *Env) Observations(r *Run) ([]float64, error) {
	d, err := e.data.load(&r.Config, nil)
	if err != nil {
		return nil, err
	}
	if d.films == nil {
		return nil, fmt.Errorf("%s: its data are no pictures", r.Dir)
	}
	f := d.films
	size := f.stack * f.set.Size()
	windows := f.set.Windows(f.held[0], f.held[0]+1, f.stack, 0)
	x := make([]float64, len(windows)*size)
	for i, w := range windows {
		frames.Observe(x[i*size:(i+1)*size], f.set.Bytes(int(w.Trial), int(w.Frame), f.stack))
	}
	return x, nil
}

// Data draws or reads again what the run learned from and was tested on.
func (e *Env) Data(r *Run) (*data.Split, error) {
	d, err := e.data.load(&r.Config, nil)
	if err != nil {
		return nil, err
	}
	return &d.Split, nil
}
