package lagrange

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A force that acts three and a half steps late is found so, its gain known or not.
func TestDelay(t *testing.T) {
	const late = 0.07
	s := cartPole
	s.input = func(rng *rand.Rand) func(t float64) []float64 {
		u := cartPole.input(rng)
		return func(t float64) []float64 { return u(t - late) }
	}
	set := s.draw(12, 4, 0.01)
	// The columns say what the force was before it acts.
	early := set.DelayInputs(-late)
	for _, gain := range [][]float64{{1, 0}, nil} {
		delay, _, err := Delay(early, Options{Angles: s.angles, Gain: gain}, 8)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(delay-late) > 0.004 {
			t.Errorf("gain %v: a delay of %.4f s, want %.2f", gain, delay, late)
		}
	}
}

// twoPendulums are not coupled.
var twoPendulums = truth{
	n: 2, angles: []bool{true, true},
	acc: func(q, v, _, a []float64) { a[0], a[1] = -g*math.Sin(q[0]), -0.5*g*math.Sin(q[1]) },
	start: func(rng *rand.Rand) (q, v []float64) {
		return []float64{uniform(rng, 2), uniform(rng, 2)}, []float64{uniform(rng, 1), uniform(rng, 1)}
	},
}

// threeMasses are in a row between walls, coupled by springs: a linear system of three modes.
var threeMasses = truth{
	n: 3,
	acc: func(q, v, _, a []float64) {
		a[0], a[1], a[2] = -2*q[0]+q[1], (q[0]-2*q[1]+q[2])/1.5, (q[1]-2*q[2])/2
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		for range 3 {
			q, v = append(q, uniform(rng, 1)), append(v, uniform(rng, 1))
		}
		return q, v
	},
}

// Coupled parts have one common scale, uncoupled ones one each, a linear system one of every mode, and a known force
// leaves none.
func TestScales(t *testing.T) {
	for _, c := range []struct {
		name   string
		system truth
		noise  float64
		gain   []float64
		want   int
	}{
		{"double pendulum", doublePendulum, 0, nil, 1},
		{"double pendulum, 1%", doublePendulum, 0.01, nil, 1},
		{"two pendulums", twoPendulums, 0, nil, 2},
		{"two pendulums, 1%", twoPendulums, 0.01, nil, 2},
		{"three masses", threeMasses, 0, nil, 3},
		{"three masses, 1%", threeMasses, 0.01, nil, 3},
		{"three links, 1%", threeLinks, 0.01, nil, 1},
		{"cart-pole", cartPole, 0.01, []float64{1, 0}, 0},
	} {
		if !*long && (c.noise == 0 || c.name == "three links, 1%") {
			continue
		}
		_, r, err := Fit(c.system.draw(12, 3, c.noise), Options{Angles: c.system.angles, Gain: c.gain})
		if err != nil {
			t.Fatal(err)
		}
		if r.Scales != c.want {
			t.Errorf("%s: %d scales, want %d", c.name, r.Scales, c.want)
		}
	}
}

// Without the gain the accelerations that a force causes are known, M^-1 G, though M is not.
func TestUnknownGain(t *testing.T) {
	set := cartPole.draw(12, 3, 0.01)
	l, r, err := Fit(set, Options{Angles: cartPole.angles})
	if err != nil {
		t.Fatal(err)
	}
	Polish(l, set, r)
	got, none, want, still := make([]float64, 2), make([]float64, 2), make([]float64, 2), make([]float64, 2)
	m := l.NewMotion()
	for _, q := range [][]float64{{0, 0.3}, {0.2, -1.2}, {-0.1, 2}} {
		v := []float64{0, 0}
		m.Acceleration(q, v, []float64{1}, got)
		m.Acceleration(q, v, []float64{0}, none)
		cartPole.acc(q, v, []float64{1}, want)
		cartPole.acc(q, v, []float64{0}, still)
		for i := range 2 {
			if a, b := got[i]-none[i], want[i]-still[i]; math.Abs(a-b) > 3e-3*math.Abs(b) {
				t.Errorf("at %v a unit of force accelerates %d by %v, want %v", q, i, a, b)
			}
		}
	}
}
