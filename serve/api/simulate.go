package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"

	"hnn/ode"
)

// SimulateRequest asks for rollouts of one or many initial states over the same times.
type SimulateRequest struct {
	Initial [][]float64 `json:"initial"`
	// Times lists the outputs, the first being that of the initial states; they run one
	// way. Or From, To and Steps say them: Steps equal intervals, 100 by default.
	Times []float64 `json:"times"`
	From  float64   `json:"from"`
	To    *float64  `json:"to"`
	Steps int       `json:"steps"`
	// The integrator: see ode.Settings. Zero is the default.
	Method string  `json:"method"`
	RTol   float64 `json:"rtol"`
	ATol   float64 `json:"atol"`
	Step   float64 `json:"step"`
	// Input is what acts on the system of a driven model, the same for all rollouts; without it
	// nothing does.
	Input []Signal `json:"input"`
	// Energy asks for the energies along the rollouts.
	Energy bool `json:"energy"`
	// Band asks for the band of this level, between 0 and 1, about each rollout: see Info.
	Band float64 `json:"band"`
	// Stream asks for an answer in lines, each a piece of the times.
	Stream bool `json:"stream"`
}

// rollout is a checked SimulateRequest.
type rollout struct {
	entry    *Entry
	x0       []float64 // rows x d
	rows     int
	times    []float64
	settings ode.Settings
	input    []Signal // nil for none
	energy   bool
	band     float64 // its level, 0 for none
}

func (a *API) postSimulate(w http.ResponseWriter, r *http.Request) error {
	var p SimulateRequest
	e, err := a.open(r, &p)
	if err != nil {
		return err
	}
	o, err := a.rollout(&p, e)
	if err != nil {
		return err
	}
	if p.Stream {
		return a.stream(w, r, o)
	}
	ctx, cancel := a.timed(r, a.limits.Timeout)
	defer cancel()
	piece, err := a.solve(ctx, o, o.x0, o.times)
	if err != nil {
		return err
	}
	if o.band > 0 {
		if err := a.band(ctx, o, piece); err != nil {
			return err
		}
	}
	answer(w, func(out *encoder) {
		out.piece(piece, e.dim())
		out.band(piece, e.dim())
		out.raw(",")
		out.ends(e, piece.errs, piece.stats, piece.leave(e, nil))
	})
	return nil
}

// rollout checks a request, so that what follows cannot fail for what was asked, but
// only for what the field does.
func (a *API) rollout(p *SimulateRequest, e *Entry) (*rollout, error) {
	x0, err := a.flatten("initial", p.Initial, e.dim(), e.columns())
	if err != nil {
		return nil, err
	}
	o := &rollout{entry: e, x0: x0, rows: len(p.Initial), input: p.Input, energy: p.Energy, band: p.Band}
	limit, advice := a.limits.Numbers, `; ask for fewer at once, or for a stream ("stream": true)`
	if p.Stream {
		limit, advice = a.limits.StreamNumbers, "; ask in parts"
	}
	points := len(p.Times)
	if p.Times == nil {
		if p.Steps == 0 {
			p.Steps = 100
		}
		points = min(p.Steps, limit) + 1
	}
	// Each factor is bounded before the product is taken.
	if points > limit || len(x0)*points > limit {
		return nil, invalid("%d rollouts of %d points are too much: the limit is %d numbers%s", o.rows, points, limit, advice)
	}
	if err := a.checkBand(p, e, points); err != nil {
		return nil, err
	}
	if o.times, err = p.times(); err != nil {
		return nil, err
	}
	span := math.Abs(o.times[len(o.times)-1] - o.times[0])
	if !(span <= a.limits.Horizon) { // an overflow too
		return nil, invalid("the times span %g, and the limit is %g", span, a.limits.Horizon)
	}
	if o.settings, err = p.settings(); err != nil {
		return nil, err
	}
	if o.settings.Method.NeedsSplit() && !e.Info.Separable {
		return nil, invalid("method: %s is for runs with H = T(p) + V(q), which run %s is not", p.Method, e.Info.ID)
	}
	if err := a.checkInput(p.Input, e, o.settings.Method, math.Abs(o.times[0])+span); err != nil {
		return nil, err
	}
	o.settings.MaxSteps = a.limits.Steps
	if !o.settings.Method.Adaptive() && span/o.settings.Step > float64(a.limits.Steps) {
		return nil, invalid("step: %g makes %.3g steps of a span of %g, and the limit is %d", p.Step, span/p.Step, span, a.limits.Steps)
	}
	return o, nil
}

