package closedform

import (
	"math"
	"slices"

	"hnn/data"
	"hnn/internal/parallel"
	"hnn/model"
	"hnn/ode"
)

// The rollouts by which a fitted model is judged: from the starts of so many
// trajectories, half as long again as each was observed, with outputs at so many
// times, within a box of three times the data's extent. They are integrated in
// batches.
const (
	rolloutTrials = 96
	rolloutBatch  = 16
	rolloutTimes  = 48
	rolloutSpan   = 1.5
	rolloutBox    = 3
	rolloutSteps  = 5000
)

// runaways counts the rollouts from the starts of observed trajectories that leave the
// box or cannot be integrated. Errors of the field at the data do not show this: a
// model may be wrong only where its own trajectories go.
func runaways(pool *parallel.Pool, h *model.Expansion, s *data.Set) int {
	d := s.Dim
	middle, half := extent(s)
	var x0 []float64
	var times [][]float64
	trials := min(rolloutTrials, s.Trials())
	for k := range trials {
		t, x, _ := s.Trial(k * s.Trials() / trials)
		if len(t) < 2 {
			continue // it does not say how long a rollout should be
		}
		x0 = append(x0, x[:d]...)
		grid := make([]float64, rolloutTimes)
		for i := range grid {
			grid[i] = rolloutSpan * (t[len(t)-1] - t[0]) * float64(i) / (rolloutTimes - 1)
		}
		times = append(times, grid)
	}
	counts := make([]int, (len(times)+rolloutBatch-1)/rolloutBatch)
	pool.Run(len(counts), func(_, batch int) {
		lo, hi := batch*rolloutBatch, min((batch+1)*rolloutBatch, len(times))
		out := make([]float64, (hi-lo)*rolloutTimes*d)
		r, err := ode.SolveBatchTimes(h.BatchField(), x0[lo*d:hi*d], times[lo:hi], out, &ode.Settings{
			Method: ode.DormandPrince, RTol: 1e-5, ATol: 1e-7, MaxSteps: rolloutSteps,
		})
		if err != nil {
			counts[batch] = hi - lo
			return
		}
		for k, failed := range r.Errs {
			away := failed != nil
			for i, v := range out[k*rolloutTimes*d : (k+1)*rolloutTimes*d] {
				away = away || math.Abs(v-middle[i%d]) > rolloutBox*half[i%d]
			}
			if away {
				counts[batch]++
			}
		}
	})
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

// extent is the middle and half the width of the least box around the states.
func extent(s *data.Set) (middle, half []float64) {
	lo, hi := slices.Clone(s.X[:s.Dim]), slices.Clone(s.X[:s.Dim])
	for i, v := range s.X {
		lo[i%s.Dim], hi[i%s.Dim] = min(lo[i%s.Dim], v), max(hi[i%s.Dim], v)
	}
	for i := range lo {
		lo[i], hi[i] = (lo[i]+hi[i])/2, (hi[i]-lo[i])/2
	}
	return lo, hi
}
