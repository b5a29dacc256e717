package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hnn/data/file"
	"hnn/experiment"
	"hnn/internal/atomicfile"
	"hnn/internal/shell"
	"hnn/ode"
)

// simulateFlags are what the verb simulate takes.
type simulateFlags struct {
	x0, times, method, out string
	from, to, step, omega  float64
	rtol, atol             float64
	mass                   []float64
	points, bodies         int
	temperature            float64
	seed                   uint64
	reversible, quiet      bool
	json                   bool
	correct                string
	input                  string
	inputTrial             int
	addEnergy              float64
	film                   int
	band                   float64
	data                   string
	trial, warm            int
}

func newSimulate() *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate RUN --x0 STATE --to TIME",
		Short: "Roll a trained model out from an initial state",
		Long: `Simulate integrates a model from an initial state, positions first, and writes time,
state and energies as CSV to standard output, or to --out as CSV or NPZ by its
name. Time may run backwards: let --to lie before --from.

The integrator is chosen, and what was chosen printed, unless --method names one:
  adaptive, for short rollouts and models that lose energy
    rk45 (or dopri5), dop853 (for tight tolerances)
  symplectic, for long rollouts: the energy error does not grow
    of any model         midpoint, gauss4, gauss6 (implicit); tao2, tao4
    of separable models  symplectic-euler, leapfrog (or verlet), yoshida4 (or forest-ruth),
                         yoshida6, yoshida8, blanes-moan4, blanes-moan6
  rk4
The number is the order. All but the adaptive ones keep the step --step, or one that is
found by trial, such that the energy errs by no more than --rtol.

A model of structure pairwise, or of a --lattice, runs with any number of bodies: --x0 or
--from-data has their states, or --bodies their number, which are then drawn with --seed as the
training data were.

With --reversible the state is kept on a grid and every part of a step rounded to it: the
same command with the last state and the times exchanged returns to the first, to the bit.`,
		Example: `  hnn simulate runs/0002-spring-hnn --x0 1,0 --to 20
  hnn simulate runs/0002-spring-hnn --x0 1,0 --times 0,0.5,2 --out rollout.npz
  hnn simulate runs/0002-spring-hnn --x0 1,0 --from 20 --to 0 --method dop853 --rtol 1e-12
  hnn simulate runs/0002-spring-hnn --x0 1,0 --to 10000 --steps 1000
  hnn simulate runs/0002-spring-hnn --x0 1,0 --to 20 --reversible
  hnn simulate runs/0002-spring-hnn --x0 1,0 --to 20 --add-energy 0.5
  hnn simulate runs/0004-data-lagrangian --from-data later.csv --warm-up 50 --out rollout.csv
  hnn simulate runs/0003-three-body-hnn-pairwise --bodies 5 --to 5
  hnn simulate runs/0009-pixel-pendulum-hnn --film 1 --to 200 --steps 200 --out film.gif`,
		Args: exactly(1, "RUN"),
	}
	fs := cmd.Flags()
	fs.StringVar(&f.x0, "x0", "", "initial state: numbers with commas between them, positions first")
	fs.StringVar(&f.data, "from-data", "", "begin with the first state of a trial of this file, under its inputs and at its rows' times, as far as --to; instead of --x0")
	fs.IntVar(&f.trial, "trial", 1, "trial of the file of --from-data, counted from 1")
	fs.IntVar(&f.warm, "warm-up", 0, "rows of the trial to which the model fits the first state; 0 for the state as it was measured, or estimated where only positions were")
	fs.IntVar(&f.bodies, "bodies", 0, "number of bodies of a pairwise model or of sites of a lattice, 0 for as many as it was trained on")
	fs.Float64SliceVar(&f.mass, "mass", nil, "masses of the bodies; default 1 each")
	fs.Uint64Var(&f.seed, "seed", 0, "of the initial state that --bodies draws")
	fs.Float64Var(&f.temperature, "temperature", 0, "of a lattice: sites at rest whose momenta have this temperature (k_B = 1), by --seed")
	fs.Float64Var(&f.from, "from", 0, "time of the initial state")
	fs.Float64Var(&f.to, "to", 0, "time of the last state")
	fs.IntVar(&f.points, "steps", 100, "intervals between the first and the last state")
	fs.StringVar(&f.times, "times", "", "the times themselves, with commas between them, the first being that of the initial state")
	fs.StringVar(&f.method, "method", experiment.AutoMethod, "integrator, see above")
	fs.Float64Var(&f.rtol, "rtol", 1e-9, "relative tolerance of adaptive methods, and of the energy where a step is found by trial")
	fs.Float64Var(&f.atol, "atol", 1e-9, "absolute tolerance of adaptive methods")
	fs.Float64Var(&f.step, "step", 0, "step of the other methods; 0 finds one by trial")
	fs.BoolVar(&f.reversible, "reversible", false, "keep the state on a grid, so that the rollout can be undone to the bit")
	fs.Float64Var(&f.omega, "omega", 0, "frequency that binds the two copies of tao2 and tao4; 0 chooses it")
	fs.Float64Var(&f.addEnergy, "add-energy", 0, "halfway, move the state along the gradient of the learned H until H has grown by this much")
	fs.IntVar(&f.film, "film", 0, "models of pictures: begin with this held-out film, counted from 1, instead of --x0")
	fs.StringVar(&f.input, "input", "", "driven models: inputs that stay as they are, as numbers with commas between them, or a file with the columns of their times and of the inputs that the model was trained on; default 0")
	fs.IntVar(&f.inputTrial, "input-trial", 1, "trial of the file of --input, counted from 1")
	fs.StringVar(&f.correct, "correct", "", "correct a model trained on trajectories for the step of its training: the step, or auto")
	fs.Lookup("correct").NoOptDefVal = "auto"
	fs.StringVar(&f.out, "out", "", "file to write, .csv or .npz, or .gif of a model of pictures; default CSV on standard output")
	fs.Float64Var(&f.band, "band", 0, "give bounds between which each number lies with this probability, as 0.9, in columns _lo and _hi: of models that one solve fits (closed-form, weak-form), which may take ten fits, and of ensembles")
	fs.BoolVar(&f.json, "json", false, "print it as JSON")
	fs.BoolVar(&f.quiet, "quiet", false, "no progress and no messages but errors")
	complete(cmd, "method", methodNames())
	complete(cmd, "correct", []string{"auto"})
	completeRuns(cmd, 1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) }
	return cmd
}

