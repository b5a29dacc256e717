package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"hnn/data"
)

// What judges a model within the training rows are no rows that it was fitted to: neither in long sets, of which networks
// see the first rows alone, nor across gaps.
func TestInnerRowsAreHeldOut(t *testing.T) {
	withoutShort(t)
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
		left := 0
		if c.trials == 1 {
			left = d.gap(block(d.raw))
			if least := d.estimator.Windows[0].Rows; left < least {
				t.Errorf("%+v: a gap of %d rows, and windows of %d", c, left, least)
			}
		}
		if got := len(in.raw.T) + in.Test.Rows() + left; got != len(d.raw.T) && !c.gap {
			t.Errorf("%+v: %d rows of %d are used", c, got, len(d.raw.T))
		}
	}
}

// A held-out block of a single trial is a fifth of it, or two turns where these are more, and no more than a third.
func TestBlock(t *testing.T) {
	for _, c := range []struct{ rows, turn, want int }{{1000, 50, 200}, {1000, 125, 250}, {1000, 400, 333}, {1000, 5000, 200}} {
		s := &data.Set{Dim: 1, Offsets: []int{0, c.rows}}
		for r := range c.rows {
			s.T, s.X = append(s.T, float64(r)), append(s.X, -math.Cos(2*math.Pi*float64(r)/float64(c.turn)))
		}
		if c.turn > 2*c.rows {
			for r := range s.X { // it drifts down, and never goes up through its mean
				s.X[r] = -float64(r)
			}
		}
		if got := block(s); math.Abs(float64(got-c.want)) > 1 {
			t.Errorf("%d rows of turns of %d: a block of %d rows, want %d", c.rows, c.turn, got, c.want)
		}
	}
}
