package experiment

import (
	"fmt"
	"sync"

	"hnn/data"
	"hnn/data/frames"
	"hnn/fit"
	"hnn/internal/kernel"
	"hnn/internal/stream"
	"hnn/model"
)

// films are the data of a run on pictures: trials to learn from and held-out ones.
type films struct {
	set   *frames.Set
	held  [2]int // the trials held out, first and end
	stack int
	mean  []float64 // subtracted from the frames in training; nil for none
	// starts returns the films that rollouts are measured on: of the pendulum longer ones,
	// drawn for that when they are needed; of a user's own those held out.
	starts func() *frames.Set
}

// heldWindows and trainWindows are the observations followed by at least ahead frames.
func (f *films) heldWindows(ahead int) []frames.Window {
	return f.set.Windows(f.held[0], f.held[1], f.stack, ahead)
}

func (f *films) trainWindows(ahead int) []frames.Window {
	first, end := f.train()
	return f.set.Windows(first, end, f.stack, ahead)
}

// train are the trials to learn from, first and end.
func (f *films) train() (first, end int) {
	if f.held[0] == 0 {
		return f.held[1], len(f.set.Trials)
	}
	return 0, f.held[0]
}

// subtractMean finds the mean frame of the films to learn from.
func (f *films) subtractMean() { f.mean = f.set.Mean(f.train()) }

// The films that the pendulum's rollouts are compared with: 15 in 5 groups, of 1,000
// frames after the first observation.
const (
	pixelStarts      = 15
	longRollout      = 1000
	energyFrames     = 200
	pixelStartStream = "pixel starts"
)

func loadFilms(c *Config) (*dataset, error) {
	none := func() *data.Set { return &data.Set{Dim: c.Latent, Names: latentNames(c.Latent)} }
	d := &dataset{Split: data.Split{Train: none(), Test: none()}}
	f := &films{stack: c.Stack}
	d.films = f
	if !c.source().Own() {
		f.set = frames.Pendulum(stream.New(c.Seed, "data"), c.Trajectories, c.Points)
		seed, length := c.Seed, c.Stack+longRollout
		f.starts = sync.OnceValue(func() *frames.Set {
			return frames.Pendulum(stream.New(seed, pixelStartStream), pixelStarts, length)
		})
		f.held = [2]int{0, c.testTrials(c.Trajectories)}
		if !c.TestFirst {
			f.held = [2]int{c.Trajectories - f.held[1], c.Trajectories}
		}
		if c.SubtractMean {
			f.subtractMean()
		}
		return d, nil
	}
	var err error
	if f.set, err = frames.Read(c.Frames, c.minFrames()); err != nil {
		return nil, err
	}
	if len(f.set.Trials) == 1 {
		if err := f.set.Cut(c.TestFraction, c.minFrames()); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Frames, err)
		}
	}
	n := len(f.set.Trials)
	held := min(max(1, c.testTrials(n)), n-1)
	f.held = [2]int{n - held, n}
	f.starts = func() *frames.Set { return f.set.Equal(n-held, n) }
	if c.SubtractMean {
		f.subtractMean()
	}
	return d, nil
}

// latentNames names the components of a latent state.
func latentNames(dim int) []string {
	var names []string
	for i := range dim {
		names = append(names, fmt.Sprintf("z%d", i+1))
	}
	return names
}

// networkFor is the architecture of the network for a dataset.
func (c *Config) networkFor(d *dataset) (model.Architecture, error) {
	if f := d.films; f != nil {
		return c.pixelArchitecture(f.set.Width, f.set.Height), nil
	}
	a, err := c.architecture(d.columns())
	if err == nil && a.Structure&model.Pairwise != 0 {
		a.Nearest = a.LeastDistance(d.fitted().Train.X)
	}
	if err := c.checkInputs(d); err != nil {
		return a, err
	}
	if n := len(d.Train.InputNames); n > 0 {
		a.Inputs, a.InputGain = n, c.InputGain
	}
	if d.scales != nil && a.Skew != nil {
		a.Skew = d.scales.Skew(a.Skew)
	}
	return a, err
}

// rows are the numbers of rows that a run trains and is tested on.
func (c *Config) rows(d *dataset) (train, test int) {
	if f := d.films; f != nil {
		return len(f.trainWindows(c.LatentSteps)), len(f.heldWindows(c.LatentSteps))
	}
	return d.Train.Rows(), d.Test.Rows()
}

// optionsFor are the options of the optimiser for a dataset. A user's film may have fewer
// observations than a batch, which then has them all.
func (c *Config) optionsFor(d *dataset, workers int) (fit.Options, error) {
	o, err := c.fitOptions(workers)
	if err != nil {
		return o, err
	}
	train, test := c.rows(d)
	if c.source().Own() && o.Batch >= train && train > 0 {
		o.Batch = 0
	}
	return o, o.Validate(train, test)
}

// newTrainer returns the trainer of a run's network on its data.
func newTrainer[T kernel.Float](c *Config, d *dataset, net model.Network[T], member, workers int) (*fit.Trainer[T], error) {
	o, err := c.optionsFor(d, workers)
	if err != nil {
		return nil, err
	}
	source := stream.Source(c.Seed, memberStream("batches", member))
	if f := d.films; f != nil {
		loss := c.pixelLoss()
		loss.Mean = f.mean
		return fit.NewPixels(net,
			fit.Films{Set: f.set, Windows: f.trainWindows(c.LatentSteps)},
			fit.Films{Set: f.set, Windows: f.heldWindows(c.LatentSteps)}, loss, o, source)
	}
	if c.Loss == TrajectoryLoss {
		s, err := c.shooting()
		if err != nil {
			return nil, err
		}
		return fit.NewShooting(net, fit.TrialsOf[T](d.fitted().Train), fit.TrialsOf[T](d.fitted().Test), o, s, source)
	}
	train, err := fit.RowsOf[T](d.fitted().Train)
	if err != nil {
		return nil, err
	}
	if c.Weighted {
		train.Weigh()
	}
	test, err := fit.RowsOf[T](d.fitted().Test)
	if err != nil {
		return nil, err
	}
	return fit.New(net, train, test, o, source)
}
