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
	out := &Rollouts{
		Dim: dim, Points: points,
		States: make([]float64, rows*points*dim),
		Stats:  make([]ode.Stats, rows), Errs: make([]error, rows),
	}
	plan := parallel.NewPlan(rows)
	failures := make([]error, plan.Blocks)
	share(workers, plan.Blocks, func() func(int) {
		split := newSplit()
		solver, err := ode.NewSolver(dim, s)
		return func(b int) {
			lo, hi := plan.Block(b)
			if err != nil {
				failures[b] = err
				return
			}
			r, err := solver.SolveSplitBatch(split, x0[lo*dim:hi*dim], hi-lo, times, out.States[lo*points*dim:hi*points*dim])
			copy(out.Stats[lo:hi], r.Stats)
			copy(out.Errs[lo:hi], r.Errs)
			failures[b] = err
		}
	})
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
