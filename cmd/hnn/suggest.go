package main

import (
	"errors"

	"github.com/spf13/cobra"

	"hnn/experiment"
)

func newSuggest() *cobra.Command {
	var o experiment.SuggestOptions
	var asJSON, quiet bool
	cmd := &cobra.Command{
		Use:   "suggest RUN",
		Short: "Propose what to measure next: the first states that leave least unknown",
		Long: `Suggest proposes initial states (and inputs, where there are such) of trials to measure next.
Of candidates in a box it takes, one after the other, the trial whose measurement leaves the
least unknown of all trials that begin in the box. What is unknown is what a band is made of: see
hnn simulate --band. Trials that run away are not proposed.

The columns of the answer are the initial state, how far the trial's states are unknown now (the
root mean square of their standard errors, in standard deviations of the columns), and what is
left of the mean squared width over the box after this trial and those above it.`,
		Example: `  hnn suggest runs/0001-pendulum-hnn-formula
  hnn suggest runs/0001-pendulum-hnn-formula --box "q=-3:3, p=-1:1" --count 3 --duration 10
  hnn suggest runs/0001-pendulum-hnn-formula --json`,
		Args: exactly(1, "RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notARun(args[0]); err != nil {
				return err
			}
			if o.Duration < 0 || cmd.Flags().Changed("duration") && o.Duration == 0 {
				return usage(errors.New("--duration: give a positive time"))
			}
			d := newDisplay(cmd.ErrOrStderr(), quiet)
			env := &experiment.Env{Log: d.log, Reading: d.reading}
			run, err := env.Open(args[0])
			if err != nil {
				return err
			}
			s, err := env.Suggest(cmd.Context(), run, o)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), []any{struct {
					Dir string `json:"dir"`
					*experiment.Suggestions
				}{run.Dir, s}})
			}
			return s.Write(cmd.OutOrStdout())
		},
	}
	fs := cmd.Flags()
	fs.IntVar(&o.Count, "count", 5, "trials to propose")
	fs.StringVar(&o.Box, "box", "", `bounds of the initial states, as "q=-2:2, p=-1:1"; those of the data where it says nothing`)
	fs.Float64Var(&o.Duration, "duration", 0, "time of a trial; that of the longest of the run's own unless given")
	fs.Uint64Var(&o.Seed, "seed", 0, "of the candidates")
	fs.BoolVar(&asJSON, "json", false, "print it as JSON")
	fs.BoolVar(&quiet, "quiet", false, "no messages but errors")
	completeRuns(cmd, 1)
	return cmd
}
