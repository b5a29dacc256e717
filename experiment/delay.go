package experiment

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"hnn/data"
	"hnn/fit/lagrange"
)

// AutoDelay is the value of the setting input-delay that leaves it to the data.
const AutoDelay = "auto"

const (
	// mostDelay is how many rows late the scan looks, at most a quarter of the shortest trial.
	mostDelay = 40
	// clearDelay is how much less the residual must be at a delay than at none: in squares.
	clearDelay = 0.97
)

// delayInputs moves the inputs of both parts by the delay that is given or that the training rows tell.
func (d *dataset) delayInputs(c *Config, split *data.Split) error {
	if c.InputDelay == "" {
		return nil
	}
	train := split.Train
	if train.InputNames == nil {
		return errors.New("input-delay is given, and no column is an input: name it, as in --input u")
	}
	var err error
	if c.InputDelay != AutoDelay {
		d.delay, err = strconv.ParseFloat(c.InputDelay, 64)
	} else {
		d.delay, err = d.findDelay(train)
	}
	if err != nil {
		return err
	}
	if longest := longestTime(train); d.delay >= longest {
		return fmt.Errorf("input-delay %s: no trial lasts so long (the longest %.4g), so that no input would be known", c.InputDelay, longest)
	}
	split.Train, split.Test = train.DelayInputs(d.delay), split.Test.DelayInputs(d.delay)
	return nil
}

// findDelay scans the residual of a mechanical system's weak form.
func (d *dataset) findDelay(train *data.Set) (float64, error) {
	if !train.PositionsOnly && !d.isVelocity {
		return 0, errors.New("input-delay auto scans the motion of positions and velocities, and these are positions and momenta: give the delay as a number, or name velocities with --v")
	}
	marks, err := angles(d.angles, columnsOf(train))
	if err != nil {
		return 0, err
	}
	if !train.PositionsOnly {
		marks = marks[:len(marks)/2]
	}
	shortest := train.Rows()
	for k := range train.Trials() {
		shortest = min(shortest, train.Offsets[k+1]-train.Offsets[k])
	}
	steps := min(mostDelay, shortest/4)
	delay, logs, err := lagrange.Delay(train, lagrange.Options{Angles: marks}, steps)
	if err != nil {
		return 0, fmt.Errorf("input-delay auto: %w", err)
	}
	least := 0
	for i, v := range logs {
		if v < logs[least] {
			least = i
		}
	}
	switch {
	case least == steps && steps > 0:
		return 0, fmt.Errorf("input-delay auto: the residual still falls %d rows late, where the scan ends: give the delay as a number", steps)
	case !(math.Exp(logs[least]-logs[0]) < clearDelay):
		d.note("input-delay auto: no delay explains the rows better than none")
		return 0, nil
	}
	d.note("input-delay auto: the inputs act %.4g later than their columns say (the weak form's residual is %.3g of that without a delay); where the inputs have one frequency, a delay and viscous friction cannot be told apart", delay, math.Exp((logs[least]-logs[0])/2))
	return delay, nil
}
