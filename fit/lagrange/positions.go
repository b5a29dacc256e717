package lagrange

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// Few samples a turn leave no room for a smoother, which would flatten the motion. With a constant M nothing has to be
// smoothed and no velocity to be estimated: both derivatives of the inertia's term go onto psi,
//
//	int psi'' M q + int psi grad V - int psi' P(q) = int psi G u,   P' = R,
//
// for a constant R or, of one position, one that is a polynomial of it.

// coarse is how many samples a turn are few.
const coarse = 20

// positionRows is weakRows from positions alone. Columns of what is not constant in M are zero.
func positionRows(f *lagrangian.Form, trials []estimate.Path, step float64, o Windows) *sparse.Rows {
	n, k, at := f.N, f.Library.Size(), f.Layout()
	w := &sparse.Rows{Size: at.Size, Block: n}
	half := o.Half
	psi, first, _ := estimate.TestFunction(half, o.Power, step)
	second, norm := make([]float64, len(psi)), 0.0
	h, p := float64(half)*step, float64(o.Power)
	for j := range second {
		s := float64(j-half) / float64(half)
		b := 1 - s*s
		second[j] = (4*p*(p-1)*s*s*math.Pow(b, p-2) - 2*p*math.Pow(b, p-1)) / (h * h)
		norm += second[j] * second[j]
	}
	scale := 1 / math.Sqrt(norm)
	evaluator := terms.NewEvaluator(f.Library)
	for i := range trials {
		t := &trials[i]
		rows := t.Rows(n)
		if rows < len(psi) {
			continue
		}
		phi, d := make([]float64, rows*k), make([]float64, rows*k*n)
		for r := range rows {
			evaluator.At(t.Q[r*n:(r+1)*n], phi[r*k:(r+1)*k], d[r*k*n:(r+1)*k*n], nil)
		}
		for from := 0; from+len(psi) <= rows; from += max(1, half/4) {
			row, right := make([]float64, n*at.Size), make([]float64, n)
			for j := range psi {
				r := from + j
				q := t.Q[r*n : (r+1)*n]
				a, b, c := second[j]*scale, psi[j]*scale, first[j]*scale
				for e, pair := range f.MassPairs() {
					o := e*k + f.Library.Constant
					row[pair[0]*at.Size+o] += a * q[pair[1]]
					if pair[0] != pair[1] {
						row[pair[1]*at.Size+o] += a * q[pair[0]]
					}
				}
				for e := range k - 1 {
					for l := range n {
						row[l*at.Size+at.Potential+e] += b * d[(r*k+f.Feature(e))*n+l]
					}
				}
				for e, pair := range f.FrictionPairs() {
					for g := range f.FrictionFeatures() {
						o, integral := at.Viscous+e*f.FrictionFeatures()+g, 1.0
						if f.Varying { // q^m has the integral q^(m+1) / (m+1)
							integral = phi[r*k+g] / float64(f.Library.Features[g].Powers[0]+1)
						}
						row[pair[0]*at.Size+o] -= c * integral * q[pair[1]]
						if pair[0] != pair[1] {
							row[pair[1]*at.Size+o] -= c * integral * q[pair[0]]
						}
					}
				}
				for l := range n {
					for m := range f.Inputs {
						u := b * t.U[r*f.Inputs+m]
						if f.Gain != nil {
							right[l] += f.Gain[l*f.Inputs+m] * u
						} else {
							row[l*at.Size+at.Gain+l*f.Inputs+m] -= u
						}
					}
				}
			}
			w.A, w.Y, w.Trial = append(w.A, row...), append(w.Y, right...), append(w.Trial, i)
		}
	}
	return w
}

// without leaves out the columns that are zero, and says which are left.
func without(w *sparse.Rows) (*sparse.Rows, []int) {
	var kept []int
	for c := range w.Size {
		for r := range w.Y {
			if w.A[r*w.Size+c] != 0 {
				kept = append(kept, c)
				break
			}
		}
	}
	return columns(w, kept), kept
}

// columns are the rows with some of their columns alone; the right side is shared.
func columns(w *sparse.Rows, kept []int) *sparse.Rows {
	out := &sparse.Rows{Size: len(kept), Block: w.Block, A: make([]float64, 0, len(w.Y)*len(kept)), Y: w.Y, Trial: w.Trial}
	for r := range w.Y {
		row := w.Row(r)
		for _, c := range kept {
			out.A = append(out.A, row[c])
		}
	}
	return out
}

