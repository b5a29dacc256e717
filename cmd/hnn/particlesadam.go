package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"hnn/experiment"
	fitparticles "hnn/fit/particles"
)

// adamFlags are those of laws of particles that are learned as networks.
type adamFlags struct {
	trainer, loss string
	fitparticles.Network
}

func (f *adamFlags) bind(fs *pflag.FlagSet) {
	fs.StringVar(&f.trainer, "trainer", string(experiment.ClosedForm), "one least-squares solve (closed-form), or networks of the distance by gradient steps (adam)")
	fs.StringVar(&f.loss, "loss", "", "what adam lowers: the error of the forces (derivative, where the file has them) or the distance from observed positions and velocities (trajectory)")
	fs.IntSliceVar(&f.Hidden, "hidden", []int{32, 32}, "adam: widths of the hidden layers")
	fs.IntVar(&f.Steps, "steps", 2000, "adam: steps")
	fs.Float64Var(&f.Rate, "learning-rate", 0.005, "adam: learning rate of the first step; it falls to 0 as half a cosine")
	fs.IntVar(&f.Batch, "batch", 1, "adam: frames of a step")
	fs.IntVar(&f.Rows, "window", 1, "adam, trajectory: frames that are predicted from one")
	fs.IntVar(&f.Substeps, "substeps", 10, "adam, trajectory: steps of leapfrog between two frames")
	fs.Uint64Var(&f.Seed, "seed", 0, "adam: seed of the initial weights and the batches")
}

// network is what was asked for, nil where Adam was not.
func (f *adamFlags) network(fs *pflag.FlagSet) (*fitparticles.Network, error) {
	switch experiment.Trainer(f.trainer) {
	case experiment.ClosedForm:
		for _, name := range []string{"loss", "hidden", "steps", "learning-rate", "batch", "window", "substeps", "seed"} {
			if fs.Changed(name) {
				return nil, fmt.Errorf("--%s is of --trainer adam; one solve has no use for it", name)
			}
		}
		return nil, nil
	case experiment.Adam:
	default:
		return nil, fmt.Errorf("--trainer %s: %s or %s", f.trainer, experiment.ClosedForm, experiment.Adam)
	}
	if l := experiment.Loss(f.loss); l != "" && !slices.Contains(l.Values(), f.loss) {
		return nil, fmt.Errorf("--loss %s: %s", f.loss, strings.Join(l.Values(), " or "))
	}
	if f.Steps < 1 || f.Batch < 1 || f.Rows < 1 || f.Substeps < 1 || !(f.Rate > 0) || len(f.Hidden) == 0 {
		return nil, errors.New("--steps, --batch, --window, --substeps, --learning-rate and the widths of --hidden must be positive")
	}
	return &f.Network, nil
}
