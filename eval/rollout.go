package eval

import (
	"fmt"

	"hnn/ode"
)

// Rollouts holds trajectories from several initial states.
type Rollouts struct {
	Dim, Points int // numbers of a state, and times of a trajectory
	// States is rows x Points x Dim. What a failed trajectory did not reach is NaN.
	States []float64
	// Stats and Errs have an entry for each row; an error says why that trajectory ended
	// before its last time.
	Stats []ode.Stats
	Errs  []error
}

// Rows is the number of trajectories.
func (r *Rollouts) Rows() int { return len(r.Errs) }

// Row is a view of the states of trajectory i, Points x Dim.
func (r *Rollouts) Row(i int) []float64 {
	n := r.Points * r.Dim
	return r.States[i*n : (i+1)*n : (i+1)*n]
}

// Err is the error of the first trajectory that failed, or nil.
func (r *Rollouts) Err() error {
	for i, err := range r.Errs {
		if err != nil {
			return fmt.Errorf("initial state %d: %w", i, err)
		}
	}
	return nil
}

// Rollout integrates the field from every one of the initial states x0 (rows x dim) and
// gives the states at the times, which are shared. NewField is called once by each worker.
// Nil settings are the defaults of ode; Settings.Interrupt is called by several goroutines
// at once. Workers is as in Options.
//
// A trajectory that fails ends alone: see Rollouts.Errs. The error returned is about an
// argument, or wraps what Settings.Interrupt returned.
func Rollout(newField func() ode.BatchField, x0 []float64, dim int, times []float64, s *ode.Settings, workers int) (*Rollouts, error) {
	if dim < 1 {
		return nil, fmt.Errorf("eval: states of length %d", dim)
	}
	each := make([][]float64, len(x0)/dim)
	for i := range each {
		each[i] = times
	}
	return RolloutTimes(newField, x0, dim, each, s, workers)
}

// RolloutTimes is Rollout with times of its own for every row, of the same number.
func RolloutTimes(newField func() ode.BatchField, x0 []float64, dim int, times [][]float64, s *ode.Settings, workers int) (*Rollouts, error) {
	rows := len(times)
	if dim < 1 || rows < 1 || len(x0) != rows*dim {
		return nil, fmt.Errorf("eval: %d numbers are not %d initial states of length %d, of which there must be at least one", len(x0), rows, dim)
	}
	points := len(times[0])
	blocks := rolloutBlocks(rows)
	return rollBatches(rows, points, dim, workers, blocks, func() solveBatch {
		field := newField()
		return func(b int, states []float64) (lo, hi int, r ode.Result, err error) {
			lo, hi = b*rows/blocks, (b+1)*rows/blocks
			r, err = ode.SolveBatchTimes(field, x0[lo*dim:hi*dim], times[lo:hi], states[lo*points*dim:hi*points*dim], s)
			return lo, hi, r, err
		}
	})
}

// solveBatch integrates batch b, the rows from lo to hi, into the states of all rows.
type solveBatch func(b int, states []float64) (lo, hi int, r ode.Result, err error)

// rollBatches integrates all batches, shared out among workers, each of which makes a
// solveBatch of its own. Its error is that of the first batch that could not begin.
func rollBatches(rows, points, dim, workers, batches int, newBatch func() solveBatch) (*Rollouts, error) {
	out := &Rollouts{
		Dim: dim, Points: points,
		States: make([]float64, rows*points*dim),
		Stats:  make([]ode.Stats, rows), Errs: make([]error, rows),
	}
	failures := make([]error, batches)
	share(workers, batches, func() func(int) {
		solve := newBatch()
		return func(b int) {
			lo, hi, r, err := solve(b, out.States)
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

// rolloutRows is the most initial states that are integrated as one batch. A network's
// weights are read once an evaluation and serve every row, but 8 rows cost only a twentieth
// more processor time than 32 (a two-body HNN in float64), and small batches share out well
// where one row takes many more steps than the others.
const rolloutRows = 8

// rolloutBlocks is the number of batches, an even one where there are enough rows.
func rolloutBlocks(rows int) int {
	blocks := (rows + rolloutRows - 1) / rolloutRows
	if blocks%2 == 1 && rows > 1 {
		blocks++
	}
	return blocks
}

// Energies writes h of every state of a trajectory (row-major, states of length dim) to
// dst and returns dst; nil allocates it. H is a system's Hamiltonian or a model's learned
// energy. It panics if the lengths do not fit.
func Energies(h func(x []float64) float64, dim int, states, dst []float64) []float64 {
	n := len(states) / dim
	if dst == nil {
		dst = make([]float64, n)
	}
	if len(states) != n*dim || len(dst) != n {
		panic("eval: energies are not as many as states")
	}
	for i := range dst {
		dst[i] = h(states[i*dim : (i+1)*dim])
	}
	return dst
}
