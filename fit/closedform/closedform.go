// Package closedform fits a Hamiltonian by one linear least-squares solve, without
// gradient descent.
//
// The field of H(x) = sum_k c_k s(w_k.x + b_k) is linear in c. With the hidden weights
// sampled from the data (E. L. Bolager et al., Sampling weights of deep neural networks,
// NeurIPS 2023), the coefficients are the solution of a ridge regression on the observed
// derivatives (A. Rahma, C. Datar, F. Dietrich, Training Hamiltonian neural networks
// without backpropagation, arXiv 2411.17511). Beyond the paper it uses what is known
// of the system (structure and symmetries), fits friction and how inputs act, finds the
// offsets of noisy trajectories, fits states without derivatives through the integral of
// the field, and checks that the result can be rolled out.
//
// The result is a [expansion.Model], a model like any other. The package draws no
// data and measures nothing but what it needs for its own choices. It is used by
// experiment.
package closedform

import (
	"encoding/json"
	"fmt"
	"time"

	"hnn/data"
	"hnn/internal/parallel"
	"hnn/model/expansion"
)

// Report says what a fit did. It is plain numbers, for results and files.
type Report struct {
	Structure    string `json:"structure"` // the flags given, "" for none
	Symmetry     string `json:"symmetry"`
	Observations string `json:"observations"`
	Solver       string `json:"solver"` // cholesky or qr
	// Features is the number of features, Unknowns that of what was solved for: features
	// that a symmetry ties share an unknown, friction is one more, and those of the gain are.
	Features int `json:"features"`
	Unknowns int `json:"unknowns"`
	// Rows is the number of states of the last solve, with Dim equations each.
	Rows int `json:"rows"`
	// Scale is the steepness of the features, Lambda the ridge relative to the mean of
	// the normal matrix's diagonal.
	Scale  float64 `json:"scale"`
	Lambda float64 `json:"lambda"`
	// Condition is an estimate, from below, of the condition number of the matrix that
	// was factorised: the normal matrix with its ridge, or the rows.
	Condition float64 `json:"condition"`
	// Residual is the root mean square of the weighted residual over the rows held out
	// while the scale was chosen; 0 where none was chosen.
	Residual float64 `json:"residual"`
	// Noise is the estimated standard deviation of noisy states, 0 for others.
	Noise float64 `json:"noise"`
	// Friction is the fitted rate, 0 without.
	Friction float64 `json:"friction"`
	// Gain is that of the inputs, Dim/2 x inputs, row-major, nil without; where it is learned,
	// with so many features, what it is at the state at which H is zero.
	Gain         []float64 `json:"gain,omitempty"`
	GainFeatures int       `json:"gain_features,omitempty"`
	// RolloutTries is the number of ridges with which models were rolled out, Runaways
	// how many rollouts of the model that was kept ran away.
	RolloutTries int `json:"rollout_tries"`
	Runaways     int `json:"runaways"`
	// Seconds is the time of the whole fit, SolveSeconds that of the last assembly and
	// solve.
	Seconds      float64 `json:"seconds"`
	SolveSeconds float64 `json:"solve_seconds"`
}

// The keys of reports in the metadata of model files.
const (
	MetaReport = "hnn.closedform"
	MetaPolish = "hnn.polish"
)

// Metadata is the report as metadata of a model file, without its times: the same fit gives
// the same file.
func (r *Report) Metadata() map[string]string {
	timeless := *r
	timeless.Seconds, timeless.SolveSeconds = 0, 0
	return metadata(MetaReport, &timeless)
}

// Metadata is the report as metadata of a model file, likewise.
func (r *PolishReport) Metadata() map[string]string {
	timeless := *r
	timeless.Seconds = 0
	return metadata(MetaPolish, &timeless)
}

func metadata(key string, report any) map[string]string {
	text, err := json.Marshal(report)
	if err != nil {
		return map[string]string{} // a number that JSON does not have: the model works without its report
	}
	return map[string]string{key: string(text)}
}

