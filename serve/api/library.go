package api

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// Info describes something that can be evaluated and simulated: a run's model or,
// of the model "truth", the known system that the runs' data were drawn from.
type Info struct {
	ID    string `json:"id"`
	Group string `json:"group"`
	Name  string `json:"name"` // for people
	// Role decides the colour: truth, or one of roles.
	Role       string  `json:"role"`
	Task       string  `json:"task"`
	Model      string  `json:"model"`
	Trainer    string  `json:"trainer,omitempty"`
	Seed       *uint64 `json:"seed,omitempty"`
	Parameters int     `json:"parameters"`
	// HasEnergy says that there is a conserved H, learned or true; HasTrueEnergy that the
	// system's own H is known.
	HasEnergy     bool `json:"has_energy"`
	HasTrueEnergy bool `json:"has_true_energy"`
	// Pictures says that the states are codes of pictures, which decode gives.
	Pictures bool `json:"pictures"`
	// Separable says that H = T(p) + V(q), as some integration methods need it.
	Separable bool `json:"separable"`
	// Inputs names what acts on the system from outside, and InputRange is where each lies in
	// the data: [lowest, highest].
	Inputs      []string     `json:"inputs,omitempty"`
	InputRange  [][2]float64 `json:"input_range,omitempty"`
	Coordinates []Coordinate `json:"coordinates"`
	// Region is where each coordinate lies in the training data, absent where that is not known;
	// outside the model guesses.
	Region []Bound `json:"region,omitempty"`
	// Band says what the bands of its rollouts are made of, "" where it has none.
	Band string `json:"band,omitempty"`
	// Warnings are sentences on the run and its data that whoever uses it should know.
	Warnings []string `json:"warnings,omitempty"`
}

// Bound is where a coordinate lies in the training data.
type Bound struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
	// Angle says that the model is the same after a turn.
	Angle bool `json:"angle"`
}

// Coordinate is a component of a state.
type Coordinate struct {
	Name  string `json:"name"`
	Unit  string `json:"unit"`
	Angle bool   `json:"angle"`
}

// Coordinates are those of a known system.
func Coordinates(s system.System) []Coordinate {
	var cs []Coordinate
	for _, c := range s.Coordinates() {
		cs = append(cs, Coordinate{c.Name, c.Unit, c.Angle})
	}
	return cs
}

// RoleTruth is the role, and the model, of the known system.
const RoleTruth = "truth"

// Entry is one of the library.
type Entry struct {
	Info Info
	// Config are the settings that a run was made with and Results its numbers, as GET of a run
	// answers them; nil for the truth.
	Config  map[string]any
	Results any
	Model   *model.Field
	Truth   func(x []float64) float64 // the known system's H, nil where it is not known
	// Alternatives are what a band is made of, nil where nothing says how sure the model is.
	Alternatives *Alternatives

	region       *data.Region // nil where it is not known
	alternatives []*Entry     // those of Alternatives, to be evaluated as others are
	free         sync.Pool    // of *evaluator
}

func (e *Entry) dim() int { return len(e.Info.Coordinates) }

func (e *Entry) columns() string {
	var names []string
	for _, c := range e.Info.Coordinates {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// evaluator evaluates an entry for one goroutine at a time. What its model has not got is nil.
type evaluator struct {
	field  ode.Field
	batch  ode.BatchField
	many   func(t, x, u, dx []float64, rows int)
	split  *ode.Split
	splits *ode.BatchSplit
	supply func(x, u []float64) float64
	decode func(z, x []float64, rows int)
	energy func(x []float64) float64
	truth  func(x []float64) float64 // as Entry's
}

func (e *Entry) evaluator() *evaluator {
	if v, ok := e.free.Get().(*evaluator); ok {
		return v
	}
	m := e.Model
	v := &evaluator{field: m.Free(), batch: m.FreeMany(), many: m.Many(), supply: m.Supply(), truth: e.Truth}
	if m.Decode != nil {
		v.decode = m.Decode()
	}
	if m.Split != nil {
		one, many := m.Split(), m.SplitMany()
		v.split, v.splits = &one, &many
	}
	if m.Energy != nil {
		v.energy = m.Energy()
	}
	return v
}

func (e *Entry) release(v *evaluator) { e.free.Put(v) }

// Group is what the page shows together: the runs of one task and data, and the truth.
type Group struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Runs  []string `json:"runs"` // their ids, the truth's first
	View  View     `json:"view"`
}

// View is what a picture of a group starts from.
type View struct {
	// Picture is the real system: a task.Picture.
	Picture string `json:"picture"`
	// Bodies holds the coordinates x and y of each body.
	Bodies [][2]int `json:"bodies,omitempty"`
	// Range is where each coordinate lies in the data: [lowest, highest].
	Range [][2]float64 `json:"range"`
	// Initial is a typical state.
	Initial []float64 `json:"initial"`
	// Horizon is how long the trajectories of the data are.
	Horizon float64 `json:"horizon"`
	// Measured is a trajectory of measured data, nil where the data were drawn.
	Measured *Measured `json:"measured,omitempty"`
}

// Measured is a trajectory: a state for each time.
type Measured struct {
	Times  []float64   `json:"times"`
	States [][]float64 `json:"states"`
}

// library holds what is served. Entries are added while requests are answered, and
// never change.
type library struct {
	mu       sync.RWMutex
	entries  []*Entry
	groups   []*Group
	training *Training
}

// Training is how far a training has come.
type Training struct {
	Run   string  `json:"run"`
	Step  int     `json:"step"`
	Steps int     `json:"steps"`
	Loss  float64 `json:"loss"`
	Done  int     `json:"done"` // runs finished
	Of    int     `json:"of"`
}

func (l *library) find(id string) *Entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, e := range l.entries {
		if e.Info.ID == id {
			return e
		}
	}
	return nil
}

