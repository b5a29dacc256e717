package main

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/data/atoms"
	"hnn/experiment"
	"hnn/internal/atomicfile"
	"hnn/internal/shell"
)

func newParticles() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "particles",
		Short: "Learn the laws of many particles from their trajectories, and run thousands by them",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(unknownVerb(cmd, args[0]))
			}
			return usage(errors.New("hnn particles has five verbs: draw LAW, train FILE, evaluate RUN FILE, simulate RUN and export RUN"))
		},
	}
	cmd.AddCommand(newParticlesDraw(), newParticlesTrain(), newParticlesEvaluate(), newParticlesSimulate(), newParticlesExport())
	return cmd
}

// readFlags are what files of particles do not say of themselves.
type readFlags struct {
	dt    float64
	units string
	mass  map[string]string
	every int
}

func (f *readFlags) bind(cmd *cobra.Command, dt string) {
	fs := cmd.Flags()
	fs.Float64Var(&f.dt, dt, 0, "of a file without times: the time of a step, or between two frames where it counts no steps")
	fs.StringVar(&f.units, "units", "", "lj, metal or real, as LAMMPS names those of a dump; ase for eV, angstrom, g/mol and times in fs")
	complete(cmd, "units", atoms.AllUnits)
	fs.StringToStringVar(&f.mass, "mass", nil, "masses of species, as Ar=1,Kr=2, where the file has none and the units are not those by which elements have their standard masses (metal, real, ase)")
}

func (f *readFlags) options() (o atoms.Options, err error) {
	o = atoms.Options{Dt: f.dt, Units: atoms.Units(f.units), Every: f.every, Mass: map[string]float64{}}
	for s, m := range f.mass {
		if o.Mass[s], err = strconv.ParseFloat(m, 64); err != nil || !(o.Mass[s] > 0) {
			return o, fmt.Errorf("--mass %s=%s: a mass is a positive number", s, m)
		}
	}
	return o, nil
}

// knownFlags are a known system's.
type knownFlags struct {
	kinds, trap               string
	cutoff, softening, spread float64
	strength                  float64
	axis                      string
}

func (f *knownFlags) system(law string) (*experiment.KnownParticles, error) {
	if f.softening < 0 || !(f.spread >= 0 && f.spread < 1) {
		return nil, errors.New("--softening must not be negative, and --spread at least 0 and less than 1")
	}
	axis, err := axisOf("axis", f.axis)
	if err != nil {
		return nil, err
	}
	if math.IsNaN(f.strength) || math.IsInf(f.strength, 0) {
		return nil, errors.New("--strength must be finite")
	}
	k := &experiment.KnownParticles{Law: law, Cutoff: f.cutoff, Softening: f.softening, Spread: f.spread, Strength: f.strength, Axis: axis}
	if f.trap != "" {
		parts := strings.Split(f.trap, ",")
		for i := range k.Trap {
			v, err := strconv.ParseFloat(parts[min(i, len(parts)-1)], 64)
			if err != nil || !(v > 0) || math.IsInf(v, 0) || len(parts) != 1 && len(parts) != 3 {
				return nil, fmt.Errorf("--trap %s: the stiffness of the trap, one positive number or those along x, y and z as 1,1,4", f.trap)
			}
			k.Trap[i] = v
		}
	}
	for _, part := range strings.Split(f.kinds, ",") {
		name, numbers, _ := strings.Cut(part, "=")
		v := [4]float64{1, 1, 1, 0}
		if law == experiment.Coulomb {
			v[3] = 1
		}
		if numbers != "" {
			for i, s := range strings.Split(numbers, ":") {
				var err error
				if i > 3 {
					return nil, fmt.Errorf("--kinds %s: NAME=MASS:EPSILON:SIGMA:CHARGE", part)
				}
				if v[i], err = strconv.ParseFloat(s, 64); err != nil || math.IsInf(v[i], 0) || math.IsNaN(v[i]) || i < 3 && !(v[i] > 0) {
					return nil, fmt.Errorf("--kinds %s: NAME=MASS:EPSILON:SIGMA:CHARGE, each positive but the charge", part)
				}
			}
		}
		if name == "" {
			return nil, fmt.Errorf("--kinds %s: a species needs a name", f.kinds)
		}
		k.Kinds = append(k.Kinds, experiment.ParticleKind{Name: name, Mass: v[0], Epsilon: v[1], Sigma: v[2], Charge: v[3]})
	}
	return k, nil
}

