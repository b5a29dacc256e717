package experiment

import (
	"math"
	"testing"

	"hnn/data"
)

// One trial of one position tells an energy only where it comes round: along any other curve some H is constant.
func TestOpenCurves(t *testing.T) {
	circle := func(turns float64) *data.Set {
		s := &data.Set{Dim: 2, Offsets: []int{0, 100}}
		for i := range 100 {
			a := 2 * math.Pi * turns * float64(i) / 99
			s.T, s.X = append(s.T, float64(i)), append(s.X, math.Cos(a), -math.Sin(a))
		}
		return s
	}
	twice := circle(0.4)
	twice.Offsets = []int{0, 50, 100}
	sorted := &data.Set{Dim: 2, Offsets: []int{0, 100}}
	for i := range 100 {
		sorted.T, sorted.X = append(sorted.T, float64(i)), append(sorted.X, math.Sqrt(float64(i)), math.Log(1+float64(i)))
	}
	for name, c := range map[string]struct {
		set  *data.Set
		open bool
	}{"sorted numbers": {sorted, true}, "less than half a turn": {circle(0.4), true}, "a turn": {circle(1.2), false}, "two trials": {twice, false}} {
		d := &dataset{Split: data.Split{Train: c.set}, estimated: true}
		if d.open() != c.open {
			t.Errorf("%s: open is %v", name, !c.open)
		}
	}
}
