package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/internal/shell"
)

func newEvaluate() *cobra.Command {
	var file string
	var noStrict, asJSON, quiet bool
	var warm int
	var band float64
	var columns columnFlags
	cmd := &cobra.Command{
		Use:   "evaluate RUN",
		Short: "Measure a trained model again, on its own data or on another file",
		Long: `Evaluate loads the model of a run directory, draws or reads the run's data again,
and measures losses, energies and rollouts. With --data the losses are taken on all
rows of that file instead, and each of its trials is rolled out whole from its first
state. The run directory is left as it is.`,
		Example: `  hnn evaluate runs/0001-spring-hnn
  hnn evaluate runs/0001-spring-hnn --band 0.9
  hnn evaluate runs/0003-data-hnn --data later.csv --json
  hnn evaluate runs/0003-data-hnn --data later.csv --warm-up 50`,
		Args: exactly(1, "RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notARun(args[0]); err != nil {
				return err
			}
			d := newDisplay(cmd.ErrOrStderr(), quiet)
			env := &experiment.Env{Log: d.log, Reading: d.reading}
			run, err := env.Open(args[0])
			if err != nil {
				return err
			}
			if warm < 0 || warm > 0 && file == "" {
				return usage(errors.New("warm-up: a number of rows, of the trials of the file that --data names"))
			}
			if cmd.Flags().Changed("band") {
				if file != "" {
					return usage(errors.New("--band: bands are measured on the run's own held-out trials; leave out --data"))
				}
				run.Config.Bands = band
				if err := run.Config.Validate(); err != nil || band == 0 {
					return usage(cmp.Or(err, errors.New("--band 0: give a share between 0 and 1, as 0.9")))
				}
			}
			if noStrict {
				run.Config.Strict = false
			}
			if file != "" {
				columns.over(cmd, &run.Config)
				err = env.EvaluateFile(cmd.Context(), run, file, warm)
			} else {
				err = env.Evaluate(cmd.Context(), run)
			}
			if err != nil {
				return err
			}
			runs := []*experiment.Run{run}
			if asJSON {
				return errors.Join(printJSON(cmd.OutOrStdout(), resultsOf(runs)), run.Sound())
			}
			if err := errors.Join(experiment.WriteResults(cmd.OutOrStdout(), runs), run.Sound()); err != nil {
				return err
			}
			if file == "" {
				d.next("roll it out: hnn simulate %s --x0 %s --to %s", shell.Quote(args[0]), start(run), horizon(run))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "data", "", "file of trajectories to take the losses on, - for standard input; its columns are those of the run's file, unless flags name others")
	columns.bind(cmd)
	cmd.Flags().IntVar(&warm, "warm-up", 0, "rows of each trial of --data to which the model fits the rollout's first state, which then do not count; 0 for the state as it was measured")
	cmd.Flags().Float64Var(&band, "band", 0, "level of bands, as 0.9, whose coverage of the held-out trials is measured; takes as long as ten fits, unless the model is a formula of noisy rows or an ensemble")
	cmd.Flags().BoolVar(&noStrict, "no-strict", false, "leave out the strict metrics")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the results as JSON")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no messages but errors")
	completeRuns(cmd, 1)
	return cmd
}
