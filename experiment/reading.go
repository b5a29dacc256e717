package experiment

import (
	"context"
	"math"
	"slices"
	"strings"

	"hnn/data/check"
	"hnn/data/estimate"
	"hnn/internal/shell"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

const (
	// clearer is how many times less the error of another reading of a file's columns must be, and below which share of the range, to
	// be taken for the one that their names say.
	clearer, clearerBelow = 3, 0.05
)

// read asks, before models are tried on a user's file, whether its columns are something else than their names alone say, by
// held-out rollouts of models that take little time: columns that look like positions, with no velocities beside them, may be the
// state of a field of first order, as x, y and z of Chua's circuit. Where that follows the rows so much better it is asked for, as
// if it had been given, and said.
func (e *Env) read(ctx context.Context, c Config, asked Asked) (Asked, error) {
	given := c
	asked.apply(&given, nil)
	for _, flag := range []string{"x", "q", "p", "v", "dq", "dp", "angle"} {
		if asked.given(flag) {
			return asked, nil
		}
	}
	if given.Columns.X != nil || given.Columns.Q != nil || given.Angle != nil || given.Estimate.Derivatives != estimate.Auto {
		return asked, nil
	}
	e.data.limit = max(e.data.limit, 6)
	d, err := e.load(&given)
	if err != nil || d.raw == nil || d.raw.Names == nil || d.scattered() {
		return asked, err
	}
	if !d.raw.PositionsOnly || slices.ContainsFunc(d.raw.Names, check.NamesAngle) {
		return asked, nil
	}
	state := given
	state.Columns.X = d.raw.Names
	as, err := e.quickest(ctx, given, []string{terms.KindLinear, lagrangian.Kind, terms.KindSparse})
	if err != nil || as < tie {
		return asked, err
	}
	better, err := e.quickest(ctx, state, []string{terms.KindSparse})
	if err != nil || !(better < clearerBelow && clearer*better < as) {
		return asked, err
	}
	short := ", as their names say, to " + share(as)
	if math.IsInf(as, 1) {
		short = ", as their names say, none of those that take little time does"
	}
	e.log("%s: %s are read as the state of a field of first order, as by --x %s: so a model follows held-out rows to %s of the range, and as positions%s; --q names positions", c.Task, strings.Join(state.Columns.X, ", "), shell.Quote(strings.Join(state.Columns.X, ",")), share(better), short)
	asked.Given, asked.Settings.Columns.X = append(slices.Clip(asked.Given), "x"), state.Columns.X
	return asked, nil
}

// quickest is the least error on held-out rows of models of the weak form, infinite where none follows them.
func (e *Env) quickest(ctx context.Context, c Config, kinds []string) (float64, error) {
	least := math.Inf(1)
	for _, kind := range kinds {
		with := c.WithWeakForm(kind)
		d, err := e.load(&with)
		if err != nil {
			return least, nil // another reading need not be one
		}
		with.Angle = d.angles
		error, err := e.heldOutError(ctx, with, d)
		if err != nil {
			return least, err
		}
		least = min(least, error)
	}
	return least, nil
}
