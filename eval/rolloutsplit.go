package eval

import (
	"errors"

	"hnn/internal/parallel"
	"hnn/ode"
)

// RolloutSplit is Rollout for a separable Hamiltonian, given in its two parts, with the
// methods of ode that need them so: their steps are as many for every row, so that rows go
// side by side in blocks of about 96, at which a network runs near the peak of the machine.
func RolloutSplit(newSplit func() ode.BatchSplit, x0 []float64, dim int, times []float64, s *ode.Settings, workers int) (*Rollouts, error) {
	if dim < 1 || len(x0) == 0 || len(x0)%dim != 0 {
		return nil, errors.New("eval: the initial states are not a whole number of states, of which there must be at least one")
	}
	rows, points := len(x0)/dim, len(times)
	plan := parallel.NewPlan(rows)
	return rollBatches(rows, points, dim, workers, plan.Blocks, func() solveBatch {
		split := newSplit()
		solver, failed := ode.NewSolver(dim, s)
		return func(b int, states []float64) (lo, hi int, r ode.Result, err error) {
			lo, hi = plan.Block(b)
			if failed != nil {
				return lo, hi, ode.Result{}, failed
			}
			r, err = solver.SolveSplitBatch(split, x0[lo*dim:hi*dim], hi-lo, times, states[lo*points*dim:hi*points*dim])
			return lo, hi, r, err
		}
	})
}
