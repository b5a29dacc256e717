package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// What judges a model within the training rows are no rows that it was fitted to: neither in long sets, of which networks
// see the first rows alone, nor across gaps.
func TestInnerRowsAreHeldOut(t *testing.T) {
	for _, c := range []struct {
		trials, rows int
		gap          bool
	}{{6, 917, false}, {40, 100, false}, {5, 200, true}, {1, 600, true}, {1, 4000, false}} {
		var b strings.Builder
		b.WriteString("trial,t,x,v\n")
		for k := range c.trials {
			for r := range c.rows {
				now := 0.02 * float64(r)
				if c.gap && r > c.rows/2 {
					now += 3
				}
				a := 1 + 0.01*float64(k)
				fmt.Fprintf(&b, "%d,%.4f,%.12g,%.12g\n", k, now, a*math.Cos(now), -a*math.Sin(now))
			}
		}
		config := own(t, fileOf(t, b.String()))
		d, err := loadDataset(&config, nil)
		if err != nil {
			t.Fatal(err)
		}
		in, err := d.inner(0)
		if err != nil {
			t.Fatal(err)
		}
		// A row is known by its time and its amplitude, which its trial has.
		key := func(t float64, x []float64) string {
			return fmt.Sprintf("%.3f %.3f", t, math.Hypot(x[0], x[1]))
		}
		var seen []string
		for r, at := range in.raw.T {
			seen = append(seen, key(at, in.raw.X[2*r:2*r+2]))
		}
		slices.Sort(seen)
		if in.Test.Rows() < len(d.Train.T)/6 {
			t.Errorf("%+v: %d of %d rows are held out", c, in.Test.Rows(), len(d.Train.T))
		}
		for r, at := range in.Test.T {
			if _, found := slices.BinarySearch(seen, key(at, in.Test.X[2*r:2*r+2])); found {
				t.Errorf("%+v: row %d, %s, judges what was fitted to it", c, r, key(at, in.Test.X[2*r:2*r+2]))
				break
			}
		}
		if got := len(in.raw.T) + in.Test.Rows(); got != len(d.raw.T) && !c.gap {
			t.Errorf("%+v: %d rows of %d are used", c, got, len(d.raw.T))
		}
	}
}
