package ode

import "fmt"

// Result is what SolveBatch returns.
type Result struct {
	// States holds the states: rows x times x d in row-major order. What a failed row
	// did not reach is NaN.
	States []float64
	// Stats counts the work of each row.
	Stats []Stats
	// Errs has an entry for each row, nil where the row reached its last time. The
	// errors are those of Solve.
	Errs []error

	stride int // elements of a row of States
}

// Row returns a view of the states of row i: times x d.
func (r Result) Row(i int) []float64 {
	return r.States[i*r.stride : (i+1)*r.stride : (i+1)*r.stride]
}

// Failed returns the number of rows that did not reach their last time.
func (r Result) Failed() int {
	failed := 0
	for _, err := range r.Errs {
		if err != nil {
			failed++
		}
	}
	return failed
}

// Err returns nil if every row reached its last time. Otherwise it returns an error that
// counts those that did not and wraps the first one's.
func (r Result) Err() error {
	for i, err := range r.Errs {
		if err != nil {
			return fmt.Errorf("ode: %d of %d trajectories failed; number %d: %w", r.Failed(), len(r.Errs), i, err)
		}
	}
	return nil
}
