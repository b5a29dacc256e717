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
	// foreign says that these are not the data of the run that is measured on them.
	foreign bool
}

func loadDataset(c *Config) (*dataset, error) {
	switch c.Task {
	case RealPendulum:
		split, err := data.RealPendulum(c.Data)
		if err != nil {
			return nil, err
		}
		return &dataset{Split: *split, note: "derivatives by forward differences, as the paper's protocol has them"}, nil
	case OwnData:
		return loadFile(c)
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
func loadFile(c *Config) (*dataset, error) {
	set, note, err := readRows(c.Data)
	if err != nil {
		return nil, err
	}
	d := &dataset{note: note}
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
func readRows(path string) (set *data.Set, note string, err error) {
	if set, err = data.ReadFile(path); err != nil {
		return nil, "", err
	}
	if set.PositionsOnly {
		return nil, "", fmt.Errorf("%s: positions %q without momenta or velocities; a state is (q, p), so add a momentum column for each", path, set.Names)
	}
	if set.Dim%2 != 0 {
		return nil, "", fmt.Errorf("%s: %d state columns %q; a state is (q, p) with as many momenta as positions, so there must be an even number of them", path, set.Dim, set.Names)
	}
	if set.DX != nil {
		return set, "", nil
	}
	if set, err = set.CentralDifferences(); err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return set, "the file has no derivatives: central differences over its true time steps", nil
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

func (d *datasets) load(c *Config) (*dataset, error) {
	key := fmt.Sprintf("%s %q %d %+v", c.Task, c.Data, c.Seed, c.draw())
	e := d.entry(key)
	e.once.Do(func() { e.data, e.err = loadDataset(c) })
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
