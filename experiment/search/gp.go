package search

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"hnn/internal/posdef"
	"hnn/internal/stream"
)

// GP is Bayesian optimisation by a Gaussian process with noise (J. Snoek et al., Practical Bayesian
// Optimization of Machine Learning Algorithms, NeurIPS 2012): a Matérn kernel of 5/2 with a length
// for each dimension, the lengths, signal and noise those of the largest posterior, and the next point
// that of the lowest confidence bound (D. D. Cox and S. John, SDO: A Statistical Method for Global
// Optimization, 1992) of the MEAN. It serves where a trial repeated on nearby settings comes to
// something else, as trainings do: the luckiest value draws no trials to its place unless its
// neighbours are good too. A trial that still runs counts as what the process expects of it.
type GP struct {
	space Space
	seed  uint64
	sobol *Sobol
}

const (
	// MostGP is the number of trials up to which a process is fitted: its work grows by the third power.
	MostGP = 400
	// boldness is how many deviations the bound is below the mean. With 0.2 a search of trainings stayed where
	// its first points had been best, with settings at the ends of their ranges; 1 was chosen, as were the cut, the first
	// points and the candidates, on a model of stored trainings.
	boldness = 1
	// spread are the candidates over the whole space; of them and of the points that were tried, the best go
	// downhill by random steps.
	spread, walkers, steps = 256, 5, 60
)

// first are the Sobol points before a process is fitted: two for each setting, and two more.
func (g *GP) first() int { return max(Startup, 2*len(g.space)+2) }

// NewGP returns the search of a space.
func NewGP(space Space, seed uint64) (*GP, error) {
	if err := space.check(); err != nil {
		return nil, err
	}
	sobol, err := NewSobol(len(space), seed)
	return &GP{space, seed, sobol}, err
}

// Next proposes the point of the trial of a number, from 0, by those before it, in any fixed order.
func (g *GP) Next(number int, trials []Trial) []float64 {
	if number < g.first() {
		return g.sobol.Point(number)
	}
	var known, running []Trial
	ended := 0
	for _, tr := range trials {
		if tr.Running {
			running = append(running, tr)
			continue
		}
		if finite(tr.Value) {
			ended++
		}
		known = append(known, tr)
	}
	if ended < Startup/2 {
		return g.sobol.Point(number)
	}
	values := scaled(known)
	p := g.fit(known, values)
	if p.chol == nil {
		return g.sobol.Point(number)
	}
	for _, tr := range running {
		mean, _ := p.at(tr.Point)
		known, values = append(known, tr), append(values, mean)
	}
	if p.set(known, values); p.chol == nil {
		return g.sobol.Point(number)
	}
	rng := stream.New(g.seed, fmt.Sprintf("process %d", number))
	all := make([]candidate, 0, spread+len(known))
	for range spread {
		x := make([]float64, len(g.space))
		for d := range x {
			x[d] = rng.Float64()
		}
		all = append(all, p.candidate(x))
	}
	for _, tr := range known {
		all = append(all, p.candidate(tr.Point))
	}
	byBound := func(a, b candidate) int { return cmp.Compare(a.bound, b.bound) }
	slices.SortStableFunc(all, byBound)
	all = all[:walkers]
	for i := range all {
		for k := range steps {
			x := slices.Clone(all[i].x)
			g.move(rng, x, p, math.Exp(-3*float64(k)/steps)) // from the whole length to a twentieth
			if c := p.candidate(x); c.bound < all[i].bound {
				all[i] = c
			}
		}
	}
	return slices.MinFunc(all, byBound).x
}

// candidate is a point that may be tried next, with the bound of its mean.
type candidate struct {
	x     []float64
	bound float64
}

func (p *process) candidate(x []float64) candidate {
	mean, sd := p.at(x)
	return candidate{x, mean - boldness*sd}
}

// move takes a point to another near it, at a share of the lengths, in about half of its settings.
func (g *GP) move(rng *rand.Rand, x []float64, p *process, step float64) {
	for d, dim := range g.space {
		if dim.Choices > 0 {
			if rng.IntN(2*len(g.space)) == 0 {
				x[d] = rng.Float64()
			}
			continue
		}
		if rng.IntN(2) == 0 && len(g.space) > 1 {
			continue
		}
		v := x[d] + step*min(p.length[d], 0.5)*rng.NormFloat64()
		x[d] = min(max(v, 0), math.Nextafter(1, 0))
	}
}

