// Package site keeps a library of models in files, so that a page can carry it: what serve
// writes beside the playground when it is to stand without a server, and what the program in
// that page opens.
package site

import (
	"encoding/json"
	"fmt"
	"reflect"

	"hnn/model/file"
	"hnn/serve/api"
	"hnn/system"
)

// Index is the name of the file that lists a library.
const Index = "library.json"

// Library is what Index holds.
type Library struct {
	Groups  []api.Group `json:"groups"`
	Entries []Entry     `json:"entries"`
}

// Entry is one of a library: a model in a file or, without one, the known system.
type Entry struct {
	Info    api.Info        `json:"info"`
	Config  map[string]any  `json:"config"`
	Results json.RawMessage `json:"results"`
	// Model is the name of the model's file, "" for the known system.
	Model string `json:"model,omitempty"`
	// System is the known system that the entry's data were drawn from, nil for none.
	System *System `json:"system,omitempty"`
}

// System is a type of package system, by its name, and its fields.
type System struct {
	Type   string          `json:"type"`
	Fields json.RawMessage `json:"fields"`
}

// systems holds an empty one of each type.
func systems() []system.System {
	return []system.System{&system.Spring{}, &system.Pendulum{}, &system.NBody{}, &system.HenonHeiles{},
		&system.DoublePendulum{}, &system.Duffing{}, &system.Kepler{}}
}

// SystemOf writes a system down. It returns nil for nil and for one of a type that no library can name,
// as one that is given by its formula.
func SystemOf(s system.System) (*System, error) {
	if s == nil {
		return nil, nil
	}
	name := reflect.Indirect(reflect.ValueOf(s)).Type().Name()
	if empty(name) == nil {
		return nil, nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return &System{name, b}, nil
}

// empty is a system of the named type, nil where there is none.
func empty(name string) system.System {
	for _, s := range systems() {
		if reflect.TypeOf(s).Elem().Name() == name {
			return s
		}
	}
	return nil
}

// system reads a system that was written down, nil for none.
func (s *System) system() (system.System, error) {
	if s == nil {
		return nil, nil
	}
	known := empty(s.Type)
	if known == nil {
		return nil, fmt.Errorf("a system of the type %q is not known here", s.Type)
	}
	return known, json.Unmarshal(s.Fields, known)
}

// Open adds a library to an API. It reads the files that the index names by read.
func Open(a *api.API, index []byte, read func(name string) ([]byte, error)) error {
	var l Library
	if err := json.Unmarshal(index, &l); err != nil {
		return fmt.Errorf("%s: %w", Index, err)
	}
	for _, g := range l.Groups {
		g.Runs = nil
		if id := a.AddGroup(g); id != g.ID {
			return fmt.Errorf("%s: two groups are called %q", Index, g.ID)
		}
	}
	for i := range l.Entries {
		e, err := l.Entries[i].open(read)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", Index, l.Entries[i].Info.ID, err)
		}
		a.Add(l.Entries[i].Info.Group, e)
	}
	return nil
}

func (e *Entry) open(read func(name string) ([]byte, error)) (*api.Entry, error) {
	known, err := e.System.system()
	if err != nil {
		return nil, err
	}
	if e.Model == "" {
		if known == nil {
			return nil, fmt.Errorf("there is neither a model nor a system")
		}
		return api.Known(known, e.Info.Task), nil
	}
	b, err := read(e.Model)
	if err != nil {
		return nil, err
	}
	form, _, err := file.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Model, err)
	}
	opened := &api.Entry{Info: e.Info, Config: e.Config, Model: form.Field()}
	if string(e.Results) != "null" {
		opened.Results = e.Results
	}
	if known != nil {
		opened.Truth = known.Hamiltonian
	}
	return opened, nil
}
