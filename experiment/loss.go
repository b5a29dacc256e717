package experiment

import (
	"fmt"
	"strings"

	"hnn/data"
	"hnn/fit"
	"hnn/fit/unroll"
	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
)

// Loss is what the trainer adam lowers.
type Loss string

// The losses.
const (
	// DerivativeLoss is the squared error of the field against time derivatives.
	DerivativeLoss Loss = "derivative"
	// TrajectoryLoss is the squared distance between observed states and an integrator's,
	// by multiple shooting: it needs states and times alone. See fit.Shooting.
	TrajectoryLoss Loss = "trajectory"
)

// Values lists the names of the losses.
func (Loss) Values() []string { return []string{string(DerivativeLoss), string(TrajectoryLoss)} }

// WithLoss is the same training with another loss, at that loss's defaults. For that of
// trajectories they leave out the L2 penalty of the paper's tasks: it is of a size with the
// error of derivatives, and the noise of states is far smaller.
func (c Config) WithLoss(loss Loss) Config {
	c.Loss, c.Shooting = loss, fit.Shooting{}
	if loss == TrajectoryLoss {
		c.Fit.L2 = 0
		c.Shooting = fit.Shooting{Method: unroll.Midpoint, Substeps: 1, Window: 30, GrowFrom: 2, FitStates: true, LinearPrior: 10}
	}
	return c
}

// lossOf is the loss that a run lowers on its data.
func lossOf[T nn.Float](c *Config, d *dataset) (fit.Loss[T], error) {
	train, test := d.fitted().Train, d.fitted().Test
	switch {
	case d.films != nil:
		l, f := c.Prediction, d.films
		l.Mean = f.mean
		return fit.Films[T](
			fit.Observations{Set: f.set, Windows: f.trainWindows(c.Prediction.Steps)},
			fit.Observations{Set: f.set, Windows: f.heldWindows(c.Prediction.Steps)}, l), nil
	case c.Loss == TrajectoryLoss:
		return fit.Trajectories(trialsOf[T](d, train), trialsOf[T](d, test), c.Shooting), nil
	}
	rows, err := fit.RowsOf[T](train)
	if err != nil {
		return nil, err
	}
	if c.Weighted {
		rows.Weigh()
	}
	tested, err := fit.RowsOf[T](test)
	return fit.Derivatives(rows, tested), err
}

// trialsOf are trials of which only what was measured is observed.
func trialsOf[T nn.Float](d *dataset, s *data.Set) fit.Trials[T] {
	t := fit.TrialsOf[T](s)
	t.Observed = d.observedOf(s.Dim)
	return t
}

// observedOf is how many of a state's components were measured: of a file of positions, whose velocities are estimates, the
// first half. 0 stands for all.
func (d *dataset) observedOf(dim int) int {
	if d.raw != nil && d.raw.PositionsOnly || d.raw == nil && d.measured != nil && d.measured.PositionsOnly {
		return dim / 2
	}
	return 0
}

// allSteps is the number of steps of the whole training.
func (c *Config) allSteps() int { return c.Fit.Steps + c.Fit.LBFGS }

// validateLoss reports a setting of the loss that cannot work.
func (c *Config) validateLoss() error {
	switch c.Loss {
	case DerivativeLoss:
		return c.refuse("trajectory", c.given("trajectory")...)
	case TrajectoryLoss:
	default:
		return fmt.Errorf("no loss %q; the losses are %s", c.Loss, strings.Join(c.Loss.Values(), ", "))
	}
	if c.Weighted {
		return fmt.Errorf("weighted weighs derivatives, which the loss %s does not use; leave it out", c.Loss)
	}
	if c.Polish {
		return fmt.Errorf("polish fits derivatives, which the loss %s does not use; give lbfgs-steps instead", c.Loss)
	}
	if m := c.Shooting.Method; m == unroll.Leapfrog && !c.separable() {
		return fmt.Errorf("integrator %v: %w", m, unroll.ErrNotSeparable)
	}
	return c.Shooting.Validate()
}

// Trajectory holds the losses of a run that was trained on trajectories: by the windows of
// its training, each from the observed state at its start.
type Trajectory struct {
	TrainLoss Estimate `json:"train_loss"`
	TestLoss  Estimate `json:"test_loss"`
}

// trajectoryLosses takes them, nil for a run of another loss.
func (e *Env) trajectoryLosses(c *Config, m *model.Field, d *dataset) (*Trajectory, error) {
	if c.Loss != TrajectoryLoss {
		return nil, nil
	}
	var marks []bool
	if d.angles != nil {
		var err error
		if marks, err = angles(d.angles, d.columns()); err != nil {
			return nil, err
		}
	}
	loss := func(trials fit.Trials[float64]) Estimate {
		trials.Observed = d.observedOf(trials.Dim)
		mean, sem, err := fit.TrajectoryLoss(m, trials, marks, c.Shooting, e.workers())
		if err != nil {
			e.log("%s %s: a trajectory loss has no value: %v", c.Task, c.Model, err)
		}
		return Estimate{Number(mean), Number(sem)}
	}
	return &Trajectory{TrainLoss: loss(fit.TrialsOf[float64](d.Train)), TestLoss: loss(fit.TrialsOf[float64](d.Test))}, nil
}

// separable reports whether the model's H is the sum of T(p) and V(q) and nothing leaves.
func (c *Config) separable() bool {
	return c.structure()&(network.Separable|network.Pairwise) != 0 && c.Dissipation == ""
}
