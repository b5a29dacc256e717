// Package formula finds a Hamiltonian as a sparse sum of given terms,
//
//	H(q, p) = sum over k of c_k phi_k(q, p),   dq/dt = dH/dp,   dp/dt = -dH/dq - R p + G u,
//
// R diagonal and G constant, from trajectories of canonical states, by the weak form, in which no derivative of the
// data is taken. The number of terms is chosen by held-out trials; the simulation error of what was measured is
// minimised at the end; standard errors come from leaving groups of trials out.
package formula

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/expr"
	"hnn/model/formula"
)

// Options of Fit.
type Options struct {
	// Angles marks the positions that are angles, nil for none.
	Angles []bool
	// Conservative leaves friction out.
	Conservative bool
	// Names are those of the columns, for errors.
	Names []string
	// Prune leaves out terms that the rows cannot tell from simpler ones before them, or that are not finite at a row,
	// where else they are an error: for a library that nobody wrote down.
	Prune bool
	// Known is a part of H that is given, nil for none: terms are found for the rest.
	Known *expr.Expr
	// Tolerance is, of Distil, the relative error of a field below which the formula of fewest terms is taken; 0 for the
	// formula that follows the field as well as any.
	Tolerance float64
	// Beaten says, of the held-out error (Report.Error) of the terms that the weak form chose, that another form does so much
	// better that sets of terms need not be compared by simulation, which takes long; nil compares them.
	Beaten func(error float64) bool
}

// ErrBeaten is what Fit returns where Options.Beaten says so.
var ErrBeaten = errors.New("formula: another form follows the rows better than any sum of the terms")

// Formula and Term are what is found.
type (
	Formula = formula.Formula
	Term    = formula.Term
)

// Report says how it was found.
type Report struct {
	shoot.Sampling
	Noise      []float64     // standard deviation of the noise of each column, in its unit
	Half       int           // half-width of the windows, in steps of Step
	Candidates int           // terms that were tried
	Path       []sparse.Step // held-out error against the number of terms
	// Pruned are the terms that were left out before: see Options.Prune.
	Pruned []*expr.Expr
	// Error is the median of the root mean square errors of rollouts of held-out trials over Horizon, relative to the
	// columns' spreads.
	Error  float64
	Polish *shoot.Report // what the fit of whole trials reached, nil without

	information float64 // Bayesian, of the terms that choose has chosen
}

// problem is the rows of one width of windows.
type problem struct {
	n, inputs int
	terms     []*expr.Expr
	friction  bool
	known     *expr.Expr
	gradient  *expr.Program // of all terms by all components, terms x 2 n
	rows      *sparse.Rows
}

// Fit finds a formula made of the terms for a set of states (q, p), in which term variables 0 to Dim-1 are the
// columns. It is an error if a term is not finite at a row, if terms are the same function on the rows, or if the
// rows determine nothing.
func Fit(s *data.Set, list []*expr.Expr, o Options) (*Formula, *Report, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, err
	}
	if err := fits(s, list); err != nil {
		return nil, nil, err
	}
	paths, err := pathsOf(s, o)
	if err != nil {
		return nil, nil, err
	}
	return fit(s, paths, list, o)
}

// fits is an error where states are none of positions and momenta, or terms none of states.
func fits(s *data.Set, list []*expr.Expr) error {
	if s.Dim%2 != 0 || s.Dim == 0 || s.PositionsOnly {
		return fmt.Errorf("formula: states of length %d; a state is positions and as many momenta", s.Dim)
	}
	if len(list) == 0 {
		return fmt.Errorf("formula: no terms")
	}
	for _, t := range list {
		if v := t.Variables(); v > s.Dim {
			return fmt.Errorf("formula: a term of variable %d, and states have %d", v, s.Dim)
		}
	}
	return nil
}

// pathsOf are the states on equal steps, in at least eight pieces.
func pathsOf(s *data.Set, o Options) (*estimate.Paths, error) {
	marks := make([]bool, s.Dim)
	copy(marks, o.Angles)
	paths, err := estimate.NewPaths(s, estimate.PathOptions{Angles: marks})
	if err != nil {
		return nil, err
	}
	paths.Cut(8)
	return paths, nil
}

// fit is Fit where the paths are known, which stay as they are.
func fit(s *data.Set, paths *estimate.Paths, list []*expr.Expr, o Options) (*Formula, *Report, error) {
	p := &problem{n: s.Dim / 2, inputs: len(s.InputNames), friction: !o.Conservative, known: o.Known}
	pruned, err := p.library(s, paths, list, o)
	if err != nil {
		return nil, nil, err
	}
	halves := paths.Halves()
	var best *Formula
	var report *Report
	var choice *sparse.Choice
	var failed error
	for w, rows := range p.windows(paths, halves) {
		if rows.Blocks() < 8 {
			failed = cmp.Or(failed, fmt.Errorf("formula: trials of fewer than %d samples", 2*halves[w]+1))
			continue
		}
		c, err := (&sparse.Problem{Rows: rows, Penalty: p.penalty()}).Choose()
		if err != nil {
			failed = err
			continue
		}
		c = p.significant(rows, c)
		f := p.formula(c.Theta)
		r := &Report{Sampling: shoot.SamplingOf(paths), Noise: paths.Noise, Half: halves[w], Candidates: p.size(), Path: c.Path, Pruned: pruned}
		r.Error = motion(f).HeldOut(paths)
		if best == nil || r.Error < report.Error {
			best, report, choice, p.rows = f, r, c, rows
		}
	}
	if best == nil {
		return nil, nil, failed
	}
	if report.Smoothed {
		if o.Beaten != nil && o.Beaten(report.Error) {
			return nil, nil, ErrBeaten
		}
		choice = p.choose(s, report, choice)
		best = p.formula(choice.Theta)
		report.Error = motion(best).HeldOut(paths)
		// Noise may not tell a power from an exponential or an inverse, which then stood for it: powers alone are tried too.
		other := func(t *expr.Expr) bool { return !polynomial(t) }
		if slices.ContainsFunc(pruned, polynomial) && slices.ContainsFunc(p.terms, other) {
			if f, r, err := fit(s, paths, slices.DeleteFunc(slices.Clone(list), other), o); err == nil && r.information < report.information {
				return f, r, nil
			}
		}
	}
	p.jackknife(best, choice)
	return best, report, nil
}

// size is the number of coefficients: of the terms, the friction and the gain.
func (p *problem) size() int {
	size := len(p.terms) + p.n*p.inputs
	if p.friction {
		size += p.n
	}
	return size
}

// penalty grows with the size of a term.
func (p *problem) penalty() []float64 {
	penalty := make([]float64, p.size())
	for c := range penalty {
		penalty[c] = 1
		if c < len(p.terms) {
			penalty[c] = float64(p.terms[c].Size())
		}
	}
	return penalty
}

// formula spreads coefficients over a Formula.
func (p *problem) formula(theta []float64) *Formula {
	f := &Formula{N: p.n, Inputs: p.inputs, Known: p.known}
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
	var found [][]float64
	mean := make([]float64, len(c.Terms))
	for g := range groups {
		x, err := sparse.Subset(p.rows, c.Terms, func(block int) bool { return p.rows.Trial[block]%groups != g })
		if err != nil {
			continue
		}
		found = append(found, x)
		for i, v := range x {
			mean[i] += v
		}
	}
	errors := map[int]float64{}
	used := float64(len(found))
	for i, term := range c.Terms {
		square := 0.0
		for _, x := range found {
			square += math.Pow(x[i]-mean[i]/used, 2)
		}
		errors[term] = math.Sqrt(square * (used - 1) / used)
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
