// Command peers runs the same work in this program, in PyTorch and in JAX, in
// turn on the same machine, and prints the ratios of their times:
//
//	go run ./bench/peers -install   # once: Python packages into bench/peers/.venv
//	go run ./bench/peers
//
// The work is a training step, an evaluation of the learned field at batch 1, and
// an adaptive rollout: see workload.py for the sizes. Each peer is shown as most
// users would write it ("plain": eager PyTorch, one jitted JAX call) and at its
// best, which a tuning finds among its variants and settings of threads. The
// scripts are usable alone. Nothing else in the project needs Python.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "peers:", err)
		if errors.As(err, new(usageError)) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// quickCases are those of -quick.
const quickCases = "train-step/spring,field/batch-1,rollout/spring"

// A usageError is a command line that makes no sense.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var (
		python    = flags.String("python", "", "the Python to use (default: bench/peers/.venv if it exists, else python3)")
		doInstall = flags.Bool("install", false, "make bench/peers/.venv with the pinned packages (6 GB), and stop")
		dir       = flags.String("dir", filepath.Join("bench", "peers"), "folder of the scripts")
		ours      = flags.String("ours", "", "`command` that prints our timings (default: builds ./cmd/hnn and runs its bench --json); - for none")
		peers     = flags.String("peers", "torch,jax", "which peers to run")
		cores     = flags.String("cores", "1,2", "numbers of cores to compare on")
		cases     = flags.String("cases", "", "only these cases, separated by commas (default: all)")
		weights   = flags.String("weights", "", "`file` with the weights that all roll out, a spring run's model.safetensors (default: trained first)")
		rounds    = flags.Int("rounds", 3, "rounds of ours and theirs; the median is shown")
		repeat    = flags.Int("repeat", 9, "samples of a timing in a round")
		quick     = flags.Bool("quick", false, "one round of the spring's cases with few samples: less sure, in minutes")
	)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err.Error()}
	}
	if flags.NArg() > 0 {
		return usageError{fmt.Sprintf("%q: there are no arguments, only flags", flags.Arg(0))}
	}
	budgets, err := parseCores(*cores)
	if err != nil {
		return err
	}
	names := strings.Split(*peers, ",")
	for _, name := range names {
		if modules[name] == nil {
			return usageError{fmt.Sprintf("-peers %s: no peer %q; there are torch and jax", *peers, name)}
		}
	}
	tuning := tuningRepeat
	if *quick {
		given := map[string]bool{}
		flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
		for name, value := range map[string]string{"rounds": "1", "repeat": "5", "cases": quickCases} {
			if !given[name] {
				if err := flags.Set(name, value); err != nil {
					return err
				}
			}
		}
		tuning = 1
	}
	if *rounds < 1 || *repeat < 1 {
		return usageError{"-rounds and -repeat must be at least 1"}
	}
	folder, err := filepath.Abs(*dir)
	if err != nil {
		return err
	}
	if !isFile(filepath.Join(folder, requirements)) {
		return fmt.Errorf("%s does not hold the scripts: run this from the root of the repository, or name their folder with -dir", folder)
	}
	interpreter, err := findPython(*python, folder)
	if err != nil {
		return err
	}
	if *doInstall {
		return install(ctx, interpreter, folder, stderr)
	}
	if err := checkModules(ctx, interpreter, names); err != nil {
		return err
	}

	c := comparison{
		scripts: scripts{python: interpreter, dir: folder},
		peers:   names, budgets: budgets,
		rounds: *rounds, repeat: *repeat, tuningRepeat: tuning, log: stderr,
	}
	if *cases != "" {
		c.cases = strings.Split(*cases, ",")
	}
	if *weights != "" {
		if !isFile(*weights) {
			return fmt.Errorf("-weights %s: there is no such file", *weights)
		}
		c.scripts.args = []string{"--weights", *weights}
	}
	switch *ours {
	case "-":
	case "":
		temporary, err := os.MkdirTemp("", "hnn-peers-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		program, err := build(ctx, temporary)
		if err != nil {
			return err
		}
		file := *weights
		if file == "" {
			if file, err = train(ctx, program, temporary); err != nil {
				return err
			}
		}
		// Few rounds of its own, since it is run again in each of ours.
		c.ours = []string{program, "bench", "--json", "--rounds", "3", "--threads", *cores, "--weights", file}
	default:
		c.ours = strings.Fields(*ours)
	}
	out, err := c.run(ctx)
	if err != nil {
		return err
	}
	if err := out.write(stdout, names, budgets); err != nil {
		return err
	}
	return out.err()
}

func parseCores(text string) ([]int, error) {
	var budgets []int
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, usageError{fmt.Sprintf("-cores %s: %q is no positive number", text, field)}
		}
		budgets = append(budgets, n)
	}
	slices.Sort(budgets)
	return slices.Compact(budgets), nil
}

// build compiles our program into dir: what is timed is not `go run`.
func build(ctx context.Context, dir string) (program string, err error) {
	program = filepath.Join(dir, "hnn")
	if output, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/hnn").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/hnn: %w\n%s", err, bytes.TrimSpace(output))
	}
	return program, nil
}

// train fits the spring's network that all roll out, and gives its file.
func train(ctx context.Context, program, dir string) (weights string, err error) {
	run := filepath.Join(dir, "spring")
	command := exec.CommandContext(ctx, program, "train", "spring", "--trainer", "adam", "--no-strict", "--no-figures", "--quiet", "--out", run)
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("hnn train spring: %w\n%s", err, bytes.TrimSpace(output))
	}
	return filepath.Join(run, "model.safetensors"), nil
}
