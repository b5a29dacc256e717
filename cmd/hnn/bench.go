package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"hnn/bench"
)

func newBench() *cobra.Command {
	var o bench.Options
	var asJSON, quiet bool
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the speed of training and rollouts on this machine",
		Long: `Bench measures this machine's multiply-add peak and, for each task's network, the
time of a training step, its GFLOP/s and share of the peak, the time of a field
evaluation at one state, the closed form's solve with 1,000 and 2,000 features, and
rollouts. Cases are measured in turns and medians
reported; on a busy machine they are still too slow.`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.Rounds < 1 || o.Time <= 0 {
				return usage(errors.New("--rounds and --time must be positive"))
			}
			for _, n := range o.Threads {
				if n < 1 {
					return usage(fmt.Errorf("--threads %d: give positive numbers", n))
				}
			}
			o.Log = newDisplay(cmd.ErrOrStderr(), quiet).log
			r, err := bench.Run(cmd.Context(), o)
			if unknown := (*bench.UnknownError)(nil); errors.As(err, &unknown) {
				return usage(fmt.Errorf("--only: %w", err))
			}
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), r)
			}
			return printBench(cmd.OutOrStdout(), r)
		},
	}
	cmd.Flags().IntSliceVar(&o.Threads, "threads", nil, "numbers of threads to train with (default 1 and all)")
	cmd.Flags().IntVar(&o.Rounds, "rounds", 5, "how often each case is measured")
	cmd.Flags().DurationVar(&o.Time, "time", 200*time.Millisecond, "of one measurement")
	cmd.Flags().StringVar(&o.Only, "only", "", "leave out cases whose names do not begin with this")
	completeBy(cmd, "only", benchCases)
	cmd.Flags().StringVar(&o.Weights, "weights", "", "model.safetensors of a spring run, for the spring's rollout")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the measurements as JSON")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no messages but errors")
	return cmd
}

func printBench(w io.Writer, r *bench.Report) error {
	fmt.Fprintf(w, "%s, kernels %s\n", r.Machine, r.Kernel)
	fmt.Fprintf(w, "peak of one core: %.1f GFLOP/s float32, %.1f GFLOP/s float64\n\n", r.Peak["float32"], r.Peak["float64"])
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "case\tprecision\tthreads\ttime\tGFLOP/s\tof the peak\tevaluations/s\t")
	for _, c := range r.Cases {
		gflops, share, rate := "", "", ""
		if c.GFLOPs > 0 {
			gflops, share = fmt.Sprintf("%.1f", c.GFLOPs), fmt.Sprintf("%.0f%%", 100*c.PeakShare)
		}
		if c.EvaluationsPerSecond > 0 {
			rate = fmt.Sprintf("%.0f", c.EvaluationsPerSecond)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t\n", c.Name, c.Precision, c.Threads, duration(c.Seconds), gflops, share, rate)
	}
	return t.Flush()
}

// duration prints seconds in the unit that suits them.
func duration(s float64) string {
	switch {
	case s < 1e-3:
		return fmt.Sprintf("%.2f us", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3f ms", s*1e3)
	}
	return fmt.Sprintf("%.2f s", s)
}
