package main

import (
	"errors"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"hnn/bench"
	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/ode"
)

// completeRuns makes the shell complete the arguments of a verb, at most so many (0 for any number), by the
// directories of runs: those under runs/, and folders else.
func completeRuns(cmd *cobra.Command, most int) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return runsBegunBy(cmd, args, begun)
	}
}

// runsBegunBy are the directories of runs that begin so and are not given yet.
func runsBegunBy(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	var dirs []string
	for _, pattern := range []string{begun + "*", filepath.Join(begun, "*"), filepath.Join(runsFolder, begun+"*")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, dir := range found {
			if isRun(dir) && !slices.Contains(args, dir) && !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	if dirs == nil {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return dirs, cobra.ShellCompDirectiveNoFileComp
}

// completeTasksAndRuns makes the shell complete a flag by the names of tasks and the directories of runs.
func completeTasksAndRuns(cmd *cobra.Command, flag string) {
	completeBy(cmd, flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names := task.Names()
		if dirs, err := filepath.Glob(filepath.Join(runsFolder, "*")); err == nil {
			names = append(names, slices.DeleteFunc(dirs, func(dir string) bool { return !isRun(dir) })...)
		}
		return names, cobra.ShellCompDirectiveDefault
	})
}

// benchCases are the cases that --only takes, with all before a slash for those of a group.
func benchCases(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	var unknown *bench.UnknownError
	if _, err := bench.Run(cmd.Context(), bench.Options{Only: "?"}); errors.As(err, &unknown) { // which begins none, so none runs
		names = unknown.Known
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// methodNames are those that --method takes.
func methodNames() []string {
	names := []string{experiment.AutoMethod}
	for m := ode.Method(0); m.Order() > 0; m++ {
		names = append(names, m.String())
	}
	return names
}
