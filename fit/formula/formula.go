// Package formula finds a Hamiltonian as a sparse sum of given terms,
//
//	H(q, p) = sum over k of c_k phi_k(q, p),   dq/dt = dH/dp,   dp/dt = -dH/dq - R p + G u,
//
// R diagonal and G constant, from trajectories of canonical states, by the weak form, in which no derivative of the
// data is taken. The number of terms is chosen by held-out trials; the simulation error of what was measured is
// minimised at the end; standard errors come from leaving groups of trials out.
package formula

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/expr"
	"hnn/model/terms"
)

// Options of Fit.
type Options struct {
	// Angles marks the positions that are angles, nil for none.
	Angles []bool
	// Conservative leaves friction out.
	Conservative bool
	// Names are those of the columns, for errors.
	Names []string
}

// Term is one of H with its coefficient and that one's standard error. Stability is the share of resampled halves of the
// trials in which the term is chosen.
type Term struct {
	Expr             *expr.Expr
	Coefficient      float64
	Error, Stability float64
}

// Formula is what was found.
type Formula struct {
	N, Inputs int
	Terms     []Term
	// Friction has a rate for each momentum, nil for none; Gain is N x Inputs.
	Friction, FrictionError []float64
	Gain, GainError         []float64
}

// Report says how it was found.
type Report struct {
	Noise      []float64
	Smoothed   bool
	Half       int
	Step       float64
	Candidates int
	Path       []sparse.Step
	// Error is the median of the root mean square errors of rollouts of held-out trials over Horizon, relative to the
	// columns' spreads.
	Error, Horizon float64
	Polish         *shoot.Report
}

// Default is a library for n positions: powers of lengths and momenta to degree 4 (3 above two degrees of
// freedom), with the cosines and sines of sums of two angles.
func Default(n int, angles []bool) []*expr.Expr {
	degree := 4
	if n > 2 {
		degree = 3
	}
	marks := make([]bool, 2*n)
	copy(marks, angles)
	library := terms.New(2*n, marks, terms.Options{Waves: 2, Degree: degree})
	var list []*expr.Expr
	for i, f := range library.Features {
		if i != library.Constant {
			list = append(list, f.Expr())
		}
	}
	return list
}

// problem is the rows of one width of windows.
type problem struct {
	n, inputs int
	terms     []*expr.Expr
	friction  bool
	gradient  [][]*expr.Expr
	rows      *sparse.Rows
}

// Fit finds a formula made of the terms. It is an error if a term is not finite at a row, if terms are the same function on
// the rows, or if the rows determine nothing.
func Fit(s *data.Set, list []*expr.Expr, o Options) (*Formula, *Report, error) {
	n := s.Dim / 2
	if s.Dim%2 != 0 || n == 0 || s.PositionsOnly {
		return nil, nil, fmt.Errorf("formula: states of length %d; a state is positions and as many momenta", s.Dim)
	}
	if len(list) == 0 {
		return nil, nil, fmt.Errorf("formula: no terms")
	}
	marks := make([]bool, s.Dim)
	copy(marks, o.Angles)
	paths, err := estimate.NewPaths(s, estimate.PathOptions{Angles: marks})
	if err != nil {
		return nil, nil, err
	}
	paths.Cut(8)
	p := &problem{n: n, inputs: len(s.InputNames), terms: list, friction: !o.Conservative}
	for _, t := range list {
		g := make([]*expr.Expr, 2*n)
		for i := range g {
			g[i] = t.Derivative(i)
		}
		p.gradient = append(p.gradient, g)
	}
	if err := p.check(s, o.Names); err != nil {
		return nil, nil, err
	}
	var best *Formula
	var report *Report
	var failed error
	for _, part := range []float64{8, 5, 2.5} {
		half := max(int(math.Round(paths.Turn/part/paths.Step)), 6)
		f, r, err := p.fit(paths, half)
		if err != nil {
			failed = err
			continue
		}
		if best == nil || r.Error < report.Error {
			best, report = f, r
		}
	}
	if best == nil {
		return nil, nil, failed
	}
	return best, report, nil
}