// startFlags are how a run begins and goes.
type startFlags struct {
	o     experiment.ParticleRun
	known knownFlags
	quiet bool
}

// bind names the flags; an every of 0 is one that the number of steps chooses.
func (f *startFlags) bind(cmd *cobra.Command, n, steps, every int) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.IntVar(&f.o.N, "n", n, "number of particles")
	fs.IntVar(&f.o.Dim, "dim", 3, "dimensions, 2 or 3, of a known law")
	fs.Float64Var(&f.o.Density, "density", 0.8442, "particles in a unit of volume")
	fs.Float64Var(&f.o.Temperature, "temperature", 0.72, "of the initial velocities and of the equilibration, k_B = 1")
	fs.StringVar(&f.known.kinds, "kinds", "Ar", "of a known law: species, in equal parts, as Ar=1:1:1,Kr=2:1.5:0.9 for NAME=MASS:EPSILON:SIGMA, or with :CHARGE")
	fs.Float64Var(&f.known.cutoff, "cutoff", 2.5, "of a known law: distance where it is 0 with two derivatives")
	fs.Float64Var(&f.known.softening, "softening", 0.1, "of gravity, -m m' / sqrt(r^2 + softening^2)")
	fs.StringVar(&f.known.trap, "trap", "", "of a known law: stiffness of a harmonic trap about 0 that holds the bodies in open space, as 1, or 1,1,4 along x, y and z")
	fs.Float64Var(&f.known.strength, "strength", 1, "of aligned dipoles: strength epsilon (1 - 3 cos^2) (sigma/r)^3")
	fs.StringVar(&f.known.axis, "axis", "", "of aligned dipoles: x, y, z or a vector as 0,0.6,0.8; default z, in two dimensions x")
	fs.Float64Var(&f.known.spread, "spread", 0, "of a known law: each body's mass and charge differ from its kind's by at most this part, at chance")
	fs.Float64Var(&f.o.Dt, "dt", 0.002, "step, in the unit of time of the laws: of files that ASE wrote 10.18 fs, its own")
	fs.IntVar(&f.o.Equilibrate, "equilibrate", 2000, "steps before the run in which velocities are scaled to the temperature")
	fs.IntVar(&f.o.Steps, "steps", steps, "steps of the run")
	between := "steps between two frames; the last step has one too"
	if every == 0 {
		between = "steps between two frames, default a hundredth of all and at most 100; the last step has one too"
	}
	fs.IntVar(&f.o.Every, "every", every, between)
	fs.StringVar(&f.o.Method, "method", "leapfrog", "leapfrog or blanes-moan4")
	fs.Uint64Var(&f.o.Seed, "seed", 0, "of the initial state")
	fs.BoolVar(&f.quiet, "quiet", false, "no progress and no messages but errors")
}