// scaled are the values of trials with mean 0 and standard deviation 1, logarithms where all are
// positive. Those far above the median, and those of trials that failed, are the cut.
func scaled(trials []Trial) []float64 {
	v := make([]float64, len(trials))
	positive := true
	for i, tr := range trials {
		v[i] = tr.Value
		positive = positive && !(tr.Value <= 0)
	}
	var sorted []float64
	for i := range v {
		if positive {
			v[i] = math.Log(v[i])
		}
		if finite(v[i]) {
			sorted = append(sorted, v[i])
		}
	}
	slices.Sort(sorted)
	middle := sorted[len(sorted)/2]
	cut := middle + 2*(middle-sorted[0]) // what is beyond is bad, and how bad says nothing of the best
	var sum, squares float64
	for i := range v {
		if !finite(v[i]) || v[i] > cut {
			v[i] = cut
		}
		sum += v[i]
	}
	mean := sum / float64(len(v))
	for i := range v {
		v[i] -= mean
		squares += v[i] * v[i]
	}
	sd := math.Sqrt(squares / float64(len(v)))
	for i := range v {
		if v[i] /= sd; sd == 0 {
			v[i] = 0
		}
	}
	return v
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// process is a Gaussian process of mean 0.
type process struct {
	space         Space
	length        []float64
	signal, noise float64 // variances
	trials        []Trial
	chol          *mat.Cholesky
	weights       []float64
}

// kernel is the covariance of two points.
func (p *process) kernel(a, b []float64) float64 {
	sum := 0.0
	for d, dim := range p.space {
		diff := (a[d] - b[d]) / p.length[d]
		if dim.Choices > 0 {
			if diff = 0; dim.Choice(a[d]) != dim.Choice(b[d]) {
				diff = 1 / p.length[d]
			}
		}
		sum += diff * diff
	}
	r := math.Sqrt(5 * sum)
	return p.signal * (1 + r + r*r/3) * math.Exp(-r)
}

// set conditions the process on values and returns the logarithm of their likelihood up to a
// constant, -Inf where the matrix has no factors.
func (p *process) set(trials []Trial, values []float64) float64 {
	n := len(trials)
	k := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			k.SetSym(i, j, p.kernel(trials[i].Point, trials[j].Point))
		}
		k.SetSym(i, i, k.At(i, i)+p.noise)
	}
	c, ok := posdef.Factor(k)
	if !ok {
		p.chol = nil
		return math.Inf(-1)
	}
	w, ok := posdef.SolveBy(c, values)
	if !ok {
		p.chol = nil
		return math.Inf(-1)
	}
	p.trials, p.chol, p.weights = trials, c, w
	sum := -c.LogDet()
	for i := range n {
		sum -= values[i] * w[i]
	}
	return sum / 2
}

// at is the mean and the standard deviation of the process, without noise, at a point.
func (p *process) at(x []float64) (mean, sd float64) {
	k := make([]float64, len(p.trials))
	for i := range k {
		k[i] = p.kernel(x, p.trials[i].Point)
		mean += k[i] * p.weights[i]
	}
	w, _ := posdef.SolveBy(p.chol, k)
	v := p.signal
	for i := range w {
		v -= k[i] * w[i]
	}
	return mean, math.Sqrt(max(v, 1e-12))
}

// fit returns the process whose lengths, signal and noise are the most likely by the values and by
// a prior, normal in their logarithms, that keeps a dozen points from extremes.
func (g *GP) fit(trials []Trial, values []float64) *process {
	n := len(g.space)
	p := &process{space: g.space, length: make([]float64, n)}
	// Points of n dimensions are further apart by the root of n; 0.5 is half of a range.
	centre, width := make([]float64, n+2), make([]float64, n+2)
	for d := range n {
		centre[d], width[d] = math.Log(0.5*math.Sqrt(float64(n)/2)), 0.8
	}
	width[n] = 0.5
	centre[n+1], width[n+1] = math.Log(0.1), 1
	take := func(x []float64) {
		at := func(i int) float64 { return math.Exp(min(max(x[i], centre[i]-5), centre[i]+5)) }
		for d := range n {
			p.length[d] = at(d)
		}
		p.signal, p.noise = at(n), at(n+1)
	}
	problem := optimize.Problem{Func: func(x []float64) float64 {
		take(x)
		loss := -p.set(trials, values)
		for i := range x {
			z := (x[i] - centre[i]) / width[i]
			loss += z * z / 2
		}
		return loss
	}}
	settings := &optimize.Settings{FuncEvaluations: 150, Converger: &optimize.FunctionConverge{Absolute: 1e-3, Iterations: 40}}
	best := centre
	if r, _ := optimize.Minimize(problem, centre, settings, &optimize.NelderMead{}); r != nil { // at its last evaluation it has an error too
		best = r.X
	}
	take(best)
	p.set(trials, values)
	return p
}
