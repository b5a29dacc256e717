// Package natural compares names with the numbers in them as numbers: q2 is before q10.
package natural

import (
	"cmp"
	"strings"
)

// Compare is negative where a is before b, positive where it is behind, and 0 where only zeros in front of numbers differ. Numbers may
// have any length.
func Compare(a, b string) int {
	for a != "" && b != "" {
		m, n := number(a), number(b)
		if m != "" && n != "" {
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

// number is the digits that a name begins with.
func number(s string) string { return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))] }
