// Package nearest finds what somebody who mistyped a name may have meant.
package nearest

import "strings"

// Name returns the element of known that is nearest to name, for the "did you
// mean" of an error, or "" when none shares enough with it to be worth naming
// (more than half of its letters). Case and the difference between '-', '_' and
// a space do not count; among equals the first wins.
//
// The distance is the number of letters to insert, delete, replace or swap with
// their neighbour (optimal string alignment).
func Name(name string, known []string) string {
	best, bestDistance := "", 0
	for _, k := range known {
		d := editDistance(fold(name), fold(k))
		if 2*d >= max(len([]rune(name)), len([]rune(k))) {
			continue
		}
		if best == "" || d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

func fold(s string) []rune {
	return []rune(strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(s)))
}

// editDistance keeps the last three rows of the usual table: a swap of
// neighbours looks two rows back.
func editDistance(a, b []rune) int {
	previous2 := make([]int, len(b)+1)
	previous := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(previous[j]+1, row[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, previous2[j-2]+1)
			}
			row[j] = d
		}
		previous2, previous, row = previous, row, previous2
	}
	return previous[len(b)]
}
