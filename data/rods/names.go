package rods

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Pairs finds the points in the names of positions: two columns whose names differ in one letter, x in the one and y or
// z in the other, as bob_x and bob_y, or X1 and Z1. Points are in the order of their first columns; their names are what
// is left. It is an error if a column is left over or has several partners.
func Pairs(names []string) (columns [][2]int, points []string, err error) {
	of := func(name string, i int) string { return strings.Trim(name[:i]+name[i+1:], " _.-") }
	used := make([]bool, len(names))
	for a, name := range names {
		partner, rest := -1, ""
		for i := range name {
			if name[i] != 'x' && name[i] != 'X' {
				continue
			}
			for _, letter := range []byte{name[i] + 1, name[i] + 2} {
				b := slices.Index(names, name[:i]+string(letter)+name[i+1:])
				if b < 0 || b == partner {
					continue
				}
				if partner >= 0 {
					return nil, nil, fmt.Errorf("column %s has the partners %s and %s: points of a plane have two coordinates", name, names[partner], names[b])
				}
				partner, rest = b, of(name, i)
			}
		}
		if partner < 0 {
			continue
		}
		if used[a] || used[partner] {
			return nil, nil, fmt.Errorf("column %s has several partners", name)
		}
		used[a], used[partner] = true, true
		columns, points = append(columns, [2]int{a, partner}), append(points, rest)
	}
	if i := slices.Index(used, false); i >= 0 || columns == nil {
		return nil, nil, fmt.Errorf("column %s is no x or y of a point", names[max(i, 0)])
	}
	return columns, points, nil
}

// ParsePairs reads rods as "0-1,1-2": each from one point to another, points counted from 1 in the order of the
// columns and 0 being the pivot. The pairs count points from 0 and have -1 for the pivot. It is an error if the text
// is no such list.
func ParsePairs(text string) ([][2]int, error) {
	var pairs [][2]int
	for _, part := range strings.Split(text, ",") {
		a, b, ok := strings.Cut(strings.TrimSpace(part), "-")
		from, err1 := strconv.Atoi(a)
		to, err2 := strconv.Atoi(b)
		if !ok || err1 != nil || err2 != nil || from < 0 || to < 0 || from == to {
			return nil, fmt.Errorf("rods: %q is no rod; give each as 0-1, from the pivot 0 or a point to a point, points counted from 1 in the order of their columns", part)
		}
		pairs = append(pairs, [2]int{from - 1, to - 1})
	}
	return pairs, nil
}
