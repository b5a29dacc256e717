package experiment

import (
	"errors"
	"fmt"
	"strings"

	"hnn/data/estimate"
	"hnn/data/frames"
	"hnn/experiment/task"
	"hnn/fit"
	"hnn/model"
	"hnn/model/network"
	"hnn/system"
)

// PixelConfig is what a run on pictures has beside the settings of every other.
type PixelConfig struct {
	// Frames is the file or folder of a run on a user's films.
	Frames string `key:"frames,omitempty,special,common" group:"data" help:"films: a folder with one of pictures for each trial, an .npz or a .gif"`
	// Recipe names a set of settings; see Config.WithRecipe.
	Recipe Recipe `key:"recipe,omitempty,special" help:"set of settings for pictures: the authors' (paper) or ours; see docs/pixels.md"`
	// Stack is the number of frames of an observation, Latent the length of its state.
	Stack  int `key:"stack,omitempty" help:"frames of an observation"`
	Latent int `key:"latent,omitempty" help:"length of the latent state"`
	// Encoder are the widths of the encoder's hidden layers; the decoder's are the reverse.
	Encoder    []int `key:"encoder,omitempty" help:"widths of the encoder's hidden layers; the decoder has the reverse"`
	Prediction fit.PixelLoss
	// SubtractMean trains on what differs from the mean frame of the training films, which
	// the finished model has in its biases. A user's films have any background.
	SubtractMean bool `key:"subtract-mean,omitempty,inverse" help:"learn from films as they are, not from what differs from their mean frame"`
}

// Pixels reports whether the run learns from pictures.
func (c *Config) Pixels() bool { return c.source().Films() }

// defaultPixels is the authors' protocol (experiment-pixels).
func defaultPixels(from task.Source) PixelConfig {
	return PixelConfig{
		Stack: 2, Latent: 2, Encoder: []int{200, 200, 200},
		Prediction: fit.DefaultPixelLoss(), SubtractMean: from.Own(),
	}
}

// recipes are settings that are better than the authors', by name. The authors' L2 penalty
// comes to three times the loss that is left (6e-4 and 1.8e-4, seed 0 with steps of RK4): it
// holds H to a shape that swings 6% too slowly where it is small and 4% too fast where it
// is wide.
var recipes = map[Recipe]func(*Config){
	TunedRecipe: func(c *Config) { c.Prediction.Integrator, c.Fit.Schedule.Kind, c.Fit.L2 = fit.RK4, fit.Cosine, 0 },
}

// Recipe is a set of settings for pictures.
type Recipe string

// The recipes: the authors' settings, and ours, which train takes unless told otherwise.
const (
	PaperRecipe Recipe = "paper"
	TunedRecipe Recipe = "tuned"
)

// Values lists the names of the recipes, the authors' first.
func (Recipe) Values() []string { return []string{string(PaperRecipe), string(TunedRecipe)} }

// WithRecipe returns the configuration with the settings of a recipe for runs on
// pictures; no name stands for the authors'.
func (c Config) WithRecipe(name Recipe) (Config, error) {
	if name == "" || name == PaperRecipe {
		return c, nil
	}
	change, ok := recipes[name]
	if !ok {
		return c, &system.UnknownError{Kind: "recipe", Name: string(name), Known: name.Values()}
	}
	if !c.Pixels() {
		return c, fmt.Errorf("recipe %s is one for runs on pictures, and the task is %s", name, c.Task)
	}
	change(&c)
	c.Recipe = name
	return c, nil
}

// pixelArchitecture is the network for pictures of a size.
func (c *Config) pixelArchitecture(width, height int) network.Architecture {
	return network.Architecture{
		Kind: c.Model, Dim: c.Latent, Hidden: c.Hidden, Activation: c.Activation.String(), Structure: c.structure(), Dissipation: string(c.Dissipation),
		Pixels: &model.Pixels{Width: width, Height: height, Stack: c.Stack, Hidden: c.Encoder, Activation: "relu"},
	}
}

