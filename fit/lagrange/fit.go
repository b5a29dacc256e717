// Package lagrange fits the Lagrangian of a mechanical system to measured positions and velocities by one linear
// solve: against test functions of compact support the equations of motion are linear in the coefficients of M, A, V,
// the friction and the gain, and no acceleration is estimated (weak form: Messenger and Bortz, "Weak SINDy", 2021; for
// Lagrangians: Chu and Hayashibe, 2020). Terms that held-out trials do not need are taken away, which leaves a formula;
// the simulation error of what was measured is minimised at the end.
//
// Velocities are dq/dt; momenta are never measured and never needed. It knows no files and draws nothing.
package lagrange

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// Options of Fit. The zero value, with Angles set, is what an experimenter knows.
type Options struct {
	// Angles marks the positions that are angles, nil for none.
	Angles []bool
	// Gain is how inputs act on the positions, N x inputs, where it is known; else it is fitted.
	Gain []float64
	// Library says which functions of the positions there are; the zero value tries several.
	Library terms.Options
	// Conservative leaves friction out, Canonical a magnetic term.
	Conservative, Canonical bool
	// Values are what is known of coefficients by the names that positions (Names) and inputs (Inputs) give them.
	Values        []Value
	Names, Inputs []string
	// Within is that of estimate.PathOptions.
	Within float64

	timed int // the last inputs that are a force of time's
}

// Report says what a fit found.
type Report struct {
	shoot.Sampling
	// Noise are the standard deviations of the noise of positions and velocities, in their units.
	PositionNoise, VelocityNoise []float64
	// Dropped says that the measured velocities were not used: see estimate.Paths.
	Dropped bool
	// Half is the half-width of the windows in steps of Step.
	Half int
	// Path is the held-out error against the number of terms, Terms what was taken of Candidates.
	Path              []sparse.Step
	Terms, Candidates int
	// Error is the root mean square error of rollouts of held-out trials over Horizon, relative to
	// the spreads of the columns: the median over trials. NaN where there was one trial only.
	Error float64
	// Coarse says that samples are few a turn and that nothing was smoothed, BandLimited that inputs between samples are
	// taken as band-limited, not as lines.
	Coarse, BandLimited bool
	// Polished is what Polish reached, by the coefficients at the places Free; nil before.
	Polished *shoot.Report
	Free     []int
	// Windows are the lengths of the windows of the simulation error that held-out free runs chose, in rows; nil where
	// the rows' own residual says them.
	Windows []int
	// Forced says that inputs of known gain fix the scale of L; else it is free, and M, V and friction are known up
	// to a common factor.
	Forced bool
	// Scales is how many common factors of M and V the rows leave free: one where no force is known and all is coupled
	// (the unit of energy), none where a force is; more where parts are not coupled, and M, V and the energy of these
	// are then not determined relative to each other.
	Scales int
	// Masses is, of points that rods hold, how many of their masses can be told apart.
	Masses int
	// Harmonic is the force of time that was found, nil for none: see FitTimed.
	Harmonic *Harmonic

	known    *bound
	evidence *evidence // nil of positions that are sampled coarsely
	coupled  *coupled  // nil for none, and of exact rows, where held-out rollouts have decided
}

// mostCoefficients bounds the matrices of one solve, of which several are there at once, to 0.3 GB each.
const mostCoefficients = 6000

