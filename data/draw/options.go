package draw

import (
	"fmt"
	"math"
)

// Options say how the trajectories of a system are drawn and split. Zero means zero in every
// field, not a default: Noise = 0 is no noise.
type Options struct {
	// Trajectories is the number of trajectories, train and test together.
	Trajectories int `key:"trajectories,omitempty" of:"draw" help:"trajectories to draw, train and test together"`
	// Points is the number of observations on each trajectory, evenly spaced in
	// time with both ends included; at least 2.
	Points int `key:"points,omitempty" of:"draw" help:"observations on a drawn trajectory"`
	// Horizon is the time of the last point, the first being 0.
	Horizon float64 `key:"horizon,omitempty" of:"draw states" help:"time of a drawn trajectory's last point"`
	// Noise is the standard deviation of the normal noise on every component of
	// a state, added after the exact derivatives are taken.
	Noise float64 `key:"noise,omitempty" of:"draw states" help:"standard deviation of the noise on drawn states"`
	// TestFraction is the part of the ROWS, in order, that is held out, as the
	// authors split: the number of rows held out is rounded down, and a trajectory
	// that the border cuts has rows on both sides.
	TestFraction float64 `key:"test-fraction" help:"share of the data that is held out"`
	// TestFirst holds out the first rows instead of the last.
	TestFirst bool `key:"test-first,omitempty" of:"draw" help:"hold out the first rows of drawn data, not the last"`
	// WholeTrials rounds what is held out to whole trajectories, so that none has
	// rows on both sides.
	WholeTrials bool `key:"whole-trials,omitempty" of:"draw" help:"hold out whole drawn trajectories, cut none"`
	// Tolerance is the relative and the absolute tolerance of the integration.
	Tolerance float64 `key:"tolerance,omitempty" of:"draw states" help:"tolerance of the integration of drawn trajectories"`
}

// Validate returns an error that names the first field that makes no sense.
func (o Options) Validate() error {
	switch {
	case o.Trajectories < 1:
		return fmt.Errorf("data: %d trajectories asked for, want at least 1", o.Trajectories)
	case o.Points < 2:
		return fmt.Errorf("data: %d points a trajectory asked for, want at least 2", o.Points)
	case o.Trajectories > maxRows/o.Points:
		return fmt.Errorf("data: %d trajectories of %d points asked for, at most %d rows can be made", o.Trajectories, o.Points, maxRows)
	case !(o.Horizon > 0) || math.IsInf(o.Horizon, 1):
		return fmt.Errorf("data: the horizon is %v, want a positive time", o.Horizon)
	case !(o.Noise >= 0) || math.IsInf(o.Noise, 1):
		return fmt.Errorf("data: the noise is %v, want a standard deviation of 0 or more", o.Noise)
	case !(o.TestFraction >= 0 && o.TestFraction < 1):
		return fmt.Errorf("data: the test fraction is %v, want at least 0 and less than 1", o.TestFraction)
	case !(o.Tolerance > 0 && o.Tolerance <= 0.1):
		return fmt.Errorf("data: the tolerance is %v, want more than 0 and at most 0.1", o.Tolerance)
	}
	return nil
}

// TestRows returns the number of rows that are held out, of Trajectories times Points.
func (o Options) TestRows() int {
	if o.WholeTrials {
		return o.Points * int(math.Round(float64(o.Trajectories)*o.TestFraction))
	}
	return int(float64(o.Trajectories*o.Points) * o.TestFraction)
}

// maxRows bounds what Generate makes: 2^27 rows are already 4 GB for the
// smallest system.
const maxRows = 1 << 27
