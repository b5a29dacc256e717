package check

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
)

// A Part is one of several sets that are to be trials of one system.
type Part struct {
	Name string
	Set  *data.Set
}

const (
	// otherUnit is the ratio of two files' ranges or steps from which on they are asked about.
	otherUnit = 20
	// otherZero is how many ranges apart two files' columns are from which on they are asked about.
	otherZero = 3
	// sameFactor is how far a ratio may be from that of known units.
	sameFactor = 0.08
)

// Together says what in sets of the same columns contradicts that they are of one system in the
// same units: of each, how its momenta follow its positions over its times, its steps and its
// ranges are compared with the first one's, and rows that it shares with one before are found.
func Together(parts []Part) []Finding {
	r := &Report{}
	if len(parts) < 2 {
		return nil
	}
	first := follows(parts[0].Set)
	for _, p := range parts[1:] {
		if p.Set.Dim != parts[0].Set.Dim || p.Set.Rows() == 0 || parts[0].Set.Rows() == 0 {
			continue
		}
		if told := r.rates(parts[0], p, first, follows(p.Set)); !told {
			r.steps(parts[0], p)
		}
		r.ranges(parts[0], p)
	}
	sets := make([]*data.Set, len(parts))
	for i, p := range parts {
		sets[i] = p.Set
	}
	for i, c := range copies(sets) {
		if f, ok := c.finding(parts[i].Name, func(of int) string { return parts[of].Name }); ok {
			r.add(f)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return int(b.Severity - a.Severity) })
	return r.Findings
}

// follows compares every momentum of a set with its position.
func follows(s *data.Set) []rate {
	if s.PositionsOnly || s.FirstOrder || s.Dim%2 != 0 {
		return nil
	}
	marks := s.Wrapped(2 * math.Pi)
	s = s.Unwrapped(marks)
	gap, _ := s.Gap()
	s = s.SplitAtGaps(gap)
	d := s.Dim / 2
	out := make([]rate, d)
	for j := range out {
		out[j] = compare(s, j, column{"", s.X, s.Dim, d + j})
	}
	return out
}

// rates compares how momenta follow positions in two sets. It reports whether that could be told.
func (r *Report) rates(a, b Part, first, second []rate) bool {
	var ratios []float64
	off := false
	for j := range first {
		p, q := first[j], second[j]
		if p.n < leastChanges || q.n < leastChanges || p.agreement < followed || q.agreement < followed {
			return false
		}
		ratio := q.times / p.times
		ratios = append(ratios, ratio)
		slack := wrongFactor + 2*p.coarse + 2*q.coarse
		off = off || ratio < 1/slack || ratio > slack
	}
	if !off {
		return ratios != nil
	}
	d := len(ratios)
	one := true // factor for all
	for _, v := range ratios {
		one = one && math.Abs(v/ratios[0]-1) < 0.1
	}
	for j, v := range ratios {
		f := Finding{Severity: Warning, Column: b.Set.ColumnName(d + j),
			What: fmt.Sprintf("over the times of %s %s is %s times as large, beside the rate at which %s changes, as in %s", b.Name, b.Set.ColumnName(d+j), factor(v), b.Set.ColumnName(j), a.Name)}
		f.Advice = "other units, or another system? One model holds for one system"
		if ask, known := askUnit(v, one); known && one {
			// Of several coupled momenta each may be another multiple of its velocity in another motion.
			f.Severity, f.Advice = Refusal, ask+" Give all files in the same units"
		}
		r.add(f)
		if one {
			break
		}
	}
	return true
}

// steps compares the steps of two sets in time.
func (r *Report) steps(a, b Part) {
	was, is := median(a.Set.Steps()), median(b.Set.Steps())
	if ratio := is / was; was > 0 && is > 0 && (ratio > otherUnit || ratio < 1/otherUnit) {
		r.add(Finding{Severity: Warning, What: fmt.Sprintf("the time goes by %.4g from row to row in %s and by %.4g in %s", is, b.Name, was, a.Name), Advice: "is it in another unit?"})
	}
}

// Ranges compares where a column goes, from is[0] to is[1], with where it went: whether the range is of another size or, of the same,
// begins at another zero, and whether the two are so far apart that their sizes say little.
func Ranges(was, is [2]float64) (size, zero, far bool) {
	width, wide := was[1]-was[0], is[1]-is[0]
	apart := max(was[0]-is[1], is[0]-was[1])
	size = wide >= otherUnit*width || wide <= width/otherUnit
	return size, !size && apart >= otherZero*max(width, wide), apart >= otherUnit*max(width, wide)
}

// ranges compares the ranges of the columns of two sets.
func (r *Report) ranges(a, b Part) {
	for j := range a.Set.Dim {
		x, y := (column{"", a.Set.X, a.Set.Dim, j}).values(), (column{"", b.Set.X, b.Set.Dim, j}).values()
		least, most, low, high := slices.Min(x), slices.Max(x), slices.Min(y), slices.Max(y)
		was, is := most-least, high-low
		size, zero, _ := Ranges([2]float64{least, most}, [2]float64{low, high})
		if !(was > 0 && is > 0) || !size && !zero {
			continue
		}
		advice := "is it in another unit?"
		if zero {
			advice = "is it in another unit, or measured from another zero?"
		}
		if ask, known := askUnit(is/was, false); known {
			advice = ask
		}
		name := b.Set.ColumnName(j)
		r.add(Finding{Severity: Warning, Column: name, What: fmt.Sprintf("%s goes from %.4g to %.4g in %s, and from %.4g to %.4g in %s", name, low, high, b.Name, least, most, a.Name), Advice: advice})
	}
}
