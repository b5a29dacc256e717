package experiment

import (
	"fmt"
	"strings"

	"hnn/fit"
	"hnn/fit/unroll"
	"hnn/internal/kernel"
	"hnn/model"
)

// The losses of the trainer adam.
const (
	// DerivativeLoss is the squared error of the field against time derivatives.
	DerivativeLoss = "derivative"
	// TrajectoryLoss is the squared distance between observed states and an integrator's,
	// by multiple shooting: it needs states and times alone. See fit.Shooting.
	TrajectoryLoss = "trajectory"
)

// Losses lists the losses.
func Losses() []string { return []string{DerivativeLoss, TrajectoryLoss} }

// trajectoryKeys are settings of the trajectory loss alone; they are among adamKeys.
var trajectoryKeys = []string{"integrator", "substeps", "window", "window-stride", "window-from", "fit-states", "continuity", "linear-prior"}

// WithLoss is the same training with another loss, at that loss's defaults. For that of
// trajectories they leave out the L2 penalty of the paper's tasks: it is of a size with the
// error of derivatives, and the noise of states is far smaller.
func (c Config) WithLoss(loss string) Config {
	c.Loss = loss
	c.Integrator, c.Substeps, c.Window, c.WindowStride, c.WindowFrom = "", 0, 0, 0, 0
	c.FitStates, c.Continuity, c.LinearPrior = false, 0, 0
	if loss == TrajectoryLoss {
		c.L2 = 0
		c.Integrator, c.Substeps, c.Window, c.WindowFrom, c.FitStates = unroll.Midpoint.String(), 1, 30, 2, true
		c.LinearPrior = 10
	}
	return c
}

// lossOf is the loss that a run lowers on its data.
func lossOf[T kernel.Float](c *Config, d *dataset) (fit.Loss[T], error) {
	train, test := d.fitted().Train, d.fitted().Test
	switch {
	case d.films != nil:
		l, f := c.pixelLoss(), d.films
		l.Mean = f.mean
		return fit.Films[T](
			fit.Observations{Set: f.set, Windows: f.trainWindows(c.LatentSteps)},
			fit.Observations{Set: f.set, Windows: f.heldWindows(c.LatentSteps)}, l), nil
	case c.Loss == TrajectoryLoss:
		s, err := c.shooting()
		return fit.Trajectories(fit.TrialsOf[T](train), fit.TrialsOf[T](test), s), err
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

// allSteps is the number of steps of the whole training.
func (c *Config) allSteps() int { return c.Steps + c.LBFGSSteps }

func (c *Config) shooting() (fit.Shooting, error) {
	m, err := unroll.ParseMethod(c.Integrator)
	return fit.Shooting{
		Method: m, Substeps: c.Substeps, Window: c.Window, Stride: c.WindowStride, GrowFrom: c.WindowFrom,
		FitStates: c.FitStates, Continuity: c.Continuity, LinearPrior: c.LinearPrior,
	}, err
}

// validateLoss reports a setting of the loss that cannot work.
func (c *Config) validateLoss() error {
	switch c.Loss {
	case DerivativeLoss:
		if names := c.given(trajectoryKeys); names != nil {
			return fmt.Errorf("%s: of the loss %s, and this run's is %s", strings.Join(names, ", "), TrajectoryLoss, c.Loss)
		}
		return nil
	case TrajectoryLoss:
	default:
		return fmt.Errorf("no loss %q; the losses are %s", c.Loss, strings.Join(Losses(), ", "))
	}
	if c.Weighted {
		return fmt.Errorf("weighted weighs derivatives, which the loss %s does not use; leave it out", c.Loss)
	}
	if c.Polish {
		return fmt.Errorf("polish fits derivatives, which the loss %s does not use; give lbfgs-steps instead", c.Loss)
	}
	s, err := c.shooting()
	if err != nil {
		return err
	}
	if s.Method == unroll.Leapfrog && !c.separable() {
		return fmt.Errorf("integrator %s: %w", c.Integrator, unroll.ErrNotSeparable)
	}
	return s.Validate()
}

// Trajectory holds the losses of a run that was trained on trajectories: by the windows of
// its training, each from the observed state at its start.
type Trajectory struct {
	TrainLoss Estimate `json:"train_loss"`
	TestLoss  Estimate `json:"test_loss"`
}

// trajectoryLosses takes them, nil for a run of another loss.
func (e *Env) trajectoryLosses(c *Config, m model.Model, d *dataset) (*Trajectory, error) {
	if c.Loss != TrajectoryLoss {
		return nil, nil
	}
	s, err := c.shooting()
	if err != nil {
		return nil, err
	}
	var marks []bool
	if d.angles != nil {
		if marks, err = angles(d.angles, d.columns()); err != nil {
			return nil, err
		}
	}
	loss := func(trials fit.Trials[float64]) Estimate {
		mean, sem, err := fit.TrajectoryLoss(m, trials, marks, s, e.workers())
		if err != nil {
			e.log("%s %s: a trajectory loss has no value: %v", c.Task, c.Model, err)
		}
		return Estimate{Number(mean), Number(sem)}
	}
	return &Trajectory{TrainLoss: loss(fit.TrialsOf[float64](d.Train)), TestLoss: loss(fit.TrialsOf[float64](d.Test))}, nil
}

// separable reports whether the model's H is the sum of T(p) and V(q) and nothing leaves.
func (c *Config) separable() bool {
	s, err := model.ParseStructure(c.Structure...)
	return err == nil && s&(model.Separable|model.Pairwise) != 0 && c.Dissipation == ""
}
