package eval

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// The tolerances, relative and absolute, of the model's rollouts and of the true ones:
// the truth's error is to be negligible beside what is measured.
const (
	strictTolerance = 1e-10
	truthTolerance  = 1e-12
)

// strictMaxSteps ends a rollout that has lost its way, in either direction of time. The
// authors' trained two-body network takes 600 to 1,350 steps over ten training
// trajectories, the true systems of the paper at most 620.
const strictMaxSteps = 20_000

// StrictStream is the name of the random stream from which the initial states of the
// strict metrics are drawn: not that of the data.
const StrictStream = "strict"

// StrictStates is the number of initial states of the strict metrics of a system whose
// state has dim components: 50 up to 512 components, then fewer, since the sites of a
// large system are many starts in one: 3 of 8,192.
func StrictStates(dim int) int { return max(2, min(50, 50*512/dim)) }

// InitialStates draws n initial states (n x s.Dim(), row-major) by the system's sampler.
func InitialStates(s system.System, rng *rand.Rand, n int) []float64 {
	d := s.Dim()
	x0 := make([]float64, n*d)
	for i := range n {
		s.Sample(rng, x0[i*d:(i+1)*d])
	}
	return x0
}

// EnergySpread returns the standard deviation of the system's energy over states (rows x s.Dim(), row-major), in its
// unit.
func EnergySpread(s system.System, states []float64) float64 {
	return stat.StdDev(system.Energies(s, states, nil), nil)
}

// StrictOptions says what the strict metrics are taken over.
type StrictOptions struct {
	Options
	// X0 holds the initial states, n x dimension, row-major; see InitialStates.
	X0 []float64
	// Horizon is the time to which they are rolled out: ten times the training
	// trajectories', for chaotic systems twice.
	Horizon float64
	// Points is the number of times, from 0 to Horizon with both ends, at which a rollout
	// is compared; at least 2.
	Points int
	// Spread is the spread of H in the data, see EnergySpread. A thousandth of it is the
	// least scale of a relative energy drift, so that states with H near zero, where a
	// relative error means nothing, do not decide the worst.
	Spread float64
	// Region is that of the training states, nil where it is not known.
	Region *data.Region
}

// StrictResult holds the strict metrics. Means and worst values are over the rollouts that
// reached their end; NaN where there are none.
type StrictResult struct {
	// EnergyMSE is over initial states, of the mean over time of (H(x(t)) - H(x(0)))^2, H
	// being the system's.
	EnergyMSE Summary
	// Drift and Wobble are those of Turns, over initial states whose rollout has two turns; NaN where none has.
	Drift, Wobble Summary
	// CoordinateMSE is over initial states, of the mean over time and components of the
	// squared difference to the true trajectory.
	CoordinateMSE Summary
	// RelativeEnergyDrift is the worst of |H(x(t)) - H(x(0))| / max(|H(x(0))|, Spread/1000)
	// over times and initial states.
	RelativeEnergyDrift float64
	// MomentumDrift and AngularMomentumDrift are the worst over initial states, as of the
	// function MomentumDrift; zero of systems that are not isolated.
	MomentumDrift, AngularMomentumDrift float64
	// ReversibilityError is the worst over initial states of the Euclidean distance from
	// the start after a rollout forwards and then backwards.
	ReversibilityError float64
	// Diverged counts the initial states whose rollout, forwards or backwards, did not
	// reach its end, or reached an energy that is not finite.
	Diverged int
	// Left counts those whose rollout forwards leaves the region of the training data.
	Left int
	// Err says why the first of them diverged, or is nil.
	Err error
}

