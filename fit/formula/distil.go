package formula

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/expr"
)

// Explains is the relative error above which no formula is said to explain what it was fitted to: of rollouts of held-out
// trials, in the columns' spreads, or of a field at held-out states, in its root mean square.
const Explains = 0.1

// mostDistilled bounds the states at which a field is looked at.
const mostDistilled = 4000

// Distil finds a formula for a field that is known at states: s.X and s.DX. It holds trials out as Fit does.
// Report.Error, and the errors of Report.Path, are the root mean square error of the formula's field at held-out
// states relative to the field's. Horizon, Half and Polish stay empty. The errors are Fit's.
func Distil(s *data.Set, list []*expr.Expr, o Options) (*Formula, *Report, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, err
	}
	n, d := s.Dim/2, s.Dim
	switch {
	case d%2 != 0 || n == 0:
		return nil, nil, fmt.Errorf("formula: states of length %d; a state is positions and as many momenta", d)
	case len(list) == 0:
		return nil, nil, fmt.Errorf("formula: no terms")
	case s.DX == nil:
		return nil, nil, fmt.Errorf("formula: no field at the states")
	}
	// The trials as paths, for the checks of the library; at least eight parts, so that some can be held out.
	paths := &estimate.Paths{N: d}
	for k := range s.Trials() {
		_, x, _ := s.Trial(k)
		paths.Trials, paths.Of = append(paths.Trials, estimate.Path{Q: x}), append(paths.Of, k)
	}
	paths.Cut(8)
	p := &problem{n: n, friction: !o.Conservative, known: o.Known}
	pruned, err := p.library(s, paths, list, o)
	if err != nil {
		return nil, nil, err
	}
	sizes := rateSizes(s)
	k, size := len(p.terms), p.size()
	rows := &sparse.Rows{Size: size, Block: d}
	stride := max(1, s.Rows()/mostDistilled)
	g, at := make([]float64, k*d), 0
	given, rate := p.given(), make([]float64, d)
	for trial, t := range paths.Trials {
		count := t.Rows(d)
		for r := 0; r < count; r += stride {
			x, dx := t.Q[r*d:(r+1)*d], s.DX[(at+r)*d:(at+r+1)*d]
			p.gradient.Rows(x, d, g)
			from := len(rows.A)
			rows.A = append(rows.A, make([]float64, d*size)...)
			block := rows.A[from:]
			for j := range n {
				a, b := 1/sizes[j], 1/sizes[n+j]
				for c := range k {
					block[j*size+c], block[(n+j)*size+c] = a*g[c*d+n+j], -b*g[c*d+j]
				}
				if p.friction {
					block[(n+j)*size+k+j] = -b * x[n+j]
				}
			}
			given(x, rate)
			for i, v := range dx {
				rows.Y = append(rows.Y, (v-rate[i])/sizes[i])
			}
			rows.Trial = append(rows.Trial, trial)
		}
		at += count
	}
	p.rows = rows
	c, err := (&sparse.Problem{Rows: rows, Penalty: p.penalty()}).Choose()
	if err != nil {
		return nil, nil, err
	}
	// The least set that is near enough: what a fitted field has beside it is not the law's.
	off := p.heldOut(rows, nil)
	least := math.Inf(1)
	report := &Report{Candidates: size, Pruned: pruned}
	near := false
	for _, step := range c.Path {
		theta, err := p.solve(rows, step.Set)
		if err != nil {
			continue
		}
		step.Error = p.heldOut(rows, theta) / off
		if step.Error > 0.9*least {
			continue
		}
		least = step.Error
		report.Path = append(report.Path, step)
		if !near && step.Error < o.Tolerance {
			near = true
			c.Terms, c.Theta = step.Set, theta
		}
	}
	c = p.significant(rows, c)
	f := p.formula(c.Theta)
	p.jackknife(f, c)
	report.Error = p.heldOut(rows, c.Theta) / off
	return f, report, nil
}

// rateSizes are the root mean squares of the rates of a set, component by component.
func rateSizes(s *data.Set) []float64 {
	sizes := make([]float64, s.Dim)
	for i, v := range s.DX {
		sizes[i%s.Dim] += v * v / float64(s.Rows())
	}
	for i, v := range sizes {
		sizes[i] = math.Sqrt(v + 1e-300) // not zero
	}
	return sizes
}

// solve is least squares of a set of terms, spread over all.
func (p *problem) solve(rows *sparse.Rows, set []int) ([]float64, error) {
	x, err := sparse.Subset(rows, set, nil)
	if err != nil {
		return nil, err
	}
	theta := make([]float64, rows.Size)
	for i, t := range set {
		theta[t] = x[i]
	}
	return theta, nil
}

// heldOut is the root of the summed squares that coefficients, nil for none, leave of the rows of held-out trials.
func (p *problem) heldOut(rows *sparse.Rows, theta []float64) float64 {
	sum := 0.0
	for i, y := range rows.Y {
		if rows.Trial[i/rows.Block]%4 != 0 {
			continue
		}
		e := -y
		for j, v := range theta {
			e += v * rows.Row(i)[j]
		}
		sum += e * e
	}
	return math.Sqrt(sum)
}
