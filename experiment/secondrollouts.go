package experiment

import (
	"errors"
	"fmt"
	"math"

	"hnn/eval"
	"hnn/fit/shoot"
	"hnn/model"
)

// secondRollouts rolls a model over every trial of another file, whole, from its first state: the measured one, or what
// was estimated of it where only positions were measured; of warm rows, unless that is 0, the one that the model itself fits to
// these, which then do not count. Where the rollouts of a run are bounded in time, and no first states are fitted, these are, too.
func (e *Env) secondRollouts(m *model.Field, d *dataset, warm int, o eval.Options) (*Rollout, error) {
	columns, n := d.measured.Dim, m.Dim
	marks, err := angles(d.angles, columnsOf(d.Test))
	if err != nil {
		return nil, err
	}
	h := eval.HeldOutOptions{Options: o, Angles: marks, Whole: d.within == 0 || warm > 0, Within: d.within, Skip: warm, Region: d.region(marks), Range: make([]float64, columns), Spread: d.measuredSpread()}
	least, most := box(d.measured)
	for j := range columns {
		h.Range[j] = math.Max(most[j]-least[j], math.SmallestNonzeroFloat64)
		if marks[j] { // errors are within half a turn
			h.Range[j], h.Spread[j] = min(h.Range[j], 2*math.Pi), min(h.Spread[j], math.Pi/math.Sqrt(3))
		}
	}
	trials := d.heldOutTrials()
	for i := range trials {
		t := &trials[i]
		if columns == n {
			t.States = t.Measured
		}
		if warm > 0 {
			if len(t.T) <= warm {
				return nil, fmt.Errorf("a warm-up of %d rows leaves nothing of a trial of %d", warm, len(t.T))
			}
			if t.States, err = fittedFirst(m, t, columns, warm, d.noiseOf(h.Spread)); err != nil {
				return nil, err
			}
		}
	}
	r, err := eval.HeldOut(m, trials, h)
	if err != nil {
		return nil, err
	}
	out := newRollout(&r)
	out.rest(m, trials, d.Test.Mean(), h)
	return out, nil
}

// measuredSpread is the standard deviation of every measured column, which can be divided by.
func (d *dataset) measuredSpread() []float64 {
	spread := d.measured.Spread()
	for j, v := range spread {
		spread[j] = math.Max(v, math.SmallestNonzeroFloat64)
	}
	return spread
}

// noiseOf is the noise of the measured columns, and a thousandth of the spread where none is known.
func (d *dataset) noiseOf(spread []float64) []float64 {
	noise := make([]float64, len(spread))
	for j, s := range spread {
		noise[j] = s / 1000
		if d.estimator != nil && j < len(d.estimator.Noise) && d.estimator.Noise[j] > 0 {
			noise[j] = d.estimator.Noise[j]
		}
	}
	return noise
}

// fittedFirst is a trial's states with the first one fitted to its first rows by the simulation error.
func fittedFirst(m *model.Field, t *eval.HeldOutTrial, columns, rows int, noise []float64) ([]float64, error) {
	first, err := fitFirst(m, t, columns, rows, noise)
	if err != nil {
		return nil, err
	}
	states := make([]float64, len(t.T)*m.Dim)
	copy(states, t.States)
	copy(states, first.State)
	return states, nil
}

// fitFirst fits the first state of a trial to its first rows, and says how it errs.
func fitFirst(m *model.Field, t *eval.HeldOutTrial, columns, rows int, noise []float64) (*shoot.Start, error) {
	if m.Forcing != nil {
		return nil, errors.New("this model has a force of time, under which first states are not fitted: leave out the warm-up")
	}
	n := m.Dim
	rate := func() func(x, u, dx, byX, byP []float64) bool {
		one := m.One()
		jacobian := differences(one, n)
		if m.Jacobian != nil {
			jacobian = m.Jacobian()
		}
		return func(x, u, dx, byX, _ []float64) bool {
			one(0, x, u, dx)
			if byX != nil {
				jacobian(x, u, byX)
			}
			return true
		}
	}
	s := &shoot.System{Dim: n, Inputs: m.Inputs, Rate: rate(), Copy: rate}
	trial := shoot.Trial{T: t.T, U: t.Input, X: make([]float64, len(t.T)*n)}
	for i := range t.T {
		for j := range n {
			trial.X[i*n+j] = math.NaN()
			if j < columns {
				trial.X[i*n+j] = t.Measured[i*columns+j]
			}
		}
	}
	weights := make([]float64, n)
	copy(weights, noise)
	const substeps = 4 // right to a thousandth of what ten samples a turn can tell
	first := shoot.FirstWithErrors(s, trial, rows, weights, (t.T[rows-1]-t.T[0])/float64((rows-1)*substeps))
	if math.IsInf(first.Residual, 1) {
		return nil, fmt.Errorf("no first state explains the %d rows of the warm-up", rows)
	}
	return first, nil
}

// differences are a field's derivatives by the state from central differences: right to some 1e-9 of a field of order one, and
// so the direction of a step of Gauss-Newton, which settles where the rows say.
func differences(one func(t float64, x, u, dx []float64), n int) func(x, u, a []float64) {
	y, up, down := make([]float64, n), make([]float64, n), make([]float64, n)
	return func(from, u, a []float64) {
		x := y
		copy(x, from)
		for j := range n {
			at := x[j]
			h := 1e-5 * (1 + math.Abs(at))
			x[j] = at + h
			one(0, x, u, up)
			x[j] = at - h
			one(0, x, u, down)
			x[j] = at
			for i := range n {
				a[i*n+j] = (up[i] - down[i]) / (2 * h)
			}
		}
	}
}

// relativeErrors says what rollouts over another file come to relative to the columns' standard deviations; "" for others.
func relativeErrors(r *Run) string {
	o := r.Results.Rollout
	if o == nil || o.Relative == nil {
		return ""
	}
	text := fmt.Sprintf("relative to the columns' standard deviations: %.3g in the median, %.3g in the mean", float64(o.Relative.Median), float64(o.Relative.Mean))
	if obs := r.Results.Observations; obs != nil && obs.Noise != nil {
		square, count := 0.0, 0.0
		spread := r.data.measured.Spread()
		for j, v := range obs.Noise {
			if j < len(spread) && spread[j] > 0 {
				square += v / spread[j] * (v / spread[j])
				count++
			}
		}
		text += fmt.Sprintf("; the file's own noise is at most %.3g", math.Sqrt(square/count))
	}
	return text
}
