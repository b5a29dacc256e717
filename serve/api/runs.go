package api

import (
	"net/http"

	"hnn/ode"
)

type runsAnswer struct {
	Runs    []Info       `json:"runs"`
	Groups  []Group      `json:"groups"`
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

func (a *API) getRuns(w http.ResponseWriter, r *http.Request) error {
	answer := runsAnswer{Runs: []Info{}, Groups: a.Groups(), Methods: methods(), Limits: a.limits, Training: a.training()}
	for _, e := range a.Entries() {
		answer.Runs = append(answer.Runs, e.Info)
	}
	return WriteJSON(w, answer)
}

type runAnswer struct {
	Info
	// Config are the settings that the run was made with, by the names of the program's
	// flags, and Results its numbers; both are null for the truth.
	Config  map[string]any `json:"config"`
	Results any            `json:"results"`
}

func (a *API) getRun(w http.ResponseWriter, r *http.Request) error {
	e, err := a.Entry(r)
	if err != nil {
		return err
	}
	return WriteJSON(w, runAnswer{e.Info, e.Config, e.Results})
}

// Entry is the run that a request's address names.
func (a *API) Entry(r *http.Request) (*Entry, error) {
	id := r.PathValue("run")
	e := a.library.find(id)
	if e == nil {
		return nil, Problemf(http.StatusNotFound, "no run %q; GET /api/v1/runs lists them", id)
	}
	return e, nil
}