// Fit fits H to the trajectories. Derivatives (train.DX) are taken as Options.Observations
// says; without them the states' differences are fitted. The gain of inputs of the set is
// fitted too, and the model is then driven by them: a set without its inputs (InputNames,
// Inputs) is that of a system left alone.
//
// The errors are about the options, about data too few or too alike to determine the
// coefficients, or wrap ErrSingular.
func Fit(train *data.Set, o Options) (*expansion.Model, *Report, error) {
	start := time.Now()
	f, err := newFit(train, &o)
	if err != nil {
		return nil, nil, err
	}
	defer f.pool.Close()
	switch f.observations {
	case NoisyStates:
		err = f.fitNoisy()
	case StatesOnly:
		err = f.fitStates()
	default:
		err = f.fitExact()
	}
	if err != nil {
		return nil, nil, err
	}
	h := f.basis.h
	zero := o.Zero
	if zero == nil {
		zero = meanState(train)
	}
	h.SetZero(zero)
	r := &f.report
	r.Structure, r.Symmetry, r.Observations = o.Structure.String(), o.Symmetry.String(), f.observations.String()
	r.Solver = f.solver.String()
	r.Features, r.Unknowns = h.Size(), f.basis.unknowns
	r.Friction, _ = h.Friction()
	if g := h.Gain(); g != nil {
		r.Gain, r.GainFeatures = make([]float64, g.Inputs()*train.Dim/2), g.Features()
		g.NewPoint()(zero, r.Gain)
	}
	r.Seconds = time.Since(start).Seconds()
	return h, r, nil
}

// fit is the state of Fit.
type fit struct {
	o            *Options
	train        *data.Set
	pool         *parallel.Pool
	observations Observations
	solver       Solver
	features     int
	report       Report
	basis        *basis
}

func newFit(train *data.Set, o *Options) (*fit, error) {
	if err := train.Validate(); err != nil {
		return nil, fmt.Errorf("closedform: %w", err)
	}
	if err := o.validate(train.Dim); err != nil {
		return nil, err
	}
	if err := checkInputs(train); err != nil {
		return nil, err
	}
	if train.InputNames != nil && o.Symmetry&Rotation != 0 {
		return nil, fmt.Errorf("closedform: the inputs %q push in directions of their own, so the symmetry rotation cannot turn the rows; leave it out (the structure pairwise has it built in)", train.InputNames)
	}
	f := &fit{o: o, train: train}
	var err error
	if f.observations, err = observations(train, o); err != nil {
		return nil, err
	}
	if o.Symmetry&Rotation != 0 && o.Structure&Pairwise == 0 && f.observations != Exact {
		return nil, fmt.Errorf("closedform: the symmetry rotation turns rows, so it needs states and derivatives that are exact, and these are %s; the structure pairwise has it built in", f.observations)
	}
	if f.features, err = f.size(); err != nil {
		return nil, err
	}
	f.pool = parallel.NewPool(o.Workers)
	return f, nil
}

// size chooses the number of features and checks that the rows determine it and the
// memory holds it.
func (f *fit) size() (int, error) {
	n := f.train.Rows()
	if f.observations == StatesOnly {
		n -= f.train.Trials()
	}
	equations := n * f.train.Dim
	k := f.o.Features
	if k == 0 {
		k = defaultFeatures
		switch {
		case f.o.Structure&Pairwise != 0:
			k = pairFeatures
		case f.observations == NoisyStates:
			k = noisyFeatures
		case f.observations == StatesOnly:
			k = statesFeatures
			if d := f.train.Dim; d > 2 {
				k = statesFeatures * d // more dimensions have more room between the rows
			}
		}
		k = max(min(k, n/4), 1)
	}
	f.solver = f.o.Solver
	if f.solver == BySize {
		f.solver = Cholesky
		if k <= smallFeatures || f.observations != Exact {
			f.solver = QR
		}
	}
	// Every feature must have an equation. (Monomials add few, and the ridge helps.)
	if equations < k {
		return 0, fmt.Errorf("closedform: %d rows give %d equations for %d features; give more rows, or at most %d features", n, equations, k, equations/4)
	}
	limit := f.o.Memory
	if limit == 0 {
		limit = defaultMemory
	}
	if need := f.memory(k); need > limit {
		return 0, fmt.Errorf("closedform: %d features would take %.1f GB of memory, and %.1f GB are allowed; ask for fewer, or for the Cholesky solver", k, float64(need)/1e9, float64(limit)/1e9)
	}
	return k, nil
}

