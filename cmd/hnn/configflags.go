package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/data/estimate"
	"hnn/data/file"
	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/fit"
	"hnn/fit/unroll"
	"hnn/model"
	"hnn/nn"
	"hnn/system"
)

// bindConfig makes a flag for every key of a configuration but task and data, with
// the configuration's values as defaults.
func bindConfig(fs *pflag.FlagSet, c *experiment.Config) {
	list := func(names []string) string { return strings.Join(names, ", ") }
	bindColumns(fs, &c.Columns, &c.SkipBadRows)
	fs.Uint64Var(&c.Seed, "seed", c.Seed, "seed of the data, the initial weights and the batches")
	fs.StringVar(&c.Precision, "precision", c.Precision, "of training: float32 or float64")
	fs.IntSliceVar(&c.Hidden, "hidden", c.Hidden, "widths of the hidden layers")
	fs.StringVar(&c.Activation, "activation", c.Activation, list(nn.Activations()))
	fs.StringVar(&c.Loss, "loss", c.Loss, "what adam lowers: derivative (error of the field) or trajectory (distance from observed states, which needs no derivatives)")
	fs.StringVar(&c.Integrator, "integrator", c.Integrator, "of the loss trajectory: "+list(unroll.Methods())+" (separable models)")
	fs.IntVar(&c.Substeps, "substeps", c.Substeps, "loss trajectory: steps of the integrator between two observations")
	fs.IntVar(&c.Window, "window", c.Window, "loss trajectory: observations that are predicted from one state, 0 for all of a trial")
	fs.IntVar(&c.WindowStride, "window-stride", c.WindowStride, "loss trajectory: rows between the starts of two windows, 0 for a window's length")
	fs.IntVar(&c.WindowFrom, "window-from", c.WindowFrom, "loss trajectory: length of the windows at first; it doubles during the first half of the steps; 0 for no growth")
	fs.BoolVar(&c.FitStates, "fit-states", c.FitStates, "loss trajectory: fit the states that windows start from too, since the observed are noisy")
	fs.Float64Var(&c.LinearPrior, "linear-prior", c.LinearPrior, "loss trajectory: parameters that the nonlinear part of the field counts as, pulled to zero as far as noise could have made it; 0 for no pull")
	fs.Float64Var(&c.Continuity, "continuity", c.Continuity, "loss trajectory: weight of the jumps between the end of a window and the fitted start of the next")
	fs.IntVar(&c.Steps, "steps", c.Steps, "steps of the optimiser")
	fs.IntVar(&c.Ensemble, "ensemble", c.Ensemble, "networks to train side by side, whose mean is the model and whose spread is reported; 0 for one")
	fs.IntVar(&c.LBFGSSteps, "lbfgs-steps", c.LBFGSSteps, "steps of L-BFGS on all rows that follow, as a last polish")
	fs.IntVar(&c.Batch, "batch", c.Batch, "rows of a step, 0 for all")
	fs.StringVar(&c.Sampling, "sampling", c.Sampling, "how batches are drawn: fresh (each anew) or epoch (shuffled passes)")
	fs.Float64Var(&c.LearningRate, "learning-rate", c.LearningRate, "learning rate of the first step")
	fs.StringVar(&c.Schedule, "schedule", c.Schedule, "of the learning rate: "+list(fit.Schedules()))
	fs.IntVar(&c.ScheduleEvery, "schedule-every", c.ScheduleEvery, "steps between two changes of the step schedule")
	fs.Float64Var(&c.ScheduleFactor, "schedule-factor", c.ScheduleFactor, "what the step schedule multiplies the rate by")
	fs.Float64Var(&c.ScheduleFloor, "schedule-floor", c.ScheduleFloor, "where the cosine schedule ends, as a share of the first rate")
	fs.Float64Var(&c.L2, "l2", c.L2, "L2 penalty, added to the gradient as in PyTorch's Adam")
	fs.Float64Var(&c.WeightDecay, "weight-decay", c.WeightDecay, "decoupled weight decay (AdamW)")
	fs.Float64Var(&c.ClipNorm, "clip-norm", c.ClipNorm, "largest norm of the gradient, 0 for any")
	fs.IntVar(&c.TestEvery, "test-every", c.TestEvery, "steps between two test losses, which are also the logged steps")
	fs.IntVar(&c.Patience, "patience", c.Patience, "stop early after so many test losses without a new minimum, 0 for never")
	fs.IntVar(&c.CheckpointEvery, "checkpoint-every", c.CheckpointEvery, "steps between two checkpoints, 0 for one at the end")
	fs.BoolVar(&c.Polish, "polish", c.Polish, "solve for the last layer again after the training, where that lowers the error on held-out rows")
	fs.BoolVar(&c.Known, "known", c.Known, "closed form: tell it the known system's structure, symmetry, angles and masses")
	fs.StringSliceVar(&c.Structure, "structure", c.Structure, "form of H: "+list(model.Structures()))
	fs.StringSliceVar(&c.Symmetry, "symmetry", c.Symmetry, "closed form: parity, time-reversal, rotation")
	fs.StringVar(&c.Dissipation, "dissipation", c.Dissipation, "how energy leaves: "+list(model.Dissipations())+" (closed form: linear)")
	fs.StringVar(&c.Derivatives, "derivatives", c.Derivatives, "of observations: "+list(estimate.Methods())+" (those of the file, else local-polynomial)")
	fs.StringVar(&c.Smooth, "smooth", c.Smooth, "states before the fit: "+list(estimate.Smoothings())+" (where noise is found)")
	fs.IntVar(&c.DerivativeWindow, "derivative-window", c.DerivativeWindow, "rows of a local polynomial, 0 for as many as cross-validation finds best")
	fs.Var(&inverse{&c.Scaling}, "no-scaling", "fit a file in its own units, not in dimensionless ones")
	fs.StringVar(&c.Test, "test", c.Test, "file of trajectories to test on, instead of a part of --data")
	fs.StringSliceVar(&c.Angle, "angle", c.Angle, "state columns that are angles: the model sees their cosine and sine")
	fs.Float64SliceVar(&c.Mass, "mass", c.Mass, "masses: of positions whose velocities become momenta, or of the bodies of structure pairwise (closed form: and symmetry rotation)")
	fs.StringVar(&c.Skew, "skew", c.Skew, "skew matrix J of dx/dt = J grad H where the columns are not positions and momenta: its rows, as 0,1;-1,0, or "+model.LeviCivita)
	fs.StringVar(&c.InputGain, "input-gain", c.InputGain, "G of the force G(q) u of inputs: "+list(model.Gains())+"; default learned")
	fs.StringVar(&c.InputHold, "input-hold", c.InputHold, "inputs between their samples: foh (linear, the default) or zoh (constant)")
	fs.IntVar(&c.Features, "features", c.Features, "closed form: number of features, 0 for one that suits the data")
	fs.BoolVar(&c.Weighted, "weighted", c.Weighted, "weigh rows with large derivatives less, as near-collisions have")
	fs.StringVar(&c.Solver, "solver", c.Solver, "closed form: cholesky or qr, empty for one that suits the size")
	fs.Float64Var(&c.Ridge, "ridge", c.Ridge, "closed form: relative ridge, 0 for one chosen by the data")
	fs.Float64Var(&c.Scale, "scale", c.Scale, "closed form: steepness of the features, 0 for one chosen by the data")
	fs.IntVar(&c.Trajectories, "trajectories", c.Trajectories, "trajectories to draw, train and test together")
	fs.IntVar(&c.Points, "points", c.Points, "observations on a drawn trajectory")
	fs.Float64Var(&c.Horizon, "horizon", c.Horizon, "time of a drawn trajectory's last point")
	fs.Float64Var(&c.Noise, "noise", c.Noise, "standard deviation of the noise on drawn states")
	fs.Float64Var(&c.TestFraction, "test-fraction", c.TestFraction, "share of the data that is held out")
	fs.BoolVar(&c.TestFirst, "test-first", c.TestFirst, "hold out the first rows of drawn data, not the last")
	fs.BoolVar(&c.WholeTrials, "whole-trials", c.WholeTrials, "hold out whole drawn trajectories, cut none")
	fs.Float64Var(&c.Tolerance, "tolerance", c.Tolerance, "of the integration of drawn trajectories")
	fs.IntVar(&c.Stack, "stack", c.Stack, "pictures: frames of an observation")
	fs.IntVar(&c.Latent, "latent", c.Latent, "pictures: length of the latent state")
	fs.IntSliceVar(&c.Encoder, "encoder", c.Encoder, "pictures: widths of the encoder's hidden layers; the decoder has the reverse")
	fs.IntVar(&c.LatentSteps, "latent-steps", c.LatentSteps, "pictures: frames that the latent state is predicted ahead in training")
	fs.StringVar(&c.LatentIntegrator, "latent-integrator", c.LatentIntegrator, "pictures: step between frames in training: "+list(fit.PixelIntegrators()))
	fs.Var(&inverse{&c.SubtractMean}, "no-subtract-mean", "pictures: learn from films as they are, not from what differs from their mean frame")
	fs.Var(&inverse{&c.Strict}, "no-strict", "leave out the strict metrics, which may take longer than the training")
	fs.Var(&inverse{&c.Figures}, "no-figures", "draw no figures")
	for _, name := range []string{"no-strict", "no-figures", "no-scaling", "no-subtract-mean"} {
		fs.Lookup(name).NoOptDefVal = "true"
	}
}