// AddGroup adds a group without runs and returns its id: g's or, where another has that, with a number.
func (a *API) AddGroup(g Group) string {
	l := &a.library
	l.mu.Lock()
	defer l.mu.Unlock()
	g.ID = fresh(g.ID, func(id string) bool { return l.group(id) != nil })
	l.groups = append(l.groups, &g)
	return g.ID
}

// Add adds an entry to the group of an id, under its own id or, where another has that, with a number.
func (a *API) Add(group string, e *Entry) {
	l := &a.library
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Info.ID = fresh(e.Info.ID, func(id string) bool {
		return slices.ContainsFunc(l.entries, func(e *Entry) bool { return e.Info.ID == id })
	})
	e.Info.Group = group
	for _, b := range e.Info.Region {
		if e.region == nil {
			e.region = &data.Region{}
		}
		e.region.Least, e.region.Most = append(e.region.Least, b.Least), append(e.region.Most, b.Most)
		e.region.Angles = append(e.region.Angles, b.Angle)
	}
	e.Info.Band = "" // what a file of the library says is not what is here
	if e.Alternatives != nil {
		e.Info.Band = e.Alternatives.Of
		for _, m := range e.Alternatives.Models {
			e.alternatives = append(e.alternatives, &Entry{Model: m})
		}
	}
	l.entries = append(l.entries, e)
	g := l.group(group)
	g.Runs = append(g.Runs, e.Info.ID)
}

// group finds a group by its id.
func (l *library) group(id string) *Group {
	if i := slices.IndexFunc(l.groups, func(g *Group) bool { return g.ID == id }); i >= 0 {
		return l.groups[i]
	}
	return nil
}

// Progress says how far a training is whose runs will be added, nil for none.
func (a *API) Progress(t *Training) {
	a.library.mu.Lock()
	a.library.training = t
	a.library.mu.Unlock()
}

// training is a copy of what Progress was told.
func (a *API) training() *Training {
	a.library.mu.RLock()
	defer a.library.mu.RUnlock()
	if a.library.training == nil {
		return nil
	}
	t := *a.library.training
	return &t
}

// Entries are those that were added, in that order.
func (a *API) Entries() []*Entry {
	a.library.mu.RLock()
	defer a.library.mu.RUnlock()
	return slices.Clone(a.library.entries)
}

// Groups are copies of the groups, in the order in which they were added.
func (a *API) Groups() []Group {
	a.library.mu.RLock()
	defer a.library.mu.RUnlock()
	all := []Group{}
	for _, g := range a.library.groups {
		shown := *g
		shown.Runs = slices.Clone(g.Runs)
		all = append(all, shown)
	}
	return all
}

// fresh adds a number to a name that is taken.
func fresh(name string, taken func(string) bool) string {
	id := name
	for n := 2; taken(id); n++ {
		id = fmt.Sprintf("%s-%d", name, n)
	}
	return id
}

// Known is the entry of a system whose equations are known, the truth of a task.
func Known(s system.System, task string) *Entry {
	e := &Entry{Info: Info{
		ID: "true-" + task, Role: RoleTruth, Name: "Truth", Task: task, Model: RoleTruth,
		HasEnergy: true, HasTrueEnergy: true, Coordinates: Coordinates(s),
	}}
	e.Model, e.Truth = model.Known(RoleTruth, s.Dim(), s.Field), s.Hamiltonian
	e.Model.Energy = func() func(x []float64) float64 { return s.Hamiltonian }
	return e
}