// memory estimates the bytes that a fit of k features takes at once.
func (f *fit) memory(k int) int64 {
	images := int64(1)
	for _, s := range []Symmetry{Parity, TimeReversal} {
		if f.o.Symmetry&s != 0 {
			images *= 2
		}
	}
	unknowns := int64(k + f.train.Dim*(f.train.Dim+3)/2 + f.gainUnknowns())
	features := unknowns * images
	// The matrix and its factor, both half; the chunk of rows, its packed copy and the
	// block of features that it is folded from.
	need := 8 * (features*features/2 + unknowns*unknowns + (chunkRows+2*updateRows)*features)
	if f.solver == QR {
		rows := int64(min(f.rowCount(int(unknowns)), f.train.Rows()))
		need += 8 * 2 * (rows*int64(f.train.Dim) + unknowns) * unknowns
	}
	return need
}

// rowCount is the number of states that a solve for so many unknowns takes.
func (f *fit) rowCount(unknowns int) int {
	if f.o.Rows > 0 {
		return f.o.Rows
	}
	if f.solver == QR && f.observations == Exact {
		return max(6*unknowns/f.train.Dim, 400)
	}
	return max(4*unknowns, min(16*unknowns, 8000))
}

func (f *fit) lambda() float64 {
	switch {
	case f.o.Lambda > 0:
		return f.o.Lambda
	case f.solver == QR:
		return qrLambda
	}
	return exactLambda
}

// sampledRows is the number of rows between which features are drawn.
const sampledRows = 5000

// fitExact fits rows that are trusted.
func (f *fit) fitExact() error {
	rng := f.o.RNG
	r := observed(f.train)
	if f.o.Weighted {
		r.weigh()
	}
	scale, err := f.chooseScale(rng, r)
	if err != nil {
		return err
	}
	f.report.Scale = scale
	if f.basis, err = newBasis(rng, r.pick(choose(rng, all(r.len()), sampledRows)), f.features, scale, f.o); err != nil {
		return err
	}
	start := time.Now()
	r = r.pick(choose(rng, all(r.len()), f.rowCount(f.basis.unknowns)))
	if f.basis.rotate != nil {
		r = r.turned(rng, f.basis.rotate)
	}
	f.report.Rows = r.len()
	return f.checked(start, f.lambda(), newProblem(f.pool, f.basis, r, f.solver).solve)
}

// checked solves, with a hundred times the ridge as long as rollouts of the model run
// away, and keeps the model of which the fewest do; of several, that with the least
// ridge. (Of three bodies one may leave for good by right.) The clock of the solve was
// started at start.
func (f *fit) checked(start time.Time, lambda float64, solve func(lambda float64) (*solution, error)) error {
	var best *solution
	for best == nil || f.report.Runaways > 0 && lambda <= mostLambda {
		s, err := solve(lambda)
		if err != nil {
			return err
		}
		if best == nil {
			f.report.SolveSeconds = time.Since(start).Seconds()
		}
		f.basis.fill(s.c)
		away := 0
		if !f.o.NoRollout {
			away = runaways(f.pool, f.basis.h, f.train, f.observations == Exact)
			f.report.RolloutTries++
		}
		if best == nil || away < f.report.Runaways {
			best, f.report.Runaways = s, away
		}
		lambda = max(100*s.lambda, leastLambda)
	}
	f.basis.fill(best.c)
	f.report.Lambda, f.report.Condition = best.lambda, best.condition
	return nil
}

// meanState is the mean of the rows.
func meanState(s *data.Set) []float64 {
	mean := make([]float64, s.Dim)
	for i, v := range s.X {
		mean[i%s.Dim] += v / float64(s.Rows())
	}
	return mean
}