func (f *simulateFlags) run(cmd *cobra.Command, dir string) error {
	if experiment.IsParticles(dir) {
		return simulateParticles(cmd, dir)
	}
	if err := notARun(dir); err != nil {
		return err
	}
	o, err := f.parse(cmd)
	if err != nil {
		return usage(err)
	}
	d := newDisplay(cmd.ErrOrStderr(), f.quiet)
	run, sim, err := (&experiment.Env{Log: d.log, Rolling: d.rolling()}).Simulate(cmd.Context(), dir, o)
	d.rolled()
	if errors.Is(err, context.Canceled) && cmd.Context().Err() != nil {
		return errors.New("interrupted: nothing was written")
	}
	if err != nil {
		return err
	}
	if err := f.write(cmd.OutOrStdout(), run, sim); err != nil {
		return err
	}
	d.log("%s", sim.Work())
	if sim.Band != nil {
		d.log("%s", sim.Band.Summary(sim))
	}
	if scale := run.InputScale(); scale != "" {
		d.log("%s", scale)
	}
	if leaves := run.Leaves(sim); leaves != "" {
		d.log("%s", leaves)
	}
	if drift := run.Drift(sim); drift != "" && o.Push == nil {
		d.log("%s", drift)
	}
	if f.reversible {
		d.log("back: %s", f.back(dir, sim))
	}
	if !f.json {
		d.next("look at the model: hnn serve %s", shell.Quote(dir))
	}
	return nil
}

