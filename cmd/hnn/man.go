package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newMan is what a release is made with, and no verb that help lists: it writes the manual pages and the
// shells' completions from what help prints.
func newMan(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "man FOLDER",
		Short:  "Write manual pages and completions of the shells into a folder",
		Hidden: true,
		Args:   exactly(1, "FOLDER"),
		RunE: func(_ *cobra.Command, args []string) error {
			root.InitDefaultHelpFlag()
			for _, sub := range []string{"man", "completions"} {
				if err := os.MkdirAll(filepath.Join(args[0], sub), 0o777); err != nil {
					return err
				}
			}
			for _, shell := range []struct {
				name  string
				write func(*bytes.Buffer) error
			}{
				{"hnn.bash", func(b *bytes.Buffer) error { return root.GenBashCompletionV2(b, true) }},
				{"_hnn", func(b *bytes.Buffer) error { return root.GenZshCompletion(b) }},
				{"hnn.fish", func(b *bytes.Buffer) error { return root.GenFishCompletion(b, true) }},
				{"hnn.ps1", func(b *bytes.Buffer) error { return root.GenPowerShellCompletionWithDesc(b) }},
			} {
				var b bytes.Buffer
				if err := shell.write(&b); err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(args[0], "completions", shell.name), b.Bytes(), 0o666); err != nil {
					return err
				}
			}
			return writeManual(root, filepath.Join(args[0], "man"))
		},
	}
}

// pageName is what the page of a command is called: its words joined by hyphens.
func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// writeManual writes the page of a command and those of its verbs.
func writeManual(cmd *cobra.Command, dir string) error {
	name := pageName(cmd)
	if err := os.WriteFile(filepath.Join(dir, name+".1"), manualPage(cmd), 0o666); err != nil {
		return err
	}
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() {
			if err := writeManual(verb, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// manualPage is a command's page in the language of man(7). It has no date, so that a release that is built
// again has the same bytes.
func manualPage(cmd *cobra.Command) []byte {
	cmd.InitDefaultHelpFlag()
	var b bytes.Buffer
	name := pageName(cmd)
	fmt.Fprintf(&b, ".TH %s 1 \"\" hnn\n.SH NAME\n%s \\- %s\n", roff(strings.ToUpper(name)), roff(name), roff(cmd.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(cmd.UseLine()))
	if cmd.Long != "" {
		fmt.Fprintf(&b, ".SH DESCRIPTION\n.nf\n%s\n.fi\n", roff(cmd.Long))
	}
	flags := func(title string, set *pflag.FlagSet) {
		if !set.HasAvailableFlags() {
			return
		}
		fmt.Fprintf(&b, ".SH %s\n", title)
		set.VisitAll(func(f *pflag.Flag) {
			if f.Hidden {
				return
			}
			kind, text := pflag.UnquoteUsage(f)
			short := ""
			if f.Shorthand != "" {
				short = "-" + f.Shorthand + ", "
			}
			fmt.Fprintf(&b, ".TP\n.B %s\n%s", roff(strings.TrimSpace(short+"--"+f.Name+" "+kind)), roff(text))
			if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" {
				fmt.Fprintf(&b, " (default %s)", roff(f.DefValue))
			}
			b.WriteByte('\n')
		})
	}
	flags("OPTIONS", cmd.NonInheritedFlags())
	flags("GLOBAL OPTIONS", cmd.InheritedFlags())
	if cmd.Example != "" {
		fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n", roff(cmd.Example))
	}
	var others []string
	if cmd.HasParent() {
		others = append(others, pageName(cmd.Parent()))
	}
	for _, verb := range cmd.Commands() {
		if verb.IsAvailableCommand() {
			others = append(others, pageName(verb))
		}
	}
	if others != nil {
		b.WriteString(".SH SEE ALSO\n")
		for i, other := range others {
			fmt.Fprintf(&b, ".BR %s (1)%s\n", roff(other), map[bool]string{true: ",", false: ""}[i < len(others)-1])
		}
	}
	return b.Bytes()
}

// roff escapes a text: what would be taken for a hyphen, an escape or a request stays what it is.
func roff(text string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
