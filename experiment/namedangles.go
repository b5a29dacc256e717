package experiment

import (
	"context"
	"math"
	"slices"
	"strings"

	"hnn/data/check"
	"hnn/model/formula"
	"hnn/model/lagrangian"
)

const (
	// wideAngle is the range, in radians, from which on powers of an angle are not as good as its cosine and sine.
	wideAngle = 2.0
	// periodicGain is how many times less the error of a law that is periodic in columns has to be for them to be angles:
	// their names alone may mean something else, or another unit. roundGain is that of columns that go round, by more than a turn.
	periodicGain = 2
	roundGain    = 1.2
)

// namedAngles are the positions with the names of angles in which a law is periodic: fitted to a part of the training rows, it
// follows the others to less than half the error of a law of powers, or clearly less where the columns go round. It returns all angles of the file then, nil where no
// column is one that is none yet.
func (e *Env) namedAngles(ctx context.Context, c Config) ([]string, error) {
	d, err := e.load(&c)
	if err != nil || d.scattered() || d.raw == nil || d.raw.FirstOrder {
		return nil, err
	}
	named, gain := d.perhapsAngles()
	if named == nil {
		return nil, nil
	}
	c = c.WithWeakForm(formula.Kind)
	if d.velocities() || d.raw.PositionsOnly {
		c.Model = lagrangian.Kind
	}
	powers, err := e.heldOutError(ctx, c, d)
	if err != nil || powers < tie {
		return nil, err
	}
	c.Angle = slices.Concat(d.angles, named)
	if d, err = e.load(&c); err != nil {
		return nil, nil // as where one is found to be in degrees
	}
	periodic, err := e.heldOutError(ctx, c, d)
	if err != nil || !(gain*periodic < powers) {
		return nil, err
	}
	e.log("%s: %s: taken for angles by their names, since a law periodic in them is off by %.3g%% of the range on held-out training rows, one of their powers by %.3g%%", c.Task, strings.Join(named, ", "), 100*periodic, 100*powers)
	return c.Angle, nil
}

// perhapsAngles are the positions with the names of angles, which are none yet, whose range is wide, and how many times less
// the error of a periodic law has to be.
func (d *dataset) perhapsAngles() (named []string, gain float64) {
	names := d.columns()
	low, high := box(d.raw)
	gain = roundGain
	for j, name := range names[:len(names)/2] {
		if check.NamesAngle(name) && !slices.Contains(d.angles, name) && high[j]-low[j] > wideAngle {
			named = append(named, name)
			if high[j]-low[j] < 2*math.Pi {
				gain = periodicGain
			}
		}
	}
	return named, gain
}

// heldOutError is the median error of rollouts of a law within the training rows, as a share of the range; infinite where
// there is none. Its error is that of the context.
func (e *Env) heldOutError(ctx context.Context, c Config, d *dataset) (float64, error) {
	inner, err := d.inner(0)
	if err != nil {
		return math.Inf(1), nil
	}
	if m, err := e.tryOut(ctx, c, inner); err == nil {
		if r, err := e.rolled(m.fit, inner); err == nil && r != nil && r.Diverged == 0 {
			return float64(r.Error.Median), ctx.Err()
		}
	}
	return math.Inf(1), ctx.Err()
}
