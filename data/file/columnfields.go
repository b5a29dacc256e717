package file

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// atPlace is a value of a field at a place: u(0.5), phi[1.5], u(x=0.5).
var atPlace = regexp.MustCompile(`^([^\s(\[]+)\s*[(\[]\s*(?:\w+\s*=\s*)?([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*[)\]]$`)

// byPlace gives the columns of a field that are named by places, as phi(0), phi(0.5), ..., the plain names phi_1, phi_2, ... in the order of
// the places. Whole numbers alone are numbers, and a few columns no field.
func byPlace(names []string) map[int]string {
	type column struct {
		i     int
		place float64
	}
	fields := map[string][]column{}
	for i, name := range names {
		if m := atPlace.FindStringSubmatch(name); m != nil {
			if x, err := strconv.ParseFloat(m[2], 64); err == nil {
				base := strings.ToLower(m[1])
				fields[base] = append(fields[base], column{i, x})
			}
		}
	}
	plain := map[int]string{}
	for base, all := range fields {
		if len(all) < leastField || !slices.ContainsFunc(all, func(c column) bool { return c.place != math.Trunc(c.place) }) {
			continue
		}
		slices.SortStableFunc(all, func(a, b column) int { return cmp.Compare(a.place, b.place) })
		for k, c := range all {
			plain[c.i] = base + "_" + strconv.Itoa(k+1)
		}
	}
	return plain
}

// leastField is from how many columns u1, u2, ... on, with a rate of each and no other position, they are what moves, as the
// displacement of a string at points of it, and not what acts.
const leastField = 4

// isField reports whether what may be inputs are the displacement u of a field: each has its rate, or a velocity v of its number.
func (r *resolver) isField(inputs, p []int, derivative map[int]int) bool {
	if len(inputs) < leastField || len(p) > 0 && len(p) != len(inputs) {
		return false
	}
	rates := map[string]bool{}
	for _, i := range p {
		if name, ok := strings.CutPrefix(r.plain[i], "v"); ok {
			rates[joined(name)] = true
		}
	}
	for _, i := range inputs {
		name, ok := strings.CutPrefix(r.plain[i], "u")
		if _, has := derivative[i]; !ok || !has && !rates[joined(name)] {
			return false
		}
	}
	return true
}

// conjugates are the momenta pi of a field phi, as the literature has them; nil where one is not there.
func (r *resolver) conjugates(q []int) (p []int) {
	for _, i := range q {
		name, ok := strings.CutPrefix(strings.Replace(r.plain[i], "φ", "phi", 1), "phi")
		if !ok {
			return nil
		}
		j, ok := r.byPlain("pi" + name)
		if !ok {
			if j, ok = r.byPlain("π" + name); !ok {
				return nil
			}
		}
		p = append(p, j)
	}
	return p
}
