package api

import (
	"context"
	"fmt"

	"hnn/model"
	"hnn/ode"
)

// Alternatives are models that may be as right as an entry's: what is not known of it.
type Alternatives struct {
	Models []*model.Field
	// Of says in words what they are.
	Of string
	// Bounds are, of a rollout's states (times x d) and those of the alternatives from its first state, nil of one that runs
	// away, what each number lies between with the probability level, and at which times nothing is known but the range
	// of the data.
	Bounds func(states []float64, rollouts [][]float64, level float64) (lo, hi []float64, outside []bool)
}

// band is that of a piece: as long as its states, and its rows x times.
type band struct {
	lo, hi  []float64
	outside []bool
}

// checkBand reports a band that cannot be given for a request of so many rollouts of points.
func (a *API) checkBand(p *SimulateRequest, e *Entry, points int) error {
	switch {
	case p.Band == 0:
		return nil
	case !(p.Band > 0 && p.Band < 1):
		return invalid("band: %v; give a share between 0 and 1, as 0.9", p.Band)
	case e.Alternatives == nil:
		return invalid("band: nothing says how sure run %s is; runs that have a band say so (\"band\" of the run)", e.Info.ID)
	case p.Stream:
		return invalid(`band: it is not in a stream; leave out "stream"`)
	}
	if n := len(e.Alternatives.Models); len(p.Initial)*e.dim()*points > a.limits.Numbers/n {
		return invalid("band: it takes %d rollouts of each, and the limit is %d numbers; ask for fewer at once", n, a.limits.Numbers)
	}
	return nil
}

// band rolls out the alternatives of an entry from the states that a piece begins with.
func (a *API) band(ctx context.Context, o *rollout, p *piece) error {
	alternatives, d, n := o.entry.alternatives, o.entry.dim(), len(p.times)
	rollouts := make([][]float64, len(alternatives)*p.rows) // of a row together
	set := o.settings
	set.Interrupt = ctx.Err
	if !set.Method.Adaptive() {
		set = ode.Settings{Method: ode.DOP853, MaxSteps: set.MaxSteps, Interrupt: ctx.Err}
	}
	err := a.blocks(ctx, len(rollouts), func(lo, hi int) {
		for k := lo; k < hi && ctx.Err() == nil; k++ {
			row, e := k/len(alternatives), alternatives[k%len(alternatives)]
			v := e.evaluator()
			field := v.field
			if o.input != nil {
				field, _ = v.under(o.input)
			}
			x := make([]float64, n*d)
			if _, _, err := ode.Solve(field, o.x0[row*d:(row+1)*d], p.times, x, &set); err == nil {
				rollouts[k] = x
			}
			e.release(v)
		}
	})
	if err != nil || ctx.Err() != nil {
		return interrupted(ctx)
	}
	p.band = new(band)
	for row := range p.rows {
		lo, hi, outside := o.entry.Alternatives.Bounds(p.states[row*n*d:(row+1)*n*d], rollouts[row*len(alternatives):(row+1)*len(alternatives)], o.band)
		p.band.lo, p.band.hi, p.band.outside = append(p.band.lo, lo...), append(p.band.hi, hi...), append(p.band.outside, outside...)
	}
	return nil
}

// band writes the members lo, hi and outside of an object, each with a comma before it.
func (e *encoder) band(p *piece, d int) {
	if p.band == nil {
		return
	}
	n := len(p.times)
	for _, of := range []struct {
		name string
		v    []float64
	}{{"lo", p.band.lo}, {"hi", p.band.hi}} {
		e.raw(`,"` + of.name + `":`)
		e.list(p.rows, func(i int) {
			e.list(n, func(k int) { e.numbers(of.v[(i*n+k)*d : (i*n+k+1)*d]) })
		})
	}
	e.raw(`,"outside":`)
	e.list(p.rows, func(i int) {
		e.list(n, func(k int) { e.raw(fmt.Sprint(p.band.outside[i*n+k])) })
	})
}
