package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"hnn/data/file"
	"hnn/internal/atomicfile"
	"hnn/internal/shell"
)

func newDataConvert() *cobra.Command {
	var columns columnFlags
	var out string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "convert FILE --out clean.csv",
		Short: "Write what is understood of a file as a plain table of trials, times and states",
		Long: `Convert reads a file as hnn train would, and writes what it understood as a plain table:
a number of the trial, the time in seconds, the states with their names and units, and, where
the file has them, derivatives and inputs. OUT is CSV or, by its name, Parquet.`,
		Example: `  hnn data convert recording.lvm --out clean.csv
  hnn data convert gyro.csv --integrate --out clean.parquet`,
		Args: exactly(1, "FILE"),
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	columns.bind(cmd)
	fs.StringVar(&out, "out", "", "file to write: .csv or .parquet")
	fs.BoolVar(&quiet, "quiet", false, "no progress and no messages but errors")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var write func(w io.Writer) error
		d := newDisplay(cmd.ErrOrStderr(), quiet)
		o := file.ReadOptions{Columns: columns.config.Columns, SkipBadRows: columns.config.SkipBadRows}
		o.Progress = func(read, total int64) { d.reading(args[0], read, total) }
		parquet := false
		switch ext := strings.ToLower(filepath.Ext(out)); {
		case out == "":
			return usage(errors.New("say where to write: --out clean.csv, or clean.parquet"))
		case ext == ".parquet":
			parquet = true
		case ext != ".csv":
			return usage(errors.New("--out ends in .csv or .parquet, which says the format"))
		}
		s, m, err := file.Read(args[0], o)
		if err != nil {
			return err
		}
		if strings.Trim(strings.Join(s.Names, ""), "0123456789") == "" {
			s.Names = nil // columns without names, called by their numbers: q and p
		}
		for i, name := range s.Names {
			if unit := m.Units[name]; unit != "" {
				s.Names[i] = fmt.Sprintf("%s (%s)", name, unit)
			}
		}
		if write = func(w io.Writer) error { return file.WriteCSV(w, s) }; parquet {
			write = func(w io.Writer) error { return file.WriteParquet(w, s) }
		}
		if err := atomicfile.Write(out, write); err != nil {
			return err
		}
		d.log("%s: %s", m.File, m)
		for _, note := range m.Notes {
			d.log("%s: %s", m.File, note)
		}
		if m.BadRows > 0 {
			d.log("%s: %d bad rows left out, the first: %v", m.File, m.BadRows, m.Bad[0])
		}
		trials := "one trial"
		if n := s.Trials(); n > 1 {
			trials = fmt.Sprintf("%d trials", n)
		}
		d.log("%s: %d rows in %s", out, s.Rows(), trials)
		d.next("learn from it: hnn train --data %s", shell.Quote(out))
		return nil
	}
	return cmd
}
