package eval

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
)

const (
	// heldOutStarts is about how many rollouts begin in the held-out trials together.
	heldOutStarts = 20
	// heldOutRows is the most measured rows that one rollout is compared with.
	heldOutRows = 1000
	// heldOutTolerance is that of the rollouts, in units of the model's scales.
	heldOutTolerance = 1e-8
	heldOutMaxSteps  = 50_000
	// Far is the error, as a share of the range, from which on a rollout has lost the
	// trajectory.
	Far = 0.1
	// CurvePoints is the number of points of HeldOutResult.Curve.
	CurvePoints = 10
)

// HeldOutTrial is a trajectory that was not learned from.
type HeldOutTrial struct {
	T      []float64 // of n rows
	States []float64 // n x dimension, to begin from
	// Measured holds the first components of the same rows as they were observed, n x as
	// many as HeldOutOptions.Range.
	Measured []float64
	// Input is what acted on the trajectory, nil for nothing.
	Input *data.Signal
}

// HeldOutOptions says how rollouts are compared with measurements.
type HeldOutOptions struct {
	Options
	// Range is the range of each measured component; errors are shares of it.
	Range []float64
	// Angles marks components that are the same after a turn; nil means none.
	Angles []bool
	// Spread is the standard deviation of each measured component, nil where HeldOutResult.Relative is not asked for.
	Spread []float64
	// Whole has every trial rolled out once, from its first row over its whole length, however long, and not at most 20.
	Whole bool
	// Within is the time of a rollout at most, 0 for no bound but the trials'; not of Whole.
	Within float64
	// Skip is how many first rows do not count, as those to which the first state was fitted.
	Skip int
	// Region is that of the training states, nil where it is not known.
	Region *data.Region
}

// HeldOutResult compares rollouts from held-out states with what was measured. An error
// is the root mean square over the measured components of the difference, each as a share
// of its range.
type HeldOutResult struct {
	// Starts is the number of rollouts, Horizon the median of their length in time.
	Starts  int
	Horizon float64
	// Error is over rollouts, of the root mean square of the error over time. Rollouts that
	// diverged are left out, and counted in Diverged.
	Error    Summary
	Errors   []float64 // those
	Of       []int     // the trial of each of Errors
	Diverged int
	// Relative is Error with HeldOutOptions.Spread in the place of the ranges, a rollout that diverged counting as ten.
	Relative Summary
	// Curve is the root mean square of the error over rollouts in each tenth of their
	// horizon, NaN where none has a row.
	Curve []float64
	// ValidTime is over rollouts, of the time until the error exceeds Far, or of the whole
	// horizon where it does not; Lost counts those in which it does.
	ValidTime Summary
	Lost      int
	// Left counts the rollouts that leave the region of the training data.
	Left int
}

// HeldOut rolls a model out from states of held-out trials: from the first state of each
// where there are at least 20 trials, over its whole length, else from states spread evenly
// over the first half of each, over half of its length; at most 1,000 rows each. DOP853 at
// 1e-8.
//
// The error is about an argument, or wraps what Interrupt returned.
func HeldOut(m *model.Field, trials []HeldOutTrial, o HeldOutOptions) (HeldOutResult, error) {
	d, columns := m.Dim, len(o.Range)
	for _, t := range trials {
		if len(t.States) != len(t.T)*d || len(t.Measured) != len(t.T)*columns || columns > d {
			return HeldOutResult{}, errors.New("eval: states, measurements and times of a held-out trial do not fit each other")
		}
		if t.Input != nil && t.Input.Inputs() != m.Inputs {
			return HeldOutResult{}, fmt.Errorf("eval: a held-out trial has %d inputs and the model %d", t.Input.Inputs(), m.Inputs)
		}
	}
	rollouts := heldOutRollouts(trials, d, columns, &o)
	if len(rollouts) == 0 {
		return HeldOutResult{}, errors.New("eval: no held-out trial has two rows, so nothing can be rolled out")
	}
	interrupted := make([]error, len(rollouts))
	share(o.Workers, len(rollouts), func() func(int) {
		return func(i int) { interrupted[i] = rollouts[i].run(m, &o) }
	})
	if err := errors.Join(interrupted...); err != nil {
		return HeldOutResult{}, fmt.Errorf("eval: held-out rollouts: %w", err)
	}
	return summarizeHeldOut(rollouts, o.Skip), nil
}

// heldOutRollout is one rollout; errors has an entry for each row that it reached, the
// first being that of its start.
type heldOutRollout struct {
	t, x0, measured []float64
	input           *data.Signal
	errors          []float64
	relative        []float64 // the same in spreads
	of              int       // the trial
	left            bool
}

func heldOutRollouts(trials []HeldOutTrial, d, columns int, o *HeldOutOptions) []heldOutRollout {
	var all []heldOutRollout
	if o.Whole {
		for k, t := range trials {
			if len(t.T) > o.Skip+1 {
				all = append(all, heldOutRollout{t: t.T, x0: t.States[:d], measured: t.Measured, input: t.Input, of: k})
			}
		}
		return all
	}
	each := (heldOutStarts + len(trials) - 1) / max(len(trials), 1)
	stride := max(1, len(trials)/heldOutStarts)
	// A rollout to one row after its start counts only where none has more.
	least := 2
	for i := range trials {
		if len(trials[i].T) > 2 {
			least = 3
		}
	}
	for k := 0; k < len(trials); k += stride {
		trial := &trials[k]
		n := len(trial.T)
		starts, length := each, trial.T[n-1]-trial.T[0]
		if each > 1 {
			length /= 2
			// Starts nearer to each other than a few rows tell the same.
			starts = max(1, min(each, n/6))
		}
		if o.Within > 0 {
			length = min(length, o.Within)
		}
		for i := range starts {
			first := i * (n / 2) / starts
			last := first + 1
			for last < n && last-first < heldOutRows && trial.T[last] <= trial.T[first]+length*(1+1e-9) {
				last++
			}
			if last-first < least {
				continue
			}
			all = append(all, heldOutRollout{
				t: trial.T[first:last], x0: trial.States[first*d : (first+1)*d], measured: trial.Measured[first*columns : last*columns],
				input: trial.Input, of: k,
			})
		}
	}
	return all
}

