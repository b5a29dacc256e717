// Package sparse solves linear problems whose solution has few terms: least squares, or a homogeneous problem
// whose scale a linear constraint fixes. All steps of a greedy path are solved in closed form, by backward
// elimination and an exchange of single terms, and the number of terms is chosen by held-out trials.
//
// It knows nothing of what its columns stand for. The fits of formulas use it.
package sparse

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/kernel"
	"hnn/internal/posdef"
)

// ErrUndetermined is returned where the rows do not determine the coefficients.
var ErrUndetermined = errors.New("sparse: the rows do not determine the coefficients")

// Rows are the equations A theta = Y of Size coefficients, in blocks of Block rows that belong together.
type Rows struct {
	Size, Block int
	A           []float64 // rows x Size
	Y           []float64
	Trial       []int // of each block, increasing: trials are held out as a whole
}

// Row returns a view of row i of A (Size).
func (r *Rows) Row(i int) []float64 { return r.A[i*r.Size : (i+1)*r.Size] }

// Blocks returns the number of blocks.
func (r *Rows) Blocks() int { return len(r.Trial) }

// Gram holds the sums S = A^T A (Size x Size, row-major), Y = A^T Y (Size) and YY = Y^T Y.
type Gram struct {
	Size int
	S, Y []float64
	YY   float64
}

// Gram sums over the blocks for which use is true; nil takes all.
func (r *Rows) Gram(use func(block int) bool) *Gram {
	n := r.Size
	if rows := r.Blocks() * r.Block; len(r.Y) != rows || len(r.A) != rows*n {
		panic("sparse: matrix and right side have other numbers of rows than the blocks")
	}
	g := &Gram{Size: n, S: make([]float64, n*n), Y: make([]float64, n)}
	for from := 0; from < r.Blocks(); {
		if use != nil && !use(from) {
			from++
			continue
		}
		to := from + 1
		for to < r.Blocks() && (use == nil || use(to)) {
			to++
		}
		g.addRows(r, from*r.Block, to*r.Block)
		from = to
	}
	for i := range n {
		for j := range i {
			g.S[i*n+j] = g.S[j*n+i]
		}
	}
	return g
}

// addRows adds rows from to to (exclusive) to the upper triangle, in slabs that stay in the cache.
func (g *Gram) addRows(r *Rows, from, to int) {
	n := g.Size
	const slab, tile = 128, 64
	for at := from; at < to; at += slab {
		count := min(slab, to-at)
		a := r.A[at*n : (at+count)*n]
		for c := 0; c < n; c += tile {
			width := min(tile, n-c)
			kernel.MulTA(g.S[c:], n, a, n, a[c:], n, c+width, width, count, true)
		}
	}
	for i := from; i < to; i++ {
		if y := r.Y[i]; y != 0 {
			g.YY += y * y
			for c, v := range r.Row(i) {
				g.Y[c] += v * y
			}
		}
	}
}

// plus is the sum of two.
func (g *Gram) plus(o *Gram) *Gram {
	sum := &Gram{Size: g.Size, S: slices.Clone(g.S), Y: slices.Clone(g.Y), YY: g.YY + o.YY}
	for i, v := range o.S {
		sum.S[i] += v
	}
	for i, v := range o.Y {
		sum.Y[i] += v
	}
	return sum
}

// units are the inverse norms of the columns, 0 of one that is zero.
func (g *Gram) units() []float64 {
	u := make([]float64, g.Size)
	for i := range u {
		if v := g.S[i*g.Size+i]; v > 1e-300 {
			u[i] = 1 / math.Sqrt(v)
		}
	}
	return u
}

// Problem is a linear problem and what its solution must fulfil.
type Problem struct {
	Rows *Rows
	// Constraint (Size): Constraint.theta = 1 fixes the scale of a homogeneous problem, whose Y is zero. Nil is least squares.
	Constraint []float64
	// Penalty is the ridge of each coefficient (Size), relative to its column's norm.
	Penalty []float64
	// Groups are ranges [from, to) of coefficients; at least one of each stays.
	Groups [][2]int
	// Accept refuses solutions that are impossible; nil accepts all.
	Accept func(theta []float64) bool
	// MostTerms bounds the exchange search, 0 for 25.
	MostTerms int
}

// Dense solves for all terms (Size coefficients) with a ridge relative to the columns' norms. The error is
// ErrUndetermined.
func (p *Problem) Dense(ridge float64) ([]float64, error) { return p.DenseOf(p.Rows.Gram(nil), ridge) }

