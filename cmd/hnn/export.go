package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/export"
	"hnn/internal/atomicfile"
)

func newExport() *cobra.Command {
	var to, precision, out string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "export RUN... --to TARGET",
		Short: "Write a trained model out for use elsewhere",
		Long: `Export writes the model of a run as code or as a graph that needs no hnn:

` + targetHelp() + `
Every number is in it. A run of particles is written --to lammps, as a table of its laws. With --to web it takes several runs. The files are written into a folder, --out, which is named after the
run and the target where it is not given; files of their names there are replaced.`,
		Example: `  hnn export runs/0002-spring-hnn --to c
  hnn export runs/0002-spring-hnn --to c --precision float --out firmware/model
  hnn export runs/* --to web --out page`,
		Args: func(cmd *cobra.Command, args []string) error {
			if to == webTarget && len(args) > 0 {
				return nil
			}
			return exactly(1, "RUN")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			target := export.TargetOf(to)
			switch {
			case to == lammpsTarget && experiment.IsParticles(args[0]):
				if out == "" {
					if err := cmd.Flags().Set("out", filepath.Base(filepath.Clean(args[0]))+".table"); err != nil {
						return err
					}
				}
				return pass(cmd, newParticlesExport(), args, map[string]string{"to": "to", "out": "out"})
			case to == lammpsTarget:
				return usage(errors.New("--to lammps: tables of pairs' laws are written of a run of hnn particles train alone"))
			case to == "":
				return usage(fmt.Errorf("--to is missing: what to write, one of %s", strings.Join(targetNames(), ", ")))
			case to == webTarget && cmd.Flags().Changed("precision"):
				return usage(errors.New("--precision: a page computes in double, as hnn does; leave it out"))
			case to == webTarget && asJSON:
				return usage(errors.New("--json: a page of several runs has no list of its files; leave it out"))
			case to == webTarget:
				return exportWeb(cmd, args, out)
			case target == nil:
				return usage(fmt.Errorf("--to %s: one of %s", to, strings.Join(targetNames(), ", ")))
			case !slices.Contains(precisions, precision):
				return usage(fmt.Errorf("--precision %s: one of %s", precision, strings.Join(precisions, ", ")))
			}
			if err := notARun(args[0]); err != nil {
				return err
			}
			env := &experiment.Env{}
			run, err := env.Open(args[0])
			if err != nil {
				return err
			}
			m, states, err := env.Exported(run)
			if err != nil {
				return err
			}
			files, err := target.Write(m, export.Precision(precision))
			if err != nil {
				return err
			}
			written := []exportedFile{}
			if out == "" {
				out = filepath.Base(filepath.Clean(args[0])) + "-" + to
			}
			for _, f := range files {
				path := filepath.Join(out, f.Name)
				if err := writeFile(path, f.Data); err != nil {
					return err
				}
				written = append(written, exportedFile{path, len(f.Data)})
			}
			var off *experiment.Number // of the field in float, where it was looked at
			if precision == string(export.Float) {
				const tolerable = 1e-4
				loss := m.Loss(states)
				if n := experiment.Number(loss); states != nil {
					off = &n
				}
				switch {
				case states == nil:
					fmt.Fprintln(cmd.ErrOrStderr(), "how far float is off was not looked at: the run's data cannot be read")
				case !(loss <= tolerable):
					fmt.Fprintf(cmd.ErrOrStderr(), "warning: in float the field is off by up to %.1g of its norm at the states of the data, since its terms nearly cancel: take --precision double\n", loss)
				}
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), []exported{{run.Dir, to, precision, out, written, off}})
			}
			for _, f := range written {
				fmt.Fprintf(cmd.OutOrStdout(), "%s, %d bytes\n", f.Path, f.Bytes)
			}
			fmt.Fprintln(cmd.OutOrStdout(), target.Use)
			return nil
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "what to write: "+strings.Join(targetNames(), ", "))
	cmd.Flags().StringVar(&precision, "precision", string(export.Double), "of the numbers: "+strings.Join(precisions, ", "))
	cmd.Flags().StringVar(&out, "out", "", "folder to write into")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was written as JSON")
	completeRuns(cmd, 1)
	complete(cmd, "to", targetNames())
	complete(cmd, "precision", precisions)
	return cmd
}

// exported is what --json prints of an export.
type exported struct {
	Dir       string         `json:"dir"`
	To        string         `json:"to"`
	Precision string         `json:"precision"`
	Out       string         `json:"out"`
	Files     []exportedFile `json:"files"`
	// Off is the most that the field is off by in float, as a share of its norm at the states of the data; null in double,
	// and where the data cannot be read.
	Off *experiment.Number `json:"off"`
}

type exportedFile struct {
	Path  string `json:"path"`
	Bytes int    `json:"bytes"`
}

var precisions = []string{string(export.Double), string(export.Float)}

// writeExported writes a file, in a folder that it makes where there is none, and says so.
func writeExported(cmd *cobra.Command, path string, data []byte) error {
	if err := writeFile(path, data); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s, %d bytes\n", path, len(data))
	return nil
}

func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(data); return err })
}

func targetNames() []string { return append(export.TargetNames(), webTarget) }

func targetHelp() string {
	var b strings.Builder
	for _, t := range export.Targets {
		fmt.Fprintf(&b, "  %-7s %s\n", t.Name, t.Help)
	}
	fmt.Fprintf(&b, "  %-7s %s\n", webTarget, "the page of hnn serve with the runs in it, a folder for any file server")
	return b.String()
}
