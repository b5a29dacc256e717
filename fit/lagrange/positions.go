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
	psi, first, second := make([]float64, 2*half+1), make([]float64, 2*half+1), make([]float64, 2*half+1)
	norm, h, p := 0.0, float64(half)*step, float64(o.Power)
	for j := range psi {
		s := float64(j-half) / float64(half)
		b := 1 - s*s
		psi[j] = math.Pow(b, p)
		first[j] = -2 * p * s * math.Pow(b, p-1) / h
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
	out := &sparse.Rows{Size: len(kept), Block: w.Block, Y: w.Y, Trial: w.Trial}
	for r := range w.Y {
		row := w.Row(r)
		for _, c := range kept {
			out.A = append(out.A, row[c])
		}
	}
	return out, kept
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
			return definite(form, &sparse.Rows{Size: 1, Block: p.N, Trial: []int{0}}, origin, spread(theta).Coefficients, relative(raw.Speeds))
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
			r := &Report{PositionNoise: p.Noise, VelocityNoise: p.RateNoise, Half: half, Step: raw.Step, Path: c.Path, Terms: len(c.Terms), Candidates: w.Size, Forced: forced(form), Coarse: true, BandLimited: limited}
			errors, err := freeErrors(l, s, r, raw)
			if err != nil {
				continue
			}
			r.Error, r.Horizon = sparse.Median(errors), float64(freeRows(raw))*raw.Step
			if best != nil && r.Error >= report.Error {
				continue
			}
			best, report, ladder = l, r, []*lagrangian.Lagrangian{l}
			for i, theta := range c.Along {
				if n := c.Path[i].Terms; n > r.Terms && n <= r.Terms+moreTerms {
					ladder = append(ladder, spread(theta))
				}
			}
		}
	}
	if best == nil {
		return nil, nil, sparse.ErrUndetermined
	}
	return needed(ladder, s, report, raw), report, nil
}

// moreTerms is how many more terms than the rows need the free runs may ask for.
const moreTerms = 4

// mostSimulated bounds the rows of which terms are compared.
const mostSimulated = 16000

// needed is the Lagrangian of least terms whose free runs over held-out pieces are as good as those of any, after the
// simulation error of others was minimised: what the rows' noise hides, a long run shows. The rule is that of
// sparse.Problem.Choose; friction that feeds the motion is none.
func needed(ladder []*lagrangian.Lagrangian, s *data.Set, r *Report, raw *estimate.Paths) *lagrangian.Lagrangian {
	train := &data.Set{Dim: s.Dim, PositionsOnly: true, InputNames: s.InputNames, InputsHeld: s.InputsHeld, Offsets: []int{0}}
	each := mostSimulated / len(raw.Trials)
	for k, path := range raw.Trials {
		if k%4 == 0 {
			continue
		}
		rows := min(path.Rows(raw.N), each)
		for i := range rows {
			train.T = append(train.T, float64(i)*raw.Step)
		}
		train.X = append(train.X, path.Q[:rows*raw.N]...)
		if path.U != nil {
			train.Inputs = append(train.Inputs, path.U[:rows*len(s.InputNames)]...)
		}
		train.Offsets = append(train.Offsets, len(train.T))
	}
	var logs [][]float64
	var costs []float64
	least := 0
	mean := make([]float64, len(ladder))
	kept := ladder[:0]
	for i, l := range ladder {
		if i > 0 && !dissipates(l, raw) {
			continue
		}
		kept = append(kept, l)
	}
	ladder = kept
	for i, l := range ladder {
		_, polished := Polish(l, train, r)
		costs = append(costs, polished.After)
		errors, err := freeErrors(l, s, r, raw)
		if err != nil {
			return ladder[0]
		}
		for k, e := range errors {
			errors[k] = math.Log(e + 1e-12)
			mean[i] += errors[k] / float64(len(errors))
		}
		logs = append(logs, errors)
		if mean[i] < mean[least] {
			least = i
		}
	}
	for i := range ladder {
		n, square := float64(len(logs[i])), 0.0
		for k, e := range logs[i] {
			d := e - logs[least][k] - mean[i] + mean[least]
			square += d * d
		}
		if mean[i]-mean[least] <= math.Min(2*math.Sqrt(square/n/math.Max(n-1, 1)), 0.2)+0.02 {
			r.Error, r.Terms = math.Exp(sparse.Median(logs[i])), 0
			if costs[i] > 0 { // the smoother's likelihood knew nothing of so coarse a motion
				r.PositionNoise = slices.Clone(r.PositionNoise)
				for c := range r.PositionNoise {
					r.PositionNoise[c] *= math.Sqrt(costs[i])
				}
			}
			for _, c := range ladder[i].Coefficients {
				if c != 0 {
					r.Terms++
				}
			}
			return ladder[i]
		}
	}
	return ladder[least]
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
	raw.Cut(max(8, min(40, len(s.T)/1000)))
	return raw, nil
}

