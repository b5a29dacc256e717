package lattice

import (
	"context"
	"math"
	"strings"
	"testing"

	"hnn/system"
)

// Networks by Adam, on derivatives and through leapfrog from states alone, beside the closed form on the same rows: the field of other
// rows, relative to its root mean square, to what so few steps give (measured, twice over).
func TestAdam(t *testing.T) {
	for _, c := range []struct {
		known system.Sized
		shape string
		limit float64
	}{
		{system.NewSpringChain(6), "chain", 0.025},
		{system.NewFPUTBeta(8), "fixed-chain", 0.025},
		{system.SpringLattice{Side: 2}, "grid:2x2", 0.015},
		{system.NewSineGordon(12), "ring", 0.015},
	} {
		set, other := drawnWith(t, 1, c.known, 8, 40, 4, 0), drawnWith(t, 2, c.known, 2, 40, 4, 0)
		var left [3]float64
		for i := range left {
			s, err := graphOf(t, c.known, c.shape), error(nil)
			if i == 0 {
				_, err = Fit(s, set)
			} else {
				w := Network{Hidden: []int{24, 24}, Trajectories: i == 2}
				w.Steps, w.Batch, w.Rate = 400, 16, 0.01
				_, err = Adam(context.Background(), s, set, w)
			}
			if err != nil {
				t.Fatal(err)
			}
			field := s.ModelForm().Field().One()
			var off, size float64
			dx := make([]float64, s.Dim())
			for r := range other.Rows() {
				x, want := other.Row(r)
				field(0, x, nil, dx)
				for k, v := range want {
					off, size = off+(v-dx[k])*(v-dx[k]), size+v*v
				}
			}
			left[i] = math.Sqrt(off / size)
		}
		t.Logf("%s: closed form %.1e, derivatives %.1e, trajectories %.1e", c.known.Name(), left[0], left[1], left[2])
		if !(left[0] < 1e-9 && left[1] < c.limit && left[2] < c.limit) {
			t.Errorf("%s: off by %.1e, limit %v", c.known.Name(), left, c.limit)
		}
	}
	s := graphOf(t, system.NewSpringChain(6), "chain")
	bare := drawnWith(t, 1, system.NewSpringChain(6), 2, 10, 1, 0)
	bare.DX = nil
	if _, err := Adam(context.Background(), s, bare, Network{Hidden: []int{4}}); err == nil || !strings.Contains(err.Error(), "no time derivatives") {
		t.Errorf("rows without derivatives: %v", err)
	}
}
