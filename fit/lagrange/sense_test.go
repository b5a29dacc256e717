package lagrange

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
)

// shown is what sensors of some gains and offsets show of a set, with noise of half a percent of the spreads.
func shown(s *data.Set, gain, offset []float64) *data.Set {
	out := *s
	out.X = append([]float64(nil), s.X...)
	rng := rand.New(rand.NewPCG(2, 9))
	spread := s.Spread()
	for i := range out.X {
		j := i % s.Dim
		out.X[i] = gain[j]*(out.X[i]+0.005*spread[j]*rng.NormFloat64()) + offset[j]
	}
	return &out
}

// Gains and offsets are found beside the law with their errors, though it takes them up by more terms, where that has fewer
// numbers; of a pendulum an offset is one number for one, and nothing is found but where V is level.
func TestSense(t *testing.T) {
	one, zero := []float64{1, 1, 1, 1}, []float64{0, 0, 0, 0}
	pendulum := links(1)
	for _, c := range []struct {
		name         string
		system       truth
		gain, offset []float64
		none, long   bool
	}{
		{"none", doublePendulum, one, zero, true, true},
		{"a pendulum's zero", pendulum, one, []float64{0.035, 0}, true, false},
		{"a pendulum's gain", pendulum, []float64{1.03, 1}, zero, false, false},
		{"zeros", doublePendulum, one, []float64{0.035, -0.05, 0, 0}, false, true},
		{"gain of an angle and its rate", doublePendulum, []float64{1.03, 1, 1.03, 1}, zero, false, true},
		{"both", doublePendulum, []float64{1.03, 1, 1, 1}, []float64{0.05, 0.02, 0, 0.1}, false, false},
	} {
		if c.long && !*long {
			continue
		}
		s := shown(c.system.draw(6, 4, 0), c.gain, c.offset)
		l, r, err := Fit(s, Options{Angles: c.system.angles})
		if err != nil {
			t.Fatal(err)
		}
		Polish(l, s, r)
		got := Sense(l, s, r, c.system.angles, SenseOptions{Gains: true, Offsets: true})
		t.Logf("%s: %+v", c.name, got)
		if level := r.Level(l, c.system.angles, []string{"a", "b"}); c.name == "a pendulum's zero" && !strings.HasPrefix(level, "V is level at a = 0.03") || c.name == "none" && level != "" {
			t.Errorf("%s: %q", c.name, level)
		}
		if c.none || got == nil {
			if c.none != (got == nil) {
				t.Errorf("%s: %+v", c.name, got)
			}
			continue
		}
		for i := range s.Dim {
			if e := math.Abs(got.Gain[i] - c.gain[i]); e > 4*got.GainErrors[i]+2e-3 {
				t.Errorf("%s: column %d has a gain of %v +- %v, want %v", c.name, i, got.Gain[i], got.GainErrors[i], c.gain[i])
			}
			if e := math.Abs(got.Offset[i] - c.offset[i]); e > 4*got.OffsetErrors[i]+2e-3 {
				t.Errorf("%s: column %d has an offset of %v +- %v, want %v", c.name, i, got.Offset[i], got.OffsetErrors[i], c.offset[i])
			}
		}
	}
}

// Every trial's zeros and biases are found beside the law, and those of other trials by it.
func TestSenseOfTrials(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	biased := func(trials int, seed uint64) (*data.Set, []float64) {
		s := shown(doublePendulum.draw(trials, seed, 0), []float64{1, 1, 1, 1}, []float64{0, 0, 0, 0})
		var bias []float64
		for k := range trials {
			for i := range 4 {
				bias = append(bias, 0.03*rng.NormFloat64())
				for r := s.Offsets[k]; r < s.Offsets[k+1]; r++ {
					s.X[4*r+i] += bias[4*k+i]
				}
			}
		}
		return s, bias
	}
	s, want := biased(6, 4)
	l, r, err := Fit(s, Options{Angles: doublePendulum.angles})
	if err != nil {
		t.Fatal(err)
	}
	Polish(l, s, r)
	got := Sense(l, s, r, doublePendulum.angles, SenseOptions{OfTrials: true})
	if got == nil {
		t.Fatal("nothing found")
	}
	s = s.Calibrated(nil, got.Offsets)
	if l, r, err = Fit(s, Options{Angles: doublePendulum.angles}); err != nil {
		t.Fatal(err)
	}
	Polish(l, s, r)
	other, also := biased(3, 5)
	for _, c := range []struct{ got, want []float64 }{{got.Offsets, want}, {OffsetsOfTrials(l, other, r), also}} {
		if len(c.got) != len(c.want) {
			t.Fatalf("%d offsets, want %d", len(c.got), len(c.want))
		}
		for i, v := range c.got {
			if math.Abs(v-c.want[i]) > 3e-3 {
				t.Errorf("trial %d, column %d: %v, want %v", i/4, i%4, v, c.want[i])
			}
		}
	}
}
