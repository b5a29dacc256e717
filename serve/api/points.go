package api

import (
	"context"
	"math"
	"net/http"
	"slices"

	"hnn/ode"
)

// PointsRequest names states: one by one, or as a grid over two of their coordinates.
type PointsRequest struct {
	States [][]float64 `json:"states"`
	Grid   *Grid       `json:"grid"`
}

// Grid is a rectangle of states. Coordinate Axes[0] runs over Size[0] values evenly
// from Range[0][0] to Range[0][1], ends included, coordinate Axes[1] likewise, and the
// others are At's. State (i, j) is number j*Size[0]+i.
type Grid struct {
	Axes  [2]int        `json:"axes"`
	Range [2][2]float64 `json:"range"`
	Size  [2]int        `json:"size"`
	At    []float64     `json:"at"` // nil is the origin
}

func (g *Grid) states(a *API, d int) ([]float64, error) {
	for _, a := range g.Axes {
		if a < 0 || a >= d {
			return nil, invalid("grid.axes: %v; they are two different numbers from 0 to %d", g.Axes, d-1)
		}
	}
	nx, ny := g.Size[0], g.Size[1]
	switch {
	case g.Axes[0] == g.Axes[1]:
		return nil, invalid("grid.axes: %v; they are two different numbers from 0 to %d", g.Axes, d-1)
	case nx < 2 || ny < 2:
		return nil, invalid("grid.size: %v; give 2 or more along each axis", g.Size)
	case nx > a.limits.States || ny > a.limits.States/nx:
		return nil, invalid("grid.size: %v; the limit is %d states", g.Size, a.limits.States)
	case g.At != nil && len(g.At) != d:
		return nil, invalid("grid.at: %d numbers, and a state has %d", len(g.At), d)
	}
	states := make([]float64, nx*ny*d)
	// a (1-w) + b w, since b - a may overflow.
	at := func(axis, i int) float64 {
		w := float64(i) / float64(g.Size[axis]-1)
		return g.Range[axis][0]*(1-w) + g.Range[axis][1]*w
	}
	for j := range ny {
		for i := range nx {
			x := states[(j*nx+i)*d:][:d]
			copy(x, g.At)
			x[g.Axes[0]], x[g.Axes[1]] = at(0, i), at(1, j)
		}
	}
	return states, nil
}

// states are those of a request, behind one another.
func (a *API) states(p *PointsRequest, e *Entry) ([]float64, error) {
	switch {
	case p.Grid != nil && p.States != nil:
		return nil, invalid("give states or a grid, not both")
	case p.Grid != nil:
		return p.Grid.states(a, e.dim())
	}
	return a.flatten("states", p.States, e.dim(), e.columns())
}

// energyOf is what an evaluator calls by the key "energy": the learned H or, where
// wanted, the true one.
func (v *evaluator) energyOf(truth bool) func(x []float64) float64 {
	if truth {
		return v.truth
	}
	return v.energy
}

func (a *API) postEnergy(w http.ResponseWriter, r *http.Request) error {
	var p PointsRequest
	e, err := a.open(r, &p)
	if err != nil {
		return err
	}
	if !e.Info.HasEnergy {
		return invalid("run %s is a model of kind %s, which conserves nothing, so it has no energy", e.Info.ID, e.Info.Model)
	}
	states, err := a.states(&p, e)
	if err != nil {
		return err
	}
	ctx, cancel := a.timed(r, a.limits.Timeout)
	defer cancel()
	energy := make([]float64, len(states)/e.dim())
	if err := a.energies(ctx, e, false, states, energy); err != nil {
		return err
	}
	answer(w, func(out *encoder) {
		out.raw(`"energy":`)
		out.numbers(energy)
	})
	return nil
}

// energies evaluates H, the learned or the true one, at every state.
func (a *API) energies(ctx context.Context, e *Entry, truth bool, states, dst []float64) error {
	d := e.dim()
	err := a.blocks(ctx, len(dst), func(lo, hi int) {
		v := e.evaluator()
		defer e.release(v)
		energy := v.energyOf(truth)
		for i := lo; i < hi && ctx.Err() == nil; i++ {
			dst[i] = energy(states[i*d : (i+1)*d])
		}
	})
	if err != nil {
		return interrupted(ctx)
	}
	return nil
}

// FieldRequest is a PointsRequest with what acts on the system at a time.
type FieldRequest struct {
	States [][]float64 `json:"states"`
	Grid   *Grid       `json:"grid"`
	Input  []Signal    `json:"input"` // as in SimulateRequest
	Time   float64     `json:"time"`
}

func (a *API) postField(w http.ResponseWriter, r *http.Request) error {
	var p FieldRequest
	e, err := a.open(r, &p)
	if err != nil {
		return err
	}
	states, err := a.states(&PointsRequest{p.States, p.Grid}, e)
	if err != nil {
		return err
	}
	if err := a.checkInput(p.Input, e, ode.DOP853, math.Abs(p.Time)); err != nil {
		return err
	}
	d := e.dim()
	dx := make([]float64, len(states))
	ctx, cancel := a.timed(r, a.limits.Timeout)
	defer cancel()
	err = a.blocks(ctx, len(states)/d, func(lo, hi int) {
		v := e.evaluator()
		defer e.release(v)
		batch := v.batch
		if p.Input != nil {
			_, batch = v.under(p.Input)
		}
		batch(slices.Repeat([]float64{p.Time}, hi-lo), states[lo*d:hi*d], dx[lo*d:hi*d], hi-lo)
	})
	if err != nil {
		return interrupted(ctx)
	}
	answer(w, func(out *encoder) {
		out.raw(`"derivatives":`)
		out.rows(dx, d)
	})
	return nil
}

// ShiftRequest asks for the states of other energies on the path along the gradient of
// H through a state.
type ShiftRequest struct {
	State []float64 `json:"state"`
	// Changes are what is added to the state's energy.
	Changes []float64 `json:"changes"`
}

// mostChanges bounds ShiftRequest.Changes.
const mostChanges = 400

func (a *API) postShift(w http.ResponseWriter, r *http.Request) error {
	var p ShiftRequest
	e, err := a.open(r, &p)
	if err != nil {
		return err
	}
	if !e.Info.HasEnergy {
		return invalid("run %s is a model of kind %s, which conserves nothing, so it has no energy to change", e.Info.ID, e.Info.Model)
	}
	x0, err := a.flatten("state", [][]float64{p.State}, e.dim(), e.columns())
	if err != nil {
		return err
	}
	if len(p.Changes) == 0 || len(p.Changes) > mostChanges {
		return invalid("changes: %d numbers; give 1 to %d", len(p.Changes), mostChanges)
	}
	ctx, cancel := a.timed(r, a.limits.Timeout)
	defer cancel()
	states := make([]float64, len(p.Changes)*e.dim())
	var h0 float64
	err = a.blocks(ctx, 1, func(int, int) {
		v := e.evaluator()
		defer e.release(v)
		h0 = v.energy(x0)
		gradientPath(v.energy, x0, p.Changes, states, ctx.Err)
	})
	if err != nil {
		return interrupted(ctx)
	}
	answer(w, func(out *encoder) {
		out.raw(`"energy":`)
		out.number(h0)
		out.raw(`,"states":`)
		out.rows(states, e.dim())
	})
	return nil
}
