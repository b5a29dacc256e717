package file

import (
	"slices"
	"strings"

	"hnn/internal/natural"
)

// byNumber puts columns that were sorted as words, q1, q10, q2 as some programs write them, in the order of their numbers: those of
// a chain are neighbours in it.
func (r *resolver) byNumber(out *roles) {
	words := func(a, b int) int { return strings.Compare(r.plain[a], r.plain[b]) }
	numbers := func(a, b int) int { return natural.Compare(r.plain[a], r.plain[b]) }
	if !slices.IsSortedFunc(out.q, words) || slices.IsSortedFunc(out.q, numbers) {
		return
	}
	slices.SortFunc(out.q, numbers)
	if slices.IsSortedFunc(out.p, words) {
		slices.SortFunc(out.p, numbers)
	}
	out.notes = append(out.notes, "the columns, sorted as words, are taken in the order of their numbers: "+r.list(out.q))
}
