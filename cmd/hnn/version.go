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

// released is the version of a release, which release.sh sets.
var released string

// versionInfo is what the program is and computes with.
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Kernels  string `json:"kernels"`
	Threads  int    `json:"threads"`
}

func newVersionInfo() versionInfo {
	v := versionInfo{"(unknown)", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, kernel.Name(), runtime.GOMAXPROCS(0)}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = info.Main.Version
	}
	if released != "" {
		v.Version = released
	}
	return v
}

func (v versionInfo) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "hnn %s\n%s %s, kernels %s, %d threads\n", v.Version, v.Go, v.Platform, v.Kernels, v.Threads)
	return err
}

func newVersion() *cobra.Command {
	var licences, asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the program's version and what it computes with",
		Args:  exactly(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case licences:
				_, err := io.WriteString(cmd.OutOrStdout(), notices.Text)
				return err
			case asJSON:
				return printJSON(cmd.OutOrStdout(), newVersionInfo())
			}
			return newVersionInfo().write(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&licences, "licences", false, "print the licences and notices of what the program is linked with")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return cmd
}
