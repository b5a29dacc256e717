package experiment

import (
	"fmt"
	"slices"
	"sync"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/draw"
	"hnn/data/estimate"
	"hnn/data/file"
	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/system"
)

// dataset is what a run learns from and is tested on, in the user's units.
type dataset struct {
	data.Split
	// scales are those of the fit, nil for none, and dimensionless is the Split in them.
	scales        *data.Scales
	dimensionless data.Split
	system        system.System // nil for measured data
	// estimator is how states and derivatives were found, nil where they are as drawn or
	// as the file has them by the paper's protocol; estimated says that the derivatives
	// were not given.
	estimator *estimate.Estimator
	estimated bool
	// raw are the training rows as they were measured, nil for drawn data.
	raw *data.Set
	// measured are the trials of Test as they were measured, nil for drawn data.
	measured *data.Set
	angles   []string // state columns that are angles
	// mappings are what was understood of the files, and notes what a user should know of
	// how the data were taken from them.
	mappings []*file.Mapping
	notes    []string
	// findings are what the observations contradict, logged where they matter to a model.
	findings []check.Finding
	// checked is what was found in the observations before, without options; nil where they
	// were not checked yet.
	checked  *check.Report
	decays   bool // the observations die down
	progress readProgress
	// foreign says that these are not the data of the run that is measured on them.
	foreign bool
	// learned is, of foreign data, the region of the states that the run's model learned from; nil where it is not known.
	learned *data.Region
	// isVelocity: see velocities.
	isVelocity bool
	within     float64   // the time of held-out rollouts at most, 0 for no bound
	delay      float64   // by which the inputs act later than their columns say
	late       []float64 // by which the columns of states were measured later than their rows say, nil for none
	// gain and offset are what the columns of states showed of them, nil for nothing else; ofTrials says that each trial had
	// offsets of its own, whose mean is in offset.
	gain, offset []float64
	ofTrials     bool
	fittedLinear *linearOf // see linear
	fittedLaw    *lawOf    // see law
	films        *films    // of a run on pictures, whose split then has no rows
}

func (d *dataset) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

func loadDataset(c *Config, progress readProgress) (*dataset, error) {
	if c.Pixels() {
		return loadFilms(c)
	}
	d := &dataset{angles: c.Angle, within: c.Within, progress: progress}
	if err := d.load(c); err != nil {
		return nil, err
	}
	if c.Scaling && c.Columns.X == nil {
		return d, d.scale(c)
	}
	return d, nil
}

// velocities says that the second half of a state is the first one's time derivative, by the names of the columns;
// positions alone have no other half.
func (d *dataset) velocities() bool {
	return d.raw != nil && (d.raw.PositionsOnly || d.isVelocity)
}

// fitted is what a model is fitted to.
func (d *dataset) fitted() data.Split {
	if d.scales == nil {
		return d.Split
	}
	return d.dimensionless
}

func (d *dataset) load(c *Config) error {
	t, err := task.Lookup(c.Task)
	if err != nil {
		return err
	}
	switch t.Source {
	case task.PaperFile:
		o := c.readOptions(c.Data, d.progress)
		if o.Columns.Input == nil {
			o.Columns.Input = []string{file.NoInput} // the paper's pendulum swings by itself
		}
		split, m, err := file.RealPendulum(c.Data, o)
		if err != nil {
			return err
		}
		split.Train.InputsHeld, split.Test.InputsHeld = c.held(), c.held()
		d.Split, d.estimated, d.mappings = *split, true, []*file.Mapping{m}
		d.note("derivatives by forward differences, as the paper's protocol has them")
		measured := *split.Train
		measured.DX = nil
		d.findings = check.Observations(&measured, check.Options{Velocities: m.Velocities, Dissipation: c.Dissipation != ""}).Findings
		return nil
	case task.UserFile:
		return d.loadFile(c)
	}
	d.system = t.System
	split, err := draw.Generate(d.system, stream.New(c.Seed, "data"), c.Draw)
	if err != nil {
		return err
	}
	d.Split = *split
	return d.estimateDrawn(c)
}

// readProgress is told how much of a file has been read; it may be nil.
type readProgress func(file string, read, total int64)

func (c *Config) readOptions(path string, progress readProgress) file.ReadOptions {
	o := file.ReadOptions{Columns: c.Columns, SkipBadRows: c.SkipBadRows}
	if progress != nil {
		o.Progress = func(read, total int64) { progress(path, read, total) }
	}
	return o
}

// logMapping says what was understood of a file.
func (e *Env) logMapping(m *file.Mapping) {
	if m == nil {
		return
	}
	e.logOnce("%s: %s", m.File, m)
	for _, note := range m.Notes {
		e.logOnce("%s: %s", m.File, note)
	}
	if m.BadRows > 0 {
		e.logOnce("%s: %d bad rows left out, the first: %v", m.File, m.BadRows, m.Bad[0])
	}
}

// datasets keeps the last few datasets, since the models of a task and seed share
// one. It is safe for concurrent use.
type datasets struct {
	mu    sync.Mutex
	kept  []*cached
	limit int
	said  sync.Map // the lines about data that were logged, which all models that learn from them would say
}

// logOnce logs a line about data unless it was logged before.
func (e *Env) logOnce(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if _, before := e.data.said.LoadOrStore(line, true); !before {
		e.log("%s", line)
	}
}

type cached struct {
	key  dataKey
	once sync.Once
	data *dataset
	err  error
}

func (d *datasets) load(c *Config, progress readProgress) (*dataset, error) {
	e := d.entry(c.dataKey())
	e.once.Do(func() { e.data, e.err = loadDataset(c, progress) })
	return e.data, e.err
}

// load reads or draws the data of a run, from where its files lie on this machine.
func (e *Env) load(c *Config) (*dataset, error) {
	return e.data.load(c.withFiles(e.local), e.Reading)
}

// local is where a file or folder of a configuration lies on this machine.
func (e *Env) local(path string) string {
	if e.Local == nil || path == "" {
		return path
	}
	return e.Local(path)
}

// withFiles is a copy of a configuration with other paths of its files.
func (c *Config) withFiles(local func(path string) string) *Config {
	of := *c
	of.Data, of.Test, of.Frames, of.Edges = local(c.Data), local(c.Test), local(c.Frames), local(c.Edges)
	of.MoreData = slices.Clone(c.MoreData)
	for i, path := range of.MoreData {
		of.MoreData[i] = local(path)
	}
	return &of
}

func (d *datasets) entry(key dataKey) *cached {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.kept {
		if e.key == key {
			return e
		}
	}
	e := &cached{key: key}
	d.kept = append(d.kept, e)
	if len(d.kept) > max(d.limit, 1) {
		d.kept = append([]*cached(nil), d.kept[1:]...)
	}
	return e
}