// rolled are the states of a rollout under an input, nil for none, NaN from where it fails. The error is Interrupt's.
func rolled(m *model.Field, x0, at []float64, input *data.Signal, interrupt func() error) ([]float64, error) {
	inner, scales := m.Dimensionless()
	z0, times := slices.Clone(x0), slices.Clone(at)
	if scales != nil {
		input = scales.Signal(input)
		scales.States(z0, z0)
		for i := range times {
			times[i] /= scales.Time
		}
	}
	chart := inner.Charted(ode.DOP853)
	if chart != nil {
		z0, inner = chart.Enter(z0, m.Dim), chart.Field
	}
	x := make([]float64, len(times)*len(z0))
	for i := range x {
		x[i] = math.NaN()
	}
	settings := ode.Settings{Method: ode.DOP853, RTol: heldOutTolerance, ATol: heldOutTolerance, MaxSteps: heldOutMaxSteps, Interrupt: interrupt}
	field, knots := inner.Under(input)
	if _, _, err := ode.SolveSegments(field, knots, z0, times, x, &settings); err != nil && interrupt != nil {
		// A rollout may fail; an interruption ends the measurement.
		if err := interrupt(); err != nil {
			return nil, err
		}
	}
	if chart != nil {
		x = chart.Leave(x, m.Dim)
	}
	if scales != nil {
		scales.Restore(x, x)
	}
	return x, nil
}

// run fills in the errors of a rollout.
func (r *heldOutRollout) run(m *model.Field, o *HeldOutOptions) error {
	x, err := rolled(m, r.x0, r.t, r.input, o.Interrupt)
	if err != nil {
		return err
	}
	d, columns := m.Dim, len(o.Range)
	for i := range r.t {
		sum, relative := 0.0, 0.0
		for j, unit := range o.Range {
			e := x[i*d+j] - r.measured[i*columns+j]
			if j < len(o.Angles) && o.Angles[j] {
				e = math.Remainder(e, 2*math.Pi)
			}
			sum += e / unit * (e / unit) / float64(columns)
			if o.Spread != nil {
				relative += e / o.Spread[j] * (e / o.Spread[j]) / float64(columns)
			}
		}
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			break
		}
		r.errors = append(r.errors, math.Sqrt(sum))
		if o.Spread != nil {
			r.relative = append(r.relative, math.Sqrt(relative))
		}
	}
	if o.Region != nil {
		row, _, _ := o.Region.Leaves(x[:len(r.errors)*d])
		r.left = row >= 0
	}
	return nil
}

func summarizeHeldOut(rollouts []heldOutRollout, skip int) HeldOutResult {
	skip = max(skip, 1) // the first row is where it begins
	r := HeldOutResult{Starts: len(rollouts), Curve: make([]float64, CurvePoints)}
	var horizons, errs, relative, valid []float64
	counts := make([]float64, CurvePoints)
	for _, v := range rollouts {
		n := len(v.t)
		if v.left {
			r.Left++
		}
		horizon := v.t[n-1] - v.t[0]
		horizons = append(horizons, horizon)
		lost := slices.IndexFunc(v.errors, func(e float64) bool { return e > Far })
		if lost < 0 && len(v.errors) < n {
			lost = len(v.errors) // it diverged
		}
		if lost >= 0 {
			r.Lost++
			valid = append(valid, v.t[lost]-v.t[0])
		} else {
			valid = append(valid, horizon)
		}
		if len(v.errors) < n {
			r.Diverged++
			if v.relative != nil {
				relative = append(relative, 10)
			}
			continue
		}
		square, spreads := 0.0, 0.0
		for i, e := range v.errors {
			if i < skip {
				continue
			}
			square += e * e / float64(n-skip)
			if v.relative != nil {
				spreads += v.relative[i] * v.relative[i] / float64(n-skip)
			}
			tenth := min(int(CurvePoints*(v.t[i]-v.t[0])/horizon), CurvePoints-1)
			r.Curve[tenth] += e * e
			counts[tenth]++
		}
		errs, r.Of = append(errs, math.Sqrt(square)), append(r.Of, v.of)
		if v.relative != nil {
			relative = append(relative, math.Sqrt(spreads))
		}
	}
	for i, n := range counts {
		r.Curve[i] = math.Sqrt(r.Curve[i] / n)
	}
	r.Horizon, r.Relative = Median(horizons), Summary{Median: math.NaN()}
	if relative != nil {
		r.Relative = summarize(relative)
	}
	r.Error, r.ValidTime = Summary{Estimate{math.NaN(), math.NaN()}, math.NaN()}, summarize(valid)
	if len(errs) > 0 {
		r.Error, r.Errors = summarize(errs), errs
	}
	return r
}