// inverse is a flag that turns a setting off.
type inverse struct{ on *bool }

func (i *inverse) String() string {
	if i.on == nil {
		return "false"
	}
	return strconv.FormatBool(!*i.on)
}

func (i *inverse) Set(s string) error {
	off, err := strconv.ParseBool(s)
	*i.on = !off
	return err
}

func (i *inverse) Type() string { return "bool" }

// configFlags are the flags of a verb that makes runs.
type configFlags struct {
	cmd    *cobra.Command
	shown  experiment.Config // what the flags are bound to: for the help only
	models []string
	// trainers are those of an HNN; every baseline's is adam.
	trainers []string
	seeds    string
	data     string
	frames   string // of the verb train
	recipe   string
	jobs     int
	out      string
	force    bool
	json     bool
	quiet    bool
}

func newConfigFlags(cmd *cobra.Command, models, trainers []string) *configFlags {
	f := &configFlags{cmd: cmd, models: models, trainers: trainers}
	c, err := experiment.Default(task.Names()[0])
	if err != nil {
		panic("hnn: the first task is unknown")
	}
	f.shown = c
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringSliceVar(&f.models, "model", f.models, "models to train: "+strings.Join(model.Kinds(), ", "))
	fs.StringSliceVar(&f.trainers, "trainer", f.trainers, "how to fit an HNN: "+strings.Join(experiment.Trainers(), ", ")+" (one least-squares solve)")
	fs.StringVar(&f.data, "data", "", "file of measured trajectories, - for standard input")
	fs.StringVar(&f.recipe, "recipe", "", "settings for pictures: "+strings.Join(experiment.Recipes(), ", ")+"; see docs/pixels.md")
	fs.StringVar(&f.seeds, "seeds", "", "several seeds, as 0-4 or 0,3,7: reports mean, median and worst")
	fs.IntVar(&f.jobs, "jobs", 1, "independent models to train side by side")
	fs.StringVar(&f.out, "out", "", "run directory (with several runs: the folder of theirs); default a fresh one under runs/")
	fs.BoolVar(&f.force, "force", false, "replace the run that is in --out")
	fs.BoolVar(&f.json, "json", false, "print the results as JSON")
	fs.BoolVar(&f.quiet, "quiet", false, "no progress and no messages but errors")
	bindConfig(fs, &f.shown)
	// What differs from task to task has no default to show.
	for name, zero := range map[string]string{"steps": "0", "batch": "0", "l2": "0", "noise": "0", "trajectories": "0", "points": "0", "horizon": "0", "test-fraction": "0", "smooth": "", "tolerance": "0", "stack": "0", "latent": "0", "latent-steps": "0"} {
		fs.Lookup(name).DefValue = zero
		fs.Lookup(name).Usage += " (default: the task's)"
	}
	for name, values := range map[string][]string{
		"model": model.Kinds(), "activation": nn.Activations(), "schedule": fit.Schedules(),
		"loss": experiment.Losses(), "integrator": unroll.Methods(), "sampling": {"fresh", "epoch"}, "structure": model.Structures(), "dissipation": model.Dissipations(), "input-gain": model.Gains(), "input-hold": experiment.InputHolds(), "precision": {"float32", "float64"}, "trainer": experiment.Trainers(), "solver": {"cholesky", "qr"},
		"recipe": experiment.Recipes(), "latent-integrator": fit.PixelIntegrators(),
	} {
		if err := cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic("hnn: no flag " + name)
		}
	}
	return f
}

