package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/internal/atomicfile"
	"hnn/internal/shell"
)

func newReport() *cobra.Command {
	var out string
	var force, quiet bool
	cmd := &cobra.Command{
		Use:   "report RUN...",
		Short: "Put runs on one HTML page: results, figures, configurations",
		Long: `Report writes one HTML file that needs nothing else: for each task the table of
results beside the paper's, the figures, and for each run its configuration, the
command that repeats it and what it was computed with. Runs of one task are compared
side by side.`,
		Example: `  hnn report runs/*
  hnn report runs/0001-spring-baseline runs/0002-spring-hnn --out spring.html`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(errors.New("report takes the directories of runs, as in: hnn report runs/*"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(out); err == nil && !force {
				return fmt.Errorf("%s exists: replace it with --force, or choose another with --out", out)
			} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			d := newDisplay(cmd.ErrOrStderr(), quiet)
			env := &experiment.Env{Log: d.log}
			dirs, err := study.Expand(args)
			if err != nil {
				return err
			}
			page, err := env.Report(cmd.Context(), dirs, "hnn report "+shell.Join(args...))
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, func(w io.Writer) error { return page.Write(w) }); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), out)
			if slices.ContainsFunc(dirs, experiment.IsParticles) {
				d.next("open it in a browser")
			} else {
				d.next("open it in a browser, or play with its models: hnn serve %s", shell.Join(args...))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "report.html", "file to write")
	cmd.Flags().BoolVar(&force, "force", false, "replace the file")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no messages but errors")
	completeRuns(cmd, 0)
	return cmd
}
