package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/experiment"
	"hnn/internal/nearest"
	"hnn/internal/shell"
	"hnn/system"
)

// newHelp is the verb help, to which what is no verb is a mistake.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Help about a verb",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			of, _, err := root.Find(args)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return verbs(of), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			of := root
			for _, name := range args {
				i := slices.IndexFunc(of.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
				if i < 0 {
					return usage(unknownVerb(of, name))
				}
				of = of.Commands()[i]
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
}

func verbs(of *cobra.Command) (names []string) {
	for _, c := range of.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return names
}

// unknownVerb names the verb that was probably meant.
func unknownVerb(of *cobra.Command, name string) error {
	if !of.HasSubCommands() {
		return fmt.Errorf("%q is no topic: hnn help %s is all there is to %s", name, of.Name(), of.CommandPath())
	}
	return &system.UnknownError{Kind: strings.TrimSpace(strings.TrimPrefix(of.CommandPath(), "hnn") + " verb"), Name: name, Known: verbs(of)}
}

// flagError names the flag of a verb that was probably meant by one that it has not.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest.Name(unknown.GetSpecifiedName(), names); near != "" {
		return fmt.Errorf("%w: did you mean --%s?", err, near)
	}
	var have []string
	for _, other := range cmd.Root().Commands() {
		if other.Flags().Lookup(unknown.GetSpecifiedName()) != nil {
			have = append(have, "hnn "+other.Name())
		}
	}
	if have != nil {
		return fmt.Errorf("%w: it is a flag of %s", err, strings.Join(have, ", "))
	}
	return err
}

// isFile reports whether there is a file, and no folder, of a name.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// isRun reports whether a folder has a run's configuration.
func isRun(dir string) bool { return isFile(filepath.Join(dir, "config.yaml")) }

// notATask explains what is given in the place of a task and is none: a file of data, a folder or a run.
func notATask(name string) error {
	path := shell.Quote(name)
	switch info, err := os.Stat(name); {
	case err != nil:
		return nil
	case isRun(name):
		return fmt.Errorf("%s is a run and no task: go on with it by hnn train --resume %s, or repeat it by hnn train --config %s", name, path, shell.Quote(filepath.Join(name, "config.yaml")))
	case info.IsDir() || filepath.Ext(name) != ".yaml":
		return fmt.Errorf("%s is no task but data: give it as hnn train --data %s", name, path)
	}
	return fmt.Errorf("%s is no task: if it is a configuration give it as hnn train --config %s", name, path)
}

// notARun explains a file of data in the place of a run.
func notARun(name string) error {
	if isFile(name) && filepath.Ext(name) != ".safetensors" {
		return usage(fmt.Errorf("%s is a file, and no run: look at data with hnn data inspect %s, learn from them with hnn train --data %s", name, shell.Quote(name), shell.Quote(name)))
	}
	if experiment.IsParticles(name) {
		return usage(experiment.NotForParticles(name))
	}
	return nil
}