// check looks for terms that are not finite at a row and for terms that the rows cannot tell apart.
func (p *problem) check(s *data.Set, names []string) error {
	write := func(k int) string { return p.terms[k].Write(expr.Text, names, 0) }
	d := s.Dim
	stride := max(1, s.Rows()/2000)
	count := 0
	for r := 0; r < s.Rows(); r += stride {
		count++
	}
	a := mat.NewDense(count*d, len(p.terms), nil)
	for i, r := 0, 0; r < s.Rows(); i, r = i+1, r+stride {
		x := s.X[r*d : (r+1)*d]
		for k, g := range p.gradient {
			if v := p.terms[k].Eval(x); math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("formula: the term %s is %v at row %d of the training data", write(k), v, r+1)
			}
			for c, e := range g {
				v := e.Eval(x)
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("formula: the derivative of the term %s is %v at row %d of the training data", write(k), v, r+1)
				}
				a.Set(i*d+c, k, v)
			}
		}
	}
	for k := range p.terms {
		norm := mat.Norm(a.ColView(k), 2)
		if norm == 0 {
			return fmt.Errorf("formula: the term %s does not change over the training data; leave it out", write(k))
		}
		for r := range count * d {
			a.Set(r, k, a.At(r, k)/norm)
		}
	}
	if count*d < len(p.terms) {
		return fmt.Errorf("formula: %d rows for %d terms; give more rows, or fewer terms", count, len(p.terms))
	}
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return sparse.ErrUndetermined
	}
	values := svd.Values(nil)
	if last := len(values) - 1; values[last] < 1e-10*values[0] {
		var v mat.Dense
		svd.VTo(&v)
		var same []string
		for k := range p.terms {
			if math.Abs(v.At(k, last)) > 0.05 {
				same = append(same, write(k))
			}
		}
		return fmt.Errorf("formula: on the training data these terms cannot be told apart: %s; leave one of them out", strings.Join(same, ", "))
	}
	return nil
}

// size is the number of coefficients: of the terms, the friction and the gain.
func (p *problem) size() int {
	size := len(p.terms) + p.n*p.inputs
	if p.friction {
		size += p.n
	}
	return size
}

// fit forms the rows of windows of one width and chooses the terms.
func (p *problem) fit(paths *estimate.Paths, half int) (*Formula, *Report, error) {
	n, d, k, size := p.n, 2*p.n, len(p.terms), p.size()
	const power = 6
	psi, rate := make([]float64, 2*half+1), make([]float64, 2*half+1)
	norm := 0.0
	for j := range psi {
		x := float64(j-half) / float64(half)
		psi[j] = math.Pow(1-x*x, power)
		rate[j] = -2 * power * x * math.Pow(1-x*x, power-1) / (float64(half) * paths.Step)
		norm += rate[j] * rate[j]
	}
	scale := 1 / math.Sqrt(norm)
	rows := &sparse.Rows{Size: size, Block: d}
	for i := range paths.Trials {
		t := &paths.Trials[i]
		count := t.Rows(d)
		if count < len(psi) {
			continue
		}
		values := make([]float64, count*d*size)
		for r := range count {
			x := t.Q[r*d : (r+1)*d]
			block := values[r*d*size : (r+1)*d*size]
			for c, g := range p.gradient {
				for j := range n {
					block[j*size+c] = g[n+j].Eval(x)
					block[(n+j)*size+c] = -g[j].Eval(x)
				}
			}
			at := k
			if p.friction {
				for j := range n {
					block[(n+j)*size+at+j] = -x[n+j]
				}
				at += n
			}
			for j := range n {
				for u := range p.inputs {
					block[(n+j)*size+at+j*p.inputs+u] = t.U[r*p.inputs+u]
				}
			}
		}
		for from := 0; from+len(psi) <= count; from += max(1, half/4) {
			for c := range d {
				row := make([]float64, size)
				y := 0.0
				weight := scale / paths.Spread[c]
				for j := range psi {
					v := values[((from+j)*d+c)*size : ((from+j)*d+c+1)*size]
					for e := range row {
						row[e] += psi[j] * weight * v[e]
					}
					y -= rate[j] * weight * t.Q[(from+j)*d+c]
				}
				rows.A = append(rows.A, row...)
				rows.Y = append(rows.Y, y)
			}
			rows.Trial = append(rows.Trial, i)
		}
	}
	if rows.Blocks() < 8 {
		return nil, nil, fmt.Errorf("formula: trials of fewer than %d samples", 2*half+1)
	}
	penalty := make([]float64, size)
	for c := range penalty {
		penalty[c] = 1
		if c < k {
			penalty[c] = float64(p.terms[c].Size())
		}
	}
	p.rows = rows
	choice, err := (&sparse.Problem{Rows: rows, Penalty: penalty}).Choose()
	if err != nil {
		return nil, nil, err
	}
	f := p.formula(choice.Theta)
	report := &Report{Noise: paths.Noise, Smoothed: paths.Smoothed, Half: half, Step: paths.Step, Candidates: size, Path: choice.Path}
	report.Error, report.Horizon = f.held(paths)
	p.jackknife(f, choice)
	return f, report, nil
}