// times are the outputs' times, checked.
func (p *SimulateRequest) times() ([]float64, error) {
	if p.Times == nil {
		if p.To == nil {
			return nil, invalid("no times: give to (and from, steps), or times")
		}
		if p.Steps < 1 {
			return nil, invalid("steps: %d; give 1 or more", p.Steps)
		}
		times := make([]float64, p.Steps+1)
		for i := range times {
			w := float64(i) / float64(p.Steps)
			times[i] = p.From*(1-w) + *p.To*w
		}
		return times, oneWay(times)
	}
	if p.To != nil || p.From != 0 || p.Steps != 0 {
		return nil, invalid("times lists every time; leave out from, to and steps")
	}
	if len(p.Times) < 2 {
		return nil, invalid("times: %d of them; give two or more, the first being that of the initial states", len(p.Times))
	}
	return p.Times, oneWay(p.Times)
}

func oneWay(times []float64) error {
	for i := 1; i < len(times); i++ {
		if times[i] == times[i-1] || (times[i] > times[i-1]) != (times[1] > times[0]) {
			return invalid("times: %v follows %v; the times must run one way, forwards or backwards", times[i], times[i-1])
		}
	}
	return nil
}

// tightest is the least tolerance that double precision bears.
const tightest = 1e-13

func (p *SimulateRequest) settings() (ode.Settings, error) {
	// The tolerance is tight by default, and this method takes half of rk45's evaluations then.
	set := ode.Settings{Method: ode.DOP853, RTol: p.RTol, ATol: p.ATol, Step: p.Step}
	if p.Method != "" {
		m, err := ode.ParseMethod(p.Method)
		if err != nil {
			return set, invalid("method: %v", err)
		}
		set.Method = m
	}
	for _, tol := range []struct {
		name  string
		value float64
	}{{"rtol", p.RTol}, {"atol", p.ATol}} {
		switch {
		case !set.Method.Adaptive() && tol.value != 0:
			return set, invalid("%s: %s has a fixed step; give step and no tolerance", tol.name, p.Method)
		case tol.value != 0 && (tol.value < tightest || tol.value > 1):
			return set, invalid("%s: %g; give a tolerance from %g to 1", tol.name, tol.value, tightest)
		}
	}
	switch {
	case set.Method.Adaptive() && p.Step != 0:
		return set, invalid("step: %s chooses its steps; give rtol and atol, and no step", set.Method)
	case !set.Method.Adaptive() && !(p.Step > 0):
		return set, invalid("step: %s has a fixed step; give a positive one", p.Method)
	}
	return set, nil
}

// piece is a part of a rollout's times, with all its rows.
type piece struct {
	times  []float64
	rows   int
	states []float64 // rows x times x d
	// energy and truth are rows x times of the learned and the true H, nil where there is
	// none or none was asked for.
	energy, truth []float64
	// supply is the power that the inputs put into the learned H, likewise.
	supply []float64
	errs   []error
	stats  []ode.Stats
	band   *band // nil for none
}