// Fit finds the Lagrangian of a set of positions and velocities, Dim = 2 N with velocities in the second
// half, or of positions only. It is an error if the rows do not determine one.
func Fit(s *data.Set, o Options) (*lagrangian.Lagrangian, *Report, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, err
	}
	n := coordinates(s)
	if err := o.small(n); err != nil {
		return nil, nil, err
	}
	if m := len(s.InputNames); o.Gain != nil && len(o.Gain) != n*m {
		return nil, nil, fmt.Errorf("lagrange: %d numbers of the gain for %d positions and %d inputs", len(o.Gain), n, m)
	}
	if chunks(s) {
		s = sampled(s)
	}
	p, err := estimate.NewPaths(s, estimate.PathOptions{Velocities: !s.PositionsOnly, Rates: true, Angles: o.Angles, Within: o.Within})
	if err != nil {
		return nil, nil, err
	}
	if s.PositionsOnly && p.Turn < coarse*p.Step {
		if o.Values != nil {
			return nil, nil, errCoarse
		}
		return fitPositions(s, o, p)
	}
	if err := o.Known(p.N); err != nil {
		return nil, nil, fmt.Errorf("lagrange: %w", err)
	}
	ladder := libraries(p.N, o)
	p.Cut(8)
	try := func(library terms.Options, half int, steered, coupled bool) (*lagrangian.Lagrangian, *Report) {
		form := o.form(p.N, terms.New(p.N, o.Angles, library), p.Smoothed)
		form.Inputs, form.Steered, form.Symmetric = len(s.InputNames), steered, coupled
		for _, v := range p.Speeds {
			form.Width = append(form.Width, 0.02*v)
		}
		known, err := o.bind(form)
		if err != nil {
			return nil, nil
		}
		l, path, free, err := fitWindows(form, p, half, known)
		for broken := true; err == nil && broken; {
			if known, broken = known.hold(l.Coefficients); broken {
				l, path, free, err = fitWindows(form, p, half, known)
			}
		}
		if err != nil {
			return nil, nil
		}
		r := &Report{Sampling: shoot.SamplingOf(p), PositionNoise: p.Noise, VelocityNoise: p.RateNoise, Dropped: p.Dropped, Half: half, Path: path, Terms: len(used(l)), Candidates: form.Size(), Forced: forced(form) || known.scaled(), Scales: free, known: known}
		r.Error = system(l, nil, false).HeldOut(p)
		return l, r
	}
	var best *lagrangian.Lagrangian
	var report *Report
	largest := 0 // degree of the library that is taken
	consider := func(library terms.Options, half int, steered bool) {
		l, r := try(library, half, steered, false)
		if l == nil {
			return
		}
		// A gain that varies is taken where it halves the error: it explains some of any noise. Of two libraries, one in
		// the other, the smaller is taken where the larger is no tenth better.
		share := 1.0
		switch {
		case steered:
			share = 2
		case library.Degree < largest && !library.Distances:
			share = 1 / 1.1
		}
		if best == nil || share*r.Error < report.Error {
			best, report, largest = l, r, library.Degree
		}
	}
	for _, half := range p.Halves() {
		consider(ladder[0], half, false)
	}
	for _, library := range ladder[1:] {
		half := p.Halves()[0]
		if report != nil {
			half = report.Half
		}
		consider(library, half, false)
	}
	if best != nil && best.Inputs > o.timed && o.Gain == nil && report.Error > exact {
		consider(ladder[0], report.Half, true)
	}
	if best == nil {
		return nil, nil, sparse.ErrUndetermined
	}
	if best.Viscous && p.N > 1 && report.Error > exact {
		half, steered := report.Half, best.Steered
		fit := func() (*lagrangian.Lagrangian, *Report) { return try(ladder[0], half, steered, true) }
		if p.Smoothed {
			report.coupled = &coupled{fit, func(l *lagrangian.Lagrangian, r *Report) *evidence { return newEvidence(l, p, r.Half) }}
		} else if l, r := fit(); l != nil && coupledGain*r.Error < report.Error {
			best, report = l, r
		}
	}
	report.evidence = newEvidence(best, p, report.Half)
	return best, report, nil
}

// coordinates is the number of a set's positions.
func coordinates(s *data.Set) int {
	if s.PositionsOnly {
		return s.Dim
	}
	return s.Dim / 2
}

// small refuses coordinates of which one solve would be too large, as of a chain of 16 masses.
func (o *Options) small(n int) error {
	if size := o.form(n, terms.New(n, o.Angles, libraries(n, *o)[0]), false).Size(); size > mostCoefficients {
		return fmt.Errorf("lagrange: M and V of %d coordinates have %d coefficients, and one solve takes %d: sites of one law are a lattice's, bodies at distances a field of pairs'", n, size, mostCoefficients)
	}
	return nil
}

// form is what a Lagrangian may have; Coulomb friction is for rows with noise alone.
func (o *Options) form(n int, library *terms.Library, noisy bool) *lagrangian.Form {
	return &lagrangian.Form{
		N: n, Inputs: len(o.Inputs), Library: library, Gain: o.Gain,
		Viscous: !o.Conservative, Coulomb: !o.Conservative && noisy, Drag: !o.Conservative, Magnetic: !o.Canonical && n > 1,
	}
}

