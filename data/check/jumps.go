package check

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
)

const (
	// A step is a jump if what its two neighbours do not foretell of it is this many times
	// what they usually do not (noise alone stays below 7 of a million rows),
	jumpUnforeseen = 15
	// if it is this share of the column's range,
	jumpRange = 0.1
	// and if it is this many times its neighbours.
	jumpNeighbours = 3
	// leastSteps is how many steps of a column are needed to tell.
	leastSteps = 20
)

// jumps finds the rows at which the state jumps within a trial, as at the boundary between
// two experiments on one clock, at an impact, or at a row that is wrong and back. Columns
// that are wrapped jump for another reason.
func (r *Report) jumps(s *data.Set, wrapped []bool, o Options) {
	gap, _ := s.Gap()
	s = s.SplitAtGaps(gap)
	names := map[int][]string{} // of the columns that jump at a row
	spikes := map[int][]string{}
	for j := range s.Dim {
		if wrapped[j] {
			continue
		}
		at, back := jumpsOf(s, j)
		for _, i := range at {
			names[i] = append(names[i], s.ColumnName(j))
		}
		for _, i := range back {
			spikes[i] = append(spikes[i], s.ColumnName(j))
		}
	}
	var rows []int
	for i := range names {
		if spikes[i] == nil && spikes[i-1] == nil {
			rows = append(rows, i)
		}
	}
	slices.Sort(rows)
	var inputs []string
	if rows != nil {
		inputs = s.SteppedInputs()
	}
	rows = r.wrong(s, spikes, rows, inputs)
	rows = slices.DeleteFunc(rows, func(i int) bool { return stepped(s, inputs, i) })
	if len(rows) == 0 {
		return
	}
	d := degrees(s)
	momenta := !s.PositionsOnly && !s.FirstOrder
	for _, i := range rows {
		for j := range d {
			momenta = momenta && !slices.Contains(names[i], s.ColumnName(j))
		}
	}
	first := rows[0]
	f := Finding{Severity: Warning, Rows: rows}
	j := 0
	for k := range s.Dim {
		if s.ColumnName(k) == names[first][0] {
			j = k
		}
	}
	f.What = fmt.Sprintf("the state jumps within a trial, %s: %s goes from %.5g to %.5g in one step at %s", count(len(rows), "time"),
		names[first][0], s.X[(first-1)*s.Dim+j], s.X[first*s.Dim+j], wheres(s, rows))
	switch {
	case momenta:
		f.Advice = "only " + strings.Join(names[first], ", ") + " jumps, as at an impact, which no smooth field has; --split-at-jumps makes what is between them trials of their own"
	default:
		f.Advice = "several experiments on one clock, or an impact; --split-at-jumps makes what is between them trials of their own, and a column of trials does too"
	}
	if o.SplitAtJumps {
		f.Severity, f.Advice = Note, "each begins a trial"
	}
	r.Jumps = rows
	r.add(f)
}

// stepped says that an input of those that stay and jump did so at row i or at the one before, as where a trial begins: what is
// fast follows it in a step.
func stepped(s *data.Set, inputs []string, i int) bool {
	k := len(s.InputNames)
	if inputs != nil && slices.Contains(s.Offsets, i-1) {
		return true
	}
	for j, name := range s.InputNames {
		if !slices.Contains(inputs, name) {
			continue
		}
		for _, r := range [2]int{i - 1, i} {
			if r > 0 && s.Inputs[r*k+j] != s.Inputs[(r-1)*k+j] {
				return true
			}
		}
	}
	return false
}

