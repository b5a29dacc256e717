package draw

import (
	"fmt"
	"math"

	"hnn/system"
)

// Options says how the trajectories of a task are drawn and split. TaskOptions
// returns the defaults, which a caller then changes: no field has a meaning of
// "default", so that no noise is Noise = 0.
type Options struct {
	// Trajectories is the number of trajectories, train and test together.
	Trajectories int
	// Points is the number of observations on each trajectory, evenly spaced in
	// time with both ends included; at least 2.
	Points int
	// Horizon is the time of the last point, the first being 0.
	Horizon float64
	// Noise is the standard deviation of the normal noise on every component of
	// a state, added after the exact derivatives are taken.
	Noise float64
	// TestFraction is the part of the ROWS, in order, that is held out, as the
	// authors split: the number of rows held out is rounded down, and a trajectory
	// that the border cuts has rows on both sides.
	TestFraction float64
	// TestFirst holds out the first rows instead of the last.
	TestFirst bool
	// WholeTrials rounds what is held out to whole trajectories, so that none has
	// rows on both sides.
	WholeTrials bool
	// Tolerance is the relative and the absolute tolerance of the integration.
	Tolerance float64
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

// testRows returns the number of rows that are held out.
func (o Options) testRows() int {
	if o.WholeTrials {
		return o.Points * int(math.Round(float64(o.Trajectories)*o.TestFraction))
	}
	return int(float64(o.Trajectories*o.Points) * o.TestFraction)
}

// maxRows bounds what Generate makes: 2^27 rows are already 4 GB for the
// smallest system.
const maxRows = 1 << 27

// tasks are the paper's tasks that are generated, by the authors' protocol,
// except for Tolerance: the authors integrate at rtol 1e-10 (1e-9 the orbits) but
// leave scipy's atol at 1e-6, which then decides; here both are the tighter value.
var tasks = map[string]Options{
	"spring": {Trajectories: 50, Points: 30, Horizon: 3, Noise: 0.1,
		TestFraction: 0.5, Tolerance: 1e-10},
	"pendulum": {Trajectories: 50, Points: 45, Horizon: 3, Noise: 0.1,
		TestFraction: 0.5, Tolerance: 1e-10},
	"two-body": {Trajectories: 1000, Points: 50, Horizon: 20,
		TestFraction: 0.2, TestFirst: true, Tolerance: 1e-9},
	"three-body": {Trajectories: 5000, Points: 20, Horizon: 5,
		TestFraction: 0.2, TestFirst: true, Tolerance: 1e-9},
}

// others are the defaults for the systems that the paper does not treat: some
// hundred trajectories without noise over one to two and a half turns of the slowest
// oscillation, at 20 points a turn or more; the last fifth is held out.
var others = map[string]Options{
	"henon-heiles":    {Trajectories: 200, Points: 100, Horizon: 10, TestFraction: 0.2, WholeTrials: true, Tolerance: 1e-10},
	"double-pendulum": {Trajectories: 200, Points: 100, Horizon: 4, TestFraction: 0.2, WholeTrials: true, Tolerance: 1e-10},
	"duffing":         {Trajectories: 100, Points: 50, Horizon: 10, TestFraction: 0.2, WholeTrials: true, Tolerance: 1e-10},
	"kepler":          {Trajectories: 200, Points: 50, Horizon: 10, TestFraction: 0.2, WholeTrials: true, Tolerance: 1e-10},
}

// Tasks returns the names of the paper's tasks whose data Generate makes.
func Tasks() []string { return []string{"spring", "pendulum", "two-body", "three-body"} }

// TaskOptions returns the options of a task's protocol: the authors' for the
// paper's tasks, a documented choice for the other systems that system.Lookup
// knows ("N-body" with N above 3 as three-body, with 1,000 trajectories). The
// error for any other name is system.Lookup's.
func TaskOptions(name string) (Options, error) {
	if o, ok := tasks[name]; ok {
		return o, nil
	}
	if o, ok := others[name]; ok {
		return o, nil
	}
	if _, err := system.Lookup(name); err != nil {
		return Options{}, err
	}
	o := tasks["three-body"]
	o.Trajectories, o.WholeTrials = 1000, true
	return o, nil
}
