// Package search says which point of a space of settings a study tries next. It knows nothing
// of what the settings are, nor of who makes the runs: every function here is pure, from a
// seed, the number of a trial and what is known of earlier ones to a point, so that a study
// that is gone on with proposes what it would have proposed.
//
// A point has a coordinate in [0, 1) for every dimension. That of a number is its quantile by
// the distribution that the user gave (package study turns one into the other, logarithms and
// whole numbers among them); that of a choice among k is in [i/k, (i+1)/k) for the i-th.
//
//	sobol, err := search.NewSobol(len(space), seed)
//	point := sobol.Point(number)                // from 0, independent of every other trial
//
//	tpe, err := search.NewTPE(space, seed)
//	point := tpe.Next(number, trials)           // trials: those that ended and those that run
//
//	gp, err := search.NewGP(space, seed)        // the same, for noisy values of numbers
//
//	h := search.Halving{First: 100, Last: 2700, Factor: 3}
//	trial, rung, ok := h.Next(rungs)            // which trial goes on, and to which rung; else begin another
package search

import (
	"errors"
	"fmt"
)

// Dimension is one coordinate of a point: a number, or with Choices above 0 a choice among so many.
type Dimension struct{ Choices int }

// Choice is the choice that a coordinate stands for.
func (d Dimension) Choice(u float64) int { return min(int(u*float64(d.Choices)), d.Choices-1) }

// Space is what varies.
type Space []Dimension

func (s Space) check() error {
	if len(s) == 0 {
		return errors.New("search: nothing varies")
	}
	for i, d := range s {
		if d.Choices < 0 {
			return fmt.Errorf("search: dimension %d has %d choices", i, d.Choices)
		}
	}
	return nil
}