// formula spreads coefficients over a Formula.
func (p *problem) formula(theta []float64) *Formula {
	f := &Formula{N: p.n, Inputs: p.inputs}
	for k, t := range p.terms {
		if theta[k] != 0 {
			f.Terms = append(f.Terms, Term{Expr: t, Coefficient: theta[k]})
		}
	}
	at := len(p.terms)
	if p.friction {
		for _, v := range theta[at : at+p.n] {
			if v != 0 {
				f.Friction = append([]float64(nil), theta[at:at+p.n]...)
			}
		}
		at += p.n
	}
	f.Gain = append([]float64(nil), theta[at:]...)
	return f
}

// jackknife gives the coefficients standard errors by leaving out a tenth of the trials at a time, which holds where
// rows share samples: rows of one trial are not independent, trials are (Efron and Tibshirani, 1993, chapter 11). How
// often a term is chosen comes from choosing again without each of four quarters.
func (p *problem) jackknife(f *Formula, c *sparse.Choice) {
	groups := min(10, p.rows.Trial[len(p.rows.Trial)-1]+1)
	mean, square := make([]float64, len(c.Terms)), make([]float64, len(c.Terms))
	used := 0.0
	for g := range groups {
		x, err := sparse.Subset(p.rows, c.Terms, func(block int) bool { return p.rows.Trial[block]%groups != g })
		if err != nil {
			continue
		}
		used++
		for i, v := range x {
			mean[i] += v
			square[i] += v * v
		}
	}
	errors := map[int]float64{}
	for i, term := range c.Terms {
		m := mean[i] / used
		errors[term] = math.Sqrt(math.Max(square[i]/used-m*m, 0) * (used - 1))
	}
	chosen := map[int]float64{}
	const quarters = 4
	last := p.rows.Trial[len(p.rows.Trial)-1] + 1
	for g := range quarters {
		part := p.rows.Where(func(block int) bool { return p.rows.Trial[block]*quarters/last != g })
		penalty := make([]float64, p.rows.Size)
		for i := range penalty {
			penalty[i] = 1
		}
		if again, err := (&sparse.Problem{Rows: part, Penalty: penalty, MostTerms: len(c.Terms) + 2}).Choose(); err == nil {
			for _, t := range again.Terms {
				chosen[t] += 1.0 / quarters
			}
		}
	}
	at := 0
	for k := range p.terms {
		if at < len(f.Terms) && f.Terms[at].Expr == p.terms[k] {
			f.Terms[at].Error, f.Terms[at].Stability = errors[k], chosen[k]
			at++
		}
	}
	k := len(p.terms)
	if p.friction {
		for i := range p.n {
			if f.Friction != nil {
				f.FrictionError = append(f.FrictionError, errors[k+i])
			}
		}
		k += p.n
	}
	for i := range f.Gain {
		f.GainError = append(f.GainError, errors[k+i])
	}
}

// held is the median error of rollouts of held-out trials over two typical turns.
func (f *Formula) held(p *estimate.Paths) (relative, horizon float64) {
	rows := max(int(2*p.Turn/p.Step), 10)
	fine := 80.0
	if !p.Smoothed {
		fine = 400
	}
	steps := max(1, int(math.Ceil(p.Step*fine/p.Turn)))
	var starts, us [][]float64
	for k, t := range p.Trials {
		if k%4 == 0 {
			starts, us = append(starts, t.Q[:min(len(t.Q), rows*2*f.N)]), append(us, t.U)
		}
	}
	return sparse.Median(f.system().RollError(starts, us, p.Spread, p.Step, steps)), float64(rows) * p.Step
}