// lengths panics where what is said of the coefficients is of another number of them.
func (p *Problem) lengths(n int) {
	if len(p.Penalty) != n || p.Constraint != nil && len(p.Constraint) != n {
		panic("sparse: penalty or constraint of another number of coefficients than the matrix has columns")
	}
}

// DenseOf is Dense on sums that are known already.
func (p *Problem) DenseOf(g *Gram, ridge float64) ([]float64, error) {
	p.lengths(g.Size)
	forced := p.Constraint == nil
	n := g.Size
	unit := g.units()
	mean := 0.0
	for _, v := range p.Penalty {
		mean += v / float64(n)
	}
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			v := g.S[i*n+j] * unit[i] * unit[j]
			if i == j {
				v += ridge*p.Penalty[i]/mean + 1e-15
			}
			s.SetSym(i, j, v)
		}
	}
	factors, ok := posdef.Factor(s)
	for jitter := 1e-15; !ok; jitter *= 10 {
		if jitter > 1e-8 {
			return nil, ErrUndetermined
		}
		for i := range n {
			s.SetSym(i, i, s.At(i, i)+jitter)
		}
		factors, ok = posdef.Factor(s)
	}
	right := g.Y
	if !forced {
		right = p.Constraint
	}
	b := make([]float64, n)
	for i := range n {
		b[i] = right[i] * unit[i]
	}
	theta, ok := posdef.SolveBy(factors, b)
	if !ok {
		return nil, ErrUndetermined
	}
	scale := 0.0
	for i := range n {
		theta[i] *= unit[i]
	}
	if !forced {
		for i, v := range theta {
			scale += v * p.Constraint[i]
		}
		if !(scale > 0) {
			return nil, ErrUndetermined
		}
		for i := range theta {
			theta[i] /= scale
		}
	}
	for _, v := range theta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, ErrUndetermined
		}
	}
	return theta, nil
}

// Step is one entry of the path of formulas: how many terms, and the held-out error, the mean over
// held-out trials of the logarithm of the mean squared weak residual, relative to the best.
type Step struct {
	Terms int
	Error float64
	// Set are the places of the terms.
	Set []int
}

// candidate is a set of terms with its coefficients and its held-out residual in each trial.
type candidate struct {
	terms  []int
	theta  []float64
	errors []float64
	ridge  float64
}

// ridges of the paths, relative to the columns' norms.
var ridges = []float64{1e-10, 1e-6, 1e-3}

// mostTerms is the default bound of the exchange search.
const mostTerms = 25

// Choice is what was chosen.
type Choice struct {
	Theta []float64 // coefficients, Size, 0 where a term is left out
	Path  []Step    // held-out error against the number of terms
	// Along are the coefficients of the formulas of Path, fitted to the trials that were not held out.
	Along [][]float64
	Terms []int   // places of the terms in Theta
	Ridge float64 // relative to the norms of the columns
	// HeldOut is the mean over held-out trials of the logarithm of the mean squared residual.
	HeldOut float64
}

