package file

import (
	"cmp"
	"slices"
	"strings"
)

// byNumber puts columns that were sorted as words, q1, q10, q2 as some programs write them, in the order of their numbers: those of
// a chain are neighbours in it.
func (r *resolver) byNumber(out *roles) {
	words := func(a, b int) int { return strings.Compare(r.plain[a], r.plain[b]) }
	numbers := func(a, b int) int { return byNumbers(r.plain[a], r.plain[b]) }
	if !slices.IsSortedFunc(out.q, words) || slices.IsSortedFunc(out.q, numbers) {
		return
	}
	slices.SortFunc(out.q, numbers)
	if slices.IsSortedFunc(out.p, words) {
		slices.SortFunc(out.p, numbers)
	}
	out.notes = append(out.notes, "the columns, sorted as words, are taken in the order of their numbers: "+r.list(out.q))
}

// byNumbers compares names with each number in them as a number.
func byNumbers(a, b string) int {
	digit := func(r rune) bool { return r >= '0' && r <= '9' }
	for a != "" && b != "" {
		if digit(rune(a[0])) && digit(rune(b[0])) {
			m, n := a[:len(a)-len(strings.TrimLeftFunc(a, digit))], b[:len(b)-len(strings.TrimLeftFunc(b, digit))]
			a, b = a[len(m):], b[len(n):]
			m, n = strings.TrimLeft(m, "0"), strings.TrimLeft(n, "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n)); c != 0 {
				return c
			}
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}
