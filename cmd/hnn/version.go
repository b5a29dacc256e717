package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"hnn/internal/kernel"
	"hnn/internal/notices"
)

func newVersion() *cobra.Command {
	var licences bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the program's version and what it computes with",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			if licences {
				_, err := io.WriteString(cmd.OutOrStdout(), notices.Text)
				return err
			}
			version := "(unknown)"
			if info, ok := debug.ReadBuildInfo(); ok {
				version = info.Main.Version
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "hnn %s\n%s %s/%s, kernels %s, %d threads\n",
				version, runtime.Version(), runtime.GOOS, runtime.GOARCH, kernel.Name(), runtime.GOMAXPROCS(0))
			return err
		},
	}
	cmd.Flags().BoolVar(&licences, "licences", false, "print the licences and notices of what the program is linked with")
	return cmd
}
