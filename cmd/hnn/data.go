package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/file"
	"hnn/experiment"
	"hnn/inspect"
	"hnn/internal/shell"
)

func newData() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Look at a file of trajectories before training on it, or write it as a plain table",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(unknownVerb(cmd, args[0]))
			}
			return usage(errors.New("hnn data has two verbs: hnn data inspect FILE, and hnn data convert FILE --out clean.csv"))
		},
	}
	cmd.AddCommand(newDataInspect(), newDataConvert())
	return cmd
}

func newDataInspect() *cobra.Command {
	var columns columnFlags
	var asJSON, quiet bool
	var figures string
	cmd := &cobra.Command{
		Use:   "inspect FILE...",
		Short: "Print what is understood of a file, how its numbers look and what train would do",
		Long: `Inspect reads a file of trajectories as hnn train would, and prints which columns are
taken for what, the trials, times, ranges and noise, whether a coordinate looks like an
angle, a momentum like a velocity, and whether the motion dies down, with warnings and what
training would do. Several files, a pattern or a folder are trials of one set. Rows that cannot be read are counted and
the first are shown. FILE is a table of text, as instruments and programs write it, with lines in front of it or not, a
spreadsheet (.xlsx), NPY, NPZ or Parquet, compressed by gzip or not, or - for standard input.`,
		Example: `  hnn data inspect measurements.csv
  hnn data inspect run.npz --q theta --p omega --json
  hnn data inspect measurements.csv --figures figures`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil
			}
			return exactly(1, "FILE")(cmd, args)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	columns.bind(cmd)
	fs.StringVar(&figures, "figures", "", "folder to draw the coordinates and phase planes into, as SVG and PNG")
	fs.BoolVar(&asJSON, "json", false, "print it as JSON")
	fs.BoolVar(&quiet, "quiet", false, "no progress and no messages but errors")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if isRun(args[0]) {
			return usage(fmt.Errorf("%s is a run: look at its model with hnn inspect %s", args[0], shell.Quote(args[0])))
		}
		d := newDisplay(cmd.ErrOrStderr(), quiet)
		paths, err := experiment.DataFiles(args)
		if err != nil {
			return err
		}
		var s *data.Set
		var m *file.Mapping
		type inspected struct {
			report *inspect.Report
			stops  error
		}
		// A signal is answered at once, however long a look at many columns takes.
		in, err := experiment.Interruptible(cmd.Context(), func() (in inspected, err error) {
			var apart []check.Finding
			s, m, apart, err = experiment.ReadTogether(paths, func(path string) (*data.Set, *file.Mapping, error) {
				o := file.ReadOptions{Columns: columns.config.Columns, SkipBadRows: true}
				o.Progress = func(read, total int64) { d.reading(path, read, total) }
				return file.Read(path, o)
			})
			if err != nil {
				return in, err
			}
			in.report = inspect.New(s, m, file.ReadOptions{SkipBadRows: columns.config.SkipBadRows})
			in.report.Add(apart)
			if in.stops = (&check.Report{Findings: apart}).Refused(); in.stops == nil {
				in.report.Train, in.stops = experiment.Plan(paths[0], &columns.config, s, m, in.report.Checked)
			}
			return in, nil
		})
		if err != nil {
			return err
		}
		r, stops := in.report, in.stops
		if stops != nil {
			why := stops.Error()
			for _, w := range r.Warnings {
				if before, ok := strings.CutSuffix(why, w); ok {
					why = before + "refused, as warned above"
					break
				}
			}
			r.Train = append(r.Train, "stop: "+why)
		}
		if figures != "" {
			paths, err := inspect.WriteFigures(s, m, figures)
			if err != nil {
				return err
			}
			for _, p := range paths {
				d.log("%s", p)
			}
		}
		if asJSON {
			return printJSON(cmd.OutOrStdout(), r)
		}
		if err := r.Write(cmd.OutOrStdout()); err != nil || stops != nil {
			return err
		}
		train := "hnn train"
		for _, name := range args {
			if name == "-" {
				return nil // what came by standard input has gone
			}
			train += " --data " + shell.Quote(name)
		}
		d.next("learn from it: %s", train)
		return nil
	}
	return cmd
}