func newParticlesDraw() *cobra.Command {
	var f startFlags
	cmd := &cobra.Command{
		Use:   "draw LAW --out FILE",
		Short: "Draw particles of a known law in a periodic box or a trap, as extended XYZ",
		Long: `Draw runs particles of a known law (` + strings.Join(experiment.KnownLaws, ", ") + `) from a lattice, face-centred cubic or square, brings
them to a temperature (gravity: from a Plummer sphere in open space, in balance; with --trap in open space, held by a harmonic trap), and writes positions, masses, momenta and forces as extended XYZ.`,
		Example: `  hnn particles draw lennard-jones --out liquid.xyz
  hnn particles draw lennard-jones --kinds Ar=1:1:1,Kr=2:1.5:0.9 --density 0.7 --temperature 1.2 --out two.xyz
  hnn particles draw lennard-jones --kinds Na=1:1:0.8:1,Cl=1.5:1:1.1:-1 --density 0.5 --temperature 2 --out salt.xyz
  hnn particles draw stillinger-weber --density 0.46 --temperature 0.1 --out silicon.xyz
  hnn particles draw aligned-dipoles --n 256 --temperature 1 --out dipoles.xyz
  hnn particles draw gravity --n 64 --spread 0.5 --out stars.xyz
  hnn particles draw coulomb --trap 1 --n 64 --temperature 0.05 --dt 0.01 --out ions.xyz
  hnn particles draw yukawa --trap 1 --n 60 --dim 2 --temperature 0.02 --dt 0.01 --out dust.xyz`,
		Args: exactly(1, "LAW"),
	}
	f.bind(cmd, 256, 1000, 50)
	cmd.Flags().StringVar(&f.o.XYZ, "out", "", "file to write")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if f.o.XYZ == "" || !slices.Contains(experiment.KnownLaws, args[0]) {
			return usage(fmt.Errorf("give a law, %s, and --out FILE.xyz", strings.Join(experiment.KnownLaws, " or ")))
		}
		if f.o.Known, err = f.known.system(args[0]); err != nil {
			return usage(err)
		}
		if f.o.Known.Law == "gravity" && !cmd.Flags().Changed("equilibrate") {
			f.o.Equilibrate = 0 // a bound system is in balance and has no temperature to be brought to
		}
		f.o.Forces = true
		d := newDisplay(cmd.ErrOrStderr(), f.quiet)
		m, err := (&experiment.Env{Log: d.log, Rolling: d.rolling()}).RunParticles(cmd.Context(), f.o)
		d.rolled()
		if err != nil {
			return err
		}
		how := fmt.Sprintf("--cutoff %v", f.o.Known.Cutoff)
		if f.o.Known.Law == "stillinger-weber" {
			how += fmt.Sprintf(" --angles %v", f.o.Known.Cutoff)
		} else if f.o.Known.Law == "gravity" {
			how = "--long masses"
		} else if f.o.Known.Law == experiment.Coulomb {
			how = "--long charges"
		} else if f.o.Known.Law == "aligned-dipoles" {
			how += " --direction " + f.o.AxisName()
		}
		if f.o.Known.Law != "gravity" && f.o.Known.Law != experiment.Coulomb && slices.ContainsFunc(f.o.Known.Kinds, func(k experiment.ParticleKind) bool { return k.Charge != 0 }) {
			how += " --long charges"
		}
		if f.o.Known.Trap != [3]float64{} {
			how += " --trap species"
		}
		d.next("learn from it: hnn particles train %s %s", shell.Quote(f.o.XYZ), how)
		return writeMeasures(cmd.OutOrStdout(), m, 0)
	}
	return cmd
}

