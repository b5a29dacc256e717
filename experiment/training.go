package experiment

import (
	"errors"

	"hnn/experiment/task"
	"hnn/fit"
	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/nn"
)

// networkFor is the architecture of the network for a dataset.
func (c *Config) networkFor(d *dataset) (network.Architecture, error) {
	if f := d.films; f != nil {
		return c.pixelArchitecture(f.set.Width, f.set.Height), nil
	}
	a, err := c.architecture(d.columns())
	if err == nil && a.Structure&network.Pairwise != 0 {
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
	if a.Kind == network.KindLagrangian && !d.velocities() {
		return a, errors.New(needsVelocities)
	}
	if d.scales != nil && a.Kind == network.KindLagrangian {
		n := a.Dim / 2
		for i := range n { // dq/dt = v in the units of the scales
			a.Rates = append(a.Rates, d.scales.State[n+i]*d.scales.Time/d.scales.State[i])
		}
	}
	return a, err
}

// rows are the numbers of rows that a run trains and is tested on.
func (c *Config) rows(d *dataset) (train, test int) {
	if f := d.films; f != nil {
		return len(f.trainWindows(c.Prediction.Steps)), len(f.heldWindows(c.Prediction.Steps))
	}
	return d.Train.Rows(), d.Test.Rows()
}

// optionsFor are the options of the optimiser for a dataset. A user's film may have fewer
// observations than a batch, which then has them all.
func (c *Config) optionsFor(d *dataset, workers int) (fit.Options, error) {
	o := c.Fit
	o.Workers = workers
	train, test := c.rows(d)
	if c.source() == task.UserFilms && o.Batch >= train && train > 0 {
		o.Batch = 0
	}
	return o, o.Validate(train, test)
}

// newTrainer returns the trainer of a run's network on its data.
func newTrainer[T nn.Float](c *Config, d *dataset, net *network.Network[T], member, workers int) (*fit.Trainer[T], error) {
	o, err := c.optionsFor(d, workers)
	if err != nil {
		return nil, err
	}
	loss, err := lossOf[T](c, d)
	if err != nil {
		return nil, err
	}
	return fit.New(net, loss, o, stream.Source(c.Seed, memberStream("batches", member)))
}
