package main

import (
	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/internal/shell"
)

func newInspect() *cobra.Command {
	var asJSON, quiet bool
	cmd := &cobra.Command{
		Use:   "inspect RUN | FILE",
		Short: "Print what a model is and how it was fitted",
		Long: `Inspect reads the model of a run directory, or a model.safetensors, and prints its kind,
its states and the number of its parameters; of a network its layers, and the pictures
that it sees; of a closed-form fit its terms, structure, number of features, ridge,
condition and scale; and what became of a polishing. It draws and measures nothing; for
that see hnn evaluate.`,
		Example: `  hnn inspect runs/0001-two-body-hnn-closed-form
  hnn inspect model.safetensors --json`,
		Args: exactly(1, "RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if experiment.IsParticles(args[0]) && !asJSON {
				return inspectParticles(cmd, args[0], quiet)
			}
			if err := notARun(args[0]); err != nil {
				return err
			}
			i, err := experiment.Inspect(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), []any{i})
			}
			if err := i.Write(cmd.OutOrStdout()); err != nil {
				return err
			}
			if d := newDisplay(cmd.ErrOrStderr(), quiet); isRun(args[0]) {
				d.next("measure it again, on its own data or on others: hnn evaluate %s", shell.Quote(args[0]))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no messages but errors")
	completeRuns(cmd, 1)
	return cmd
}
