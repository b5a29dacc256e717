package lagrange

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
)

// delayed is a set without noise whose columns are late, then with noise of a share of the spreads.
func delayed(s *data.Set, late []float64, noise float64) *data.Set {
	back := make([]float64, len(late))
	for i, v := range late {
		back[i] = -v
	}
	out := s.Late(back)
	rng := rand.New(rand.NewPCG(2, 9))
	spread := out.Spread()
	for i := range out.X {
		out.X[i] += noise * spread[i%out.Dim] * rng.NormFloat64()
	}
	return out
}

// Columns that are late by a part of a row are found beside the law, with their errors; of columns that are not, none is.
func TestLate(t *testing.T) {
	for _, c := range []struct {
		name   string
		system truth
		late   []float64
	}{
		{"none", doublePendulum, []float64{0, 0, 0, 0}},
		{"one angle and its rate", doublePendulum, []float64{0, 0.004, 0, 0.004}},
		{"one rate", doublePendulum, []float64{0, 0, 0.005, 0}},
		{"a cart's angle", cartPole, []float64{0, -0.006, 0, -0.006}},
	} {
		s := delayed(c.system.draw(12, 4, 0), c.late, 0.005)
		l, r, err := Fit(s, Options{Angles: c.system.angles})
		if err != nil {
			t.Fatal(err)
		}
		Polish(l, s, r)
		got := Late(l, s, r)
		t.Logf("%s: dropped %v, %+v", c.name, r.Dropped, got)
		if c.name == "none" {
			if got != nil {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		if got == nil {
			t.Errorf("%s: nothing found", c.name)
			continue
		}
		for i, want := range c.late {
			if math.Abs(got.By[i]-want) > 4*got.Errors[i]+1e-4 {
				t.Errorf("%s: column %d is late by %v +- %v, want %v", c.name, i, got.By[i], got.Errors[i], want)
			}
		}
	}
}