// H is the Hamiltonian as one expression.
func (f *Formula) H() *expr.Expr {
	var sum []*expr.Expr
	for _, t := range f.Terms {
		sum = append(sum, expr.Product(expr.Number(t.Coefficient), t.Expr))
	}
	return expr.Sum(sum...)
}

// Polish minimises the simulation error of the measured states over the coefficients.
func Polish(f *Formula, s *data.Set, r *Report) {
	var trials []shoot.Trial
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		trials = append(trials, shoot.Trial{T: t, X: x, U: s.InputSignal(k)})
	}
	r.Polish = shoot.Fit(f.system(), trials, shoot.Options{
		Noise: r.Noise, Windows: []int{2 * r.Half, 4 * r.Half, 8 * r.Half}, Step: shoot.StepOf(r.Step, r.Horizon, r.Smoothed),
	})
	if r.Polish.Window == 0 {
		return
	}
	for i := range f.Terms {
		f.Terms[i].Error = r.Polish.Errors[i]
	}
	at := len(f.Terms)
	for i := range f.Friction {
		f.FrictionError[i] = r.Polish.Errors[at]
		at++
	}
	for i := range f.Gain {
		f.GainError[i] = r.Polish.Errors[at]
		at++
	}
}

// system is the field with the coefficients of the terms, the friction and the gain as parameters.
func (f *Formula) system() *shoot.System {
	n, d := f.N, 2*f.N
	s := &shoot.System{Dim: d, Inputs: f.Inputs}
	gradient := make([][]*expr.Expr, len(f.Terms))
	second := make([][][]*expr.Expr, len(f.Terms))
	for k, t := range f.Terms {
		s.Parameters = append(s.Parameters, t.Coefficient)
		for i := range d {
			gradient[k] = append(gradient[k], t.Expr.Derivative(i))
			var row []*expr.Expr
			for j := range d {
				row = append(row, gradient[k][i].Derivative(j))
			}
			second[k] = append(second[k], row)
		}
	}
	s.Parameters = append(s.Parameters, f.Friction...)
	s.Parameters = append(s.Parameters, f.Gain...)
	s.Changed = func() {
		for k := range f.Terms {
			f.Terms[k].Coefficient = s.Parameters[k]
		}
		copy(f.Friction, s.Parameters[len(f.Terms):])
		copy(f.Gain, s.Parameters[len(f.Terms)+len(f.Friction):])
	}
	place := func(i int) (int, float64) { // of dH/dx_i in dx/dt
		if i < n {
			return n + i, -1
		}
		return i - n, 1
	}
	s.Rate = func(x, u, dx, byX, byP []float64) bool {
		clear(dx)
		if byX != nil {
			clear(byX)
			clear(byP)
		}
		for k := range f.Terms {
			c := f.Terms[k].Coefficient
			for i, e := range gradient[k] {
				at, sign := place(i)
				if e.Op == expr.Const && e.Value == 0 {
					continue
				}
				g := sign * e.Eval(x)
				dx[at] += c * g
				if byX == nil {
					continue
				}
				byP[k*d+at] = g
				for j, h := range second[k][i] {
					if h.Op != expr.Const || h.Value != 0 {
						byX[at*d+j] += c * sign * h.Eval(x)
					}
				}
			}
		}
		for i, v := range f.Friction {
			dx[n+i] -= v * x[n+i]
			if byX != nil {
				byX[(n+i)*d+n+i] -= v
				byP[(len(f.Terms)+i)*d+n+i] = -x[n+i]
			}
		}
		at := len(f.Terms) + len(f.Friction)
		for e, v := range f.Gain {
			if u == nil {
				break
			}
			i, j := e/f.Inputs, e%f.Inputs
			dx[n+i] += v * u[j]
			if byX != nil {
				byP[(at+e)*d+n+i] = u[j]
			}
		}
		return true
	}
	return s
}
