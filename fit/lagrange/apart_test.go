package lagrange

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data"
)

// mass draws trials of one coordinate: the acceleration by position, velocity and input, the input by the time and the
// state, both exact but for noise of a share of the spreads.
func mass(trials int, length float64, acc func(x, v, u float64) float64, input func(t, x, v float64) float64, start func(rng *rand.Rand) (x, v float64), noise float64) *data.Set {
	rng := rand.New(rand.NewPCG(5, 7))
	s := &data.Set{Dim: 2, InputNames: []string{"u"}, Offsets: []int{0}}
	if input == nil {
		s.InputNames = nil
		input = func(t, x, v float64) float64 { return 0 }
	}
	const fine, step = 20, 0.02
	for range trials {
		x, v := start(rng)
		for r := 0; float64(r)*step < length; r++ {
			t := step * float64(r)
			s.T = append(s.T, t)
			s.X = append(s.X, x, v)
			if s.InputNames != nil {
				s.Inputs = append(s.Inputs, input(t, x, v))
			}
			for k := range fine {
				h, at := step/fine, t+step/fine*float64(k)
				rate := func(at, x, v float64) (float64, float64) { return v, acc(x, v, input(at, x, v)) }
				x1, v1 := rate(at, x, v)
				x2, v2 := rate(at+h/2, x+h/2*x1, v+h/2*v1)
				x3, v3 := rate(at+h/2, x+h/2*x2, v+h/2*v2)
				x4, v4 := rate(at+h, x+h*x3, v+h*v3)
				x, v = x+h/6*(x1+2*x2+2*x3+x4), v+h/6*(v1+2*v2+2*v3+v4)
			}
		}
		s.Offsets = append(s.Offsets, len(s.T))
	}
	spread := s.Spread()
	for i := range s.X {
		s.X[i] += noise * spread[i%2] * rng.NormFloat64()
	}
	return s
}

// Of a cart with a pendulum under a known force all is told.
func TestCartIsSeparable(t *testing.T) {
	for _, noise := range []float64{0, 0.01} {
		s := cartPole.draw(20, 3, noise)
		l, r, err := Fit(s, Options{Angles: cartPole.angles})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Inseparable(l, []string{"x", "theta"}, s.InputNames); got != nil {
			t.Errorf("noise %v: %q of\n%s", noise, got, l.Text([]string{"x", "theta"}, 4))
		}
	}
}

// What rows cannot tell apart is said with its reason, and nothing is said of rows that tell all.
func TestInseparable(t *testing.T) {
	anywhere := func(rng *rand.Rand) (x, v float64) { return uniform(rng, 1), uniform(rng, 1) }
	lines := func(t, _, _ float64) float64 {
		return math.Sin(0.9*t) + 0.7*math.Sin(2.3*t+1) + 0.5*math.Sin(3.7*t+2)
	}
	one := func(t, _, _ float64) float64 { return math.Sin(1.3 * t) }
	// The steady answer of x” = -4 x - 0.4 v + sin 1.3 t at t = 0.
	steady := func(*rand.Rand) (x, v float64) {
		re, im := 4-1.3*1.3, 0.4*1.3
		d := re*re + im*im
		return -im / d, 1.3 * re / d
	}
	for _, c := range []struct {
		name   string
		trials int
		length float64
		acc    func(x, v, u float64) float64
		input  func(t, x, v float64) float64
		start  func(rng *rand.Rand) (x, v float64)
		want   []string // words of one sentence; nil for no sentence
	}{
		{"spring and friction", 10, 8, func(x, v, u float64) float64 { return -4*x - 0.3*x*x*x - 0.4*v + u }, lines, anywhere, nil},
		{"a spring without force", 10, 8, func(x, v, u float64) float64 { return -4*x - 0.3*x*x*x - 0.4*v }, nil, anywhere, nil},
		{"offset of the input", 10, 8, func(x, v, u float64) float64 { return -4*x - 0.4*v + u + 0.7 }, lines, anywhere, []string{"a constant force on x", "V*x", "an offset of an input"}},
		{"one sign", 10, 2, func(x, v, u float64) float64 { return -0.4 - 0.5*math.Tanh(v/0.01) }, nil,
			func(rng *rand.Rand) (x, v float64) { return uniform(rng, 1), 4 + uniform(rng, 1) }, []string{"C[x]", "keeps one sign"}},
		{"one frequency", 4, 12, func(x, v, u float64) float64 { return -4*x - 0.4*v + u }, one, steady, []string{"G[x,u]", "R[x]", "one frequency"}},
		{"a delay at one frequency", 4, 12, func(x, v, u float64) float64 { return -4*x - 0.4*v + u }, one, steady, []string{"a delay of the input u", "one frequency"}},
		{"feedback", 10, 4, func(x, v, u float64) float64 { return -4*x - 0.4*v + u }, func(_, x, v float64) float64 { return -2*x - 0.3*v }, anywhere, []string{"G[x,u]", "feedback"}},
	} {
		for _, noise := range []float64{0, 0.002} {
			s := mass(c.trials, c.length, c.acc, c.input, c.start, noise)
			l, r, err := Fit(s, Options{})
			if err != nil {
				t.Errorf("%s, noise %v: %v", c.name, noise, err)
				continue
			}
			Polish(l, s, r)
			got := r.Inseparable(l, []string{"x"}, s.InputNames)
			t.Logf("%s, noise %v: %q\n%s", c.name, noise, got, l.Text([]string{"x"}, 4))
			if c.want == nil && got != nil {
				t.Errorf("%s, noise %v: %q of rows that tell all", c.name, noise, got)
			}
			if c.want != nil && !slices.ContainsFunc(got, func(line string) bool {
				return !slices.ContainsFunc(c.want, func(word string) bool { return !strings.Contains(line, word) })
			}) {
				t.Errorf("%s, noise %v: %q, want words on %q", c.name, noise, got, c.want)
			}
		}
	}
}
