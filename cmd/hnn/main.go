// Command hnn learns the dynamics of a physical system from trajectories in a form
// that conserves energy, and reproduces the experiments of the paper that
// introduced the idea (Greydanus, Dzamba and Yosinski, "Hamiltonian Neural
// Networks", 2019).
//
// One file holds one verb. Results go to standard output, progress and messages to
// standard error; the exit status is 0 for success, 1 for failure, 2 for wrong
// usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"hnn/data/file"
	"hnn/experiment"
	"hnn/internal/kernel"
	"hnn/internal/printable"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	// A second interrupt ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// usageError marks a mistake in how the program was called: exit status 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

// execute runs the program and returns its exit status.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if err := kernel.ChoiceErr(); err != nil {
		fmt.Fprintf(stderr, "hnn: %v\n", err)
		return 2
	}
	root := newRoot()
	root.SetArgs(args)
	shown := printable.NewWriter(stdout)
	defer shown.Close()
	root.SetOut(shown)
	root.SetErr(stderr)
	of, err := root.ExecuteContextC(ctx)
	var wrong *usageError
	var asked *experiment.AskedError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, syscall.EPIPE):
		return 1 // who read has gone, as head goes, and wants no more
	case errors.As(err, &wrong), errors.As(err, &asked):
		verb := strings.TrimPrefix(strings.TrimPrefix(of.CommandPath(), root.Name()), " ")
		if of.Name() == "help" {
			verb = ""
		}
		fmt.Fprintf(stderr, "hnn: %s\nRun '%s' for usage.\n", printable.Text(err.Error()), strings.TrimSpace("hnn help "+verb))
		return 2
	}
	var interrupted *experiment.InterruptedError
	if ctx.Err() != nil && errors.Is(err, context.Canceled) && !errors.As(err, &interrupted) {
		err = errors.New("interrupted")
	}
	fmt.Fprintf(stderr, "hnn: %s\n", printable.Text(err.Error()))
	return 1
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "hnn",
		Short: "Hamiltonian neural networks: learn dynamics that conserve energy",
		Long: `hnn learns the dynamics of a physical system from trajectories, in a form that
conserves energy: a neural network stands for the Hamiltonian H(q, p), and the
motion follows from its gradient. Beside each Hamiltonian neural network (HNN)
stands the baseline, a network that maps the state to its derivative directly.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          exactly(0),
	}
	var showVersion bool
	root.Flags().BoolVar(&showVersion, "version", false, "print the program's version, as hnn version does")
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if showVersion {
			return newVersionInfo().write(cmd.OutOrStdout())
		}
		return cmd.Help()
	}
	var memory string
	root.PersistentFlags().StringVar(&memory, "max-memory", file.Bytes(file.DefaultMemory), "most memory for the numbers of a data file, as 500MB or 4GB")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		n, err := file.ParseBytes(memory)
		if err != nil {
			return usage(fmt.Errorf("--max-memory: %w", err))
		}
		file.SetMemory(n)
		return nil
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(flagError(cmd, err)) })
	root.SetHelpCommand(newHelp(root))
	root.AddCommand(newReproduce(), newTrain(), newData(), newEvaluate(), newInspect(), newExplain(), newSuggest(), newExport(), newImport(), newSimulate(), newParticles(), newReport(), newServe(), newSweep(), newWorker(), newBench(), newBenchmark(), newVersion(), newMan(root))
	return root
}

// exactly takes so many arguments and calls anything else a mistake in usage.
func exactly(n int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		if n == 0 {
			if !cmd.HasParent() {
				return usage(unknownVerb(cmd, args[0]))
			}
			return usage(fmt.Errorf("%s takes no arguments, and got %q", cmd.CommandPath(), args))
		}
		return usage(fmt.Errorf("%s takes %s, and got %d arguments", cmd.CommandPath(), names, len(args)))
	}
}
