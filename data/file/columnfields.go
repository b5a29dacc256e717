package file

import (
	"strings"
)

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