// minFrames is the least number of frames of a trial: an observation and what it is to
// predict, and never fewer than four.
func (c *Config) minFrames() int { return max(4, c.Stack+c.Prediction.Steps) }

// notOfPictures names the settings that are given and that a run on pictures would ignore:
// what says how states and derivatives are drawn, found or fitted, and what is known of
// coordinates, which latent ones are not.
func (c *Config) notOfPictures() []string {
	plain := *c
	if plain.Estimate.Derivatives == estimate.Auto {
		plain.Estimate.Derivatives = ""
	}
	if plain.Estimate.Smooth == "no" {
		plain.Estimate.Smooth = ""
	}
	return plain.given("closed-form", "trajectory", "states")
}

func (c *Config) validatePixels() error {
	switch {
	case c.Trainer != Adam:
		return fmt.Errorf("models of pictures are trained by %s, not by %s", Adam, c.Trainer)
	case c.Loss != DerivativeLoss:
		return fmt.Errorf("loss %s: pictures have a loss of their own; leave it out", c.Loss)
	case c.Data != "":
		return fmt.Errorf("task %s learns from pictures and takes no --data", c.Task)
	case c.source().Own() && c.Frames == "":
		return errors.New("task frames needs films: give --frames with a folder, an .npz or a .gif")
	case !c.source().Own() && c.Frames != "":
		return fmt.Errorf("task %s draws its own frames; for your own leave the task out", c.Task)
	case c.given("columns") != nil:
		return fmt.Errorf("task %s reads no columns: leave out their names (time, trial, x, q, p, dq, dp, input, dt, integrate), more-data, skip-bad-rows, keep-bad-rows and split-at-jumps", c.Task)
	case c.Strict:
		return fmt.Errorf("task %s has no strict metrics; leave strict out", c.Task)
	case c.Angle != nil:
		return fmt.Errorf("task %s: the components of a latent state have no meaning beforehand; leave angle out", c.Task)
	case c.Skew != "":
		return fmt.Errorf("task %s: the components of a latent state have no brackets that are known; leave skew out", c.Task)
	case c.source().Own() && (c.Draw.Trajectories != 0 || c.Draw.Points != 0 || c.Draw.TestFirst || c.Draw.WholeTrials):
		return errors.New("task frames draws nothing: leave out trajectories, points, test-first and whole-trials")
	case c.source().Own() && c.Draw.TestFraction == 0:
		return errors.New("a test fraction of 0 leaves no film to test on; give more")
	case !c.source().Own() && !c.Draw.WholeTrials:
		return fmt.Errorf("task %s holds out whole films; leave out whole-trials", c.Task)
	case c.structure()&network.Pairwise != 0:
		return errors.New("structure pairwise: the components of a latent state are no places of bodies; leave it out")
	case !c.source().Own():
		if most := 100_000_000; c.Draw.Trajectories < 2 || c.Draw.Points < c.minFrames() || c.Draw.Points > most/(frames.Side*frames.Side)/c.Draw.Trajectories {
			return fmt.Errorf("%d trials of %d frames; give at least 2 of %d each, and at most %d frames together", c.Draw.Trajectories, c.Draw.Points, c.minFrames(), most/(frames.Side*frames.Side))
		}
		if n := c.testTrials(c.Draw.Trajectories); n < 1 || n >= c.Draw.Trajectories {
			return fmt.Errorf("a test fraction of %v of %d trials leaves %d to test on and %d to train on; both need one", c.Draw.TestFraction, c.Draw.Trajectories, n, c.Draw.Trajectories-n)
		}
	}
	if names := c.notOfPictures(); names != nil {
		return fmt.Errorf("%s: without meaning for runs on pictures; leave it out", strings.Join(names, ", "))
	}
	if err := c.Prediction.Validate(); err != nil {
		return err
	}
	if err := c.pixelArchitecture(1, 1).Validate(); err != nil {
		return err
	}
	return c.validateFit()
}

// testTrials is the number of whole trials held out.
func (c *Config) testTrials(trials int) int { return int(float64(trials)*c.Draw.TestFraction + 0.5) }
