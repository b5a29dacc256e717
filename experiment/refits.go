package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/fit/closedform"
	"hnn/model"
)

// mostParts is into how many parts the trials are divided, of which every refit lacks one. A record of fewer trials than
// fewTrials is cut into as many blocks, of two turns or more where it has so many, down to leastParts.
const (
	mostParts  = 10
	leastParts = 4
	fewTrials  = 6
)

// refits are fits of a run's configuration to its training rows, each without a part of the trials, so that no row's
// residual need be white or independent of its neighbours'. Features, their steepness and the ridge are the same in all, terms
// are chosen anew.
func (e *Env) refits(ctx context.Context, r *Run) (*alternatives, error) {
	d, err := e.load(&r.Config)
	if err != nil {
		return nil, err
	}
	c := r.Config
	c.Angle = d.angles
	if c.Trainer == ClosedForm {
		report, err := r.closedFormReport()
		if err != nil {
			return nil, err
		}
		c.Closed.Scale, c.Closed.Lambda, c.Closed.Drawn, c.Closed.NoRollout = report.Scale, report.Lambda, d.fitted().Train, true
	}
	parts := partsOf(d.observed())
	a := &alternatives{kind: refits}
	failed := errors.New("too few rows")
	for k := range parts {
		f, err := Interruptible(ctx, func() (*model.Field, error) { return e.refit(&c, d.without(k, parts)) })
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			failed = err
			continue
		}
		a.fields = append(a.fields, f)
	}
	if len(a.fields) < leastParts {
		return nil, fmt.Errorf("%d of %d can be fitted: %w", len(a.fields), parts, failed)
	}
	a.of = fmt.Sprintf("%d fits without a part of the trials each", len(a.fields))
	if !d.noisy(&c) {
		trials := 0
		if a.misfits, trials, err = a.measureMisfits(ctx, r.model, d.Test); err != nil {
			return nil, err
		}
		a.of = fmt.Sprintf("the misfit of %d held-out trials (there is no noise) and how it grows between %d fits without a part of the trials each", trials, len(a.fields))
	}
	return a, nil
}

// closedFormReport is what the closed form did when it fitted a run's model.
func (r *Run) closedFormReport() (*closedform.Report, error) {
	results := r.Results
	if results == nil || results.ClosedForm == nil {
		var err error
		if results, err = ReadResults(r.Dir); err != nil {
			return nil, err
		}
	}
	if results.ClosedForm == nil {
		return nil, errors.New("the run's results say nothing of its fit")
	}
	return results.ClosedForm, nil
}

// refit is the field that a configuration fits to a dataset.
func (e *Env) refit(c *Config, d *dataset) (*model.Field, error) {
	var form *model.Form[float64]
	if c.Trainer == ClosedForm {
		m, _, err := e.solve(c, d)
		if err != nil {
			return nil, err
		}
		form = m.Form()
	} else {
		var err error
		if form, _, err = c.solveWeak(d); err != nil {
			return nil, err
		}
	}
	form, err := model.WithScales(form, d.scales)
	if err != nil {
		return nil, err
	}
	return form.Field(), nil
}

// partsOf is into how many parts a set's trials are divided.
func partsOf(s *data.Set) int {
	if n := s.Trials(); n >= fewTrials {
		return min(mostParts, n)
	}
	mean, turns := s.Mean()[0], 0
	for k := range s.Trials() {
		for i := s.Offsets[k] + 1; i < s.Offsets[k+1]; i++ {
			if s.X[(i-1)*s.Dim] < mean && s.X[i*s.Dim] >= mean {
				turns++
			}
		}
	}
	return max(leastParts, min(mostParts, turns/2))
}

// without is the dataset whose training rows lack one of so many parts.
func (d *dataset) without(part, parts int) *dataset {
	out := &dataset{
		Split: d.Split, scales: d.scales, dimensionless: d.dimensionless, system: d.system, estimator: d.estimator, estimated: d.estimated,
		raw: d.raw, measured: d.measured, angles: d.angles, within: d.within, mappings: d.mappings, isVelocity: d.isVelocity, delay: d.delay, late: d.late, gain: d.gain, offset: d.offset, ofTrials: d.ofTrials,
	}
	for _, s := range []**data.Set{&out.Train, &out.dimensionless.Train, &out.raw} {
		if *s != nil {
			*s = lacking(*s, part, parts)
		}
	}
	return out
}

// lacking is a set without one of so many parts: every so manieth trial or, of few trials, a block of the rows.
func lacking(s *data.Set, part, parts int) *data.Set {
	out := new(data.Set)
	add := func(lo, hi int) {
		if hi > lo {
			if err := out.Append(s.Slice(lo, hi)); err != nil {
				panic("experiment: rows of one set do not fit each other")
			}
		}
	}
	from, to := part*s.Rows()/parts, (part+1)*s.Rows()/parts
	for k := range s.Trials() {
		lo, hi := s.Offsets[k], s.Offsets[k+1]
		switch {
		case s.Trials() < fewTrials:
			add(lo, min(hi, max(from, lo)))
			add(max(lo, min(to, hi)), hi)
		case k%parts != part:
			add(lo, hi)
		}
	}
	return out
}

// noNoise is the share of a column's spread below which noise is none.
const noNoise = 1e-3

// noisy reports whether the states were measured with noise.
func (d *dataset) noisy(c *Config) bool {
	if d.system != nil {
		return c.Draw.Noise > 0
	}
	if d.estimator == nil {
		return true
	}
	spread := d.observed().Spread()
	for j, v := range d.estimator.Noise {
		if v > noNoise*spread[j] {
			return true
		}
	}
	return false
}

// misfitTrials and misfitRows bound the held-out trials, and the rows of each, on which misfit is measured.
const (
	misfitTrials = 20
	misfitRows   = 40
)

// measureMisfits rolls the model and its refits over held-out trials without noise and returns the errors over the refits'
// standard errors, sorted, and the number of trials.
func (a *alternatives) measureMisfits(ctx context.Context, m *model.Field, test *data.Set) (ratios []float64, trials int, err error) {
	spread := test.Spread()
	for k := range test.Trials() {
		t, x, _ := test.Trial(k)
		if len(t) < 3 || trials == misfitTrials {
			continue
		}
		trials++
		stride := max(1, len(t)/misfitRows)
		var times []float64
		for i := 0; i < len(t); i += stride {
			times = append(times, t[i])
		}
		input := test.InputSignal(k)
		if m.Inputs == 0 {
			input = nil
		}
		central, err := preciseRollout(ctx, m, input, x[:m.Dim], times)
		if err != nil {
			return nil, 0, err
		}
		rolled, err := a.rollouts(ctx, input, [][]float64{x[:m.Dim]}, times, 0)
		if err != nil {
			return nil, 0, err
		}
		if slices.ContainsFunc(append(rolled, central), func(x []float64) bool { return x == nil }) {
			continue // it runs away: no error can be compared
		}
		v := make([]float64, len(rolled))
		for i := 1; i < len(times); i++ {
			for j := range m.Dim {
				for k := range rolled {
					v[k] = rolled[k][i*m.Dim+j]
				}
				if off, standard := math.Abs(central[i*m.Dim+j]-x[i*stride*m.Dim+j]), a.standard(v); off > 1e-9*spread[j] || standard > 1e-9*spread[j] {
					ratios = append(ratios, off/math.Max(standard, 1e-12*spread[j]))
				}
			}
		}
	}
	if ratios == nil {
		ratios = []float64{1} // nothing is off
	}
	slices.Sort(ratios)
	return ratios, trials, nil
}
