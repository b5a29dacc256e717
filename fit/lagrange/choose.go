package lagrange

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Step is one entry of the path of formulas: how many terms, and the held-out error, the mean over
// held-out trials of the logarithm of the mean squared weak residual, relative to the best.
type Step struct {
	Terms int
	Error float64
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

// mostTerms bounds the exchange search.
const mostTerms = 25

// choose finds the terms that the trials need. Three quarters of the trials are fitted, by backward
// elimination and exchange, the rest compare: the least number of terms is taken whose error is within
// two standard errors of the best one (of the paired difference of logarithms, at most 0.2), M being
// positive definite at the rows. The coefficients are then fitted to all.
func (f *Form) choose(w *weak, kinetic, speeds []float64, forced bool) (*Lagrangian, []Step, error) {
	trials := slices.Compact(slices.Clone(w.trial))
	held := func(window int) bool { return w.trial[window]%4 == 0 }
	if len(trials) < 2 {
		held = func(int) bool { return false }
	}
	train := w.gram(func(i int) bool { return !held(i) })
	all := w.gram(nil)
	penalty := f.penalty()
	k := f.Library.Size()
	var groups [][2]int
	for b, pair := range f.massPairs() {
		if pair[0] == pair[1] {
			groups = append(groups, [2]int{b * k, (b + 1) * k})
		}
	}
	var found []candidate
	consider := func(p *normal, set []int, ridge float64) {
		x, rest := p.solve(set)
		if x == nil || math.IsInf(rest, 1) || math.IsNaN(rest) {
			return
		}
		theta := p.full(set, x)
		if !f.definite(w, theta, speeds) {
			return
		}
		found = append(found, candidate{set, theta, w.heldErrors(theta, held), ridge})
	}
	for _, ridge := range ridges {
		p := newNormal(train, kinetic, penalty, ridge, forced, groups)
		sets := p.backward()
		for i, s := range sets {
			if len(s) > mostTerms && i%max(1, len(sets)/12) == 0 {
				consider(p, s, ridge)
			}
		}
		for _, s := range p.exchange(sets, mostTerms) {
			consider(p, s, ridge)
		}
	}
	if len(found) == 0 {
		return nil, nil, errUndetermined
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
	path := map[int]float64{}
	for _, c := range found {
		d, within := worst(c)
		if e, ok := path[len(c.terms)]; !ok || d < e {
			path[len(c.terms)] = d
		}
		if within && (len(c.terms) < len(pick.terms) || len(c.terms) == len(pick.terms) && d < pickError) {
			pick, pickError = c, d
		}
	}
	p := newNormal(all, kinetic, penalty, min(pick.ridge, 1e-10), forced, groups)
	if len(pick.terms) > mostTerms {
		p = newNormal(all, kinetic, penalty, pick.ridge, forced, groups)
	}
	theta := pick.theta
	if x, _ := p.solve(pick.terms); x != nil {
		if t := p.full(pick.terms, x); f.definite(w, t, speeds) {
			theta = t
		}
	}
	var steps []Step
	for n, e := range path {
		steps = append(steps, Step{n, e})
	}
	slices.SortFunc(steps, func(a, b Step) int { return a.Terms - b.Terms })
	return &Lagrangian{Form: *f, Coefficients: theta}, steps, nil
}

// heldErrors are the mean squared residuals of the held-out trials, or of all where none is held out.
func (w *weak) heldErrors(theta []float64, held func(int) bool) []float64 {
	var out []float64
	last, count := -1, 0.0
	any := false
	for i := range w.trial {
		any = any || held(i)
	}
	for i, t := range w.trial {
		if any && !held(i) {
			continue
		}
		if t != last {
			out = append(out, 0)
			last, count = t, 0
		}
		e := 0.0
		for r := i * w.n; r < (i+1)*w.n; r++ {
			v := dot(w.row(r), theta) - w.y[r]
			e += v * v
		}
		count++
		out[len(out)-1] += (e - out[len(out)-1]) / count
	}
	return out
}

// floor is what rounding leaves of the residuals.
func (w *weak) floor(theta []float64) float64 {
	sum := 0.0
	for r := range w.y {
		for c, v := range w.row(r) {
			sum += v * v * theta[c] * theta[c]
		}
	}
	return 1e-12 * sum / float64(max(len(w.y), 1))
}

// definite says whether M is positive definite at the centres of the windows, none of its directions lighter
// than 1/200 of the median heaviest, in units of the spreads of the velocities.
func (f *Form) definite(w *weak, theta, speeds []float64) bool {
	l := &Lagrangian{Form: *f, Coefficients: theta}
	motion := l.NewMotion()
	n := f.N
	m := make([]float64, n*n)
	s := mat.NewSymDense(n, nil)
	var least, largest []float64
	for i := 0; i < w.windows(); i += max(1, w.windows()/400) {
		motion.Mass(w.centre[i*n:(i+1)*n], m)
		for a := range n {
			for b := a; b < n; b++ {
				v := m[a*n+b] * speeds[a] * speeds[b]
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return false
				}
				s.SetSym(a, b, v)
			}
		}
		var e mat.EigenSym
		if !e.Factorize(s, false) {
			return false
		}
		v := e.Values(nil)
		least, largest = append(least, v[0]), append(largest, v[n-1])
	}
	return slices.Min(least) > 0.005*median(largest)
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
