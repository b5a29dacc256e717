package closedform

import (
	"math"
	"slices"

	"hnn/data"
	"hnn/internal/parallel"
	"hnn/model/expansion"
	"hnn/ode"
)

// The rollouts by which a fitted model is judged: from the starts of so many
// trajectories, integrated in batches.
const (
	rolloutTrials = 96
	rolloutBatch  = 16
	rolloutSteps  = 5000
	// They are compared at most at so many observed times, and for half as long again
	// looked at so often.
	comparedTimes = 24
	beyondTimes   = 12
	beyond        = 0.5
	// A rollout strays that is further from the observed trajectory than half of the
	// data's extent from their middle, or leaves a box of three times the data's extent.
	strayed    = 0.5
	rolloutBox = 3
	// Under inputs a rollout goes from row to row, at most over so many, with so many steps
	// between two, and no further than the inputs are known.
	drivenRows  = 400
	drivenSteps = 200
)

// runaways counts the rollouts from the starts of observed trajectories, under their inputs,
// that leave the box, stray from the observed states, where those are exact, or cannot be
// integrated. Errors of the field at the data do not show this: a model may be wrong only
// where its own trajectories go.
func runaways(pool *parallel.Pool, h *expansion.Model, s *data.Set, exact bool) int {
	d := s.Dim
	middle, half := extent(s)
	trials := min(rolloutTrials, s.Trials())
	compared, further := comparedTimes, beyondTimes
	if h.Inputs() > 0 {
		further = 0
	}
	var picks []int
	for k := range trials {
		trial := k * s.Trials() / trials
		// A single row does not say how long a rollout should be.
		if n := s.Offsets[trial+1] - s.Offsets[trial]; n > 1 {
			picks = append(picks, trial)
			compared = min(compared, n)
		}
	}
	outputs := compared + further
	var x0, want []float64
	var times [][]float64
	for _, trial := range picks {
		t, x, _ := s.Trial(trial)
		if h.Inputs() > 0 {
			t = t[:min(len(t), drivenRows)]
		}
		grid := make([]float64, 0, outputs)
		for i := range compared {
			row := i * (len(t) - 1) / (compared - 1)
			grid = append(grid, t[row]-t[0])
			want = append(want, x[row*d:(row+1)*d]...)
		}
		for i := range further {
			grid = append(grid, (t[len(t)-1]-t[0])*(1+beyond*float64(i+1)/beyondTimes))
		}
		x0, times = append(x0, x[:d]...), append(times, grid)
	}
	counts := make([]int, (len(times)+rolloutBatch-1)/rolloutBatch)
	pool.Run(len(counts), func(_, batch int) {
		lo, hi := batch*rolloutBatch, min((batch+1)*rolloutBatch, len(times))
		out := make([]float64, (hi-lo)*outputs*d)
		var errs []error
		if h.Inputs() > 0 {
			for k := lo; k < hi; k++ {
				errs = append(errs, driven(h, s, picks[k], x0[k*d:(k+1)*d], times[k], out[(k-lo)*outputs*d:(k-lo+1)*outputs*d]))
			}
		} else {
			r, err := ode.SolveBatchTimes(h.Field().FreeMany(), x0[lo*d:hi*d], times[lo:hi], out, rolloutSettings(rolloutSteps))
			if err != nil {
				counts[batch] = hi - lo
				return
			}
			errs = r.Errs
		}
		for k, failed := range errs {
			away := failed != nil
			for i, v := range out[k*outputs*d : (k+1)*outputs*d] {
				away = away || math.Abs(v-middle[i%d]) > rolloutBox*half[i%d]
				if exact && i < compared*d {
					away = away || math.Abs(v-want[(lo+k)*compared*d+i]) > strayed*half[i%d]
				}
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

// driven rolls a model out under the inputs of a trial, which begins at time 0.
func driven(h *expansion.Model, s *data.Set, trial int, x0, times, out []float64) error {
	signal := s.InputSignal(trial)
	t0 := signal.T[0]
	signal.T = slices.Clone(signal.T)
	for i := range signal.T {
		signal.T[i] -= t0
	}
	field, knots := h.Field().Under(signal)
	_, _, err := ode.SolveSegments(field, knots, x0, times, out, rolloutSettings(drivenSteps))
	return err
}

func rolloutSettings(steps int) *ode.Settings {
	return &ode.Settings{Method: ode.DormandPrince, RTol: 1e-5, ATol: 1e-7, MaxSteps: steps}
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
