package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/data/file"
)

// bindColumns makes the flags that say how a file is read.
func bindColumns(fs *pflag.FlagSet, c *file.Columns, skipBadRows *bool) {
	fs.StringVar(&c.Time, "time", c.Time, "column of the times, by name or number; recognised: t, time")
	fs.StringVar(&c.Trial, "trial", c.Trial, "column that tells trials apart; recognised: trial, episode, run, id")
	fs.StringSliceVar(&c.Q, "q", c.Q, "columns of the positions; recognised: q, x, theta, angle, o and the like")
	fs.StringSliceVar(&c.P, "p", c.P, "columns of the momenta, one a position; recognised: p, v, omega, w and the like")
	fs.StringSliceVar(&c.DQ, "dq", c.DQ, "columns of the positions' derivatives; recognised: dq, q_dot, dq/dt")
	fs.StringSliceVar(&c.DP, "dp", c.DP, "columns of the momenta's derivatives; recognised: dp, p_dot, dp/dt")
	fs.StringSliceVar(&c.Input, "input", c.Input, "columns of what acts on the system from outside, or none; recognised: u, input, control, force, torque, voltage")
	fs.Float64Var(&c.Step, "dt", c.Step, "time from row to row in seconds, for a file without times")
	fs.BoolVar(&c.Integrate, "integrate", c.Integrate, "take the integral of rates, as of a gyroscope, for the positions of a file that has none")
	fs.BoolVar(skipBadRows, "skip-bad-rows", *skipBadRows, "leave out and count the rows of a file that are not numbers or whose time does not rise")
}

// columnFlags are those flags for a verb that has no configuration of its own.
type columnFlags struct {
	file.Columns
	skipBadRows bool
}

func (f *columnFlags) bind(cmd *cobra.Command) { bindColumns(cmd.Flags(), &f.Columns, &f.skipBadRows) }

// over returns the settings of a run, with those that were given on the command line
// in their place.
func (f *columnFlags) over(cmd *cobra.Command, c file.Columns, skipBadRows bool) (file.Columns, bool) {
	given := cmd.Flags().Changed
	if given("time") {
		c.Time = f.Time
	}
	if given("trial") {
		c.Trial = f.Trial
	}
	for _, list := range []struct {
		flag string
		into *[]string
		from []string
	}{{"q", &c.Q, f.Q}, {"p", &c.P, f.P}, {"dq", &c.DQ, f.DQ}, {"dp", &c.DP, f.DP}, {"input", &c.Input, f.Input}} {
		if given(list.flag) {
			*list.into = list.from
		}
	}
	if given("dt") {
		c.Step = f.Step
	}
	if given("integrate") {
		c.Integrate = f.Integrate
	}
	if given("skip-bad-rows") {
		skipBadRows = f.skipBadRows
	}
	return c, skipBadRows
}
