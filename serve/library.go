package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"hnn/eval"
	"hnn/experiment"
	"hnn/model"
	"hnn/ode"
	"hnn/report"
	"hnn/system"
)

// A runInfo describes something that can be evaluated and simulated: a run's model or,
// of the model "truth", the known system that the runs' data were drawn from.
type runInfo struct {
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
	Coordinates []coordinate `json:"coordinates"`
	// Region is where each coordinate lies in the training data, absent where that is not known;
	// outside the model guesses.
	Region []bound `json:"region,omitempty"`
	// Warnings are sentences on the run and its data that whoever uses it should know.
	Warnings []string `json:"warnings,omitempty"`
}

type bound struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
	// Angle says that the model is the same after a turn.
	Angle bool `json:"angle"`
}

type coordinate struct {
	Name  string `json:"name"`
	Unit  string `json:"unit"`
	Angle bool   `json:"angle"`
}

const roleTruth = "truth"

// entry is one of the library.
type entry struct {
	info   runInfo
	config experiment.Config
	result *experiment.Results // nil where there are none
	model  *model.Field
	truth  func(x []float64) float64 // the known system's H, nil where it is not known
	region *eval.Region              // nil where it is not known

	free sync.Pool // of *evaluator
}

func (e *entry) dim() int { return len(e.info.Coordinates) }

func (e *entry) columns() string {
	var names []string
	for _, c := range e.info.Coordinates {
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
	truth  func(x []float64) float64 // as entry's
}

func (e *entry) evaluator() *evaluator {
	if v, ok := e.free.Get().(*evaluator); ok {
		return v
	}
	m := e.model
	v := &evaluator{field: m.Free(), batch: m.FreeMany(), many: m.Many(), supply: m.Supply(), truth: e.truth}
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

func (e *entry) release(v *evaluator) { e.free.Put(v) }

// group is what the page shows together: the runs of one task and data, and the truth.
type group struct {
	ID    string   `json:"id"`
	Title string   `json:"title"`
	Runs  []string `json:"runs"` // their ids, the truth's first
	View  view     `json:"view"`
}

// library holds what is served. Entries are added while requests are answered, and
// never change.
type library struct {
	mu       sync.RWMutex
	entries  []*entry
	groups   []*group
	training *Training
}

// Training is how far Demo has come.
type Training struct {
	Run   string  `json:"run"`
	Step  int     `json:"step"`
	Steps int     `json:"steps"`
	Loss  float64 `json:"loss"`
	Done  int     `json:"done"` // runs finished
	Of    int     `json:"of"`
}

func (l *library) find(id string) *entry {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, e := range l.entries {
		if e.info.ID == id {
			return e
		}
	}
	return nil
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
	e := runEntry(r, known)
	if n := len(r.Inputs()); n > 0 {
		split, err := readSplit(env, r)
		if err != nil {
			return err
		}
		e.info.InputRange = ranges(split.Train.Inputs, n)
	}
	e.info.Warnings = env.Warnings(r)
	for _, w := range e.info.Warnings {
		s.log.Warn(w, "run", r.Dir)
	}
	s.library.mu.Lock()
	defer s.library.mu.Unlock()
	g := s.library.group(r)
	if g == nil {
		v, err := newView(env, r, known)
		if err != nil {
			return err
		}
		g = &group{ID: s.library.freshGroup(r), Title: title(r), View: v}
		s.library.groups = append(s.library.groups, g)
		if known != nil {
			s.library.add(g, truthEntry(known, r.Config.Task))
		}
	}
	e.info.ID = s.library.freshID(r)
	s.library.add(g, e)
	return nil
}

func (l *library) add(g *group, e *entry) {
	e.info.Group = g.ID
	l.entries = append(l.entries, e)
	g.Runs = append(g.Runs, e.info.ID)
}

// group finds the one of a run's task and data.
func (l *library) group(r *experiment.Run) *group {
	if r.Config.Pixels() {
		return nil // every model of pictures has latent states of its own
	}
	for _, e := range l.entries {
		if e.info.Role != roleTruth && e.config.Task == r.Config.Task && e.config.Data == r.Config.Data && e.dim() == r.Model().Dim {
			return l.groups[slices.IndexFunc(l.groups, func(g *group) bool { return g.ID == e.info.Group })]
		}
	}
	return nil
}

func (l *library) freshGroup(r *experiment.Run) string {
	id := r.Config.Task
	if r.Config.Facts().Source.Own() {
		file := filepath.Base(r.Config.Data + r.Config.Frames) // one of the two is empty
		id = plain(strings.TrimSuffix(file, filepath.Ext(file)))
	}
	return fresh(id, func(id string) bool {
		return slices.ContainsFunc(l.groups, func(g *group) bool { return g.ID == id })
	})
}

func (l *library) freshID(r *experiment.Run) string {
	return fresh(plain(filepath.Base(r.Dir)), func(id string) bool {
		return slices.ContainsFunc(l.entries, func(e *entry) bool { return e.info.ID == id })
	})
}

// fresh adds a number to a name that is taken.
func fresh(name string, taken func(string) bool) string {
	id := name
	for n := 2; taken(id); n++ {
		id = fmt.Sprintf("%s-%d", name, n)
	}
	return id
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

func truthEntry(known system.System, task string) *entry {
	e := &entry{info: runInfo{
		ID: "true-" + task, Role: roleTruth, Name: "Truth", Task: task, Model: roleTruth,
		HasEnergy: true, HasTrueEnergy: true, Coordinates: coordinates(known, nil),
	}}
	e.model, e.truth = knownField(known), known.Hamiltonian
	return e
}

// knownField is what a known system can do.
func knownField(s system.System) *model.Field {
	f := model.Known(roleTruth, s.Dim(), s.Field)
	f.Energy = func() func(x []float64) float64 { return s.Hamiltonian }
	return f
}

func runEntry(r *experiment.Run, known system.System) *entry {
	m, c := r.Model(), r.Config
	e := &entry{config: r.Config, result: r.Results, model: m, info: runInfo{
		Task: c.Task, Model: c.Model, Trainer: string(c.Trainer), Seed: &c.Seed, Parameters: m.Parameters,
		HasEnergy: m.Energy != nil, HasTrueEnergy: known != nil, Pictures: m.Decode != nil, Separable: m.Split != nil,
		Inputs: r.Inputs(), Coordinates: coordinates(known, r.Columns()),
	}}
	role, name := r.Role()
	e.info.Role, e.info.Name = roles[role], name
	if known != nil {
		e.truth = known.Hamiltonian
	}
	if e.region = r.Region(); e.region != nil {
		for j, least := range e.region.Least {
			e.info.Region = append(e.info.Region, bound{least, e.region.Most[j], e.region.Angles[j]})
		}
	}
	return e
}

// roles name report's.
var roles = map[report.Role]string{
	report.Baseline: "baseline", report.HNN: "hnn", report.ClosedForm: "closed-form",
	report.SecondOrder: "second-order", report.Structured: "structured",
}

func coordinates(known system.System, columns []string) []coordinate {
	var cs []coordinate
	if known != nil {
		for _, c := range known.Coordinates() {
			cs = append(cs, coordinate{c.Name, c.Unit, c.Angle})
		}
		return cs
	}
	for _, name := range columns {
		cs = append(cs, coordinate{Name: name})
	}
	return cs
}