// back is the command that undoes a reversible rollout.
func (f *simulateFlags) back(dir string, sim *experiment.Simulation) string {
	last := len(sim.Times) - 1
	dir = shell.Quote(dir)
	if f.bodies > 0 || f.mass != nil {
		// The model has other bodies than it was trained on.
		var masses []string
		for _, m := range f.mass {
			masses = append(masses, strconv.FormatFloat(m, 'g', -1, 64))
		}
		if masses == nil {
			dir += fmt.Sprintf(" --bodies %d", f.bodies)
		} else {
			dir += " --mass " + strings.Join(masses, ",")
		}
	}
	span := fmt.Sprintf("--from %v --to %v --steps %d", sim.Times[last], sim.Times[0], last)
	if f.times != "" {
		times := strings.Split(f.times, ",")
		slices.Reverse(times)
		span = "--times=" + strings.Join(times, ",")
	}
	line := fmt.Sprintf("hnn simulate %s --x0=%s %s --reversible --method %v --step %v", dir, sim.Last(), span, sim.Settings.Method, sim.Settings.Step)
	if f.correct != "" {
		line += " --correct=" + f.correct
	}
	if sim.Copies != nil {
		line += fmt.Sprintf(" --omega %v", sim.Settings.Omega)
	}
	return line
}

// parse is the rollout that the flags ask for.
func (f *simulateFlags) parse(cmd *cobra.Command) (o experiment.SimulateOptions, err error) {
	if o.State, o.Times, err = f.parseTimes(cmd); err != nil {
		return o, err
	}
	if err := f.checkMethod(cmd.Flags().Changed); err != nil {
		return o, err
	}
	if f.json && f.out != "" {
		return o, errors.New("--json prints on standard output; leave out --out")
	}
	if ext := filepath.Ext(f.out); f.out != "" && ext != ".csv" && ext != ".npz" && ext != ".gif" {
		return o, fmt.Errorf("--out %s: the name must end in .csv or .npz, or in .gif for a model of pictures", f.out)
	}
	o.Integration = experiment.Integration{Method: f.method, Step: f.step, RTol: f.rtol, ATol: f.atol, Reversible: f.reversible, Omega: f.omega}
	o.Film, o.Seed, o.Temperature, o.Masses, o.Band = f.film, f.seed, f.temperature, f.mass, f.band
	if cmd.Flags().Changed("band") && !(f.band > 0 && f.band < 1) {
		return o, fmt.Errorf("--band %v: give a share between 0 and 1, as 0.9", f.band)
	}
	if f.band != 0 && (f.addEnergy != 0 || f.correct != "") {
		return o, errors.New("--band: a band is of a rollout of the model as it was fitted: leave out --add-energy and --correct")
	}
	o.DataFile, o.Trial, o.WarmUp = f.data, f.trial, f.warm
	if o.Until = math.Inf(1); cmd.Flags().Changed("to") {
		o.Until = f.to
	}
	if o.Masses == nil {
		for range f.bodies {
			o.Masses = append(o.Masses, 1)
		}
	}
	if o.Inputs, err = numbers("--input", f.input); err != nil {
		o.Inputs, o.InputFile, o.InputTrial = nil, f.input, f.inputTrial
	}
	if cmd.Flags().Changed("add-energy") {
		o.Push = &f.addEnergy
	}
	o.Correct = f.correct != ""
	if o.Correct && f.correct != "auto" {
		o.CorrectStep, err = strconv.ParseFloat(f.correct, 64)
		if err != nil || !(o.CorrectStep > 0) || math.IsInf(o.CorrectStep, 1) {
			return o, fmt.Errorf("--correct %s: give a positive step, or auto", f.correct)
		}
	}
	return o, nil
}

func (f *simulateFlags) checkMethod(given func(string) bool) error {
	for name, value := range map[string]float64{"step": f.step, "omega": f.omega} {
		if given(name) && !(value > 0) {
			return fmt.Errorf("--%s %v: give a positive number", name, value)
		}
	}
	if !(f.rtol > 0 && f.atol > 0) {
		return fmt.Errorf("--rtol %v --atol %v: give positive tolerances", f.rtol, f.atol)
	}
	if f.method == experiment.AutoMethod {
		if given("step") && given("atol") {
			return errors.New("--step is for methods with a fixed step and --atol for adaptive ones: give one of the two, or --method")
		}
		return nil
	}
	method, err := ode.ParseMethod(f.method)
	switch {
	case err != nil:
		return err
	case f.reversible && !method.Shears():
		return fmt.Errorf("%s cannot be undone to the bit: of separable models leapfrog, yoshida4, yoshida6, yoshida8, blanes-moan4 and blanes-moan6 can, of others tao2 and tao4", f.method)
	case method.Adaptive() && given("step"):
		return fmt.Errorf("%s chooses its steps: give --rtol and --atol and no --step", f.method)
	case !method.Adaptive() && given("atol"):
		return fmt.Errorf("%s has a fixed step: give --step, or --rtol for the energy, and no --atol", f.method)
	}
	return nil
}

