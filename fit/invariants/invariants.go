// Package invariants finds what a motion conserves beside its energy: functions Q of the state that stay constant along
// each trial and differ between trials.
//
// Among the sums Q = c . phi of given terms those are sought whose spread within trials is least beside their spread over
// all rows, the smallest generalised eigenvectors of the two covariances; noise of the states, known, is taken out of the
// first. What is found is judged on trials that were held out. Of functions that depend on each other, as H and H^2, one
// counts: the rank of the gradients is what is given.
package invariants

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data/estimate"
	"hnn/model/expr"
)

// Verdict says what a function is.
type Verdict int

// A function is conserved where its spread within trials is what the noise explains, nearly conserved where it is below a
// fifth of that between trials.
const (
	Conserved Verdict = iota
	Nearly
)

// The judgement's limits: times what the noise explains, the share that rounding and the integrals' errors explain,
// the share of the spread between trials below which a function is nearly conserved, and that above which nothing is.
const (
	noiseFactor = 3
	exactShare  = 1e-5
	nearlyShare = 0.2
	mostShare   = 0.3 // beyond it noise explains anything
	leastTurns  = 2
)

// Invariant is a function that is conserved, or nearly.
type Invariant struct {
	Verdict Verdict
	// Terms are its terms with their coefficients, the largest 1.
	Terms        []*expr.Expr
	Coefficients []float64 // one for each of Terms
	// Share is its spread within held-out trials over that between them, Noise how much of it the noise explains.
	Share, Noise float64
}

// Expr is the function as one expression.
func (q *Invariant) Expr() *expr.Expr {
	var sum []*expr.Expr
	for i, t := range q.Terms {
		sum = append(sum, expr.Product(expr.Number(q.Coefficients[i]), t))
	}
	return expr.Sum(sum...)
}

// Report says what was found.
type Report struct {
	// Conserved are independent functions that are conserved, Nearly others that nearly are.
	Conserved, Nearly []Invariant
	// Alike are terms that are constant in all trials alike: these cannot be told from parameters.
	Alike []*expr.Expr
	// Turns is the length of a trial in typical turns.
	Turns float64

	gradients [][]float64 // of the conserved ones, at the points of sample
	vague     float64
	sample    *sample
}

// modelGradient is the part of the gradient of a fitted function that the conserved ones may leave: the fit is off by as much.
const modelGradient = 0.1

// Covers reports whether a function of the state, given by its gradient, is a function of the conserved ones, as the energy
// should be: at most points its gradient is a sum of theirs. False where nothing is conserved.
func (r *Report) Covers(gradient func(x, g []float64)) bool {
	s := r.sample
	if s == nil || len(r.gradients) == 0 {
		return false
	}
	by := make([]float64, len(s.points))
	for at := 0; at < len(by); at += s.d {
		gradient(s.points[at:at+s.d], by[at:at+s.d])
	}
	g, m := s.along(by)
	return dependent(r.gradients, g, m, min(max(modelGradient, r.vague), sameNoisy))
}

// ErrShort is returned where trials are too short to tell what is conserved from what is slow.
var ErrShort = errors.New("invariants: too short to be judged")

// mostRows bounds the rows of a trial that are looked at.
const mostRows = 400

// Find looks for functions that are sums of the terms of libraries, simple ones first, of paths of states of n components (see
// estimate.NewPaths). It is an error if there are too few trials, and ErrShort if they are shorter than two turns. Families are
// further terms that have a number inside them, which is searched: see Coupled.
func Find(p *estimate.Paths, libraries [][]*expr.Expr, families ...func(k float64) []*expr.Expr) (*Report, error) {
	d := p.N
	longest := 0
	for _, t := range p.Trials {
		longest = max(longest, t.Rows(d))
	}
	for _, t := range slices.Concat(libraries...) {
		if v := t.Variables(); v > d {
			return nil, fmt.Errorf("invariants: a term of variable %d, and states have %d", v, d)
		}
	}
	r := &Report{Turns: float64(longest) * p.Step / p.Turn}
	if len(p.Trials) < 8 {
		return nil, fmt.Errorf("invariants: %d trials; what is conserved shows between trials of different energy, at least 8", len(p.Trials))
	}
	if r.Turns < leastTurns {
		return nil, fmt.Errorf("%w: trials of %.2g typical turns; what is conserved and what is slow differ after %d", ErrShort, r.Turns, leastTurns)
	}
	var found finder
	for _, terms := range libraries {
		// Under noise many terms find what only the fitted trials have in common.
		if p.Smoothed && len(terms) > mostNoisy {
			continue
		}
		r.sample = newSample(p, terms)
		found.look(r.sample)
	}
	for _, family := range families {
		found.look(newSample(p, family(best(p, family))))
	}
	r.gradients, r.vague = slices.Clone(found.gradients), found.vague
	r.Conserved, r.Alike = found.conserved, found.alike
	slices.SortStableFunc(found.almost, func(a, b near) int { return cmp.Compare(a.Share, b.Share) })
	for _, q := range found.almost {
		if !found.depends(q.gradient, q.vague()) {
			found.take(q.gradient, q.vague())
			r.Nearly = append(r.Nearly, q.Invariant)
		}
	}
	return r, nil
}

