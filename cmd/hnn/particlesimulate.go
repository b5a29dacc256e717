package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"hnn/data/atoms"
	"hnn/experiment"
	"hnn/internal/shell"
)

// usual takes density, temperature, shares and step from the data of the model in a directory, where they were not given. What the data do not say is
// asked for, or said where it is assumed.
func (f *startFlags) usual(cmd *cobra.Command, dir string, d *display) error {
	given := cmd.Flags().Changed
	if given("kinds") {
		return usage(errors.New("--kinds is of known laws: of a run give --shares, as Ca=1,F=2"))
	}
	u, err := f.o.Model.Usual(dir)
	if err != nil {
		return err
	}
	f.o.Shares = u.Shares
	moves := f.o.From != nil && f.o.From[len(f.o.From)-1].Vel != nil
	assumed, err := u.Missing(shell.Quote(dir), given("density"), given("temperature") || moves, f.o.From == nil)
	if err != nil {
		return usage(err)
	}
	if u.Density > 0 && !given("density") {
		f.o.Density = u.Density
	}
	if u.Temperature > 0 && !given("temperature") {
		f.o.Temperature = u.Temperature
	}
	if slab := u.Slab(); slab != "" && f.o.From == nil {
		d.log("warning: the laws were learned of data that are periodic along %s alone, a slab; this run is of a box that is periodic along all axes", slab)
	}
	dt := u.Dt
	if dt == 0 && !moves {
		dt = u.DtAt(f.o.Temperature)
	}
	if dt > 0 && !given("dt") {
		f.o.Dt = dt
	} else if !given("dt") {
		assumed = append(assumed, "dt")
	}
	for _, name := range assumed {
		d.log("--%s %s is assumed: the data that the laws were learned from do not say it", name, cmd.Flags().Lookup(name).Value)
	}
	return nil
}

// lawful refuses a species, given by a flag, of which a run has no laws.
func (f *startFlags) lawful(flag, species string) error {
	if f.o.Model != nil && !slices.Contains(f.o.Model.Species, species) {
		return fmt.Errorf("%s: the laws are of %s", flag, strings.Join(f.o.Model.Species, ", "))
	}
	return nil
}

// share takes shares of species from their flag.
func (f *startFlags) share(given map[string]string) error {
	if len(given) == 0 {
		return nil
	}
	if f.o.Model == nil || f.o.From != nil {
		return errors.New("--shares are of the species of a run's laws on a lattice, without --from")
	}
	f.o.Shares, f.o.SharesGiven = map[string]float64{}, true
	total := 0.0
	for s, text := range given {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("--shares %s=%s: a share is a number that is not negative", s, text)
		}
		if err := f.lawful("--shares "+s+"="+text, s); err != nil {
			return err
		}
		f.o.Shares[s] = v
		total += v
	}
	if !(total > 0) {
		return errors.New("--shares: one must be positive")
	}
	return nil
}

func newParticlesSimulate() *cobra.Command {
	var f startFlags
	var read readFlags
	var from string
	var charges, shares map[string]string
	cmd := &cobra.Command{
		Use:   "simulate RUN",
		Short: "Run particles by learned laws, or by a known law",
		Long: `Simulate runs particles by the laws of a run, or by a known law (` + strings.Join(experiment.KnownLaws, ", ") + `), from a lattice or from the last
frame of a file. It prints energies, temperature and how far the total energy moves; --out writes frames as extended XYZ,
Density, temperature (k_B = 1) and step that are not given are those of the data that the laws were learned from. --figures leaves energies, temperature (3N - 3 degrees of freedom), mean squared displacement and g(r) as CSV and figures.
The same command gives the same bits for any number of cores.`,
		Example: `  hnn particles simulate runs/0001-particles --n 4096 --steps 10000 --out big.xyz --figures big
  hnn particles simulate lennard-jones --n 4096 --steps 10000 --figures true`,
		Args: exactly(1, "RUN"),
	}
	f.bind(cmd, 4096, 1000, 0)
	fs := cmd.Flags()
	fs.StringVar(&from, "from", "", "begin with the last frame of this file instead of a lattice")
	read.bind(cmd, "from-dt")
	fs.StringToStringVar(&charges, "charge", nil, "charges of species, as Na=1,Cl=-1, where they are not those of the training data")
	fs.StringToStringVar(&shares, "shares", nil, "shares of species in a lattice, as Ca=1,F=2, where they are not those of the training data")
	fs.StringVar(&f.o.XYZ, "out", "", "file for the frames, extended XYZ")
	fs.BoolVar(&f.o.Forces, "forces", false, "forces in the frames too")
	fs.StringVar(&f.o.Folder, "figures", "", "folder for tables and figures of what is measured")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		options, err := read.options()
		if err != nil {
			return usage(err)
		}
		if slices.Contains(experiment.KnownLaws, args[0]) {
			if f.o.Known, err = f.known.system(args[0]); err != nil {
				return usage(err)
			}
		} else if f.o.Model, err = experiment.ReadParticles(args[0]); err != nil {
			return err
		}
		if !cmd.Flags().Changed("every") {
			f.o.Every = min(max(f.o.Steps/100, 1), 100)
		}
		if from != "" {
			if f.o.From, err = atoms.ReadFile(from, options); err != nil {
				return err
			}
			if !cmd.Flags().Changed("equilibrate") {
				f.o.Equilibrate = 0
			}
		}
		d := newDisplay(cmd.ErrOrStderr(), f.quiet)
		kelvin := 0.0
		if f.o.Model != nil {
			kelvin = f.o.Model.Units.Kelvin()
			if err := f.usual(cmd, args[0], d); err != nil {
				return err
			}
		}
		for s := range options.Mass {
			if err := f.lawful("--mass "+s, s); err != nil {
				return usage(err)
			}
		}
		for s := range charges {
			if err := f.lawful("--charge "+s, s); err != nil {
				return usage(err)
			}
		}
		f.o.Mass, f.o.Charge = options.Mass, map[string]float64{}
		if f.o.Model != nil && from == "" {
			if len(f.o.Mass) == 0 {
				f.o.Mass = f.o.Model.Mass
			}
			maps.Copy(f.o.Charge, f.o.Model.Charge)
		}
		for s, q := range charges {
			if f.o.Charge[s], err = strconv.ParseFloat(q, 64); err != nil {
				return usage(fmt.Errorf("--charge %s=%s: a charge is a number", s, q))
			}
		}
		if err := f.share(shares); err != nil {
			return usage(err)
		}
		m, err := (&experiment.Env{Log: d.log, Rolling: d.rolling()}).RunParticles(cmd.Context(), f.o)
		d.rolled()
		if err != nil {
			return err
		}
		return writeMeasures(cmd.OutOrStdout(), m, kelvin)
	}
	return cmd
}
