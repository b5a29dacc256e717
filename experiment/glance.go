package experiment

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/formula"
	"hnn/fit/law"
	"hnn/model/expr"
)

const (
	// glanceTerms, glanceRows and glanceColumns bound what a glance at a file compares.
	glanceTerms   = 80
	glanceRows    = 6000
	glanceColumns = 24
	// Friction is believed beyond so many standard errors, where it takes so much of a momentum along a trial.
	glanceErrors, glanceDecay = 4, 0.01
	// The share of the rates that a form may leave to be said to explain them, that is nothing, and that a field without
	// structure may leave where others are refused.
	glanceExplains, glanceExact, glanceRefuses = 0.1, 1e-3, 0.03
)

// glance says in a sentence, without training, whether observations look Hamiltonian: by linear fits of their rates, of a
// Hamiltonian without and with friction and of a field without structure, on held-out rows. It is "" where that cannot be
// asked.
func glance(set *data.Set, marks []bool, velocities bool) (Class, string) {
	if set.PositionsOnly || set.FirstOrder || set.Dim%2 != 0 || set.Dim > glanceColumns || len(marks) != set.Dim {
		return "", ""
	}
	c, err := compareForms(set, marks)
	if err != nil {
		return "", ""
	}
	return glanced(c, set, velocities)
}

func compareForms(set *data.Set, marks []bool) (*law.Comparison, error) {
	if set.Rows() > glanceRows {
		set = set.Slice(0, glanceRows)
	}
	paths, err := estimate.NewPaths(set, estimate.PathOptions{Angles: marks})
	if err != nil {
		return nil, err
	}
	paths.Cut(8)
	n := set.Dim / 2
	list := formula.Default(n, marks[:n], set.Names)
	if n > 1 {
		list = slices.DeleteFunc(list, func(e *expr.Expr) bool { return !mechanical(e, n) })
	}
	return law.Compare(paths, list[:min(len(list), glanceTerms)], len(set.InputNames))
}

// mechanical reports whether a term is a function of the n positions alone, or of second order in the state.
func mechanical(e *expr.Expr, n int) bool {
	for j := n; j < 2*n; j++ {
		for i := range 2 * n {
			if d := e.Derivative(j).Derivative(i); d.Op != expr.Const {
				return false
			}
		}
	}
	return true
}

// glanced is what a comparison of forms comes to.
func glanced(c *law.Comparison, set *data.Set, velocities bool) (Class, string) {
	left := fmt.Sprintf("at a glance, by linear fits of the rates: a Hamiltonian of these columns leaves %s of them, with constant friction %s, a field without structure %s", share(c.Conservative), share(c.Friction), share(c.Free))
	as := func(above float64) bool { return above < math.Log(asGood) }
	length := 0.0
	for k := range set.Trials() {
		length = math.Max(length, set.T[set.Offsets[k+1]-1]-set.T[set.Offsets[k]])
	}
	loses, gains := false, false
	for j, v := range c.Rates {
		sure := math.Abs(v) > math.Max(glanceErrors*c.RateErrors[j], glanceDecay/length)
		loses, gains = loses || sure && v > 0, gains || sure && v < 0
	}
	explains := func(left, above float64) bool { return left < glanceExact || as(above) && left < glanceExplains }
	switch {
	case c.Inputs > acts && min(c.Friction, c.Free) < glanceExplains:
		return Driven, fmt.Sprintf("%s; the inputs make %s of the rates", left, share(c.Inputs))
	case explains(c.Friction, c.FrictionAbove) && (loses || gains):
		switch {
		case !gains:
			return Losses, left + ": it looks as if it lost energy to friction"
		case !loses:
			return Gain, left + ": it looks as if it gained energy"
		}
		return Gain, left + ": it looks as if it lost energy in one direction and gained it in another"
	case explains(c.Conservative, c.ConservativeAbove):
		return Conservative, left + ": it looks conservative"
	case velocities && set.Dim > 2:
		return Unclear, left + ": velocities are momenta only where masses are equal and there is no magnetic force; training tries a Lagrangian of them"
	case c.Free < glanceRefuses && c.FrictionAbove-2*c.FrictionError > math.Log(asGood):
		return Other, left + ": it looks like no Hamiltonian of simple terms in these columns; friction may vary, something act from outside, or the columns be no positions and momenta"
	}
	return Unclear, left + ": whether it is Hamiltonian cannot be told at a glance, and training compares more forms"
}
