package experiment

import (
	"fmt"

	"hnn/data"
	"hnn/model/lattice"
)

// checkPlaces refuses positions along a line, x_i = i a + q_i, for a ring or walls: the differences along a bond that closes the ring or
// ends at a wall are then far from those along the others, and no law of all bonds is one of either.
func checkPlaces(s *lattice.System, set *data.Set, names []string) error {
	if s.Shape == nil || !s.Shape.Periodic && !s.Shape.Fixed || s.Space > 1 || s.Flow != lattice.Mechanical {
		return nil
	}
	open := *s.Shape
	open.Periodic, open.Fixed = false, false
	inner := map[[2]int]bool{}
	for _, b := range open.Bonds() {
		inner[[2]int{b.I, b.J}] = true
	}
	delta := make([]float64, 1)
	span := func(b lattice.Bond) (lo, hi float64) {
		for r := range set.Rows() {
			d := s.Stretch(b, set.X[r*set.Dim:r*set.Dim+s.Half()], delta)
			if r == 0 {
				lo, hi = d, d
			}
			lo, hi = min(lo, d), max(hi, d)
		}
		return lo, hi
	}
	type interval struct {
		lo, hi float64
		some   bool
	}
	hulls := make([]interval, len(s.Shape.Sides)+1) // of the bonds of each kind
	for _, b := range s.Bonds {
		if !inner[[2]int{b.I, b.J}] {
			continue
		}
		lo, hi := span(b)
		if h := &hulls[b.Kind]; h.some {
			h.lo, h.hi = min(h.lo, lo), max(h.hi, hi)
		} else {
			*h = interval{lo, hi, true}
		}
	}
	const apart = 0.25 // of the width of the others
	for _, b := range s.Bonds {
		h := hulls[b.Kind]
		if inner[[2]int{b.I, b.J}] || !h.some {
			continue
		}
		if lo, hi := span(b); lo-h.hi > apart*(h.hi-h.lo) || h.lo-hi > apart*(h.hi-h.lo) {
			end := func(i int) string {
				if i == lattice.Wall {
					return "a wall"
				}
				return names[i]
			}
			return fmt.Errorf("lattice %s: the difference along the bond from %s to %s goes from %.4g to %.4g, and along those between neighbours from %.4g to %.4g, so that no law of both is to be learned: are these positions along a line, and not displacements? Subtract where each site rests (as i a), or take --lattice %s, which has no such bonds",
				s.Shape, end(b.I), end(b.J), lo, hi, h.lo, h.hi, open)
		}
	}
	return nil
}
