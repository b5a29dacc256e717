package experiment

import (
	"fmt"
	"sync"

	"hnn/data"
	"hnn/internal/stream"
	"hnn/system"
)

// dataset is what a run learns from and is tested on.
type dataset struct {
	data.Split
	system system.System // nil for measured data
	note   string        // how derivatives were found, "" where they are exact
	// mapping is what was understood of the file, nil for drawn data.
	mapping *data.Mapping
	logged  sync.Once // the mapping
	// foreign says that these are not the data of the run that is measured on them.
	foreign bool
	films   *films // of a run on pictures, whose split then has no rows
}

func loadDataset(c *Config, progress readProgress) (*dataset, error) {
	switch c.Task {
	case RealPendulum:
		split, m, err := data.RealPendulum(c.Data, c.readOptions(c.Data, progress))
		if err != nil {
			return nil, err
		}
		return &dataset{Split: *split, mapping: m, note: "derivatives by forward differences, as the paper's protocol has them"}, nil
	case OwnData:
		return loadFile(c, progress)
	case PixelPendulum, OwnFrames:
		return loadFilms(c)
	}
	s, err := system.Lookup(c.Task)
	if err != nil {
		return nil, err
	}
	split, err := data.Generate(c.Task, stream.New(c.Seed, "data"), c.draw())
	if err != nil {
		return nil, err
	}
	return &dataset{Split: *split, system: s}, nil
}

// loadFile reads a user's file: the last trials test, or, of a single one, its last
// rows; never rows drawn from between the training rows, which neighbours in time
// would give away.
func loadFile(c *Config, progress readProgress) (*dataset, error) {
	set, m, note, err := readRows(c, c.Data, progress)
	if err != nil {
		return nil, err
	}
	d := &dataset{note: note, mapping: m}
	if c.TestFraction == 0 {
		return nil, fmt.Errorf("%s: a test fraction of 0 leaves nothing to test on; give more", c.Data)
	}
	if n := set.Trials(); n > 1 {
		first := n - max(1, int(float64(n)*c.TestFraction+0.5))
		d.Train, d.Test = set.SliceTrials(0, first), set.SliceTrials(first, n)
	} else {
		first := set.Rows() - int(float64(set.Rows())*c.TestFraction)
		d.Train, d.Test = set.Slice(0, first), set.Slice(first, set.Rows())
	}
	if d.Train.Rows() < 2 || d.Test.Rows() < 1 {
		return nil, fmt.Errorf("%s: %d rows with a test fraction of %v leave too few to train or to test on", c.Data, set.Rows(), c.TestFraction)
	}
	return d, nil
}

// readRows reads a file's states and, where it has no derivatives, takes them by
// central differences and says so.
func readRows(c *Config, path string, progress readProgress) (set *data.Set, m *data.Mapping, note string, err error) {
	if set, m, err = data.Read(path, c.readOptions(path, progress)); err != nil {
		return nil, nil, "", err
	}
	if set.PositionsOnly {
		return nil, nil, "", fmt.Errorf("%s: positions %q without momenta or velocities; a state is (q, p), so add a momentum column for each", path, set.Names)
	}
	if set.DX != nil || c.Loss == TrajectoryLoss {
		return set, m, "", nil
	}
	if set, err = set.CentralDifferences(); err != nil {
		return nil, nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return set, m, "the file has no derivatives: central differences over its true time steps", nil
}

// readProgress is told how much of a file has been read; it may be nil.
type readProgress func(file string, read, total int64)

func (c *Config) readOptions(path string, progress readProgress) data.ReadOptions {
	o := data.ReadOptions{Columns: c.Columns, SkipBadRows: c.SkipBadRows}
	if progress != nil {
		o.Progress = func(read, total int64) { progress(path, read, total) }
	}
	return o
}

// readsColumns reports whether the configuration says how a file is to be read.
func (c *Config) readsColumns() bool {
	n := &c.Columns
	return c.SkipBadRows || n.Time != "" || n.Trial != "" || n.Q != nil || n.P != nil || n.DQ != nil || n.DP != nil
}

// logMapping says what was understood of a file.
func (e *Env) logMapping(m *data.Mapping) {
	if m == nil {
		return
	}
	e.log("%s: %s", m.File, m)
	for _, note := range m.Notes {
		e.log("%s: %s", m.File, note)
	}
	if m.BadRows > 0 {
		e.log("%s: %d bad rows left out, the first: %v", m.File, m.BadRows, m.Bad[0])
	}
}

// datasets keeps the last few datasets, since the models of a task and seed share
// one. It is safe for concurrent use.
type datasets struct {
	mu    sync.Mutex
	kept  []*cached
	limit int
}

type cached struct {
	key  string
	once sync.Once
	data *dataset
	err  error
}

func (d *datasets) load(c *Config, progress readProgress) (*dataset, error) {
	seed := c.Seed
	if c.fromFile() {
		seed = 0 // one file for all of them
	}
	key := fmt.Sprintf("%s %q %+v %v %d %+v %+v %v", c.Task, c.Data, c.Columns, c.SkipBadRows, seed, c.draw(), c.PixelConfig, c.Loss == TrajectoryLoss)
	e := d.entry(key)
	e.once.Do(func() { e.data, e.err = loadDataset(c, progress) })
	return e.data, e.err
}

func (d *datasets) entry(key string) *cached {
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