// apply changes a task's configuration by the flags that were given, but for those
// of the names to skip.
func (f *configFlags) apply(c *experiment.Config, skip []string) error {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	bindConfig(own, c)
	var err error
	own.VisitAll(func(flag *pflag.Flag) {
		if given := f.cmd.Flags().Lookup(flag.Name); err == nil && given.Changed && !slices.Contains(skip, flag.Name) {
			if list, ok := given.Value.(pflag.SliceValue); ok {
				err = flag.Value.(pflag.SliceValue).Replace(list.GetSlice())
			} else {
				err = own.Set(flag.Name, given.Value.String())
			}
		}
	})
	return err
}

// given names the configuration flags that were given.
func (f *configFlags) given() []string {
	var names []string
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	bindConfig(own, new(experiment.Config))
	f.cmd.Flags().Visit(func(flag *pflag.Flag) {
		if own.Lookup(flag.Name) != nil || flag.Name == "model" || flag.Name == "trainer" || slices.Contains([]string{"seeds", "data", "frames", "recipe", "config", "out", "force", "jobs"}, flag.Name) {
			names = append(names, "--"+flag.Name)
		}
	})
	return names
}

// changed names the configuration's keys that flags were given for.
func (f *configFlags) changed() []string {
	var keys []string
	for _, name := range f.given() {
		keys = append(keys, strings.TrimPrefix(name, "--"))
	}
	return keys
}