// solve rolls the states x0 out over the times.
func (a *API) solve(ctx context.Context, o *rollout, x0, times []float64) (*piece, error) {
	e, d, n := o.entry, o.entry.dim(), len(times)
	rows := len(x0) / d
	p := &piece{times: times, rows: rows, states: make([]float64, rows*n*d), errs: make([]error, rows), stats: make([]ode.Stats, rows)}
	set := o.settings
	set.Interrupt = ctx.Err
	refused := make([]error, rows) // why a block could not be begun: at its first row
	err := a.blocks(ctx, rows, func(lo, hi int) {
		v := e.evaluator()
		defer e.release(v)
		field, batch, split, splits := v.field, v.batch, v.split, v.splits
		if o.input != nil { // which acts on the whole field
			field, batch = v.under(o.input)
			split, splits = nil, nil
		}
		from, to := x0[lo*d:hi*d], p.states[lo*n*d:hi*n*d]
		if hi-lo == 1 {
			if split != nil {
				_, p.stats[lo], p.errs[lo] = ode.SolveSplit(*split, from, times, to, &set)
			} else {
				_, p.stats[lo], p.errs[lo] = ode.Solve(field, from, times, to, &set)
			}
			return
		}
		var res ode.Result
		var err error
		if splits != nil {
			res, err = ode.SolveSplitBatch(*splits, from, hi-lo, times, to, &set)
		} else {
			res, err = ode.SolveBatch(batch, from, hi-lo, times, to, &set)
		}
		if err != nil {
			refused[lo] = err
			return
		}
		copy(p.errs[lo:hi], res.Errs)
		copy(p.stats[lo:hi], res.Stats)
	})
	if err != nil || ctx.Err() != nil {
		return nil, interrupted(ctx)
	}
	for _, err := range refused {
		if err != nil {
			return nil, invalid("the integration cannot begin: %v", err)
		}
	}
	if a.options.Solved != nil {
		a.options.Solved(p.stats)
	}
	if !o.energy {
		return p, nil
	}
	for _, h := range []struct {
		has   bool
		truth bool
		dst   *[]float64
	}{{e.Info.HasEnergy, false, &p.energy}, {e.Info.HasTrueEnergy, true, &p.truth}} {
		if !h.has {
			continue
		}
		*h.dst = make([]float64, rows*n)
		if err := a.energies(ctx, e, h.truth, p.states, *h.dst); err != nil {
			return nil, err
		}
	}
	if o.input != nil && e.Info.HasEnergy {
		p.supply = make([]float64, rows*n)
		if err := a.supplies(ctx, o, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// piece writes the members times, states and energies of an object.
func (e *encoder) piece(p *piece, d int) {
	n := len(p.times)
	e.raw(`"times":`)
	e.numbers(p.times)
	e.raw(`,"states":`)
	e.list(p.rows, func(i int) { e.rows(p.states[i*n*d:(i+1)*n*d], d) })
	for _, h := range []struct {
		name string
		v    []float64
	}{{"energy", p.energy}, {"true_energy", p.truth}, {"supply", p.supply}} {
		if h.v != nil {
			e.raw(`,"` + h.name + `":`)
			e.list(p.rows, func(i int) { e.numbers(h.v[i*n : (i+1)*n]) })
		}
	}
}

// departure is where a rollout leaves the region of the training data: the time, the coordinate, and how far
// it goes outside in ranges of a coordinate.
type departure struct {
	time       float64
	coordinate int
	ranges     float64
}

// leave returns the departures of the rows, nil for those that stay, with those of the pieces before;
// nil where the region is not known.
func (p *piece) leave(e *Entry, before []*departure) []*departure {
	if e.region == nil {
		return nil
	}
	if before == nil {
		before = make([]*departure, p.rows)
	}
	n, d := len(p.times), e.dim()
	for i, was := range before {
		states := p.states[i*n*d : (i+1)*n*d]
		if j := slices.IndexFunc(states, math.IsNaN); j >= 0 {
			states = states[:j/d*d] // it failed there
		}
		row, coordinate, most := e.region.Leaves(states)
		switch {
		case row >= 0 && was == nil:
			before[i] = &departure{p.times[row], coordinate, most}
		case was != nil:
			was.ranges = max(was.ranges, most)
		}
	}
	return before
}

// ends writes how each row ended: the members errors, leaves (where the region of the data is known) and stats.
func (e *encoder) ends(of *Entry, errs []error, stats []ode.Stats, left []*departure) {
	if left != nil {
		e.raw(`"leaves":`)
		e.list(len(left), func(i int) {
			if left[i] == nil {
				e.raw("null")
				return
			}
			e.raw(`{"time":`)
			e.number(left[i].time)
			e.raw(`,"coordinate":`)
			e.text(of.Info.Coordinates[left[i].coordinate].Name)
			e.raw(`,"ranges":`)
			e.number(left[i].ranges)
			e.raw("}")
		})
		e.raw(",")
	}
	e.raw(`"errors":`)
	e.list(len(errs), func(i int) {
		if errs[i] == nil {
			e.raw("null")
			return
		}
		e.text(errs[i].Error())
	})
	e.raw(`,"stats":`)
	e.list(len(stats), func(i int) {
		e.raw(fmt.Sprintf(`{"steps":%d,"rejected":%d,"evaluations":%d}`, stats[i].Steps, stats[i].Rejected, stats[i].Evaluations))
	})
}
