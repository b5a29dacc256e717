package particles

import (
	"context"
	"math"
	"testing"
)

// Networks by Adam, of forces and of motion, beside the closed form on the same rows: their forces on all frames follow the true ones,
// to what so few steps give (measured, twice over), and not as the closed form's.
func TestAdamOfLiquid(t *testing.T) {
	d, law := liquid(t, 1, 8, 10)
	o := Options{Cutoff: 2.5, Coefficients: 80}
	left := func(l *Laws) float64 {
		var off, size float64
		for _, x := range d.X {
			d.Box.Pairs(x, 2.5, func(_, _ int, _ [3]float64, r2 float64) {
				r := math.Sqrt(r2)
				_, got, _ := l.Of[0].At(r)
				_, want, _ := law.At(r)
				off, size = off+(got-want)*(got-want), size+want*want
			})
		}
		return math.Sqrt(off / size)
	}
	closed, err := Forces(d, o)
	if err != nil {
		t.Fatal(err)
	}
	if v := left(closed); v > 1e-6 {
		t.Errorf("the closed form's forces are off by %.2g", v)
	}
	for _, trajectories := range []bool{false, true} {
		w := Network{Hidden: []int{24, 24}, Trajectories: trajectories}
		w.Steps, w.Batch, w.Substeps, w.Rate = 120, 1, 2, 0.02
		l, report, err := Adam(context.Background(), d, o, w)
		if err != nil {
			t.Fatal(err)
		}
		v := left(l)
		t.Logf("trajectories %v: held out %.2g, forces of pairs off by %.2g, closed form %.1g", trajectories, report.Held, v, left(closed))
		if v > 0.2 {
			t.Errorf("trajectories %v: forces of pairs are off by %.2g", trajectories, v)
		}
	}
	if _, _, err := Adam(context.Background(), d, Options{Cutoff: 2.5, AngleReach: 2}, Network{Hidden: []int{4}}); err == nil {
		t.Error("angles by Adam were not refused")
	}
}
