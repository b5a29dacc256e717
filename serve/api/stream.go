package api

import (
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"hnn/ode"
)

// The pieces of a stream grow from the first, which is to be there at once, to the
// last, which are to cost little.
const (
	firstPiece = 16
	mostPiece  = 1024
)

// stream answers a rollout in lines of JSON, each with a piece of the times, as they
// are computed, to the last time or until every row has failed; the last line says how it ended. The integration is begun anew at the
// first state of each piece, so it agrees with the whole one within the tolerance.
func (a *API) stream(w http.ResponseWriter, r *http.Request, o *rollout) error {
	ctx, cancel := a.timed(r, a.limits.StreamTimeout)
	defer cancel()
	d := o.entry.dim()
	c := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy between is not to collect the lines
	out := encoder{w: w}
	send := func() bool {
		_ = c.SetWriteDeadline(time.Now().Add(WriteTimeout))
		out.flush()
		return out.err == nil && c.Flush() == nil
	}
	state := o.x0
	errs, stats := make([]error, o.rows), make([]ode.Stats, o.rows)
	var left []*departure
	size := firstPiece
	for lo := 0; lo < len(o.times)-1 && slices.Contains(errs, nil); {
		hi := min(lo+size, len(o.times)-1)
		p, err := a.solveRunning(ctx, o, state, o.times[lo:hi+1], errs, stats)
		if err != nil {
			out.raw(`{"error":`)
			out.text(err.Error())
			out.raw("}\n")
			send()
			return nil
		}
		state = p.last(d)
		left = p.leave(o.entry, left)
		if lo > 0 {
			p.dropFirst(d)
		}
		out.raw("{")
		out.piece(p, d)
		out.raw("}\n")
		if !send() {
			return nil // the client has gone
		}
		lo, size = hi, min(2*size, max(firstPiece, min(mostPiece, a.limits.Numbers/len(o.x0))))
	}
	out.raw(`{"done":true,`)
	out.ends(o.entry, errs, stats, left)
	out.raw("}\n")
	send()
	return nil
}

// solveRunning is solve for the rows without an error; it adds to their errors and
// counts, and writes NaN for the others.
func (a *API) solveRunning(ctx context.Context, o *rollout, state, times []float64, errs []error, stats []ode.Stats) (*piece, error) {
	d, n := o.entry.dim(), len(times)
	var running []int
	var x0 []float64
	for i, err := range errs {
		if err == nil {
			running = append(running, i)
			x0 = append(x0, state[i*d:(i+1)*d]...)
		}
	}
	p, err := a.solve(ctx, o, x0, times)
	if err != nil {
		return nil, err
	}
	for k, i := range running {
		errs[i] = p.errs[k]
		stats[i].Steps += p.stats[k].Steps
		stats[i].Rejected += p.stats[k].Rejected
		stats[i].Evaluations += p.stats[k].Evaluations
	}
	if len(running) == o.rows {
		return p, nil
	}
	return &piece{
		times: times, rows: o.rows,
		states: spread(p.states, running, o.rows, n*d),
		energy: spread(p.energy, running, o.rows, n),
		truth:  spread(p.truth, running, o.rows, n),
		supply: spread(p.supply, running, o.rows, n),
	}, nil
}

// spread puts rows of the given width to their places among more, and NaN elsewhere.
func spread(v []float64, places []int, rows, width int) []float64 {
	if v == nil {
		return nil
	}
	wide := make([]float64, rows*width)
	for i := range wide {
		wide[i] = math.NaN()
	}
	for k, i := range places {
		copy(wide[i*width:(i+1)*width], v[k*width:(k+1)*width])
	}
	return wide
}

// last is the last state of every row.
func (p *piece) last(d int) []float64 {
	n := len(p.times)
	x := make([]float64, 0, p.rows*d)
	for i := range p.rows {
		x = append(x, p.states[((i+1)*n-1)*d:(i+1)*n*d]...)
	}
	return x
}

// dropFirst leaves out the first time, which is the last of the piece before.
func (p *piece) dropFirst(d int) {
	n := len(p.times)
	drop := func(v []float64, width int) []float64 {
		if v == nil {
			return nil
		}
		kept := v[:0]
		for i := range p.rows {
			kept = append(kept, v[(i*n+1)*width:(i+1)*n*width]...)
		}
		return kept
	}
	p.times = p.times[1:]
	p.states, p.energy, p.truth, p.supply = drop(p.states, d), drop(p.energy, 1), drop(p.truth, 1), drop(p.supply, 1)
}
