package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/internal/shell"
	"hnn/model/expr"
)

func newExplain() *cobra.Command {
	var as, terms, figures string
	var asJSON, invariants, quiet bool
	var tolerance float64
	cmd := &cobra.Command{
		Use:   "explain RUN",
		Short: "Print the law that a model follows, as a formula",
		Long: `Explain prints the Hamiltonian of a trained model as a formula. That of a model which is a
formula is printed as it is; of any other, as a network, the formula is distilled: its field at
the states of its data is fitted with terms of a library, the fewest that come within
--tolerance of it at the states of trials that were held out. Coefficients have standard errors and are rounded to what these
support. Where no formula of the library explains the model, that is said.`,
		Example: `  hnn explain runs/0001-pendulum-hnn
  hnn explain runs/0001-pendulum-hnn --as latex --figures figures
  hnn explain runs/0001-pendulum-hnn --terms "cos(q), p^2, q^2"
  hnn explain runs/0002-kepler-hnn-formula --invariants`,
		Args: exactly(1, "RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			syntax := slices.Index(expr.Syntaxes(), as)
			if syntax < 0 {
				return usage(fmt.Errorf("--as %q: one of %s", as, strings.Join(expr.Syntaxes(), ", ")))
			}
			if err := notARun(args[0]); err != nil {
				return err
			}
			d := newDisplay(cmd.ErrOrStderr(), quiet)
			env := &experiment.Env{}
			run, err := env.Open(args[0])
			if err != nil {
				return err
			}
			if invariants {
				r, err := env.Conserved(run, expr.Syntax(syntax))
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), []any{struct {
						Dir string `json:"dir"`
						*experiment.ConservedReport
					}{run.Dir, r}})
				}
				if err := r.Write(cmd.OutOrStdout()); err != nil {
					return err
				}
				d.next("the law of the model: hnn explain %s", shell.Quote(args[0]))
				return nil
			}
			x, err := env.Explain(run, expr.Syntax(syntax), terms, tolerance)
			if err != nil {
				return err
			}
			if figures != "" {
				paths, err := x.WriteFigures(figures)
				if err != nil {
					return err
				}
				for _, p := range paths {
					fmt.Fprintln(cmd.ErrOrStderr(), p)
				}
			}
			switch {
			case asJSON:
				return printJSON(cmd.OutOrStdout(), []any{struct {
					Dir string `json:"dir"`
					*experiment.Explanation
				}{run.Dir, x}})
			case expr.Syntax(syntax) != expr.Text:
				if !x.Explained {
					fmt.Fprintf(cmd.ErrOrStderr(), "no formula of the library explains the model: this one's field is off by %.2g%%\n", 100*float64(x.Error))
				}
				_, err = fmt.Fprint(cmd.OutOrStdout(), x.Law)
				return err
			}
			if err := x.Write(cmd.OutOrStdout()); err != nil {
				return err
			}
			d.next("write the model out for use elsewhere: hnn export %s --to c", shell.Quote(args[0]))
			return nil
		},
	}
	cmd.Flags().StringVar(&as, "as", "text", "how to write it: "+strings.Join(expr.Syntaxes(), ", "))
	cmd.Flags().StringVar(&terms, "terms", "", "terms instead of the default library's, with commas between them, in the names of the columns")
	cmd.Flags().Float64Var(&tolerance, "tolerance", 0.05, "of a model that is no formula: take the formula of fewest terms whose field is within this share of the model's, 0 for all that can be told")
	cmd.Flags().BoolVar(&invariants, "invariants", false, "print instead what the data of the run conserve: functions that stay constant along each trial")
	cmd.Flags().StringVar(&figures, "figures", "", "folder to draw the formula and the error by the number of terms into, as SVG and PNG")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no messages but errors")
	complete(cmd, "as", expr.Syntaxes())
	completeRuns(cmd, 1)
	return cmd
}
