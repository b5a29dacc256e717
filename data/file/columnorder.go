package file

import (
	"slices"
	"strings"

	"hnn/internal/natural"
)

// byNumber puts columns in the order of their numbers, since those of a chain are neighbours in it: those that were sorted as words, q1,
// q10, q2 as some programs write them, and those that are one letter's with a number each, q6, q3, q8. Others stay, as a grid's that go down its columns.
func (r *resolver) byNumber(out *roles) {
	words := func(a, b int) int { return strings.Compare(r.plain[a], r.plain[b]) }
	numbers := func(a, b int) int { return natural.Compare(r.plain[a], r.plain[b]) }
	asWords := slices.IsSortedFunc(out.q, words)
	if slices.IsSortedFunc(out.q, numbers) || !asWords && !r.isRow(out.q) {
		return
	}
	slices.SortFunc(out.q, numbers)
	if !asWords || slices.IsSortedFunc(out.p, words) {
		slices.SortFunc(out.p, numbers)
	}
	how := "the columns"
	if asWords {
		how += ", sorted as words,"
	}
	out.notes = append(out.notes, how+" are taken in the order of their numbers: "+r.list(out.q))
}

// isRow reports whether columns are numbered sites of a row: four or more that differ in one number alone.
func (r *resolver) isRow(columns []int) bool {
	first := ""
	for k, i := range columns {
		base := strings.TrimRight(r.plain[i], "0123456789")
		if k == 0 {
			first = base
		}
		if base != first || base == r.plain[i] || strings.ContainsAny(strings.TrimRight(base, "_"), "0123456789") {
			return false
		}
	}
	return len(columns) >= 4
}
