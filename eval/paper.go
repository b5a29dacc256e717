package eval

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// Protocol is how an authors' notebook measures the energy error of a rollout.
type Protocol struct {
	// X0 holds the initial states, n x dimension, row-major.
	X0 []float64
	// Horizon is the end of a rollout and Points the number of times from 0 to it, with
	// both ends. RTol is the relative tolerance.
	Horizon float64
	Points  int
	RTol    float64
	// Stretch, unless 0, is what the horizon is multiplied by before every integration.
	Stretch float64
	// Energy is what the notebook takes for the energy where that is not H; nil for H.
	Energy func(x []float64) float64
}

// paperATol is scipy's default, which the authors leave in place: it, and not their rtol,
// decides the accuracy of their rollouts.
const paperATol = 1e-6

// paperMaxSteps ends a rollout that has lost its way. The true springs with the longest
// horizon take 570 steps, everything else less.
const paperMaxSteps = 100_000

// PaperResult is the "paper" energy metric of a task.
type PaperResult struct {
	// Energy is the energy MSE as the authors' notebook computes it, quirks included, with
	// an error from 5 groups of 3 initial states. It is NaN if a rollout failed.
	Energy Estimate
	// TrueH is the same without the quirks: every rollout ends at the horizon, and the
	// energy is the Hamiltonian. Without quirks it equals Energy.
	TrueH Estimate
	// States and TrueHStates hold the mean squared energy error of each initial state.
	States, TrueHStates []float64
	// Err says why the first rollout that failed did; nil if none did.
	Err error
}

// PaperEnergy rolls out the model and the true system
// from the protocol's initial states, both by the authors' method and tolerances, and
// compares the energies along the two, as the authors' notebooks do. A model whose field
// is the system's own scores zero (in stretched time, the integration's error).
//
// The error is about a model of another dimension or a protocol without initial states, or
// wraps what Interrupt returned.
func PaperEnergy(m *model.Field, s system.System, p Protocol, o Options) (PaperResult, error) {
	if err := sameDim(m, s); err != nil {
		return PaperResult{}, err
	}
	if err := p.validate(s); err != nil {
		return PaperResult{}, err
	}
	x0, n := p.X0, len(p.X0)/s.Dim()
	settings := &ode.Settings{
		Method: ode.DormandPrince, Control: ode.ScipyLike,
		RTol: p.RTol, ATol: paperATol, MaxSteps: paperMaxSteps, Interrupt: o.Interrupt,
	}
	compare := func(truthTimes, modelTimes [][]float64) (truth, learned *Rollouts, err error) {
		truth, err = RolloutTimes(systemField(s), x0, s.Dim(), truthTimes, settings, o.Workers)
		if err == nil {
			learned, err = RolloutTimes(m.FreeMany, x0, s.Dim(), modelTimes, settings, o.Workers)
		}
		return truth, learned, err
	}

	plain := p.times(n, func(int) float64 { return 1 })
	truth, learned, err := compare(plain, plain)
	if err != nil {
		return PaperResult{}, err
	}
	r := PaperResult{Err: rolloutErr(truth, learned)}
	r.TrueHStates = energyErrors(truth, learned, s.Hamiltonian)
	r.TrueH = grouped(r.TrueHStates)

	if p.Stretch != 0 {
		truth, learned, err = compare(p.stretchedTimes(n))
		if err != nil {
			return PaperResult{}, err
		}
		if r.Err == nil {
			r.Err = rolloutErr(truth, learned)
		}
	}
	energy := p.Energy
	if energy == nil {
		energy = s.Hamiltonian
	}
	r.States = energyErrors(truth, learned, energy)
	r.Energy = grouped(r.States)
	return r, nil
}

func (p *Protocol) validate(s system.System) error {
	switch {
	case len(p.X0) == 0 || len(p.X0)%s.Dim() != 0:
		return fmt.Errorf("eval: %d numbers are not initial states of %s, which take %d each", len(p.X0), s.Name(), s.Dim())
	case p.Points < 2:
		return fmt.Errorf("eval: %d points a rollout; want at least 2", p.Points)
	}
	return nil
}

// stretchedTimes are the output times of the notebook with the stretched horizon: it is
// multiplied before the truth of initial state k (from 0) is integrated for the (k+1)-th
// time, and once more before the model's rollout, which is yet compared with the truth
// index by index.
func (p *Protocol) stretchedTimes(n int) (truth, learned [][]float64) {
	truth = p.times(n, func(k int) float64 { return math.Pow(p.Stretch, float64(k+1)) })
	learned = p.times(n, func(k int) float64 { return math.Pow(p.Stretch, float64(k+2)) })
	return truth, learned
}

// times are the output times of n initial states, the horizon of the k-th multiplied by
// factor(k).
func (p *Protocol) times(n int, factor func(k int) float64) [][]float64 {
	times := make([][]float64, n)
	for k := range times {
		times[k] = floats.Span(make([]float64, p.Points), 0, p.Horizon*factor(k))
	}
	return times
}

// energyErrors is the mean over time of the squared difference in energy between two
// rollouts, for each initial state.
func energyErrors(truth, learned *Rollouts, h func(x []float64) float64) []float64 {
	errs := make([]float64, truth.Rows())
	want, got := make([]float64, truth.Points), make([]float64, truth.Points)
	for i := range errs {
		Energies(h, truth.Dim, truth.Row(i), want)
		Energies(h, truth.Dim, learned.Row(i), got)
		errs[i] = meanSquare(got, want)
	}
	return errs
}

// meanSquare is the mean squared difference of a and b.
func meanSquare(a, b []float64) float64 {
	var sum float64
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return sum / float64(len(a))
}

func rolloutErr(truth, learned *Rollouts) error {
	if err := truth.Err(); err != nil {
		return fmt.Errorf("eval: the true trajectory of %w", err)
	}
	if err := learned.Err(); err != nil {
		return fmt.Errorf("eval: the model's rollout of %w", err)
	}
	return nil
}

func sameDim(m *model.Field, s system.System) error {
	if m.Dim != s.Dim() {
		return fmt.Errorf("eval: the model's states have %d components and those of %s %d; measure it on the system that it was trained for", m.Dim, s.Name(), s.Dim())
	}
	return nil
}
