package lagrange

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/model/lagrangian"
)

// Of coarse positions the held-out free runs decide what the rows' noise hides: how many terms there are, and over how long
// windows the simulation error is minimised. Held out are the pieces in which the motion goes farthest: what is right beyond
// the rows that are fitted may be right beyond all of them.

// substeps are the Runge-Kutta steps between coarse samples: 36 a turn of nine samples, right to 1e-5 of the spread.
const substeps = 4

// warm is how many rows a free run's first state is fitted to.
const warm = 50

// meanOf is the mean position.
func meanOf(p *estimate.Paths) []float64 {
	mean, count := make([]float64, p.N), 0.0
	for _, t := range p.Trials {
		for i, q := range t.Q {
			mean[i%p.N] += q
		}
		count += float64(t.Rows(p.N))
	}
	for i := range mean {
		mean[i] /= count
	}
	return mean
}

// byAmplitude puts the quarter of the pieces that go farthest from the mean where pieces are held out: every fourth.
func byAmplitude(p *estimate.Paths) {
	mean := meanOf(p)
	far := make([]float64, len(p.Trials))
	order := make([]int, len(p.Trials))
	for k, t := range p.Trials {
		order[k] = k
		for i, q := range t.Q {
			far[k] = math.Max(far[k], math.Abs(q-mean[i%p.N])/p.Spread[i%p.N])
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if far[a] > far[b] {
			return -1
		}
		if far[a] < far[b] {
			return 1
		}
		return 0
	})
	held := (len(order) + 3) / 4
	trials, of := make([]estimate.Path, 0, len(order)), make([]int, 0, len(order))
	high, low := order[:held], order[held:]
	slices.Sort(high)
	slices.Sort(low)
	for k := range order {
		from := &low
		if k%4 == 0 {
			from = &high
		}
		trials, of = append(trials, p.Trials[(*from)[0]]), append(of, p.Of[(*from)[0]])
		*from = (*from)[1:]
	}
	p.Trials, p.Of = trials, of
}

// mostSimulated bounds the rows to which terms are fitted that are compared.
const mostSimulated = 16000

// stretches are the lengths of windows that are compared, in those of the rows' own.
var stretches = []float64{1, 1.5, 2, 3, 4, 6, 8, 12, 16}

// needed is the Lagrangian of least terms whose free runs over the held-out pieces are, within the standard error of
// their mean, as good as those of any, every one by the windows that suit it best (the rule of one standard error: Breiman
// and others, "Classification and Regression Trees", 1984, section 3.4.3). Friction that feeds the motion is none.
func needed(ladder []*lagrangian.Lagrangian, s *data.Set, r *Report, raw *estimate.Paths) *lagrangian.Lagrangian {
	train := &data.Set{Dim: s.Dim, PositionsOnly: true, InputNames: s.InputNames, InputsHeld: s.InputsHeld, Offsets: []int{0}}
	// Of many pieces some, evenly.
	stride := max(1, (3*len(s.T)/4+mostSimulated-1)/mostSimulated)
	fitted := 0
	for k, path := range raw.Trials {
		if k%4 == 0 {
			continue
		}
		if fitted++; fitted%stride != 0 {
			continue
		}
		for i := range path.Rows(raw.N) {
			train.T = append(train.T, float64(i)*raw.Step)
		}
		train.X = append(train.X, path.Q...)
		train.Inputs = append(train.Inputs, path.U...)
		train.Offsets = append(train.Offsets, len(train.T))
	}
	var windows []int
	for _, v := range stretches {
		windows = append(windows, int(math.Round(2*v*float64(r.Half))))
	}
	type fit struct {
		logs  []float64 // of the held-out pieces' errors
		mean  float64
		to    int // how many of the windows
		noise []float64
	}
	fits := make([]fit, len(ladder))
	least := 0
	for i, l := range ladder {
		f := &fits[i]
		f.mean = math.Inf(1)
		asked := -1
		_, polished := polish(l, train, r, windows, func() float64 {
			asked++
			if !dissipates(l) {
				return math.Inf(1)
			}
			errors, err := freeErrors(l, s, r, raw)
			if err != nil {
				return math.Inf(1)
			}
			mean := 0.0
			for k, e := range errors {
				errors[k] = math.Log(e + 1e-12)
				mean += errors[k] / float64(len(errors))
			}
			if mean < f.mean {
				f.logs, f.mean, f.to = errors, mean, asked
			}
			return mean
		})
		f.noise = slices.Clone(r.PositionNoise)
		if polished.After > 0 { // the smoother's likelihood knew nothing of so coarse a motion
			for c := range f.noise {
				f.noise[c] *= math.Sqrt(polished.After)
			}
		}
		if f.mean < fits[least].mean {
			least = i
		}
	}
	chosen := least
	n, square := float64(len(fits[least].logs)), 0.0
	for _, e := range fits[least].logs {
		square += (e - fits[least].mean) * (e - fits[least].mean)
	}
	for i, f := range fits[:least] {
		if n > 1 && f.mean-fits[least].mean <= math.Sqrt(square/n/(n-1)) {
			chosen = i
			break
		}
	}
	f := fits[chosen]
	r.Error, r.Terms, r.PositionNoise, r.Windows = math.Exp(f.mean), len(used(ladder[chosen])), f.noise, windows[:f.to]
	return ladder[chosen]
}

// dissipates says whether friction that varies with one position takes energy away, wherever that is, and whether one with
// elements off its diagonal does for every velocity: no direction of it gives back more than a thousandth of what the largest
// takes, which rounding and noise may.
func dissipates(l *lagrangian.Lagrangian) bool {
	at, k := l.Layout(), l.Library.Size()
	if l.Symmetric && !l.Varying {
		r := mat.NewSymDense(l.N, nil)
		for c, pair := range l.FrictionPairs() {
			r.SetSym(pair[0], pair[1], l.Coefficients[at.Viscous+c])
		}
		var e mat.EigenSym
		if !e.Factorize(r, false) {
			return false
		}
		v := e.Values(nil)
		return v[0] >= -1e-3*v[l.N-1]
	}
	if !l.Varying {
		return true
	}
	powers := make([]float64, 1)
	for c := range k {
		m := l.Library.Features[c].Powers[0]
		for len(powers) <= m {
			powers = append(powers, 0)
		}
		powers[m] += l.Coefficients[at.Viscous+c]
	}
	for len(powers) > 1 && powers[len(powers)-1] == 0 {
		powers = powers[:len(powers)-1]
	}
	return positive(powers)
}

// freeErrors are the errors of free runs over the held-out pieces, relative to the spread, from first states fitted to
// the first rows, which do not count.
func freeErrors(l *lagrangian.Lagrangian, s *data.Set, r *Report, raw *estimate.Paths) ([]float64, error) {
	n := l.N
	var errors []float64
	for k, path := range raw.Trials {
		if k%4 != 0 {
			continue
		}
		count := path.Rows(n)
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

// FreeRun fits the first state of a trial to its first rows and rolls the motion over all of them, with inputs
// between rows as the fit took them. A row is positions and velocities (2 N); only positions count. It returns the
// states (rows x 2 N, row-major) and the mean squared residual of a number of the first rows in units of the noise.
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
	return r.RungeKutta()
}
