package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
)

// A column that shows 0.95 dq/dt + 0.3 is told from one that shows dq/dt, and one that is late shows none.
func TestSensors(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func(gain, offset, late float64) *data.Set {
		s := &data.Set{Dim: 2, Offsets: []int{0}}
		for k := range 4 {
			phase := float64(k)
			for i := range 200 {
				at := 0.1 * float64(i)
				s.T = append(s.T, at)
				s.X = append(s.X, math.Sin(at+phase)+0.005*rng.NormFloat64(), gain*math.Cos(at+phase-late)+offset+0.01*rng.NormFloat64())
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		return s
	}
	for _, test := range []struct {
		gain, offset float64
		off          bool
	}{{1, 0, false}, {0.95, 0, true}, {1, 0.3, true}, {0.95, 0.3, true}} {
		s := draw(test.gain, test.offset, 0)
		got := Sensors(s)
		if len(got) != 1 {
			t.Fatalf("%+v: %v", test, got)
		}
		// Of 784 rows with noise 0.01, and rates good to about as much, 3 standard errors are at most 0.005.
		if math.Abs(got[0].Gain-test.gain) > 0.005 || math.Abs(got[0].Offset-test.offset) > 0.005 || got[0].Off(5) != test.off {
			t.Errorf("%+v: found %+v, off %v", test, got[0], got[0].Off(5))
		}
		corrected := Corrected(s, got)
		if again := Sensors(corrected); len(again) != 1 || again[0].Off(5) {
			t.Errorf("%+v: corrected, found %+v", test, again)
		}
	}
	if got := Sensors(draw(1, 0, 0.5)); got != nil {
		t.Errorf("a column that is late by half a radian: %+v", got)
	}
}