func (f *configFlags) check() error {
	switch {
	case f.force && f.out == "":
		return errors.New("--force replaces the run in --out, and no --out is given")
	case f.jobs < 1:
		return fmt.Errorf("--jobs %d: give at least 1", f.jobs)
	case f.seeds != "" && f.cmd.Flags().Changed("seed"):
		return errors.New("--seed and --seeds: give one of the two")
	}
	for _, m := range f.models {
		if !slices.Contains(model.Kinds(), m) {
			return &system.UnknownError{Kind: "model", Name: m, Known: model.Kinds()}
		}
	}
	for _, t := range f.trainers {
		if !slices.Contains(experiment.Trainers(), t) {
			return &system.UnknownError{Kind: "trainer", Name: t, Known: experiment.Trainers()}
		}
	}
	if len(f.trainers) == 0 {
		return errors.New("--trainer names no trainer")
	}
	if len(f.models) == 0 {
		return errors.New("--model names no model")
	}
	return nil
}

// expand returns a configuration once for each seed, model and trainer.
func (f *configFlags) expand(c experiment.Config) ([]experiment.Config, error) {
	seeded := c
	if err := f.apply(&seeded, nil); err != nil {
		return nil, err
	}
	var err error
	seeds := []uint64{seeded.Seed}
	if f.seeds != "" {
		if seeds, err = parseSeeds(f.seeds); err != nil {
			return nil, err
		}
	}
	var all []experiment.Config
	variants, err := f.variants(c)
	if err != nil {
		return nil, err
	}
	for _, seed := range seeds {
		for _, v := range variants {
			// Of several trainers or models a setting of one is not meant for the other.
			var skip []string
			if f.mixed() && !v.Pixels() { // pictures have one trainer
				skip = experiment.OtherKeys(v.Trainer)
			}
			skip = append(skip, experiment.SharedOut(v.Model, f.models)...)
			if v.Facts().Source == task.UserFile {
				// Masses may be those of positions, which all models share.
				skip = slices.DeleteFunc(skip, func(key string) bool { return key == "mass" })
			}
			if err := f.apply(&v, skip); err != nil {
				return nil, err
			}
			v.Seed = seed
			var err error
			if v.Test, err = absolute(v.Test); err != nil {
				return nil, err
			}
			if err := errors.Join(v.Complete(), v.Validate()); err != nil {
				return nil, err
			}
			all = append(all, v)
		}
	}
	return all, nil
}

