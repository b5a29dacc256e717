package rods

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Points finds the points in the names of positions: two columns whose names differ in one letter, x in the one and y or
// z in the other, as bob_x and bob_y, or X1 and Z1, or three, of x, y and z, of points in space. Points are in the order of
// their first columns; their names are what is left. It is an error if a column is left over or has several partners, or if
// some points have two coordinates and others three.
func Points(names []string) (columns [][]int, points []string, err error) {
	of := func(name string, i int) string { return strings.Trim(name[:i]+name[i+1:], " _.-") }
	used := make([]bool, len(names))
	for a, name := range names {
		var place []int
		rest := ""
		for i := range name {
			if name[i] != 'x' && name[i] != 'X' {
				continue
			}
			own := []int{a}
			for _, letter := range []byte{name[i] + 1, name[i] + 2} {
				if b := slices.Index(names, name[:i]+string(letter)+name[i+1:]); b >= 0 && !slices.Contains(own, b) {
					own = append(own, b)
				}
			}
			switch {
			case len(own) == 1:
			case place != nil:
				return nil, nil, fmt.Errorf("column %s has the partners %s and %s", name, names[place[1]], names[own[1]])
			default:
				place, rest = own, of(name, i)
			}
		}
		if place == nil {
			continue
		}
		for _, c := range place {
			if used[c] {
				return nil, nil, fmt.Errorf("column %s has several partners", names[c])
			}
			used[c] = true
		}
		if len(columns) > 0 && len(place) != len(columns[0]) {
			return nil, nil, fmt.Errorf("point %s has %d coordinates and point %s has %d", points[0], len(columns[0]), rest, len(place))
		}
		columns, points = append(columns, place), append(points, rest)
	}
	if i := slices.Index(used, false); i >= 0 || columns == nil {
		return nil, nil, fmt.Errorf("column %s is no x or y of a point", names[max(i, 0)])
	}
	return columns, points, nil
}

// Plane is the places of points of a plane; false of points in space.
func Plane(columns [][]int) ([][2]int, bool) {
	var out [][2]int
	for _, c := range columns {
		if len(c) != 2 {
			return nil, false
		}
		out = append(out, [2]int(c))
	}
	return out, true
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

// joints are the parts of what rods connect: of every point, -1 being the pivots, another that it is connected to.
type joints map[int]int

// join connects two points; false where they are already.
func (j joints) join(a, b int) bool {
	part := func(i int) int {
		for up, ok := j[i]; ok; up, ok = j[i] {
			i = up
		}
		return i
	}
	if a, b = part(a), part(b); a == b {
		return false
	}
	j[a] = b
	return true
}

// Tree reports whether rods are a tree from one pivot, -1, or may be a part of one: what Given takes and turns into angles.
func Tree(pairs [][2]int) bool {
	joined, hung := joints{}, 0
	for _, p := range pairs {
		if min(p[0], p[1]) < 0 {
			hung++
		}
		if !joined.join(p[0], p[1]) {
			return false
		}
	}
	return hung == 1
}