func newParticlesTrain() *cobra.Command {
	var o experiment.ParticleTraining
	var read readFlags
	var adam adamFlags
	var direction string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "train FILE --cutoff R",
		Short: "Learn the law of each pair of species from a trajectory",
		Long: `Train reads extended XYZ (as ASE and OVITO write it) or a LAMMPS text dump and learns the energy of a pair over its
distance for each pair of species, with --angles the energy of two pairs that share a body, with --direction how pairs depend on direction from an axis, and with --trap the energy of each body by where it is, all by one least-squares solve: of the forces where the file has them, else of how
velocities and positions change from frame to frame; or, with --trainer adam, as networks of the distance. Masses come from the file or from --mass. The laws, each a spline that
ends smoothly at the cut-off, go to a run directory. How fine the other laws are is --long-coefficients (120), --angle-coefficients (12, of each distance) and
--direction-coefficients (three eighths of --coefficients). --unchecked takes times and masses that contradict the motion, as a thermostat's forces make them look.`,
		Example: `  hnn particles train liquid.xyz --cutoff 2.5
  hnn particles train salt.xyz --cutoff 2.5 --long charges
  hnn particles train silicon.xyz --cutoff 1.8 --angles 1.8
  hnn particles train dipoles.xyz --cutoff 2.5 --direction z
  hnn particles train stars.xyz --long masses
  hnn particles train ions.xyz --long charges --trap species
  hnn particles train liquid.xyz --cutoff 2.5 --trainer adam --loss trajectory
  hnn particles train dump.lammpstrj --cutoff 8.5 --units metal --dt 0.001 --mass 1=39.948`,
		Args: exactly(1, "FILE"),
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Float64Var(&o.Cutoff, "cutoff", 0, "distance from which no pair acts on each other")
	fs.IntVar(&o.Coefficients, "coefficients", 0, "of each law; default 160, and 80 without forces")
	fs.Float64Var(&o.Angles, "angles", 0, "learn an energy of two pairs that share a body too, of both distances, nearer than this, and the angle between them")
	fs.IntVar(&o.AngleRadial, "angle-coefficients", 0, "of each of its distances; default 12")
	fs.IntVar(&o.AngleDegree, "angle-degree", 0, "of its polynomials of the cosine; default 4")
	fs.StringVar(&o.Long, "long", "", "learn a law of all distances too, times the product of both bodies' charges or masses")
	complete(cmd, "long", []string{"charges", "masses"})
	fs.IntVar(&o.LongSplines, "long-coefficients", 0, "of the law of all distances; default 120")
	fs.StringVar(&direction, "direction", "", "learn how the energies of pairs depend on direction too, from this axis: x, y, z or a vector as 0,0.6,0.8")
	fs.IntVar(&o.DirectionDegree, "direction-degree", 0, "even, of its polynomials of the cosine; default 2 or 4, by held-out frames")
	fs.IntVar(&o.DirectionSplines, "direction-coefficients", 0, "of each of its laws; default three eighths of --coefficients")
	fs.StringVar(&o.Trap, "trap", "", "learn an external potential too, of where a body is: one for each species, or one times each body's charge or mass")
	complete(cmd, "trap", experiment.TrapOf)
	fs.IntVar(&o.TrapDegree, "trap-degree", 0, "largest degree of its polynomials along open axes, and of waves of the box along the others; default 4")
	fs.IntVar(&o.TrapWaves, "trap-waves", 0, "largest order of its waves along one axis alone; default the degree")
	for _, fine := range []string{"long-coefficients", "angle-coefficients", "direction-coefficients"} {
		fs.Lookup(fine).Hidden = true // the text above has them
	}
	fs.BoolVar(&o.NoForces, "no-forces", false, "learn from positions and velocities alone")
	fs.BoolVar(&o.Unchecked, "unchecked", false, "take times and masses as they stand, where how particles move says others: of a file whose forces are a thermostat's too")
	fs.Lookup("unchecked").Hidden = true // as those
	adam.bind(fs)
	read.bind(cmd, "dt")
	fs.IntVar(&read.every, "every", 1, "take one frame of so many")
	fs.StringVar(&o.Out, "out", "", "run directory; default a numbered one under runs")
	fs.BoolVar(&o.Force, "force", false, "replace the run in --out")
	fs.BoolVar(&quiet, "quiet", false, "no progress and no messages but errors")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if !(o.Cutoff > 0) && (o.Long == "" && o.Trap == "" || o.Cutoff != 0) {
			return usage(errors.New("give --cutoff, the distance from which no pair acts on each other: at most half the box; or --long charges or --long masses for a law of all distances; or --trap for bodies that do not act on each other"))
		}
		if o.Trap == "" && (fs.Changed("trap-degree") || fs.Changed("trap-waves")) || o.TrapDegree < 0 || o.TrapWaves < 0 {
			return usage(fmt.Errorf("--trap-degree and --trap-waves are of --trap (%s), and at least 1", strings.Join(experiment.TrapOf, ", ")))
		}
		if o.Angles < 0 || o.Angles > o.Cutoff {
			return usage(fmt.Errorf("--angles %v: angles reach at most to the cut-off of the pairs, --cutoff %v", o.Angles, o.Cutoff))
		}
		if err := directionFlags(&o, direction); err != nil {
			return usage(err)
		}
		if o.Adam, err = adam.network(cmd.Flags()); err != nil {
			return usage(err)
		}
		o.Loss = experiment.Loss(adam.loss)
		o.Files, o.Root = args, "runs"
		o.Command = "hnn particles train " + shell.Join(args...)
		cmd.Flags().Visit(func(f *pflag.Flag) {
			if v := f.Value.String(); f.Name != "quiet" && f.Name != "force" && f.Name != "out" {
				o.Command += " --" + f.Name + "=" + shell.Quote(strings.Trim(v, "[]"))
			}
		})
		if o.Read, err = read.options(); err != nil {
			return usage(err)
		}
		d := newDisplay(cmd.ErrOrStderr(), quiet)
		dir, m, err := (&experiment.Env{Log: d.log, Rolling: d.rolling()}).TrainParticles(cmd.Context(), o)
		d.rolled()
		if m != nil && dir != "" {
			writeLaws(cmd.OutOrStdout(), dir, m)
		}
		if err != nil {
			return err
		}
		if m.Open {
			d.next("run others by it: hnn particles simulate %s --from FILE --out run.xyz", shell.Quote(dir))
		} else {
			d.next("run more of them: hnn particles simulate %s --n 4096 --out big.xyz", shell.Quote(dir))
		}
		return nil
	}
	return cmd
}