// libraries are tried one after the other: that which is given or, by themselves, first one that holds the exact M and V of
// chains of rods, carts, springs and beads, then what is steeper. Of one length the smaller ones follow, for a motor or a
// cart that drifts so far that its highest powers fit anything.
func libraries(n int, o Options) []terms.Options {
	if o.Library != (terms.Options{}) {
		return []terms.Options{o.Library}
	}
	lengths := n
	for _, a := range o.Angles {
		if a {
			lengths--
		}
	}
	switch {
	case n == 1 && lengths == 1:
		return []terms.Options{{Degree: 6}, {Degree: 2}, {Degree: 1}}
	case n == 1:
		return []terms.Options{{Waves: 2, Degree: 6}}
	case lengths == 0 && n > 3:
		// The sums of so many angles are thousands: of rods the differences do.
		return []terms.Options{{Waves: 1, Differences: true}}
	case lengths == 0:
		return []terms.Options{{Waves: 2}}
	case n <= 3:
		ladder := []terms.Options{{Waves: 2, Degree: 2}, {Waves: 2, Degree: 4}}
		if lengths == n {
			ladder = append(ladder, terms.Options{Degree: 2, Distances: true})
		}
		return ladder
	}
	return []terms.Options{{Waves: 2, Degree: 2}}
}

func forced(f *lagrangian.Form) bool { return f.Inputs > 0 && f.Gain != nil }

// fitWindows fits with windows of one width what is not known.
func fitWindows(f *lagrangian.Form, p *estimate.Paths, half int, known *bound) (*lagrangian.Lagrangian, []sparse.Step, int, error) {
	all, centre := weakRows(f, p.Trials, p.Step, Windows{Half: half, Power: 6})
	if all.Blocks() < 8 {
		return nil, nil, 0, fmt.Errorf("lagrange: trials of fewer than %d samples", 2*half+1)
	}
	speeds := relative(p.Speeds)
	scaleRows(all, speeds)
	w, kept := known.reduce(all)
	whole := func(theta []float64) []float64 { return known.whole(theta, kept, all.Size) }
	masses := newBearing(f, centre, speeds)
	problem := &sparse.Problem{Rows: w, Accept: func(theta []float64) bool {
		theta = whole(theta)
		return masses.definite(theta) && dissipates(&lagrangian.Lagrangian{Form: *f, Coefficients: theta})
	}}
	problem.Penalty = pick(penalty(f), kept)
	if !forced(f) && !known.scaled() {
		problem.Constraint = pick(kinetic(f, p.Trials, p.Speeds), kept)
	}
	k := f.Library.Size()
	for b, pair := range f.MassPairs() {
		if pair[0] == pair[1] && known.none(b*k, (b+1)*k) {
			from, _ := slices.BinarySearch(kept, b*k)
			problem.Groups = append(problem.Groups, [2]int{from, from + k})
		}
	}
	sums := w.Gram(nil)
	if p.Smoothed {
		dense, err := problem.DenseOf(sums, 1e-8)
		if err != nil {
			return nil, nil, 0, err
		}
		w = &sparse.Rows{Size: w.Size, Block: w.Block, A: slices.Clone(w.A), Y: slices.Clone(w.Y), Trial: w.Trial}
		problem.Rows = w
		whiten(w, centre, &lagrangian.Lagrangian{Form: *f, Coefficients: whole(dense)}, speeds)
	}
	c, err := problem.Choose()
	if err != nil {
		return nil, nil, 0, err
	}
	theta := whole(c.Theta)
	if len(kept) < all.Size {
		sums = all.Gram(nil)
	}
	return &lagrangian.Lagrangian{Form: *f, Coefficients: theta}, c.Path, scales(f, sums, theta), nil
}

// pick are the numbers at some places.
func pick(v []float64, places []int) []float64 {
	out := make([]float64, len(places))
	for i, c := range places {
		out[i] = v[c]
	}
	return out
}

// relative divides by the geometric mean.
func relative(v []float64) []float64 {
	log := 0.0
	for _, x := range v {
		log += math.Log(x) / float64(len(v))
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x / math.Exp(log)
	}
	return out
}
