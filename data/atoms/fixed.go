package atoms

import (
	"fmt"
	"slices"
)

// fix finds the particles that something holds: those that stay at one place in all frames, at rest, or of frames without velocities under no force,
// while others move. Files may say which by a column move_mask.
func fix(frames []*Frame) {
	first := frames[0]
	if first.Fixed == nil && len(frames) > 1 && (first.Vel != nil || first.Force != nil) {
		fixed := make([]bool, first.N())
		for i := range fixed {
			fixed[i] = !slices.ContainsFunc(frames, func(f *Frame) bool { return f.moves(first, i) })
		}
		if slices.Contains(fixed, true) && slices.Contains(fixed, false) {
			first.Fixed = fixed
		}
	}
	if first.Fixed == nil {
		return
	}
	n := 0
	for _, held := range first.Fixed {
		if held {
			n++
		}
	}
	first.Notes = append(first.Notes, fmt.Sprintf("%d of %d particles are held at one place (by move_mask, or since they never move)", n, first.N()))
	for _, f := range frames {
		f.Fixed = first.Fixed
	}
}

// moves says whether a particle is elsewhere than in another frame, or moves, or, without velocities, would.
func (f *Frame) moves(first *Frame, i int) bool {
	at := 3 * i
	zero := func(v []float64) bool { return v == nil || v[at] == 0 && v[at+1] == 0 && v[at+2] == 0 }
	return !slices.Equal(f.Pos[at:at+3], first.Pos[at:at+3]) || !zero(f.Vel) || f.Vel == nil && !zero(f.Force)
}

// mask takes the column move_mask, of T where a particle moves, one or one along each axis: held is one that moves along none.
func (f *Frame) mask(t *table, at, columns int) {
	fixed := make([]bool, len(t.rows))
	for i, r := range t.rows {
		fixed[i] = !slices.ContainsFunc(r[at:at+columns], func(s string) bool { return s != "F" && s != "0" && s != "False" })
	}
	if slices.Contains(fixed, true) {
		f.Fixed = fixed
	}
}
