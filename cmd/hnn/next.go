package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hnn/experiment"
)

// Each command that leaves something ends with the one that comes next.

// next says which command that is.
func (d *display) next(format string, args ...any) { d.log(format, args...) }

// toLookAt are the directories of the runs to look at first: of each task the recommended one and what it is compared
// with, of the first seed.
func toLookAt(runs []*experiment.Run) []string {
	var dirs, kinds []string
	for _, r := range runs {
		if kind := fmt.Sprint(r.Config.Task, r.Config.Model, r.Config.Trainer, r.Config.Loss); r.Results.NoResult == "" && !slices.Contains(kinds, kind) {
			dirs, kinds = append(dirs, r.Dir), append(kinds, kind)
		}
	}
	if i := slices.IndexFunc(runs, func(r *experiment.Run) bool { return r.Results.Recommended && r.Results.NoResult == "" }); i >= 0 {
		dirs = slices.Insert(slices.DeleteFunc(dirs, func(d string) bool { return d == runs[i].Dir }), 0, runs[i].Dir)
	}
	return dirs
}

// start is a state within what a run learned from, for --x0: it can be given as it is.
func start(r *experiment.Run) string {
	var x []string
	for _, v := range r.Typical() {
		x = append(x, strconv.FormatFloat(v, 'g', 3, 64))
	}
	return strings.Join(x, ",")
}

// horizon is some time of the size of a run's trajectories, for --to.
func horizon(r *experiment.Run) string { return strconv.FormatFloat(r.Span(), 'g', 3, 64) }