// substeps are the Runge-Kutta steps between coarse samples: 36 a turn of nine samples, right to 1e-5 of the spread.
const substeps = 4

// warm is how many rows a free run's first state is fitted to.
const warm = 50

// dissipates says whether friction that varies takes energy away up to one and a half times as far as the rows reach.
func dissipates(l *lagrangian.Lagrangian, raw *estimate.Paths) bool {
	if !l.Varying {
		return true
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, t := range raw.Trials {
		lo, hi = min(lo, slices.Min(t.Q)), max(hi, slices.Max(t.Q))
	}
	at, k := l.Layout(), l.Library.Size()
	phi := make([]float64, k)
	const steps = 60
	for i := range steps + 1 {
		q := lo + (hi-lo)*(-0.25+1.5*float64(i)/steps)
		l.Library.At([]float64{q}, phi, nil, nil)
		r := 0.0
		for c, v := range phi {
			r += v * l.Coefficients[at.Viscous+c]
		}
		if r < 0 {
			return false
		}
	}
	return true
}

// freeRows is how long those free runs are that compare.
func freeRows(raw *estimate.Paths) int { return max(warm+int(40*raw.Turn/raw.Step), 2*warm) }

// freeErrors are the errors of free runs over the held-out pieces, relative to the spread, from first states fitted to
// the first rows.
func freeErrors(l *lagrangian.Lagrangian, s *data.Set, r *Report, raw *estimate.Paths) ([]float64, error) {
	n, rows := l.N, freeRows(raw)
	var errors []float64
	for k, path := range raw.Trials {
		if k%4 != 0 {
			continue
		}
		count := min(path.Rows(n), rows)
		t := shoot.Trial{X: make([]float64, count*2*n)}
		for i := range count {
			t.T = append(t.T, float64(i)*raw.Step)
			copy(t.X[i*2*n:], path.Q[i*n:(i+1)*n])
		}
		if l.Inputs > 0 {
			t.U = &data.Signal{T: t.T, U: path.U[:count*l.Inputs], Held: s.InputSignal(0).Held}
		}
		x, _, err := FreeRun(l, t, warm, r)
		if err != nil {
			return nil, err
		}
		sum := 0.0
		for i := min(warm, count/2); i < count; i++ {
			for j := range n {
				e := (x[i*2*n+j] - t.X[i*2*n+j]) / raw.Spread[j]
				if math.IsNaN(e) || math.Abs(e) > 10 {
					e = 10
				}
				sum += e * e / float64(n*(count-min(warm, count/2)))
			}
		}
		errors = append(errors, math.Sqrt(sum))
	}
	return errors, nil
}

// FreeRun fits the first state of a trial (positions and velocities; only positions count) to its first rows and rolls
// the motion over all its rows (rows x 2 N), inputs between them as in the fit. It returns them and the squared residual
// of a number of the first rows in units of the noise.
func FreeRun(l *lagrangian.Lagrangian, t shoot.Trial, rows int, r *Report) ([]float64, float64, error) {
	noise := make([]float64, 2*l.N)
	for i := range l.N {
		noise[i] = math.Max(r.PositionNoise[i], 1e-300)
	}
	if r.BandLimited && t.U != nil {
		fine, err := t.U.BandLimited(2 * substeps)
		if err != nil {
			return nil, 0, err
		}
		t.U = fine
	}
	step := rollStep(r)
	system := system(l, nil, false)
	first, left := shoot.First(system, t, rows, noise, step)
	x := make([]float64, len(t.T)*2*l.N)
	system.RollTrial(first, t, step, x)
	return x, left, nil
}

// rollStep is the longest Runge-Kutta step.
func rollStep(r *Report) float64 {
	if r.Coarse {
		return r.Step / substeps
	}
	return shoot.StepOf(r.Step, r.Horizon, r.Smoothed)
}
