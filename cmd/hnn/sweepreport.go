package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"hnn/experiment/study"
	"hnn/internal/atomicfile"
	"hnn/internal/shell"
)

func newSweepReport() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "report STUDY",
		Short: "Put a study on one HTML page: its runs, and figures of results and settings",
		Long: `Report writes one HTML file that needs nothing else, at any time of the study: how far it
is, its best runs, what failed, the result against each setting, parallel coordinates, and
the front of accuracy and time. hnn report STUDY puts the runs themselves on a page.`,
		Args: exactly(1, "STUDY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			folder, err := study.Open(args[0])
			if err != nil {
				return err
			}
			page, err := folder.Page("hnn sweep report " + shell.Quote(args[0]))
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, func(w io.Writer) error { return page.Write(w) }); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), out)
			return study.WriteTable(cmd.OutOrStdout(), folder)
		},
	}
	cmd.Flags().StringVar(&out, "out", "study.html", "file to write; one that is there is replaced")
	return cmd
}
