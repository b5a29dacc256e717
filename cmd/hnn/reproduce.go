package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/internal/shell"
	"hnn/model/network"
	"hnn/system"
)

func newReproduce() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "reproduce [TASK...]",
		Short: "Reproduce the paper's experiments: baseline and HNN, our numbers beside the paper's",
		Long: `Reproduce draws a task's data, trains the baseline and the HNN on them as the
paper's authors did, rolls both out and prints the paper's table with our numbers
and the paper's beside each other. The tasks are

    ` + strings.Join(task.PaperNames(), ", ") + `

and without one all run but two. Where a run takes seconds (spring, pendulum, real-pendulum)
there are three of each model, by the seeds 0 to 2, unless --seed or --seeds says otherwise; the
table has their median and worst. Left out without a name are pixel-pendulum, which takes
minutes and runs when it is named, and real-pendulum, whose measured data are not part of the
program and run with --data FILE. What differs from the authors' settings is given by flags, and holds for
every task named.`,
		Example: `  hnn reproduce spring
  hnn reproduce spring pendulum two-body --seeds 0-4 --jobs 2
  hnn reproduce real-pendulum --data real_pend_h_1.txt`,
		ValidArgsFunction: cobra.FixedCompletions(task.PaperNames(), cobra.ShellCompDirectiveNoFileComp),
	}
	f := newConfigFlags(cmd, []string{network.KindBaseline, network.KindHNN}, []string{string(experiment.Adam), string(experiment.ClosedForm)}, reproduceBases)
	cmd.RunE = func(cmd *cobra.Command, tasks []string) error {
		if f.helpAll {
			return cmd.Help()
		}
		d := newDisplay(cmd.ErrOrStderr(), f.quiet)
		configs, err := reproduceConfigs(f, tasks, d)
		if err != nil {
			return usage(err)
		}
		return f.runAll(cmd.Context(), cmd.OutOrStdout(), d, newEnv(d), configs)
	}
	return cmd
}

// reproduceBases are the configurations of the paper's tasks.
func reproduceBases() []experiment.Config {
	return experiment.Bases(task.PaperNames(), func(c experiment.Config) experiment.Config { return c })
}

func reproduceConfigs(f *configFlags, tasks []string, d *display) ([]experiment.Config, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	asked, err := f.asked()
	if err != nil {
		return nil, err
	}
	if len(tasks) == 0 {
		for _, t := range task.All() {
			switch {
			case !t.Paper:
			case t.Source.File() && f.data == nil:
				d.log("%s skipped: it needs the measured file, --data FILE", t.Name)
			case t.Slow:
				d.log("%s skipped: it takes minutes; name it to run it", t.Name)
			default:
				tasks = append(tasks, t.Name)
			}
		}
	}
	var all []experiment.Config
	takesData := false
	for _, t := range tasks {
		if !slices.Contains(task.PaperNames(), t) {
			return nil, cmp.Or[error](notATask(t), &system.UnknownError{Kind: "task", Name: t, Known: task.PaperNames()})
		}
		c, err := experiment.Default(t)
		if err != nil {
			return nil, err
		}
		if c.Facts().Source.File() {
			if err = f.setData(&c); err != nil {
				return nil, err
			}
			takesData = true
		}
		if c, err = c.WithRecipe(experiment.Recipe(f.recipe)); err != nil {
			return nil, err
		}
		of := asked
		if fs := f.cmd.Flags(); c.Facts().Quick && !fs.Changed("seed") && !fs.Changed("seeds") {
			of.Seeds = []uint64{0, 1, 2} // one seed may show anything
		}
		cs, err := of.Expand(c)
		if err != nil {
			return nil, err
		}
		all = append(all, cs...)
	}
	if f.data != nil && !takesData {
		return nil, fmt.Errorf("--data %q: of the paper's tasks only %s takes a file; for your own data see hnn train", f.data, task.RealPendulum)
	}
	return all, nil
}

// newEnv is where runs are made, with their messages and progress on d.
func newEnv(d *display) *experiment.Env {
	return &experiment.Env{Log: d.log, Meter: d.meter, Reading: d.reading}
}

// runsFolder is where runs go that have no --out.
const runsFolder = "runs"

// runAll makes the runs and prints their results.
func (f *configFlags) runAll(ctx context.Context, w io.Writer, d *display, env *experiment.Env, configs []experiment.Config) error {
	if err := experiment.Distinct(configs); err != nil {
		return usage(err)
	}
	if err := f.keepStdin(configs); err != nil {
		return err
	}
	if !f.cmd.Flags().Changed("jobs") {
		f.jobs = env.SideBySide(len(configs))
	}
	left, err := trackIn(ctx, f.track, "hnn", env, d)
	if err != nil {
		return err
	}
	defer left()
	d.bars = d.bars && min(f.jobs, len(configs)) <= 1
	runs, err := env.RunAll(ctx, configs, experiment.Batch{Root: runsFolder, Out: f.out, Force: f.force, Jobs: f.jobs})
	if len(runs) > 0 {
		if perr := f.print(w, d, runs); perr != nil {
			return perr
		}
	}
	return err
}

// print writes the results of runs: JSON, or the table and, with several seeds, their spread.
func (f *configFlags) print(w io.Writer, d *display, runs []*experiment.Run) error {
	if f.json {
		return printJSON(w, resultsOf(runs))
	}
	if err := experiment.WriteResults(w, runs); err != nil {
		return err
	}
	if f.seeds != "" {
		fmt.Fprintln(w)
		if err := experiment.WriteSpread(w, runs); err != nil {
			return err
		}
	}
	for _, r := range runs {
		d.log("%s", r.Dir)
	}
	d.next("look at it: hnn serve %s", shell.Join(toLookAt(runs)...))
	return nil
}