// Choose finds the terms that the trials need. Three quarters of the trials are fitted, by backward
// elimination and exchange, the rest (those whose number is a multiple of four) compare: the least number of terms
// is taken whose error is within two standard errors of the best one (of the paired difference of logarithms, at
// most 0.2). The coefficients are then fitted to all.
func (p *Problem) Choose() (*Choice, error) {
	w := p.Rows
	p.lengths(w.Size)
	trials := slices.Compact(slices.Clone(w.Trial))
	held := func(block int) bool { return w.Trial[block]%4 == 0 }
	if len(trials) < 2 {
		held = func(int) bool { return false }
	}
	train := w.Gram(func(i int) bool { return !held(i) })
	all := train.plus(w.Gram(held))
	most := p.MostTerms
	if most == 0 {
		most = mostTerms
	}
	var found []candidate
	consider := func(q *normal, set []int, ridge float64) {
		x, rest := q.solve(set)
		if x == nil || math.IsInf(rest, 1) || math.IsNaN(rest) {
			return
		}
		theta := q.full(set, x)
		if p.Accept != nil && !p.Accept(theta) {
			return
		}
		found = append(found, candidate{set, theta, w.heldErrors(theta, held), ridge})
	}
	for _, ridge := range ridges {
		q := p.normal(train, ridge)
		sets := q.backward()
		for i, s := range sets {
			if len(s) > most && i%max(1, len(sets)/12) == 0 {
				consider(q, s, ridge)
			}
		}
		for _, s := range q.exchange(sets, most) {
			consider(q, s, ridge)
		}
	}
	if len(found) == 0 {
		return nil, ErrUndetermined
	}
	mean := func(v []float64) float64 {
		s := 0.0
		for _, x := range v {
			s += math.Log(x + 1e-300)
		}
		return s / float64(len(v))
	}
	best := slices.MinFunc(found, func(a, b candidate) int {
		if mean(a.errors) < mean(b.errors) {
			return -1
		}
		return 1
	})
	floor := w.floor(best.theta)
	pick := best
	worst := func(c candidate) (float64, bool) {
		n := float64(len(c.errors))
		var d, s float64
		for i, e := range c.errors {
			v := math.Log(e+floor) - math.Log(best.errors[i]+floor)
			d += v / n
			s += v * v / n
		}
		se := 0.0
		if n > 1 {
			se = math.Sqrt(math.Max(s-d*d, 0) / (n - 1))
		}
		return d, d <= math.Min(2*se, 0.2)+0.02
	}
	pickError := 0.0
	type entry struct {
		step  Step
		theta []float64
	}
	path := map[int]entry{}
	for _, c := range found {
		d, within := worst(c)
		if e, ok := path[len(c.terms)]; !ok || d < e.step.Error {
			path[len(c.terms)] = entry{Step{len(c.terms), d, c.terms}, c.theta}
		}
		if within && (len(c.terms) < len(pick.terms) || len(c.terms) == len(pick.terms) && d < pickError) {
			pick, pickError = c, d
		}
	}
	ridge := pick.ridge
	if len(pick.terms) <= most {
		ridge = min(ridge, 1e-10)
	}
	q := p.normal(all, ridge)
	theta := pick.theta
	if x, _ := q.solve(pick.terms); x != nil {
		if t := q.full(pick.terms, x); p.Accept == nil || p.Accept(t) {
			theta = t
		}
	}
	var steps []Step
	for _, e := range path {
		steps = append(steps, e.step)
	}
	slices.SortFunc(steps, func(a, b Step) int { return a.Terms - b.Terms })
	var along [][]float64
	for _, s := range steps {
		along = append(along, path[s.Terms].theta)
	}
	return &Choice{Along: along, Theta: theta, Path: steps, Terms: pick.terms, Ridge: ridge, HeldOut: mean(pick.errors)}, nil
}

// heldErrors are the mean squared residuals of the held-out trials, or of all where none is held out.
func (w *Rows) heldErrors(theta []float64, held func(int) bool) []float64 {
	var out []float64
	var used []int
	for c, v := range theta {
		if v != 0 {
			used = append(used, c)
		}
	}
	last, count := -1, 0.0
	any := false
	for i := range w.Trial {
		any = any || held(i)
	}
	for i, t := range w.Trial {
		if any && !held(i) {
			continue
		}
		if t != last {
			out = append(out, 0)
			last, count = t, 0
		}
		e := 0.0
		for r := i * w.Block; r < (i+1)*w.Block; r++ {
			row, v := w.Row(r), 0.0
			for _, c := range used {
				v += row[c] * theta[c]
			}
			v -= w.Y[r]
			e += v * v
		}
		count++
		out[len(out)-1] += (e - out[len(out)-1]) / count
	}
	return out
}

// floor is what rounding leaves of the residuals.
func (w *Rows) floor(theta []float64) float64 {
	sum := 0.0
	for r := range w.Y {
		for c, v := range w.Row(r) {
			sum += v * v * theta[c] * theta[c]
		}
	}
	return 1e-12 * sum / float64(max(len(w.Y), 1))
}

// Where is a view of the blocks that use says.
func (r *Rows) Where(use func(block int) bool) *Rows {
	out := &Rows{Size: r.Size, Block: r.Block}
	for i, t := range r.Trial {
		if use(i) {
			out.A = append(out.A, r.A[i*r.Block*r.Size:(i+1)*r.Block*r.Size]...)
			out.Y = append(out.Y, r.Y[i*r.Block:(i+1)*r.Block]...)
			out.Trial = append(out.Trial, t)
		}
	}
	return out
}

// Subset solves least squares for some terms over the blocks for which use is true. It returns their coefficients, in
// the order of terms. The error is ErrUndetermined.
func Subset(r *Rows, terms []int, use func(block int) bool) ([]float64, error) {
	q := (&Problem{Penalty: make([]float64, r.Size)}).normal(r.Gram(use), 0)
	for _, t := range terms {
		if t < 0 || t >= r.Size {
			panic("sparse: a term that is no column of the matrix")
		}
	}
	x, _ := q.solve(terms)
	if x == nil {
		return nil, ErrUndetermined
	}
	for i, t := range terms {
		x[i] *= q.unit[t]
	}
	return x, nil
}

// Median returns the middle value, of an even number the larger of the two in the middle, and NaN for none.
func Median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}
