package closedform

import (
	"math"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
)

// The rollouts that a fitted model must pass: so many trajectories, for a quarter longer
// than each was observed, within a box of five times the data's. (Over twice the time
// some models of three bodies throw one out that are better than those with a
// larger ridge.)
const (
	rolloutTrials = 16
	rolloutTimes  = 64
	rolloutSpan   = 1.25
	rolloutBox    = 5
	rolloutSteps  = 20_000
)

// runsAway reports whether a rollout from the start of an observed trajectory leaves
// a box around the data, or cannot be integrated. Errors of the field at the data do
// not show this: a model may be wrong only where its own trajectories go.
func runsAway(h *model.Expansion, s *data.Set) bool {
	d := s.Dim
	lo, hi := make([]float64, d), make([]float64, d)
	copy(lo, s.X[:d])
	copy(hi, s.X[:d])
	for i, v := range s.X {
		lo[i%d], hi[i%d] = min(lo[i%d], v), max(hi[i%d], v)
	}
	var x0 []float64
	var times [][]float64
	for k := range min(rolloutTrials, s.Trials()) {
		t, x, _ := s.Trial(k * s.Trials() / min(rolloutTrials, s.Trials()))
		if len(t) < 2 {
			continue
		}
		x0 = append(x0, x[:d]...)
		grid := make([]float64, rolloutTimes)
		for i := range grid {
			grid[i] = rolloutSpan * (t[len(t)-1] - t[0]) * float64(i) / (rolloutTimes - 1)
		}
		times = append(times, grid)
	}
	if len(times) == 0 {
		return false // no trajectory says how long a rollout should be
	}
	out := make([]float64, len(times)*rolloutTimes*d)
	r, err := ode.SolveBatchTimes(h.BatchField(), x0, times, out, &ode.Settings{
		Method: ode.DormandPrince, RTol: 1e-5, ATol: 1e-7, MaxSteps: rolloutSteps,
	})
	if err != nil {
		return true
	}
	for _, e := range r.Errs {
		if e != nil {
			return true
		}
	}
	for i, v := range out {
		lo, hi := lo[i%d], hi[i%d]
		if math.Abs(v-(lo+hi)/2) > rolloutBox*(hi-lo)/2 {
			return true
		}
	}
	return false
}