// fitPositions is Fit where positions are sampled coarsely: raw is the set's own samples, p what smoothing said of them.
func fitPositions(s *data.Set, o Options, p *estimate.Paths) (*lagrangian.Lagrangian, *Report, error) {
	raw, err := rawPaths(s, p)
	if err != nil {
		return nil, nil, err
	}
	library := o.Library
	if library == (terms.Options{}) {
		library = terms.Options{Degree: 6}
		if p.N > 1 {
			library.Degree = 4
		}
	}
	for _, a := range o.Angles {
		if a {
			return nil, nil, fmt.Errorf("lagrange: %.1f samples a turn are too few for angles; sample at least %d times a turn", p.Turn/p.Step, coarse)
		}
	}
	form := &lagrangian.Form{
		N: p.N, Inputs: len(s.InputNames), Library: terms.New(p.N, nil, library), Gain: o.Gain,
		Viscous: !o.Conservative, Varying: !o.Conservative && p.N == 1,
	}
	byAmplitude(raw)
	var best *lagrangian.Lagrangian
	var report *Report
	var ladder []*lagrangian.Lagrangian // from the terms that the rows need to all
	for _, half := range []int{4, 6, 8, 11, 15} {
		w, kept := without(positionRows(form, raw.Trials, raw.Step, Windows{Half: half, Power: 5}))
		if w.Blocks() < 8 {
			continue
		}
		scaleRows(w, relative(raw.Speeds))
		all := penalty(form)
		problem := &sparse.Problem{Rows: w}
		mass := make([]float64, w.Size)
		for i, c := range kept {
			problem.Penalty = append(problem.Penalty, all[c])
			for b, pair := range form.MassPairs() {
				if c == b*form.Library.Size()+form.Library.Constant && pair[0] == pair[1] {
					mass[i] = raw.Speeds[pair[0]] * raw.Speeds[pair[0]]
					problem.Groups = append(problem.Groups, [2]int{i, i + 1})
				}
			}
		}
		if !forced(form) {
			problem.Constraint = mass
		}
		spread := func(theta []float64) *lagrangian.Lagrangian {
			l := &lagrangian.Lagrangian{Form: *form, Coefficients: make([]float64, form.Size())}
			for i, c := range kept {
				l.Coefficients[c] = theta[i]
			}
			return l
		}
		origin := make([]float64, p.N)
		problem.Accept = func(theta []float64) bool {
			l := spread(theta)
			return dissipates(l) && newBearing(form, origin, relative(raw.Speeds)).definite(l.Coefficients)
		}
		c, err := problem.Choose()
		if err != nil {
			continue
		}
		l := spread(c.Theta)
		for _, limited := range []bool{false, true} {
			if limited && (form.Inputs == 0 || s.InputsHeld) {
				continue
			}
			r := &Report{Sampling: shoot.Sampling{Step: raw.Step}, PositionNoise: p.Noise, VelocityNoise: p.RateNoise, Half: half, Path: c.Path, Terms: len(c.Terms), Candidates: w.Size, Forced: forced(form), Coarse: true, BandLimited: limited}
			errors, err := freeErrors(l, s, r, raw)
			if err != nil {
				continue
			}
			r.Error = sparse.Median(errors)
			if best != nil && r.Error >= report.Error {
				continue
			}
			best, report, ladder = l, r, []*lagrangian.Lagrangian{l}
			for i, theta := range c.Along {
				if c.Path[i].Terms > r.Terms {
					ladder = append(ladder, spread(theta))
				}
			}
		}
	}
	if best == nil {
		return nil, nil, sparse.ErrUndetermined
	}
	report.Horizon = float64(raw.Trials[0].Rows(raw.N)) * raw.Step
	return needed(ladder, s, report, raw), report, nil
}

// rawPaths are the samples as they are; it is an error if the steps differ.
func rawPaths(s *data.Set, p *estimate.Paths) (*estimate.Paths, error) {
	raw := &estimate.Paths{N: p.N, Step: p.Step, Noise: p.Noise, Spread: p.Spread, Speeds: p.Speeds, Turn: p.Turn}
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		for i := 1; i < len(t); i++ {
			if math.Abs(t[i]-t[i-1]-p.Step) > 1e-3*p.Step {
				return nil, fmt.Errorf("lagrange: trial %d has unequal steps, and %.1f samples a turn are too few to resample", k+1, p.Turn/p.Step)
			}
		}
		raw.Trials = append(raw.Trials, estimate.Path{Q: x, U: s.InputRows(s.Offsets[k], s.Offsets[k+1])})
		raw.Of = append(raw.Of, k)
	}
	raw.Cut(max(8, len(s.T)/(warm+int(20*p.Turn/p.Step))))
	return raw, nil
}
