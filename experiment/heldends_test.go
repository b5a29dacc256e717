package experiment

import (
	"strings"
	"testing"

	"hnn/data"
)

// Ends of a chain that stay at 0 are said to be its walls, with the columns that are left; nothing is said of a site in the middle that
// does, or of one that stays elsewhere.
func TestHeldEnds(t *testing.T) {
	withoutShort(t)
	for _, c := range []struct {
		name string
		held map[int]float64
		want string
	}{
		{"both", map[int]float64{0: 0, 5: 0}, "--q q2,q3,q4,q5 --p p2,p3,p4,p5 --lattice fixed-chain"},
		{"the first", map[int]float64{0: 0}, "--q q2,q3,q4,q5,q6 --p p2,p3,p4,p5,p6 and --edges"},
		{"the last", map[int]float64{5: 0}, "--q q1,q2,q3,q4,q5 --p p1,p2,p3,p4,p5 and --edges"},
		{"none", nil, ""},
		{"the third", map[int]float64{2: 0}, ""},
		{"elsewhere", map[int]float64{0: 1, 5: 1}, ""},
	} {
		set := &data.Set{Dim: 12, Offsets: []int{0, 20}}
		for r := range 20 {
			set.T = append(set.T, float64(r))
			for j := range 12 {
				v := float64((r*(j+3))%7) - 2.5
				if at, ok := c.held[j%6]; ok {
					if v = at; j >= 6 {
						v = 0
					}
				}
				set.X = append(set.X, v)
			}
		}
		if got := heldEnds(set, stateNames(12)); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
