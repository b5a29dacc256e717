package experiment

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"hnn/experiment/task"
	"hnn/model/network"
)

func TestPixelConfigErrors(t *testing.T) {
	for _, c := range []struct {
		task   string
		change func(*Config)
		says   string
	}{
		{task.PixelPendulum, func(c *Config) { c.Data = "x.csv" }, "takes no --data"},
		{task.PixelPendulum, func(c *Config) { c.Frames = "x" }, "draws its own frames"},
		{task.PixelPendulum, func(c *Config) { *c = c.WithClosedForm() }, "trained by adam, not by closed-form"},
		{task.OwnFrames, func(c *Config) { *c = c.WithClosedForm(); c.Frames = "x" }, "trained by adam, not by closed-form"},
		{task.PixelPendulum, func(c *Config) { c.Loss = TrajectoryLoss }, "a loss of their own"},
		{task.PixelPendulum, func(c *Config) { c.Draw.WholeTrials = false }, "whole films"},
		{task.PixelPendulum, func(c *Config) { c.Structure = []network.Structure{network.Pairwise} }, "no places of bodies"},
		{task.PixelPendulum, func(c *Config) { c.Ensemble = 3 }, "ensemble"},
		{task.PixelPendulum, func(c *Config) { c.Draw.Points = 3 }, "at least 2 of 4"},
		{task.PixelPendulum, func(c *Config) { c.Draw.Points = 5; c.Prediction.Steps = 4 }, "at least 2 of 6"},
		{task.PixelPendulum, func(c *Config) { c.Draw.TestFraction = 0.001 }, "0 to test on"},
		{task.PixelPendulum, func(c *Config) { c.Prediction.Steps = 33 }, "1 to 32"},
		{task.PixelPendulum, func(c *Config) { c.Stack = 9 }, "1 to 8"},
		{task.PixelPendulum, func(c *Config) { c.Latent = 3 }, "even"},
		{task.PixelPendulum, func(c *Config) { c.Strict = true }, "no strict metrics"},
		{task.PixelPendulum, func(c *Config) { c.Fit.Schedule.Kind = "cos" }, "unknown schedule"},
		{task.OwnFrames, func(*Config) {}, "--frames"},
		{task.OwnFrames, func(c *Config) { c.Frames, c.Draw.TestFraction = "x", 0 }, "no film to test on"},
		{"spring", func(c *Config) { c.Stack = 2 }, "stack: of runs on pictures"},
	} {
		config := mustDefault(t, c.task)
		c.change(&config)
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error is %v, want one that says %q", err, c.says)
		}
	}
	if _, err := mustDefault(t, "spring").WithRecipe(TunedRecipe); err == nil || !strings.Contains(err.Error(), "runs on pictures") {
		t.Errorf("a recipe for the spring: %v", err)
	}
	if _, err := mustDefault(t, task.PixelPendulum).WithRecipe("tund"); err == nil || !strings.Contains(err.Error(), `"tuned"`) {
		t.Errorf("a recipe that does not exist: %v", err)
	}
}

// Every setting that a run on pictures has no use for is refused, by its name: of all keys
// only those that are listed here change it.
func TestPixelRunsIgnoreNothing(t *testing.T) {
	used := []string{
		"task", "frames", "recipe", "model", "trainer", "seed", "precision", "hidden", "activation", "structure", "dissipation",
		"steps", "batch", "sampling", "learning-rate", "schedule", "schedule-every", "schedule-factor", "schedule-floor", "l2", "weight-decay",
		"clip-norm", "test-every", "patience", "checkpoint-every", "lbfgs-steps", "loss", "trajectories", "points", "test-fraction",
		"test-first", "stack", "latent", "encoder", "latent-steps", "latent-integrator", "subtract-mean", "figures",
	}
	for _, name := range []string{task.PixelPendulum, task.OwnFrames} {
		for _, s := range settings {
			if slices.Contains(used, s.Key) {
				continue
			}
			c := mustDefault(t, name)
			if name == task.OwnFrames {
				c.Frames = "x"
			}
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			change(s, &c)
			if err := c.Validate(); err == nil || !strings.Contains(err.Error(), s.Key) {
				t.Errorf("%s %s: error is %v", name, s.Key, err)
			}
		}
	}
}

// What is known of the latent H, and of losses, goes into its network.
func TestLatentStructure(t *testing.T) {
	c := mustDefault(t, task.PixelPendulum)
	c.Structure, c.Dissipation = []network.Structure{network.Separable, network.QuadraticKinetic}, "linear"
	if err := errors.Join(c.Complete(), c.Validate()); err != nil {
		t.Fatal(err)
	}
	a := c.pixelArchitecture(28, 28)
	if a.Structure != network.Separable|network.QuadraticKinetic || a.Dissipation != "linear" {
		t.Errorf("structure %v, dissipation %q", a.Structure, a.Dissipation)
	}
}