// leftNoise is the part of the noise that smoothing leaves, where it matters that it is not taken for more: else functions
// that differ little between trials are lost.
const leftNoise = 0.5

// mostNoisy is how many terms a library may have where there is noise.
const mostNoisy = 100

// finder collects independent functions of one library after the other.
type finder struct {
	conserved []Invariant
	almost    []near
	gradients [][]float64 // of those taken, of length 1
	vague     float64     // how little is known of them
	m         int         // components of a gradient at a point
	alike     []*expr.Expr
}

// near is a function that is nearly conserved, with its gradient.
type near struct {
	Invariant
	gradient []float64
}

// look adds the functions that pass.
func (f *finder) look(s *sample) {
	if len(f.alike) == 0 {
		f.alike = s.alike()
	}
	for i, c := range s.solve() {
		if i > 3*s.d+10 {
			break
		}
		share, noise := s.judge(c)
		if share > mostShare {
			continue
		}
		c, share, noise = s.shortest(c, share, noise)
		q := s.invariant(c, share, noise)
		if share > max(noiseFactor*noise, exactShare) {
			q.Verdict = Nearly
		}
		if q.Verdict == Nearly && share > nearlyShare {
			continue
		}
		var g []float64
		g, f.m = s.gradient(c)
		switch {
		case f.depends(g, q.vague()):
		case q.Verdict == Conserved:
			f.take(g, q.vague())
			f.conserved = append(f.conserved, q)
		default:
			f.almost = append(f.almost, near{q, g})
		}
	}
}

// vague is how little is known of a function's gradient: the more terms there are, the more may each be off, apart from each other.
func (q *Invariant) vague() float64 { return q.Share * math.Sqrt(float64(len(q.Terms))) / 2 }

// depends reports whether a function depends on those that were taken.
func (f *finder) depends(g []float64, vague float64) bool {
	return dependent(f.gradients, g, f.m, min(max(sameGradient, f.vague, vague), sameNoisy))
}

func (f *finder) take(g []float64, vague float64) {
	f.gradients, f.vague = append(f.gradients, g), max(f.vague, vague)
}

// range of the terms' covariance: directions in which terms vary by less are sums of terms that are the same on the rows.
const leastVariance = 1e-11

// solve returns the generalised eigenvectors of the covariance within trials (and the noise's: no function is taken for
// one of less spread than its noise) beside the whole, the smallest first.
func (s *sample) solve() [][]float64 {
	within, between, rows := s.covariances(false)
	whole := mat.NewSymDense(s.k, nil)
	whole.AddSym(within, between)
	whole.ScaleSym(1/rows, whole)
	var e mat.EigenSym
	if !e.Factorize(whole, true) {
		return nil
	}
	var v mat.Dense
	e.VectorsTo(&v)
	values := e.Values(nil)
	var white []*mat.VecDense
	for i, l := range values {
		if l > leastVariance*values[s.k-1] {
			x := mat.VecDenseCopyOf(v.ColView(i))
			x.ScaleVec(1/math.Sqrt(l*rows), x)
			white = append(white, x)
		}
	}
	n := len(white)
	if n == 0 {
		return nil
	}
	w := mat.NewDense(s.k, n, nil)
	for i, x := range white {
		w.SetCol(i, x.RawVector().Data)
	}
	var clean mat.SymDense
	clean.ScaleSym(leftNoise*leftNoise, s.noise)
	clean.AddSym(within, &clean)
	var half, m mat.Dense
	half.Mul(&clean, w)
	m.Mul(w.T(), &half)
	sym := mat.NewSymDense(n, nil)
	for a := range n {
		for b := a; b < n; b++ {
			sym.SetSym(a, b, (m.At(a, b)+m.At(b, a))/2)
		}
	}
	if !e.Factorize(sym, true) {
		return nil
	}
	var turned, x mat.Dense
	e.VectorsTo(&turned)
	x.Mul(w, &turned)
	var out [][]float64
	for i := range n {
		out = append(out, mat.Col(nil, i, &x))
	}
	return s.sparse(out, e.Values(nil))
}

