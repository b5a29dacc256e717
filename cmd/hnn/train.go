package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/model/formula"
	"hnn/model/network"
)

func newTrain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train TASK | --data FILE | --frames FILMS | --config FILE | --resume DIR",
		Short: "Train a model on a known system or on a file of trajectories",
		Long: `Train fits a model and leaves a run directory with its configuration, metrics,
weights, results and a figure. A task is any of the paper's or any known system,
whose data are drawn (` + strings.Join(task.Names(), ", ") + `,
and N-body with any number, as 5-body); --data names a file of trajectories instead, --frames
films. --config repeats a run to the bit from its config.yaml; --resume continues one that was interrupted.

A file is learned from by a baseline and an HNN. Where it has no derivatives they are
estimated, noisy states are smoothed, and states and time made dimensionless; how the HNN
is fitted (closed form, gradient steps on derivatives, or on trajectories) is decided by
short trials on the training rows and printed, unless --trainer, --loss or another setting
of a trainer says how. Rollouts from held-out states are compared with the measurements.

Without --trainer an HNN of a task is fitted by the closed form, one least-squares solve, in a
second or so. Where that does not serve, Adam trains it: with any flag of Adam's own
(--steps, --hidden, --polish and so on), with --model baseline, and where states have more than
12 components. The choice is printed. Adam's learning rate is 3e-3 and falls along a
cosine; hnn reproduce keeps the paper's constant 1e-3.`,
		Example: `  hnn train pendulum
  hnn train two-body --trainer adam --polish
  hnn train --data measurements.csv
  hnn train --hamiltonian "p^2/2 + 3*(1-cos(q))" --model hnn-formula
  hnn train --frames films/ --model baseline,hnn
  hnn train --config runs/0001-spring-hnn/config.yaml
  hnn train --resume runs/0001-spring-hnn`,
		ValidArgsFunction: cobra.FixedCompletions(append(task.Names(), "N-body"), cobra.ShellCompDirectiveNoFileComp),
	}
	f := newConfigFlags(cmd, []string{network.KindHNN}, []string{string(experiment.ClosedForm)}, trainBases)
	cmd.Flags().Lookup("trainer").Usage += "; default: closed-form, unless another flag or the data need adam"
	cmd.Flags().Lookup("trainer").DefValue = "[]"
	cmd.Flags().StringVar(&f.frames, "frames", "", "films: a folder with one of pictures for each trial, an .npz or a .gif")
	cmd.Flags().StringVar(&f.hamiltonian, "hamiltonian", "", "instead of a task: draw the data of the system with this H, as \"p^2/2 + 3*(1-cos(q))\"; a momentum is named as its position with a p before it, that of q is p")
	var config, resume string
	cmd.Flags().StringVar(&config, "config", "", "config.yaml of a run to repeat; other flags change it")
	cmd.Flags().StringVar(&resume, "resume", "", "directory of a run to continue")
	completeBy(cmd, "resume", runsBegunBy)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.helpAll {
			return cmd.Help()
		}
		d := newDisplay(cmd.ErrOrStderr(), f.quiet)
		if resume != "" {
			for _, name := range f.given() {
				args = append(args, "--"+name)
			}
			if len(args) > 0 {
				return usage(fmt.Errorf("--resume continues a run with the configuration in its directory; leave out %s", strings.Join(args, ", ")))
			}
			env := newEnv(d)
			left, err := trackIn(cmd.Context(), f.track, "hnn", env, d)
			if err != nil {
				return err
			}
			defer left()
			run, err := env.Resume(cmd.Context(), resume)
			if err != nil {
				return err
			}
			return f.print(cmd.OutOrStdout(), d, []*experiment.Run{run})
		}
		env := newEnv(d)
		configs, err := trainConfigs(cmd.Context(), f, args, config, env)
		if err != nil {
			return err
		}
		return f.runAll(cmd.Context(), cmd.OutOrStdout(), d, env, configs)
	}
	return cmd
}

func trainConfigs(ctx context.Context, f *configFlags, args []string, config string, env *experiment.Env) ([]experiment.Config, error) {
	if err := f.check(); err != nil {
		return nil, usage(err)
	}
	if f.data != nil { // what the shell made of --data *.csv
		for len(args) > 0 && isFile(args[0]) {
			f.data, args = append(f.data, args[0]), args[1:]
		}
	}
	if len(args) > 1 {
		return nil, usage(fmt.Errorf("hnn train takes one task, and got %q", args))
	}
	if flags := f.cmd.Flags(); flags.Changed("terms") && !flags.Changed("model") && config == "" {
		if err := flags.Set("model", formula.Kind); err != nil { // terms are a formula's
			return nil, err
		}
	}
	if config != "" {
		if len(args) > 0 || f.data != nil || f.frames != "" || f.recipe != "" || f.hamiltonian != "" {
			return nil, usage(errors.New("--config holds the task, its file and its recipe; leave out the task, --data, --frames and --recipe"))
		}
		c, err := experiment.ReadConfigFile(config)
		if err != nil {
			return nil, usage(err)
		}
		if !f.cmd.Flags().Changed("model") {
			f.models = []string{c.Model}
		}
		if !f.cmd.Flags().Changed("trainer") {
			f.trainers = []string{string(c.Trainer)}
		}
		if err := env.WarnChanged(filepath.Dir(config)); err != nil {
			return nil, err
		}
		asked, err := f.asked()
		if err != nil {
			return nil, usage(err)
		}
		return asked.Expand(c)
	}
	c, err := newConfig(f, args)
	if err != nil {
		return nil, usage(err)
	}
	asked, err := f.asked()
	if err != nil {
		return nil, usage(err)
	}
	return env.HowToLearn(ctx, c, asked)
}

// newConfig is the configuration of a new run before its flags.
func newConfig(f *configFlags, args []string) (c experiment.Config, err error) {
	name := task.OwnData
	switch {
	case f.hamiltonian != "" && (len(args) > 0 || f.data != nil || f.frames != ""):
		return c, errors.New("--hamiltonian is the system whose data are drawn: leave out the task, --data and --frames")
	case f.hamiltonian != "":
		name = task.Given(f.hamiltonian)
	case len(args) == 1:
		name = args[0]
	case f.frames != "" && f.data != nil:
		return c, errors.New("--data and --frames: trajectories or films, give one of the two")
	case f.frames != "":
		name = task.OwnFrames
	case f.data == nil:
		return c, errors.New("nothing to train on: name a task, as in hnn train pendulum, or a file, as in hnn train --data measurements.csv, or films, as in hnn train --frames films/")
	}
	if c, err = experiment.Default(name); err != nil {
		return c, cmp.Or(notATask(name), err)
	}
	if err = f.setData(&c); err != nil {
		return c, err
	}
	if c.Frames, err = experiment.Absolute(f.frames); err != nil {
		return c, err
	}
	if c.Pixels() || f.recipe != "" {
		return c.WithRecipe(cmp.Or(experiment.Recipe(f.recipe), experiment.TunedRecipe))
	}
	return c.Tuned(), nil
}

// trainBases are the configurations of every task.
func trainBases() []experiment.Config {
	tasks := append(task.Names(), task.OwnData, task.OwnFrames)
	return experiment.Bases(tasks, func(c experiment.Config) experiment.Config {
		if !c.Pixels() {
			return c.Tuned()
		}
		c, _ = c.WithRecipe(experiment.TunedRecipe)
		return c
	})
}
