package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/internal/shell"
	"hnn/nn"
)

func newImport() *cobra.Command {
	var o experiment.Import
	var activation, order, sign, kind, scale, shift string
	var asJSON, quiet bool
	cmd := &cobra.Command{
		Use:   "import FILE --like TASK|RUN --activation NAME",
		Short: "Make a run of a network that another program trained",
		Long: `Import reads the weights of a multilayer perceptron from a safetensors file, an NPZ file or a
state dict that PyTorch's torch.save wrote, and makes a run of them: evaluate, simulate, serve,
report and export then work as if it had been trained here. Nothing of the file is run, and
only what a state dict of float32 or float64 tensors needs is read.

The network is one with layers NAME.weight and NAME.bias, whose output is H, or one of several,
as the two of the paper's authors; or with --kind baseline it is dx/dt. Whatever does not fit the
data under the conventions given, and does under others, is refused with these.`,
		Example: `  hnn import spring-hnn.pt --like spring --activation tanh
  hnn import weights.npz --data measurements.csv --activation softplus --order interleaved
  hnn import weights.safetensors --like runs/0003-data-hnn --activation tanh --sign=- --polish`,
		Args: exactly(1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.File = args[0]
			switch {
			case (o.Like == "") == (o.Data == ""):
				return usage(errors.New("give --like, a task or a run whose data the network is for, or --data, a file of trajectories"))
			case order != "q,p" && order != "interleaved":
				return usage(fmt.Errorf("--order %s: q,p (positions first) or interleaved (q1,p1,q2,p2)", order))
			case sign != "+" && sign != "-":
				return usage(fmt.Errorf("--sign %s: + or -", sign))
			case kind != "hnn" && kind != "baseline":
				return usage(fmt.Errorf("--kind %s: hnn or baseline", kind))
			}
			o.Interleaved, o.Negative, o.Baseline = order == "interleaved", sign == "-", kind == "baseline"
			if activation != "" {
				act, err := nn.ParseActivation(activation)
				if err != nil {
					return usage(fmt.Errorf("--activation: %w", err))
				}
				o.Activation = &act
			}
			var err error
			for _, list := range []struct {
				name, text string
				to         *[]float64
			}{{"--scale", scale, &o.Scale}, {"--shift", shift, &o.Shift}} {
				if list.text != "" {
					if *list.to, err = numbers(list.name, list.text); err != nil {
						return usage(err)
					}
				}
			}
			for _, v := range o.Scale {
				if v == 0 {
					return usage(errors.New("--scale: a scale is not zero"))
				}
			}
			d := newDisplay(cmd.ErrOrStderr(), quiet)
			run, err := (&experiment.Env{Log: d.log}).Import(cmd.Context(), o)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), resultsOf([]*experiment.Run{run}))
			}
			fmt.Fprintln(cmd.OutOrStdout(), run.Dir)
			d.next("look at it: hnn serve %s", shell.Quote(run.Dir))
			return nil
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&o.Like, "like", "", "task, or directory of a run, whose columns and data the network is for")
	fs.StringVar(&o.Data, "data", "", "file of trajectories instead")
	fs.StringVar(&activation, "activation", "", "function between the layers: "+strings.Join(nn.Tanh.Values(), ", "))
	fs.StringVar(&kind, "kind", "hnn", "what the outputs are: hnn (H) or baseline (dx/dt)")
	fs.IntVar(&o.Output, "output", -1, "which output is H, from 0; default the second of several")
	fs.StringVar(&order, "order", "q,p", "of a state's components: q,p (positions first) or interleaved (q1,p1,q2,p2)")
	fs.StringVar(&sign, "sign", "+", "of J in dx/dt = J grad H: + or -")
	fs.StringVar(&scale, "scale", "", "what the network's inputs are divided by, a number for each, in the file's order")
	fs.StringVar(&shift, "shift", "", "what is subtracted from them before")
	fs.StringVar(&o.Prefix, "prefix", "", "beginning of the names of the network's tensors, where the file has others")
	fs.BoolVar(&o.Polish, "polish", false, "solve for the last layer again, where that lowers the error on held-out rows")
	fs.StringVar(&o.Out, "out", "", "run directory; default a new one under --runs")
	fs.StringVar(&o.Root, "runs", "runs", "folder for run directories")
	fs.BoolVar(&o.Force, "force", false, "replace an earlier run in --out")
	fs.BoolVar(&asJSON, "json", false, "print the results as JSON")
	fs.BoolVar(&quiet, "quiet", false, "no messages but errors")
	completeTasksAndRuns(cmd, "like")
	complete(cmd, "activation", nn.Tanh.Values())
	complete(cmd, "kind", []string{"hnn", "baseline"})
	complete(cmd, "order", []string{"q,p", "interleaved"})
	complete(cmd, "sign", []string{"+", "-"})
	return cmd
}