// wrong reports single rows that are off the motion and back, and blocks between two jumps
// in which nothing changes; it returns the other jumps.
func (r *Report) wrong(s *data.Set, spikes map[int][]string, jumps []int, inputs []string) (rest []int) {
	var rows []int
	for i := range spikes {
		rows = append(rows, i)
	}
	for k := 0; k+1 < len(jumps); k++ {
		i, next := jumps[k], jumps[k+1]
		if !sameTrial(s, i, next) || held(s, i, next) >= 0 {
			continue
		}
		if j := back(s, i, next); j >= 0 {
			rows = append(rows, span(i, next)...)
			spikes[i] = append(spikes[i], s.ColumnName(j))
			jumps = slices.Concat(jumps[:k], jumps[k+2:])
			k--
		}
	}
	slices.Sort(rows)
	if len(rows) > 0 {
		i := rows[0]
		name, value := spikes[i][0], 0.0
		for j := range s.Dim {
			if s.ColumnName(j) == name {
				value = s.X[i*s.Dim+j]
			}
		}
		r.bad(Finding{Rows: rows, Column: name, What: fmt.Sprintf("%s of the motion before and after it, an outlier: %s is %.6g at %s",
			map[bool]string{true: "one row is out", false: fmt.Sprintf("%d rows are out", len(rows))}[len(rows) == 1], name, value, wheres(s, rows))}, rows, mostLeft)
	}
	jumps = r.ends(s, jumps, inputs)
	for k := 0; k < len(jumps); k++ {
		i := jumps[k]
		if k+1 < len(jumps) && sameTrial(s, i, jumps[k+1]) {
			if j := held(s, i, jumps[k+1]); j >= 0 {
				r.bad(Finding{Column: s.ColumnName(j), Rows: []int{i, jumps[k+1] - 1},
					What: fmt.Sprintf("%s jumps to %.6g, holds it for %s from %s and jumps back: no motion, as where values are missing", s.ColumnName(j), s.X[i*s.Dim+j], count(jumps[k+1]-i, "row"), where(s, i))}, span(i, jumps[k+1]), mostLeft)
				k++
				continue
			}
		}
		rest = append(rest, i)
	}
	return rest
}

// ends reports the first and last rows of trials from which the state jumps to the rest, or to which: a row from before the
// recording began, or of nothing. It returns the other jumps.
func (r *Report) ends(s *data.Set, jumps []int, inputs []string) (rest []int) {
	var rows []int
	for _, i := range jumps {
		_, first := slices.BinarySearch(s.Offsets, i-1)
		_, last := slices.BinarySearch(s.Offsets, i+1)
		switch {
		case first == last || stepped(s, inputs, i): // within a trial, or one of two rows; an input that acts at once
			rest = append(rest, i)
		case first:
			rows = append(rows, i-1)
		default:
			rows = append(rows, i)
		}
	}
	if rows != nil {
		what := "the first or last row of a trial is"
		if len(rows) > 1 {
			what = fmt.Sprintf("the first or last rows of %d trials are", len(rows))
		}
		r.bad(Finding{Rows: rows, What: fmt.Sprintf("%s not where the motion goes on from, or would go to: the state jumps there (%s)", what, wheres(s, rows))}, rows, mostLeft)
	}
	return rest
}

func sameTrial(s *data.Set, a, b int) bool {
	i, _ := slices.BinarySearch(s.Offsets, a+1)
	j, _ := slices.BinarySearch(s.Offsets, b+1)
	return i == j
}

// late reports whether row i comes after a longer time than the rows about it.
func late(s *data.Set, i, lo, hi int) bool {
	usual := 0.0
	for _, k := range []int{i - 1, i + 1} {
		if k > lo && k < hi {
			usual = max(usual, s.T[k]-s.T[k-1])
		}
	}
	return usual > 0 && s.T[i]-s.T[i-1] > 1.5*usual
}

// back returns a column that jumps at row lo and, at hi, back to where it came from; -1 for none.
func back(s *data.Set, lo, hi int) int {
	const few = 3 // rows; more may be an experiment of its own
	if hi-lo > few {
		return -1
	}
	for j := range s.Dim {
		from, there, next := s.X[(lo-1)*s.Dim+j], s.X[lo*s.Dim+j], s.X[hi*s.Dim+j]
		if last := s.X[(hi-1)*s.Dim+j]; math.Abs(next-from) < 0.3*min(math.Abs(there-from), math.Abs(last-next)) {
			return j
		}
	}
	return -1
}

// held returns a column that jumps to one value for rows lo to hi, at least two, -1 for none.
func held(s *data.Set, lo, hi int) int {
	if hi-lo < 2 {
		return -1
	}
	for j := range s.Dim {
		same := s.X[(lo-1)*s.Dim+j] != s.X[lo*s.Dim+j]
		for i := lo + 1; i < hi && same; i++ {
			same = s.X[i*s.Dim+j] == s.X[lo*s.Dim+j]
		}
		if same {
			return j
		}
	}
	return -1
}