// Strict measures what long rollouts of the model do
// to the true energy and to the true trajectory: DOP853 at tolerances of 1e-10, the truth
// at 1e-12.
//
// A rollout that diverges is kept out of the means that it would enter: one that fails
// forwards out of all, one that fails backwards out of the reversibility error. An
// initial state whose TRUE trajectory cannot be integrated has no coordinate error.
//
// The error is about an argument, or wraps what Interrupt returned.
func Strict(m *model.Field, s system.System, o StrictOptions) (StrictResult, error) {
	if err := o.validate(m, s); err != nil {
		return StrictResult{}, err
	}
	d := s.Dim()
	times := floats.Span(make([]float64, o.Points), 0, o.Horizon)
	settings := ode.Settings{
		Method: ode.DOP853, RTol: strictTolerance, ATol: strictTolerance,
		MaxSteps: strictMaxSteps, Interrupt: o.Interrupt,
	}
	forward, err := Rollout(m.FreeMany, o.X0, d, times, &settings, o.Workers)
	if err != nil {
		return StrictResult{}, err
	}
	reversed, err := reverse(m, forward, o, &settings)
	if err != nil {
		return StrictResult{}, err
	}
	settings.RTol, settings.ATol, settings.MaxSteps = truthTolerance, truthTolerance, 0
	truth, err := Rollout(systemField(s), o.X0, d, times, &settings, o.Workers)
	if err != nil {
		return StrictResult{}, err
	}

	r := StrictResult{RelativeEnergyDrift: math.NaN(), ReversibilityError: math.NaN()}
	isolated, ok := s.(system.Isolated)
	if ok {
		r.MomentumDrift, r.AngularMomentumDrift = math.NaN(), math.NaN()
	}
	var energies, coordinates, drifts, wobbles []float64
	for i, err := range forward.Errs {
		if o.Region != nil {
			if row, _, _ := o.Region.Leaves(forward.Row(i)); row >= 0 {
				r.Left++
			}
		}
		var mse, drift float64
		if err == nil {
			mse, drift, err = energyDrift(s, forward.Row(i), o.Spread)
		}
		if err != nil {
			r.diverged(i, "", err)
			continue
		}
		energies = append(energies, mse)
		if turns, ok := TurnsOf(forward.Row(i), d, system.Energies(s, forward.Row(i), nil)); ok {
			drifts, wobbles = append(drifts, turns.Drift), append(wobbles, turns.Wobble)
		}
		r.RelativeEnergyDrift = worst(r.RelativeEnergyDrift, drift)
		if ok {
			p, l := MomentumDrift(isolated, forward.Row(i))
			r.MomentumDrift, r.AngularMomentumDrift = worst(r.MomentumDrift, p), worst(r.AngularMomentumDrift, l)
		}
		if truth.Errs[i] == nil {
			coordinates = append(coordinates, meanSquare(forward.Row(i), truth.Row(i)))
		}
		if err := reversed.errs[i]; err != nil {
			r.diverged(i, " backwards", err)
			continue
		}
		r.ReversibilityError = worst(r.ReversibilityError, reversed.distances[i])
	}
	r.EnergyMSE, r.CoordinateMSE = summarize(energies), summarize(coordinates)
	r.Drift, r.Wobble = summarize(drifts), summarize(wobbles)
	return r, nil
}

func (o *StrictOptions) validate(m *model.Field, s system.System) error {
	if err := sameDim(m, s); err != nil {
		return err
	}
	if len(o.X0) == 0 || len(o.X0)%s.Dim() != 0 {
		return fmt.Errorf("eval: %d numbers are not initial states of %s, which take %d each", len(o.X0), s.Name(), s.Dim())
	}
	if !(o.Horizon > 0) || math.IsInf(o.Horizon, 1) {
		return fmt.Errorf("eval: the horizon is %v; want a positive time", o.Horizon)
	}
	if o.Points < 2 {
		return fmt.Errorf("eval: %d points a rollout; want at least 2", o.Points)
	}
	if !(o.Spread >= 0) || math.IsInf(o.Spread, 1) {
		return fmt.Errorf("eval: the spread of the energy is %v; want a finite number of 0 or more", o.Spread)
	}
	return nil
}

func (r *StrictResult) diverged(state int, way string, err error) {
	r.Diverged++
	if r.Err == nil {
		r.Err = fmt.Errorf("eval: the model's rollout%s of initial state %d: %w", way, state, err)
	}
}

// worst is the larger of a worst value so far, NaN for none, and the next.
func worst(soFar, next float64) float64 {
	if math.IsNaN(soFar) {
		return next
	}
	return max(soFar, next)
}

// energyDrift compares the energy along a trajectory with that at its start. The error
// says that it is not finite, as where two bodies meet.
func energyDrift(s system.System, states []float64, spread float64) (mse, relative float64, err error) {
	h := system.Energies(s, states, nil)
	var squares, most float64
	for i, e := range h {
		if drift := math.Abs(e - h[0]); drift <= math.MaxFloat64 {
			squares += drift * drift
			most = max(most, drift)
			continue
		}
		return 0, 0, fmt.Errorf("the energy is %v at time %d of %d, and %v at the start", e, i, len(h), h[0])
	}
	if most == 0 { // also where the scale is
		return 0, 0, nil
	}
	return squares / float64(len(h)), most / max(math.Abs(h[0]), spread/1000), nil
}

// reversal is how near the rollouts come to their starts when time runs back.
type reversal struct {
	distances []float64 // NaN where there is an error
	errs      []error
}

// reverse integrates back from the ends of the rollouts. Those that did not reach
// their end have their own error.
func reverse(m *model.Field, forward *Rollouts, o StrictOptions, settings *ode.Settings) (reversal, error) {
	d, n := forward.Dim, forward.Rows()
	r := reversal{distances: make([]float64, n), errs: append([]error(nil), forward.Errs...)}
	var starts []float64
	var rows []int
	for i := range n {
		r.distances[i] = math.NaN()
		if forward.Errs[i] == nil {
			states := forward.Row(i)
			starts = append(starts, states[len(states)-d:]...)
			rows = append(rows, i)
		}
	}
	if len(rows) == 0 {
		return r, nil
	}
	back, err := Rollout(m.FreeMany, starts, d, []float64{o.Horizon, 0}, settings, o.Workers)
	if err != nil {
		return reversal{}, err
	}
	for j, i := range rows {
		r.errs[i] = back.Errs[j]
		r.distances[i] = floats.Distance(back.Row(j)[d:], o.X0[i*d:(i+1)*d], 2)
	}
	return r, nil
}
