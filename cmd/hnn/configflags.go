package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/data/file"
	"hnn/experiment"
	"hnn/system"
)

// configFlags are the flags of a verb that makes runs.
type configFlags struct {
	cmd    *cobra.Command
	shown  experiment.Config // what the flags are bound to: for the help only
	models []string
	// trainers are those of an HNN; every baseline's is adam.
	trainers []string
	seeds    string
	data     []string
	frames   string // of the verb train
	// hamiltonian is of the verb train.
	hamiltonian string
	recipe      string
	jobs        int
	out         string
	track       []string
	force       bool
	json        bool
	quiet       bool
	helpAll     bool
}

// newConfigFlags makes them. Bases are the configurations that the verb begins with, for
// the defaults in its help.
func newConfigFlags(cmd *cobra.Command, models, trainers []string, bases func() []experiment.Config) *configFlags {
	f := &configFlags{cmd: cmd, models: models, trainers: trainers}
	fs := cmd.Flags()
	fs.SortFlags = false
	special := map[string]string{}
	for _, s := range experiment.Settings() {
		special[s.Key] = helpOf(s)
	}
	fs.StringSliceVar(&f.models, "model", f.models, special["model"]+": "+strings.Join(experiment.Kinds(), ", "))
	fs.StringSliceVar(&f.trainers, "trainer", f.trainers, special["trainer"])
	fs.StringArrayVar(&f.data, "data", nil, special["data"])
	fs.StringVar(&f.recipe, "recipe", "", special["recipe"])
	fs.StringVar(&f.seeds, "seeds", "", "several seeds, as 0-4 or 0,3,7: reports mean, median and worst")
	fs.IntVar(&f.jobs, "jobs", 1, "independent models to train side by side (default as many as keep the cores busy)")
	fs.Lookup("jobs").DefValue = "0" // not shown: it depends on the machine
	fs.StringVar(&f.out, "out", "", "run directory (with several runs: the folder of theirs); default a fresh one under runs/")
	fs.BoolVar(&f.force, "force", false, "replace the run that is in --out")
	addTrack(cmd, &f.track)
	fs.BoolVar(&f.json, "json", false, "print the results as JSON")
	fs.BoolVar(&f.quiet, "quiet", false, "no progress and no messages but errors")
	bindSettings(cmd, experiment.Settings(), &f.shown)
	fs.BoolVar(&f.helpAll, "help-all", false, "help with every flag")
	complete(cmd, "model", experiment.Kinds())
	complete(cmd, "lattice", []string{"chain", "fixed-chain", "ring", "grid:8x8", "fixed-grid:8x8", "torus:8x8"})
	complete(cmd, "trainer", experiment.Adam.Values())
	complete(cmd, "recipe", experiment.TunedRecipe.Values())
	cmd.SetUsageFunc(func(*cobra.Command) error { return f.usage(bases()) })
	return f
}

// given names the flags that were given and that change a run, in their order.
func (f *configFlags) given() (names []string) {
	f.cmd.Flags().Visit(func(flag *pflag.Flag) {
		if !slices.Contains([]string{"resume", "json", "quiet", "track"}, flag.Name) {
			names = append(names, flag.Name)
		}
	})
	return names
}

func (f *configFlags) check() error {
	switch {
	case f.force && f.out == "":
		return errors.New("--force replaces the run in --out, and no --out is given")
	case f.jobs < 1:
		return fmt.Errorf("--jobs %d: give at least 1", f.jobs)
	case f.seeds != "" && f.cmd.Flags().Changed("seed"):
		return errors.New("--seed and --seeds: give one of the two")
	}
	for _, m := range f.models {
		if !slices.Contains(experiment.Kinds(), m) {
			return &system.UnknownError{Kind: "model", Name: m, Known: experiment.Kinds()}
		}
	}
	for _, t := range f.trainers {
		if known := experiment.Adam.Values(); !slices.Contains(known, t) {
			return &system.UnknownError{Kind: "trainer", Name: t, Known: known}
		}
	}
	if _, err := trackers(f.track, ""); err != nil {
		return err
	}
	if len(f.trainers) == 0 {
		return errors.New("--trainer names no trainer")
	}
	if len(f.models) == 0 {
		return errors.New("--model names no model")
	}
	return nil
}

// asked is what the flags ask for.
func (f *configFlags) asked() (a experiment.Asked, err error) {
	a = experiment.Asked{Models: f.models, Trainers: f.trainers, Given: f.given(), Settings: f.shown, Keep: f.keepStdin}
	if f.seeds != "" {
		a.Seeds, err = parseSeeds(f.seeds)
	}
	return a, err
}

// setData gives a configuration the files that --data names.
func (f *configFlags) setData(c *experiment.Config) error {
	files, err := experiment.DataFiles(f.data)
	if err != nil {
		return err
	}
	for i := range files {
		if files[i], err = experiment.Absolute(files[i]); err != nil {
			return err
		}
	}
	if c.Data, c.MoreData = "", nil; len(files) > 0 {
		c.Data, c.MoreData = files[0], files[1:]
	}
	if len(c.MoreData) == 0 {
		c.MoreData = nil
	} else if slices.Contains(files, file.Stdin) {
		return errors.New("--data -: standard input is one file; give no others with it")
	}
	return nil
}

// keepStdin puts the data that come from standard input into a file in the folder of
// the runs, so that they can be repeated and continued.
func (f *configFlags) keepStdin(configs []experiment.Config) error {
	var path string
	for i := range configs {
		if configs[i].Data != file.Stdin {
			continue
		}
		if path == "" {
			folder := runsFolder
			if f.out != "" {
				folder = filepath.Dir(f.out)
			}
			kept, err := experiment.KeepInput(f.cmd.InOrStdin(), folder)
			if err != nil {
				return err
			}
			if path, err = filepath.Abs(kept); err != nil {
				return err
			}
		}
		configs[i].Data = path
	}
	return nil
}

// parseSeeds reads numbers and ranges with commas between them.
func parseSeeds(s string) ([]uint64, error) {
	const most = 10_000
	var seeds []uint64
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.ParseUint(from, 10, 64)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseUint(to, 10, 64)
		}
		if err != nil || last < first || last-first >= most {
			return nil, fmt.Errorf("--seeds %q: %q is no seed and no range of at most %d seeds; write 0-4 or 0,3,7", s, part, most)
		}
		for n := first; ; n++ {
			seeds = append(seeds, n)
			if n == last {
				break
			}
		}
	}
	return seeds, nil
}