// variants returns the configuration for each model, and an HNN for each trainer.
func (f *configFlags) variants(c experiment.Config) ([]experiment.Config, error) {
	var vs []experiment.Config
	for _, m := range f.models {
		for _, t := range f.trainers {
			if !model.LearnsH(m) && t != experiment.Adam {
				if len(f.trainers) > 1 {
					continue // a baseline has one trainer
				}
				t = experiment.Adam
			}
			v := c
			var err error
			switch {
			case t == experiment.ClosedForm && c.Pixels() && len(f.trainers) > 1:
				continue // pictures are not for the closed form
			case t == c.Trainer:
			case t == experiment.ClosedForm:
				v = v.WithClosedForm()
			default:
				v, err = v.WithAdam()
			}
			if err != nil {
				return nil, err
			}
			v.Model, v.Trainer = m, t
			if loss := f.cmd.Flags().Lookup("loss"); t == experiment.Adam && loss.Changed && loss.Value.String() != v.Loss {
				v = v.WithLoss(loss.Value.String())
			}
			vs = append(vs, v)
		}
	}
	return vs, nil
}

// mixed reports whether runs of several trainers are asked for.
func (f *configFlags) mixed() bool {
	return len(f.trainers) > 1 || f.trainers[0] == experiment.ClosedForm && slices.ContainsFunc(f.models, func(m string) bool { return !model.LearnsH(m) })
}

// absolute makes a file's name hold wherever the run is continued from.
func absolute(path string) (string, error) {
	if path == "" || path == file.Stdin {
		return path, nil
	}
	return filepath.Abs(path)
}

// keepStdin puts the data that come from standard input into a file in the folder of
// the runs, so that they can be repeated and continued.
func (f *configFlags) keepStdin(configs []experiment.Config) error {
	var path string
	for i := range configs {
		if configs[i].Data != file.Stdin {
			continue
		}
		if path == "" {
			folder := runsFolder
			if f.out != "" {
				folder = filepath.Dir(f.out)
			}
			kept, err := experiment.KeepInput(f.cmd.InOrStdin(), folder)
			if err != nil {
				return err
			}
			if path, err = filepath.Abs(kept); err != nil {
				return err
			}
		}
		configs[i].Data = path
	}
	return nil
}

// parseSeeds reads numbers and ranges with commas between them.
func parseSeeds(s string) ([]uint64, error) {
	const most = 10_000
	var seeds []uint64
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.ParseUint(from, 10, 64)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseUint(to, 10, 64)
		}
		if err != nil || last < first || last-first >= most {
			return nil, fmt.Errorf("--seeds %q: %q is no seed and no range of at most %d seeds; write 0-4 or 0,3,7", s, part, most)
		}
		for n := first; ; n++ {
			seeds = append(seeds, n)
			if n == last {
				break
			}
		}
	}
	return seeds, nil
}

// unknownVerb names the verb that was probably meant.
func unknownVerb(root *cobra.Command, name string) error {
	var verbs []string
	for _, c := range root.Commands() {
		verbs = append(verbs, c.Name())
	}
	return &system.UnknownError{Kind: "verb", Name: name, Known: verbs}
}
