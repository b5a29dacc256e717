package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/model"
)

func newTrain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train TASK | --data FILE | --config FILE | --resume DIR",
		Short: "Train a model on a known system or on a file of trajectories",
		Long: `Train fits a model and leaves a run directory with its configuration, metrics,
weights, results and a figure. A task is any of the paper's or any known system,
whose data are drawn; --data names a file of trajectories instead. --config repeats
a run to the bit from its config.yaml; --resume continues one that was interrupted.`,
		Example: `  hnn train pendulum --schedule cosine --learning-rate 3e-3
  hnn train --data measurements.csv --model baseline,hnn
  hnn train --config runs/0001-spring-hnn/config.yaml
  hnn train --resume runs/0001-spring-hnn`,
		ValidArgsFunction: cobra.FixedCompletions(experiment.Tasks(), cobra.ShellCompDirectiveNoFileComp),
	}
	f := newConfigFlags(cmd, []string{model.KindHNN}, []string{experiment.Adam})
	var config, resume string
	cmd.Flags().StringVar(&config, "config", "", "config.yaml of a run to repeat; other flags change it")
	cmd.Flags().StringVar(&resume, "resume", "", "directory of a run to continue")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		d := newDisplay(cmd.ErrOrStderr(), f.jobs, f.quiet)
		if resume != "" {
			if given := f.given(); len(args) > 0 || len(given) > 0 {
				return usage(fmt.Errorf("--resume continues a run with the configuration in its directory; leave out %s", strings.Join(append(args, given...), ", ")))
			}
			env := &experiment.Env{Log: d.log, Meter: d.meter}
			run, err := env.Resume(cmd.Context(), resume)
			if err != nil {
				return err
			}
			return f.print(cmd.OutOrStdout(), d, []*experiment.Run{run}, false)
		}
		configs, err := trainConfigs(f, args, config)
		if err != nil {
			return usage(err)
		}
		return f.runAll(cmd.Context(), cmd.OutOrStdout(), d, configs)
	}
	return cmd
}

func trainConfigs(f *configFlags, args []string, config string) ([]experiment.Config, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if len(args) > 1 {
		return nil, fmt.Errorf("hnn train takes one task, and got %q", args)
	}
	if config != "" {
		if len(args) > 0 || f.data != "" {
			return nil, errors.New("--config holds the task and its file; leave out the task and --data")
		}
		c, err := experiment.ReadConfigFile(config)
		if err != nil {
			return nil, err
		}
		if !f.cmd.Flags().Changed("model") {
			f.models = []string{c.Model}
		}
		if !f.cmd.Flags().Changed("trainer") {
			f.trainers = []string{c.Trainer}
		}
		return f.expand(c)
	}
	task := experiment.OwnData
	switch {
	case len(args) == 1:
		task = args[0]
	case f.data == "":
		return nil, errors.New("nothing to train on: name a task, as in hnn train pendulum, or a file, as in hnn train --data measurements.csv")
	}
	c, err := experiment.Default(task)
	if err != nil {
		return nil, err
	}
	if c.Data, err = absolute(f.data); err != nil {
		return nil, err
	}
	return f.expand(c)
}