// sparse replaces the vectors of one cluster of eigenvalues, which any of their sums may stand for, by sums with as few
// terms as elimination with pivoting leaves.
func (s *sample) sparse(vectors [][]float64, values []float64) [][]float64 {
	n := 0
	for n < len(values) && values[n] < exactShare*exactShare*10 {
		n++
	}
	if n < 2 {
		return vectors
	}
	a := mat.NewDense(n, s.k, nil)
	for i := range n {
		a.SetRow(i, vectors[i])
	}
	used := map[int]bool{}
	for row := range n {
		// The simplest term that some vector still has in earnest.
		at, largest := -1, 0.0
		for c := range s.k {
			if used[c] {
				continue
			}
			v := 0.0
			for i := row; i < n; i++ {
				v = max(v, math.Abs(a.At(i, c)))
			}
			if v/float64(s.terms[c].Size()) > largest {
				at, largest = c, v/float64(s.terms[c].Size())
			}
		}
		if at < 0 {
			break
		}
		used[at] = true
		best := row
		for i := row; i < n; i++ {
			if math.Abs(a.At(i, at)) > math.Abs(a.At(best, at)) {
				best = i
			}
		}
		swap := mat.Row(nil, best, a)
		a.SetRow(best, mat.Row(nil, row, a))
		pivot := swap[at]
		for c := range swap {
			swap[c] /= pivot
		}
		a.SetRow(row, swap)
		for i := range n {
			if f := a.At(i, at); i != row && f != 0 {
				for c := range s.k {
					a.Set(i, c, a.At(i, c)-f*swap[c])
				}
			}
		}
	}
	out := slices.Clone(vectors)
	for i := range n {
		out[i] = mat.Row(nil, i, a)
	}
	size := func(v []float64) int {
		count := 0
		largest := 0.0
		for _, x := range v {
			largest = max(largest, math.Abs(x))
		}
		for i, x := range v {
			if math.Abs(x) > 1e-6*largest {
				count += s.terms[i].Size()
			}
		}
		return count
	}
	slices.SortStableFunc(out[:n], func(a, b []float64) int { return size(a) - size(b) })
	return out
}

// judge is the spread of a function within held-out trials over that between them, infinite where there is none between
// them, and the part of it that the noise explains.
func (s *sample) judge(c []float64) (share, noise float64) { return s.judgeOn(c, true, s.heldNoise) }

// judgeOn is judge by the held-out trials or by the others.
func (s *sample) judgeOn(c []float64, ofHeld bool, ofNoise *mat.SymDense) (share, noise float64) {
	v := mat.NewVecDense(s.k, c)
	var within, count, trials, mean, square, size float64
	for i := range s.values {
		if held(i) != ofHeld {
			continue
		}
		var q mat.VecDense
		q.MulVec(&s.values[i], v)
		m, n := 0.0, float64(q.Len())
		for r := range q.Len() {
			m += q.AtVec(r) / n
		}
		for r := range q.Len() {
			within += math.Pow(q.AtVec(r)-m, 2)
			for a, x := range c {
				size += math.Pow(x*s.values[i].At(r, a), 2)
			}
		}
		count += n
		trials++
		mean += m
		square += m * m
	}
	within, size = within/count, size/count
	between := math.Max(square/trials-mean*mean/(trials*trials), 0)
	fromNoise := mat.Inner(v, ofNoise, v) / count
	// What differs between trials by rounding or by noise is alike in all of them.
	if between < 1e-13*size || between < leftNoise*leftNoise*fromNoise/10 {
		return math.Inf(1), 0
	}
	return math.Sqrt(within / between), math.Sqrt(fromNoise / between)
}

