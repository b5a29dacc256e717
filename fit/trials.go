package fit

import (
	"cmp"
	"fmt"
	"slices"

	"hnn/data"
	"hnn/nn"
)

// Trials are observed trajectories: states and their times, no derivatives.
type Trials[T nn.Float] struct {
	Dim int
	// Observed is how many of a state's components, the first ones, were measured: the others are guesses, which windows
	// start from and no error is taken of. 0 stands for all.
	Observed int
	// Trial i is rows Offsets[i] to Offsets[i+1].
	Offsets []int
	// Times of the rows, increasing within a trial; their steps may differ.
	Times []float64
	X     []T // rows x Dim
	// U are the inputs of the rows, rows x Inputs, nil where there are none. Between rows
	// they change linearly or, where Held, stay what they were.
	U      []T
	Inputs int
	Held   bool
}

// TrialsOf converts a set of trajectories, whose derivatives it ignores.
func TrialsOf[T nn.Float](s *data.Set) Trials[T] {
	t := Trials[T]{Dim: s.Dim, Offsets: s.Offsets, Times: s.T, X: make([]T, len(s.X))}
	for i, v := range s.X {
		t.X[i] = T(v)
	}
	t.Inputs, t.Held = len(s.InputNames), s.InputsHeld
	for _, v := range s.Inputs {
		t.U = append(t.U, T(v))
	}
	return t
}

// check refuses trials whose slices are of different lengths, or whose offsets are not those of their rows.
func (t Trials[T]) check(what string) error {
	n := len(t.Times)
	switch {
	case len(t.Offsets) > 0 && (t.Offsets[0] != 0 || t.Offsets[len(t.Offsets)-1] != n || !slices.IsSorted(t.Offsets)):
		return fmt.Errorf("fit: the offsets of the %s trials do not rise from 0 to the number of rows, %d", what, n)
	case len(t.X) != n*t.Dim:
		return fmt.Errorf("fit: the %s trials have %d times and %d numbers of states; they must be rows of %d", what, n, len(t.X), t.Dim)
	case t.U != nil && len(t.U) != n*t.Inputs:
		return fmt.Errorf("fit: the %s trials have %d times and %d numbers of inputs; they must be rows of %d", what, n, len(t.U), t.Inputs)
	}
	return nil
}

// observed is the number of components of a row that were measured.
func (t Trials[T]) observed() int {
	if t.Observed > 0 {
		return t.Observed
	}
	return t.Dim
}

// longest is the number of steps of the longest trial.
func (t Trials[T]) longest() int {
	n := 0
	for i := 1; i < len(t.Offsets); i++ {
		n = max(n, t.Offsets[i]-t.Offsets[i-1]-1)
	}
	return n
}

// window is a row to start from and the number of rows to predict after it.
type window struct{ row, steps int }

// windows cuts every trial into windows of so many steps, each beginning stride rows
// after the one before; the last one of a trial may be shorter, and ends it. Longer
// windows come first, so that of neighbours the first so many are still running.
func (t Trials[T]) windows(steps, stride int) []window {
	var ws []window
	for i := 1; i < len(t.Offsets); i++ {
		last := t.Offsets[i] - 1
		for row := t.Offsets[i-1]; row < last; row += stride {
			ws = append(ws, window{row, min(steps, last-row)})
			if row+steps >= last {
				break
			}
		}
	}
	slices.SortStableFunc(ws, func(a, b window) int { return cmp.Compare(b.steps, a.steps) })
	return ws
}
