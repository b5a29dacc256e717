package search

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Halving is the asynchronous successive halving of L. Li et al., A System for Massively
// Parallel Hyperparameter Tuning (ASHA), MLSys 2020, Algorithm 2: trials are trained for First
// steps, the best 1/Factor of those at a rung go on, from their checkpoint, to the next, Factor
// times as far, and nobody waits for a rung to fill.
type Halving struct {
	First, Last int // steps of the lowest and of the highest rung
	Factor      int // the paper's eta
}

// Validate reports what is no halving.
func (h Halving) Validate() error {
	switch {
	case h.Factor < 2:
		return fmt.Errorf("factor %d: give 2 or more; 3 and 4 are common", h.Factor)
	case h.First < 1:
		return fmt.Errorf("first %d: give a positive number of steps", h.First)
	case h.Last <= h.First:
		return errors.New("the first rung is not below the last: give fewer steps to it")
	}
	return nil
}

// Rungs are the steps at which trials are compared, and at last the end.
func (h Halving) Rungs() []int {
	var all []int
	for at := h.First; at < h.Last; at *= h.Factor {
		all = append(all, at)
		if at > math.MaxInt/h.Factor {
			break
		}
	}
	return append(all, h.Last)
}

// At is a trial that has come to a rung.
type At struct {
	Trial int
	Value float64 // the less the better; not a number for one that failed
	// Promoted says that it went on to the next.
	Promoted bool
}

// Next is the trial that goes on, and the rung (an index of Rungs) that it goes on to: the best
// of the highest rung that has one among its best 1/Factor that has not gone on. Where there is
// none, ok is false, and another trial is begun.
func (h Halving) Next(rungs [][]At) (trial, rung int, ok bool) {
	for k := min(len(rungs), len(h.Rungs())-1) - 1; k >= 0; k-- {
		sorted := slices.Clone(rungs[k])
		rank := func(a At) float64 {
			if math.IsNaN(a.Value) {
				return math.Inf(1)
			}
			return a.Value
		}
		slices.SortStableFunc(sorted, func(a, b At) int {
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Trial, b.Trial))
		})
		for _, a := range sorted[:len(sorted)/h.Factor] {
			if !a.Promoted && !math.IsNaN(a.Value) {
				return a.Trial, k + 1, true
			}
		}
	}
	return 0, 0, false
}
