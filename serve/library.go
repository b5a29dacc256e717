package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"hnn/experiment"
	"hnn/report"
	"hnn/serve/api"
	"hnn/system"
)

// kindred is what the runs of a group share.
type kindred struct {
	task, data string
	dim        int
}

// Add serves a run that was opened or trained with env.
func (s *Server) Add(env *experiment.Env, r *experiment.Run) error {
	if r.Model() == nil {
		return fmt.Errorf("%s: the run has no model", r.Dir)
	}
	if r.Results == nil {
		// Without results, as of a run whose evaluation was interrupted, there are none to show.
		var err error
		if r.Results, err = experiment.ReadResults(r.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	known := r.System()
	e, err := runEntry(r, known)
	if err != nil {
		return err
	}
	if n := len(r.Inputs()); n > 0 {
		split, err := readSplit(env, r)
		if err != nil {
			return err
		}
		e.Info.InputRange = ranges(split.Train.Inputs, n)
	}
	e.Info.Warnings = env.Warnings(r)
	for _, w := range e.Info.Warnings {
		s.log.Warn(w, "run", r.Dir)
	}
	if s.options.Bands {
		if err := env.Sure(context.Background(), r); err != nil {
			s.log.Warn(err.Error())
		}
	}
	if r.SureAtOnce() {
		models, of := r.Alternatives()
		e.Alternatives = &api.Alternatives{Models: models, Of: of, Bounds: func(states []float64, rollouts [][]float64, level float64) (lo, hi []float64, outside []bool) {
			b := r.Bounds(states, rollouts, level)
			return b.Lo, b.Hi, b.Outside
		}}
	}
	s.adding.Lock()
	defer s.adding.Unlock()
	group, err := s.group(env, r, known)
	if err != nil {
		return err
	}
	s.api.Add(group, e)
	s.sources = append(s.sources, source{r.ModelFile(), known})
	return nil
}

// group finds the group of a run's task and data, or begins it with the truth.
func (s *Server) group(env *experiment.Env, r *experiment.Run, known system.System) (string, error) {
	k := kindred{r.Config.Task, r.Config.Data, r.Model().Dim}
	alone := r.Config.Pixels() // every model of pictures has latent states of its own
	if group, ok := s.groups[k]; ok && !alone {
		return group, nil
	}
	v, err := newView(env, r, known)
	if err != nil {
		return "", err
	}
	id := r.Config.Task
	if r.Config.Facts().Source.Own() {
		file := filepath.Base(r.Config.Data + r.Config.Frames) // one of the two is empty
		id = plain(strings.TrimSuffix(file, filepath.Ext(file)))
	}
	group := s.api.AddGroup(api.Group{ID: id, Title: title(r), View: v})
	if !alone {
		s.groups[k] = group
	}
	if known != nil {
		s.api.Add(group, api.Known(known, r.Config.Task))
		s.sources = append(s.sources, source{known: known})
	}
	return group, nil
}

// plain makes a name that needs no escaping in an address.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, name)
	if strings.Trim(name, "-") == "" {
		return "run"
	}
	return name
}

func title(r *experiment.Run) string {
	t := r.Config.Facts()
	if t.Source.Own() {
		return filepath.Base(r.Config.Data + r.Config.Frames) // one of the two is empty
	}
	return t.Called()
}

func runEntry(r *experiment.Run, known system.System) (*api.Entry, error) {
	m, c := r.Model(), r.Config
	e := &api.Entry{Model: m, Results: r.Results, Info: api.Info{
		ID: plain(filepath.Base(r.Dir)), Task: c.Task, Model: c.Model, Trainer: string(c.Trainer), Seed: &c.Seed, Parameters: m.Parameters,
		HasEnergy: m.Energy != nil, HasTrueEnergy: known != nil, Pictures: m.Decode != nil, Separable: m.Split != nil,
		Inputs: r.Inputs(), Coordinates: coordinates(known, r.Columns()),
	}}
	var err error
	if e.Config, err = settings(c); err != nil {
		return nil, err
	}
	role, name := r.Role()
	e.Info.Role, e.Info.Name = roles[role], name
	if known != nil {
		e.Truth = known.Hamiltonian
	}
	if box := r.Region(); box != nil {
		for j, least := range box.Least {
			e.Info.Region = append(e.Info.Region, api.Bound{Least: least, Most: box.Most[j], Angle: box.Angles[j]})
		}
	}
	return e, nil
}

// roles name report's.
var roles = map[report.Role]string{
	report.Baseline: "baseline", report.HNN: "hnn", report.ClosedForm: "closed-form",
	report.SecondOrder: "second-order", report.Structured: "structured",
}

func coordinates(known system.System, columns []string) []api.Coordinate {
	if known != nil {
		return api.Coordinates(known)
	}
	var cs []api.Coordinate
	for _, name := range columns {
		cs = append(cs, api.Coordinate{Name: name})
	}
	return cs
}

// settings are a configuration's keys and values, but for the data's place on disk.
func settings(c experiment.Config) (map[string]any, error) {
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		return nil, err
	}
	m := map[string]any{}
	if err := yaml.Unmarshal(b.Bytes(), &m); err != nil {
		return nil, err
	}
	delete(m, "data")
	delete(m, "frames")
	if _, err := json.Marshal(m); err != nil {
		return nil, err
	}
	return m, nil
}
