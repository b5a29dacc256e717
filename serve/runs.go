package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"go.yaml.in/yaml/v3"

	"hnn/experiment"
	"hnn/ode"
)

type runsAnswer struct {
	Runs    []runInfo    `json:"runs"`
	Groups  []group      `json:"groups"`
	Methods []methodInfo `json:"methods"`
	Limits  Limits       `json:"limits"`
	// Training is null unless models are being trained.
	Training *Training `json:"training"`
}

// methodInfo is an integration method that simulate takes.
type methodInfo struct {
	Name     string `json:"name"`
	Order    int    `json:"order"`
	Adaptive bool   `json:"adaptive"`
	// NeedsSplit says that it is for separable runs only.
	NeedsSplit bool `json:"needs_split"`
	// StateOnly says that it does not go with inputs that change with time.
	StateOnly bool `json:"state_only"`
}

// methods lists ode's.
func methods() []methodInfo {
	var all []methodInfo
	for m := ode.Method(0); m.Order() > 0; m++ {
		all = append(all, methodInfo{m.String(), m.Order(), m.Adaptive(), m.NeedsSplit(), stateOnly(m)})
	}
	return all
}

func (s *Server) getRuns(w http.ResponseWriter, r *http.Request) error {
	l := &s.library
	l.mu.RLock()
	a := runsAnswer{Runs: []runInfo{}, Groups: []group{}, Methods: methods(), Limits: s.limits}
	for _, e := range l.entries {
		a.Runs = append(a.Runs, e.info)
	}
	for _, g := range l.groups {
		shown := *g
		shown.Runs = slices.Clone(g.Runs)
		a.Groups = append(a.Groups, shown)
	}
	if l.training != nil {
		t := *l.training
		a.Training = &t
	}
	l.mu.RUnlock()
	return writeJSON(w, a)
}

type runAnswer struct {
	runInfo
	// Config are the settings that the run was made with, by the names of the program's
	// flags, and Results its numbers; both are null for the truth.
	Config  map[string]any      `json:"config"`
	Results *experiment.Results `json:"results"`
}

func (s *Server) getRun(w http.ResponseWriter, r *http.Request) error {
	e, err := s.entry(r)
	if err != nil {
		return err
	}
	a := runAnswer{runInfo: e.info, Results: e.result}
	if e.info.Role != roleTruth {
		if a.Config, err = settings(e.config); err != nil {
			return err
		}
	}
	return writeJSON(w, a)
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

// entry is the run that the address names.
func (s *Server) entry(r *http.Request) (*entry, error) {
	id := r.PathValue("run")
	e := s.library.find(id)
	if e == nil {
		return nil, problemf(http.StatusNotFound, "no run %q; GET /api/v1/runs lists them", id)
	}
	return e, nil
}
