package experiment

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// siteColumns is how columns are numbered: positions q1, q2, ... of sites of one component, or x1, y1, x2, y2, ... of bodies, in
// one or the other order; or q1_1, q1_2, ..., q2_1, ... of a grid, whose sides are then given.
type siteColumns struct {
	sites, space int
	interleaved  bool
	// sides are those of a grid whose columns have two numbers or three, that of the number that changes slowest first; 0 behind them.
	sides [3]int
}

// grid are the sides that the names say, nil where they say none.
func (n siteColumns) grid() []int {
	var sides []int
	for _, side := range n.sides {
		if side > 0 {
			sides = append(sides, side)
		}
	}
	return sides
}

// siteName is a column's name cut at its numbers: q[0,1] is "q[", 0 and 1 with "," between them, "]"; mass1_x (m) is "mass", 1, "_x (m)".
type siteName struct {
	letter, between, end string
	at                   []int
}

// sitePlaces is a name with one to three numbers, as q1, q_0_1, q[0,1], q[0][1], mass1_x (m); siteDigits one with a digit for each.
var (
	sitePlaces = regexp.MustCompile(`^(.*?)([0-9]+)(?:(_|, ?|;|\]\[|:|x)([0-9]+)(?:(?:_|, ?|;|\]\[|:|x)([0-9]+))?)?([\])]?(?:_[a-z]+)?(?: ?[\[(][^\])]*[\])])?)$`)
	siteDigits = regexp.MustCompile(`^(.*?)([0-9])([0-9])([0-9])?()$`)
)

// key is the same for the sites of one letter.
func (s *siteName) key() string { return s.letter + "1" + s.end }

// cutName cuts a name. digitwise takes every digit for a number: q12 is of row 1 and column 2.
func cutName(name string, digitwise bool) (s siteName, ok bool) {
	var m, all []string
	if digitwise {
		if m = siteDigits.FindStringSubmatch(name); m == nil {
			return s, false
		}
		s, all = siteName{letter: m[1], end: m[5]}, m[2:5]
	} else {
		if m = sitePlaces.FindStringSubmatch(name); m == nil {
			return s, false
		}
		s, all = siteName{letter: m[1], between: m[3], end: m[6]}, []string{m[2], m[4], m[5]}
	}
	for _, text := range all {
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return s, false
		}
		s.at = append(s.at, n)
	}
	return s, true
}

// numbering reads the names of the positions, the first half of a state's. ok is false where they are not numbered alike.
func numbering(names []string) (n siteColumns, ok bool) {
	if n, ok = numberedBy(names, false); !ok {
		n, ok = numberedBy(names, true)
	}
	return n, ok
}

func numberedBy(names []string, digitwise bool) (n siteColumns, ok bool) {
	half := len(names) / 2
	places := map[string]int{} // of the letters that differ, in their order
	cut := make([]siteName, half)
	for i, name := range names[:half] {
		if cut[i], ok = cutName(name, digitwise); !ok || len(cut[i].at) != len(cut[0].at) {
			return n, false
		}
		if _, known := places[cut[i].key()]; !known {
			places[cut[i].key()] = len(places)
		}
	}
	if len(places) < 1 || len(places) > 3 || half%len(places) != 0 {
		return n, false
	}
	n = siteColumns{sites: half / len(places), space: len(places)}
	n.interleaved = n.space > 1 && cut[1].key() != cut[0].key()
	axes := len(cut[0].at)
	if axes == 1 {
		n.sides[0] = n.sites
	} else {
		// The number that changes from site to site first is that of the last side.
		stride := 1
		if n.interleaved {
			stride = n.space
		}
		if half > stride && cut[stride].at[0] != cut[0].at[0] {
			for i := range cut {
				slices.Reverse(cut[i].at)
			}
		}
		for axis := range axes {
			key := func(a, b siteName) int { return cmp.Compare(a.at[axis], b.at[axis]) }
			n.sides[axis] = slices.MaxFunc(cut, key).at[axis] - slices.MinFunc(cut, key).at[axis] + 1
		}
	}
	of := 1
	for _, side := range n.sides[:axes] {
		of *= side
	}
	if of != n.sites {
		return n, false
	}
	for i, c := range cut {
		letter, site := i/n.sites, i%n.sites
		if n.interleaved {
			letter, site = i%n.space, i/n.space
		}
		if places[c.key()] != letter {
			return n, false
		}
		for axis := axes - 1; axis >= 0; axis-- {
			side := n.sides[axis]
			if c.at[axis] != cut[0].at[axis]+site%side {
				return n, false
			}
			site /= side
		}
	}
	if axes == 1 {
		n.sides[0] = 0
	}
	return n, true
}

// siteNames are the columns of more or fewer sites, named as the given ones; sides are those of a grid.
func siteNames(names []string, n siteColumns, sites int, sides []int) []string {
	_, plain := numberedBy(names, false)
	first, _ := cutName(names[0], !plain)
	if n.grid() == nil || len(sides) != len(n.grid()) {
		sides, first.at = []int{sites}, first.at[:1]
	}
	if first.between == "" {
		first.between = "_"
	}
	// Columns that go down a grid's columns first have the number of the last side in front.
	stride := 1
	if n.interleaved {
		stride = n.space
	}
	second, _ := cutName(names[min(stride, len(names)/2-1)], !plain)
	down := len(sides) > 1 && second.at[0] != first.at[0]
	if down {
		slices.Reverse(first.at)
	}
	// What the columns of each half and letter are called but for their numbers.
	var like [2][]siteName
	for half := range like {
		for a := range n.space {
			at := half*len(names)/2 + a*n.sites
			if n.interleaved {
				at = half*len(names)/2 + a
			}
			own, ok := cutName(names[at], !plain)
			if !ok {
				own.letter = names[at]
			}
			like[half] = append(like[half], own)
		}
	}
	var out []string
	numbers := make([]string, len(sides))
	for _, of := range like {
		for i := range sites * n.space {
			a, site := i/sites, i%sites
			if n.interleaved {
				a, site = i%n.space, i/n.space
			}
			for axis := len(sides) - 1; axis >= 0; axis-- {
				numbers[axis] = strconv.Itoa(first.at[axis] + site%sides[axis])
				site /= sides[axis]
			}
			if down {
				slices.Reverse(numbers)
			}
			out = append(out, of[a].letter+strings.Join(numbers, first.between)+of[a].end)
		}
	}
	return out
}