func (f *simulateFlags) parseTimes(cmd *cobra.Command) (x0, times []float64, err error) {
	given := cmd.Flags().Changed
	if f.data != "" {
		for _, name := range []string{"x0", "film", "bodies", "mass", "seed", "temperature", "from", "steps", "times", "input", "reversible"} {
			if given(name) {
				return nil, nil, fmt.Errorf("--%s: a rollout of --from-data has the state, the inputs and the times of its trial: leave one of the two out", name)
			}
		}
		if f.trial < 1 || f.warm < 0 {
			return nil, nil, fmt.Errorf("--trial %d --warm-up %d: trials are counted from 1, and a warm-up has at least 0 rows", f.trial, f.warm)
		}
		return nil, nil, nil
	}
	if given("warm-up") || given("trial") {
		return nil, nil, errors.New("--warm-up and --trial are of the file that --from-data names")
	}
	switch {
	case f.bodies < 0 || given("bodies") && f.bodies < 2:
		return nil, nil, fmt.Errorf("--bodies %d: give at least 2", f.bodies)
	case f.mass != nil && f.bodies != 0 && f.bodies != len(f.mass):
		return nil, nil, fmt.Errorf("--bodies %d with %d masses: give one of the two, or as many of each", f.bodies, len(f.mass))
	case given("temperature") && !(f.temperature > 0):
		return nil, nil, fmt.Errorf("--temperature %v: give a positive number, in units of energy (k_B = 1)", f.temperature)
	case given("temperature") && (f.x0 != "" || given("film")):
		return nil, nil, errors.New("--temperature draws the state that --x0 or --film gives: leave one of the two out")
	case f.x0 == "" && f.bodies == 0 && f.mass == nil && !given("film") && !given("temperature"):
		return nil, nil, errors.New("no initial state: give --x0, positions first, as in --x0 1,0, or --from-data FILE")
	case f.x0 != "" && given("seed"):
		return nil, nil, errors.New("--seed draws the state that --x0 gives: leave one of the two out")
	case f.x0 != "" && given("film"):
		return nil, nil, errors.New("--x0 and --film: two initial states, give one")
	case given("film") && f.film < 1:
		return nil, nil, fmt.Errorf("--film %d: films are counted from 1", f.film)
	case f.x0 != "":
		if x0, err = numbers("--x0", f.x0); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case f.times != "" && (given("from") || given("to") || given("steps")):
		return nil, nil, errors.New("--times lists every time; leave out --from, --to and --steps")
	case f.times != "":
		if times, err = numbers("--times", f.times); err != nil {
			return nil, nil, err
		}
	case !given("to"):
		return nil, nil, errors.New("no times: give --to, or --times")
	default:
		if times, err = evenTimes(f.from, f.to, f.points); err != nil {
			return nil, nil, err
		}
	}
	return x0, times, oneWay(times)
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

func (f *simulateFlags) write(stdout io.Writer, run *experiment.Run, sim *experiment.Simulation) error {
	if f.json {
		return printJSON(stdout, []any{sim.JSON(run.Dir)})
	}
	switch filepath.Ext(f.out) {
	case ".gif":
		return atomicfile.Write(f.out, func(w io.Writer) error { return run.WriteFilm(w, sim) })
	case ".csv":
		return atomicfile.Write(f.out, sim.WriteCSV)
	case ".npz":
		return atomicfile.Write(f.out, func(w io.Writer) error { return file.WriteNPZ(w, sim.Arrays()) })
	}
	return sim.WriteCSV(stdout)
}
