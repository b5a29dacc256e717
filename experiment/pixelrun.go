package experiment

import (
	"fmt"
	"sync"

	"hnn/data"
	"hnn/data/frames"
	"hnn/internal/stream"
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
		f.set = frames.Pendulum(stream.New(c.Seed, "data"), c.Draw.Trajectories, c.Draw.Points)
		seed, length := c.Seed, c.Stack+longRollout
		f.starts = sync.OnceValue(func() *frames.Set {
			return frames.Pendulum(stream.New(seed, pixelStartStream), pixelStarts, length)
		})
		f.held = [2]int{0, c.testTrials(c.Draw.Trajectories)}
		if !c.Draw.TestFirst {
			f.held = [2]int{c.Draw.Trajectories - f.held[1], c.Draw.Trajectories}
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
		if err := f.set.Cut(c.Draw.TestFraction, c.minFrames()); err != nil {
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
