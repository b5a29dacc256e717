package check

import (
	"fmt"
	"math"

	"hnn/data"
)

// joins is the share of the trials that must begin where the one before ends.
const joins = 0.8

// continued finds trials that begin where those before end, as one motion that was cut up: held out, they are no other
// motions.
func (r *Report) continued(s *data.Set) {
	n := s.Trials()
	if n < 2 {
		return
	}
	spread := s.Spread()
	joined, inTime := 0, 0
	for k := 1; k < n; k++ {
		last, first := s.Offsets[k]-1, s.Offsets[k]
		if last-1 < s.Offsets[k-1] || first+1 >= s.Offsets[k+1] {
			continue
		}
		if goesOn(s, last, first, spread) {
			joined++
			if gap, step := s.T[first]-s.T[last], s.T[last]-s.T[last-1]; gap > 0 && gap < 2.5*step {
				inTime++
			}
		}
	}
	// Two trials may touch by chance, unless their times do too.
	if joined < 2 && inTime == 0 || float64(joined) < joins*float64(n-1) {
		return
	}
	r.add(Finding{Severity: Note,
		What:   fmt.Sprintf("the trials continue each other (%d of %d begin where the one before ends): they are one motion, cut up", joined, n-1),
		Advice: "what is held out is then no other motion, and errors on it say little of other starts"})
}

// goesOn reports whether the state at row first follows that at row last by about the steps on either side, in all columns.
func goesOn(s *data.Set, last, first int, spread []float64) bool {
	x := func(row, j int) float64 { return s.X[row*s.Dim+j] }
	for j := range s.Dim {
		before, after, over := x(last, j)-x(last-1, j), x(first+1, j)-x(first, j), x(first, j)-x(last, j)
		off := math.Min(math.Abs(over), math.Abs(over-(before+after)/2)) // the same row twice, or the next
		if off > max(math.Abs(before), math.Abs(after))/2+0.005*spread[j] {
			return false
		}
	}
	return true
}
