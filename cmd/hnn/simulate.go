package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hnn/data"
	"hnn/experiment"
	"hnn/internal/atomicfile"
	"hnn/ode"
)

// simulateFlags are what the verb simulate takes.
type simulateFlags struct {
	x0, times, method, out string
	from, to, step         float64
	rtol, atol             float64
	points                 int
	quiet                  bool
}

func newSimulate() *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate RUN --x0 STATE --to TIME",
		Short: "Roll a trained model out from an initial state",
		Long: `Simulate integrates a model from an initial state, positions first, and writes time,
state and energies as CSV to standard output, or to --out as CSV or NPZ by its
name. Time may run backwards: let --to lie before --from.`,
		Example: `  hnn simulate runs/0002-spring-hnn --x0 1,0 --to 20
  hnn simulate runs/0002-spring-hnn --x0 1,0 --times 0,0.5,2 --out rollout.npz
  hnn simulate runs/0002-spring-hnn --x0 1,0 --from 20 --to 0 --method dop853 --rtol 1e-12`,
		Args: exactly(1, "RUN"),
	}
	fs := cmd.Flags()
	fs.StringVar(&f.x0, "x0", "", "initial state: numbers with commas between them, positions first")
	fs.Float64Var(&f.from, "from", 0, "time of the initial state")
	fs.Float64Var(&f.to, "to", 0, "time of the last state")
	fs.IntVar(&f.points, "steps", 100, "intervals between the first and the last state")
	fs.StringVar(&f.times, "times", "", "the times themselves, with commas between them, the first being that of the initial state")
	fs.StringVar(&f.method, "method", "rk45", "integrator: rk45, dop853 (for tight tolerances) or rk4 (fixed step)")
	fs.Float64Var(&f.rtol, "rtol", 1e-9, "relative tolerance of rk45 and dop853")
	fs.Float64Var(&f.atol, "atol", 1e-9, "absolute tolerance of rk45 and dop853")
	fs.Float64Var(&f.step, "step", 0, "step of rk4")
	fs.StringVar(&f.out, "out", "", "file to write, .csv or .npz; default CSV on standard output")
	fs.BoolVar(&f.quiet, "quiet", false, "no messages but errors")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) }
	return cmd
}

func (f *simulateFlags) run(cmd *cobra.Command, dir string) error {
	x0, times, settings, err := f.parse(cmd)
	if err != nil {
		return usage(err)
	}
	env := &experiment.Env{}
	run, err := env.Open(dir)
	if err != nil {
		return err
	}
	sim, err := run.Simulate(cmd.Context(), x0, times, settings)
	if err != nil {
		return err
	}
	if err := f.write(cmd.OutOrStdout(), sim); err != nil {
		return err
	}
	d := newDisplay(cmd.ErrOrStderr(), 1, f.quiet)
	d.log("%s: %d steps, %d rejected, %d evaluations of the field", f.method, sim.Stats.Steps, sim.Stats.Rejected, sim.Stats.Evaluations)
	return nil
}

func (f *simulateFlags) parse(cmd *cobra.Command) (x0, times []float64, s *ode.Settings, err error) {
	given := cmd.Flags().Changed
	if f.x0 == "" {
		return nil, nil, nil, errors.New("no initial state: give --x0, positions first, as in --x0 1,0")
	}
	if x0, err = numbers("--x0", f.x0); err != nil {
		return nil, nil, nil, err
	}
	switch {
	case f.times != "" && (given("from") || given("to") || given("steps")):
		return nil, nil, nil, errors.New("--times lists every time; leave out --from, --to and --steps")
	case f.times != "":
		if times, err = numbers("--times", f.times); err != nil {
			return nil, nil, nil, err
		}
	case !given("to"):
		return nil, nil, nil, errors.New("no times: give --to, or --times")
	default:
		if times, err = evenTimes(f.from, f.to, f.points); err != nil {
			return nil, nil, nil, err
		}
	}
	if err := oneWay(times); err != nil {
		return nil, nil, nil, err
	}
	method, err := ode.ParseMethod(f.method)
	if err != nil {
		return nil, nil, nil, err
	}
	s = &ode.Settings{Method: method, RTol: f.rtol, ATol: f.atol, Step: f.step}
	switch {
	case !method.Adaptive() && (given("rtol") || given("atol")):
		return nil, nil, nil, fmt.Errorf("%s has a fixed step: give --step and no tolerance", f.method)
	case method.Adaptive() && given("step"):
		return nil, nil, nil, fmt.Errorf("%s chooses its steps: give --rtol and --atol and no --step", f.method)
	case !method.Adaptive() && !(f.step > 0):
		return nil, nil, nil, fmt.Errorf("%s has a fixed step: give --step, a positive number", f.method)
	case method.Adaptive() && !(f.rtol > 0 && f.atol > 0):
		return nil, nil, nil, fmt.Errorf("--rtol %v --atol %v: give positive tolerances", f.rtol, f.atol)
	}
	if ext := filepath.Ext(f.out); f.out != "" && ext != ".csv" && ext != ".npz" {
		return nil, nil, nil, fmt.Errorf("--out %s: the name must end in .csv or .npz", f.out)
	}
	return x0, times, s, nil
}

// oneWay checks that times are finite and run one way.
func oneWay(times []float64) error {
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Errorf("--times: %v is no finite time", t)
		}
		if i > 0 && (t == times[i-1] || (t > times[i-1]) != (times[1] > times[0])) {
			return fmt.Errorf("--times: %v follows %v; the times must run one way", t, times[i-1])
		}
	}
	return nil
}

func evenTimes(from, to float64, steps int) ([]float64, error) {
	const most = 100_000_000
	if steps < 1 || steps > most {
		return nil, fmt.Errorf("--steps %d: give a number from 1 to %d", steps, most)
	}
	if from == to || math.IsNaN(to-from) || math.IsInf(to-from, 0) {
		return nil, fmt.Errorf("--from %v --to %v: give two different finite times", from, to)
	}
	times := make([]float64, steps+1)
	for i := range times {
		times[i] = from + (to-from)*float64(i)/float64(steps)
	}
	times[steps] = to
	return times, nil
}

func numbers(flag, list string) ([]float64, error) {
	var v []float64
	for part := range strings.SplitSeq(list, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %q is no number", flag, list, part)
		}
		v = append(v, x)
	}
	return v, nil
}

func (f *simulateFlags) write(stdout io.Writer, sim *experiment.Simulation) error {
	switch filepath.Ext(f.out) {
	case ".csv":
		return atomicfile.Write(f.out, sim.WriteCSV)
	case ".npz":
		return atomicfile.Write(f.out, func(w io.Writer) error { return data.WriteNPZ(w, sim.Arrays()) })
	}
	return sim.WriteCSV(stdout)
}