// shortest leaves the small terms of a function out so long as it is conserved as before.
func (s *sample) shortest(c []float64, share, noise float64) ([]float64, float64, float64) {
	limit := max(noiseFactor*noise, exactShare)
	largest := 0.0
	for _, v := range c {
		largest = max(largest, math.Abs(v))
	}
	for _, least := range []float64{1e-2, 1e-3, 1e-4} {
		short := slices.Clone(c)
		for i, v := range short {
			if math.Abs(v) < least*largest {
				short[i] = 0
			}
		}
		if a, b := s.judge(short); a <= limit && a <= max(3*share, exactShare/10) && share <= limit {
			return short, a, b
		}
	}
	return c, share, noise
}

// invariant writes a vector as terms.
func (s *sample) invariant(c []float64, share, noise float64) Invariant {
	q := Invariant{Share: share, Noise: noise}
	largest, part := 0.0, 0.0
	for i, v := range c {
		part = max(part, math.Abs(v))
		largest = max(largest, math.Abs(v*s.scale[i]))
	}
	for i, v := range c {
		if math.Abs(v) > 1e-5*part {
			q.Terms = append(q.Terms, s.terms[i])
			q.Coefficients = append(q.Coefficients, v*s.scale[i]/largest)
		}
	}
	if len(q.Coefficients) > 0 && q.Coefficients[0] < 0 {
		for i := range q.Coefficients {
			q.Coefficients[i] *= -1
		}
	}
	return q
}

// gradient of a function at the points, by the m directions of the plane of the states, of length 1 in the mean.
func (s *sample) gradient(c []float64) (g []float64, m int) {
	rows := len(s.points) / s.d
	by := make([]float64, rows*s.k*s.d)
	s.program.Rows(s.points, s.d, by)
	whole := make([]float64, rows*s.d)
	for r := range rows {
		for i := range s.d {
			for a := range s.k {
				whole[r*s.d+i] += c[a] * s.scale[a] * by[(r*s.k+a)*s.d+i]
			}
		}
	}
	return s.along(whole)
}

// along is a gradient at the points by the m directions of the plane of the states, of length 1 in the mean.
func (s *sample) along(whole []float64) (out []float64, m int) {
	_, m = s.tangent.Dims()
	rows := len(s.points) / s.d
	out = make([]float64, rows*m)
	norm := 0.0
	for r := range rows {
		for i, v := range whole[r*s.d : (r+1)*s.d] {
			for j := range m {
				out[r*m+j] += v * s.tangent.At(i, j)
			}
		}
		for _, v := range out[r*m : (r+1)*m] {
			norm += v * v / float64(rows)
		}
	}
	for i := range out {
		out[i] /= math.Sqrt(norm)
	}
	return out, m
}

// sameGradient is the part of a gradient, of its length, that others leave at half of the points where a function depends
// on theirs.
const sameGradient = 0.02

// sameNoisy is the most of it under noise.
const sameNoisy = 0.5

// dependent reports whether at most points a gradient is a sum of others there.
func dependent(gradients [][]float64, g []float64, d int, same float64) bool {
	if len(gradients) >= d-1 {
		return true // a motion has at most so many
	}
	var rest []float64
	for r := 0; r < len(g); r += d {
		v := mat.NewVecDense(d, slices.Clone(g[r:r+d]))
		whole := mat.Norm(v, 2)
		var basis []*mat.VecDense
		for _, o := range gradients {
			b := mat.NewVecDense(d, slices.Clone(o[r:r+d]))
			for range 2 {
				for _, x := range basis {
					b.AddScaledVec(b, -mat.Dot(b, x), x)
				}
			}
			if n := mat.Norm(b, 2); n > 1e-9 {
				b.ScaleVec(1/n, b)
				basis = append(basis, b)
			}
		}
		for range 2 {
			for _, x := range basis {
				v.AddScaledVec(v, -mat.Dot(v, x), x)
			}
		}
		if whole > 0 {
			rest = append(rest, mat.Norm(v, 2)/whole)
		}
	}
	slices.Sort(rest)
	return len(rest) == 0 || rest[len(rest)/2] < same
}