// jumpsOf returns the rows to which column j jumps, and those that are off and back.
func jumpsOf(s *data.Set, j int) (at, spikes []int) {
	x := func(i int) float64 { return s.X[i*s.Dim+j] }
	unforeseen, off, values := make([]float64, 0, s.Rows()), make([]float64, 0, s.Rows()), make([]float64, 0, s.Rows())
	each := func(f func(i, lo, hi int)) {
		for trial := range s.Trials() {
			lo, hi := s.Offsets[trial], s.Offsets[trial+1]
			for i := lo + 1; i < hi; i++ {
				f(i, lo, hi)
			}
		}
	}
	step := func(i, lo, hi int) float64 { // to row i, 0 outside the trial
		if i <= lo || i >= hi {
			return 0
		}
		return x(i) - x(i-1)
	}
	rest := func(i, lo, hi int) float64 { // of the step to row i
		a, b := step(i-1, lo, hi), step(i+1, lo, hi)
		switch {
		case i-1 <= lo:
			a = b
		case i+1 >= hi:
			b = a
		}
		return math.Abs(step(i, lo, hi) - (a+b)/2)
	}
	// across is how far row i+1 is from where the motion up to row i-1, and that from row i+1 on, would have it. A peak that a few rows
	// follow, as of a pulse that passes, is met by a cubic through two rows on either side, and is none.
	across := func(i, lo, hi int) float64 {
		if i-2 < lo || i+2 >= hi || math.Abs(x(i)-(4*(x(i-1)+x(i+1))-x(i-2)-x(i+2))/6) < 0.8*math.Abs(x(i)-(x(i-1)+x(i+1))/2) {
			return math.Abs(x(i+1) - x(i-1))
		}
		d, foretold, n := x(i+1)-x(i-1), 0.0, 0.0
		if i-3 >= lo {
			foretold, n = foretold+x(i-1)-x(i-3), n+1
		}
		if i+3 < hi {
			foretold, n = foretold+x(i+3)-x(i+1), n+1
		}
		return min(math.Abs(d), math.Abs(d-foretold/max(n, 1)))
	}
	usualStep := s.MedianStep()
	// Of rows whose steps differ a bend is as large as the product of the two steps about it: one over longer steps is taken as over usual
	// ones.
	spike := func(i int) float64 {
		const even = 1e-5
		before, after := s.T[i]-s.T[i-1], s.T[i+1]-s.T[i]
		if math.Abs(before-after) <= even*(before+after) {
			return math.Abs(x(i) - (x(i-1)+x(i+1))/2)
		}
		off := math.Abs(x(i) - (x(i-1)*after+x(i+1)*before)/(before+after))
		return off * min(1, usualStep*usualStep/(before*after))
	}
	each(func(i, lo, hi int) {
		if hi-lo > 2 {
			unforeseen = append(unforeseen, rest(i, lo, hi))
		}
		if i+1 < hi {
			off = append(off, spike(i))
		}
	})
	if len(unforeseen) < leastSteps {
		return nil, nil
	}
	for i := range s.Rows() {
		values = append(values, x(i))
	}
	slices.Sort(values)
	least := jumpRange * (quantile(values, 0.98) - quantile(values, 0.02))
	if slices.Max(unforeseen) <= least && (len(off) == 0 || slices.Max(off) <= least) {
		return nil, nil // as of most motions: no median is needed
	}
	// Where most steps are foretold to rounding, the resolution of the numbers counts.
	floor := 1e-6 * least
	usual, usualOff := max(median(unforeseen), floor), max(median(off), floor)
	each(func(i, lo, hi int) {
		if i+1 < hi && spike(i) > max(jumpUnforeseen*usualOff, least) && across(i, lo, hi) < 0.3*spike(i) {
			spikes = append(spikes, i)
		}
		v := rest(i, lo, hi)
		if hi-lo <= 3 || v <= max(jumpUnforeseen*usual, least) {
			return
		}
		size := math.Abs(step(i, lo, hi))
		if late(s, i, lo, hi) {
			return // as after rows that were left out
		}
		if size > jumpNeighbours*max(math.Abs(step(i-1, lo, hi)), math.Abs(step(i+1, lo, hi))) && size > least {
			at = append(at, i)
		}
	})
	return at, spikes
}
