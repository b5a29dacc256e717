package check

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
)

const (
	// stalledRows on end in which nothing changes are a stall, if the motion goes on behind them as it went before:
	stalledRows = 4
	// the steps before and after are of one sign and within alikeSteps of each other, in all columns whose step before is no less
	// than usualSteps of their median step.
	alikeSteps = 1.5
	usualSteps = 0.5
)

// stalls finds rows within a trial in which nothing changes while before and behind them the motion goes on at the same pace: the
// clock went on while nothing was measured. What comes to rest by itself slows down first.
func (r *Report) stalls(s *data.Set, o Options) {
	if s.InputNames != nil {
		return // which may hold a system
	}
	var at, from []int // the first row behind a stall, and the first of it
	usual := make([]float64, s.Dim)
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		for i := lo + 2; i < hi; {
			n := rest(s, i, hi)
			if n >= stalledRows && i+n+1 < hi && samePace(s, i, n, usual) {
				at, from = append(at, i+n), append(from, i)
			}
			i += n
		}
	}
	if at == nil {
		return
	}
	f := Finding{Severity: Warning, Rows: from, Advice: "the clock went on while nothing was measured: --split-at-jumps makes what is between such places trials of their own",
		What: fmt.Sprintf("nothing changes in %d rows from %s, and the motion goes on behind them as it went before", at[0]-from[0], where(s, from[0]))}
	if len(at) > 1 {
		f.What += fmt.Sprintf("; so in %d more places", len(at)-1)
	}
	if o.SplitAtJumps {
		f.Severity, f.Advice = Note, "behind each a trial begins"
	}
	r.Jumps = append(r.Jumps, at...)
	slices.Sort(r.Jumps)
	r.Jumps = slices.Compact(r.Jumps)
	r.add(f)
}

// samePace reports whether the columns that move fast into n equal rows from row i, of which there must be one, move out of them
// at the same pace. usual holds the median steps of the columns, which are found when they are needed first.
func samePace(s *data.Set, i, n int, usual []float64) bool {
	x := func(row, j int) float64 { return s.X[row*s.Dim+j] }
	fast := false
	for j := range s.Dim {
		if usual[j] == 0 {
			var steps []float64
			for k := 1; k < s.Rows(); k++ {
				steps = append(steps, math.Abs(x(k, j)-x(k-1, j)))
			}
			usual[j] = median(steps)
		}
		before, after := x(i, j)-x(i-1, j), x(i+n, j)-x(i+n-1, j)
		if !(math.Abs(before) >= usualSteps*usual[j] && before != 0) {
			continue
		}
		if ratio := after / before; !(ratio < alikeSteps && ratio > 1/alikeSteps) {
			return false
		}
		fast = true
	}
	return fast
}