// writeMeasures prints what was measured; kelvin is the energy of one, 0 where the units have none.
func writeMeasures(w io.Writer, m *experiment.ParticleMeasures, kelvin float64) error {
	last := len(m.Time) - 1
	mean := 0.0
	for _, t := range m.Temperature {
		mean += t / float64(len(m.Temperature))
	}
	warm := fmt.Sprintf("%.4f", mean)
	if kelvin > 0 {
		warm = fmt.Sprintf("%.4g, %.4g K", mean, mean/kelvin)
	}
	kept := fmt.Sprintf("momentum             %.2g, largest component of the total\n", m.Momentum)
	switch {
	case m.Confined: // neither is kept
		kept = fmt.Sprintf("lists made           %d\n", m.Builds)
		if m.Beyond > 0 {
			kept += fmt.Sprintf("beyond the data      %.2g%% of the places, where the trap's polynomials go on\n", 100*m.Beyond)
		}
	case !m.Open:
		kept += fmt.Sprintf("lists made           %d\n", m.Builds)
	case m.Axis == nil:
		kept += fmt.Sprintf("angular momentum     %.2g, largest change of a component\n", m.Angular)
	case !math.IsNaN(m.Angular):
		kept += fmt.Sprintf("angular momentum     %.2g, change of the component along the axis %s\n", m.Angular, experiment.AxisName(*m.Axis))
	}
	_, err := fmt.Fprintf(w, `particles            %d
time                 %v in %d frames
total energy         %.8g at the start, %.8g at the end, a particle
slope x length       %.3g a particle (standard deviation about the mean %.3g)
temperature          %s, mean over the frames
%s`, m.N, m.Time[last], len(m.Time), m.Kinetic[0]+m.Potential[0], m.Kinetic[last]+m.Potential[last], m.Slope, m.Spread, warm, kept)
	return err
}

const lammpsTarget = "lammps"

func newParticlesExport() *cobra.Command {
	var to, out string
	var points int
	cmd := &cobra.Command{
		Use:     "export RUN --to lammps --out FILE",
		Short:   "Write learned laws as tables for LAMMPS's pair_style table",
		Example: `  hnn particles export runs/0001-particles --to lammps --out law.table`,
		Args:    exactly(1, "RUN"),
	}
	cmd.Flags().StringVar(&to, "to", lammpsTarget, "target: lammps")
	cmd.Flags().StringVar(&out, "out", "", "file to write")
	cmd.Flags().IntVar(&points, "points", 4000, "rows of each table")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if to != lammpsTarget || out == "" || points < 2 || points > 1_000_000 {
			return usage(errors.New("give --to lammps and --out FILE, and from 2 to 1000000 --points"))
		}
		m, err := experiment.ReadParticles(args[0])
		if err != nil {
			return err
		}
		for _, words := range m.Guesses() {
			newDisplay(cmd.ErrOrStderr(), false).log("warning: %s", words)
		}
		return atomicfile.Write(out, func(w io.Writer) error { return m.WriteLAMMPS(w, filepath.Base(out), points) })
	}
	return cmd
}
