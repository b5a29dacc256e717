package data_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
)

// pushedOscillator is q” = -q + 0.7 u, u drawn anew for every row, by Runge and Kutta's
// method in 20 steps between two rows 0.1 apart (an error of 1e-10), with noise.
func pushedOscillator(held bool, noise float64) *data.Set {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"q", "p"}, InputNames: []string{"u"}, InputsHeld: held}
	const rows, steps, h = 80, 20, 0.1 / 20
	for range 40 {
		q, p, u := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
		for i := range rows {
			s.T = append(s.T, 0.1*float64(i))
			s.X = append(s.X, q+noise*rng.NormFloat64(), p+noise*rng.NormFloat64())
			s.Inputs = append(s.Inputs, u)
			next, slope := rng.NormFloat64(), 0.0
			if !held {
				slope = (next - u) / 0.1
			}
			for k := range steps {
				force := func(part float64) float64 { return 0.7 * (u + slope*h*(float64(k)+part)) }
				q1, p1 := p, -q+force(0)
				q2, p2 := p+h/2*p1, -(q+h/2*q1)+force(0.5)
				q3, p3 := p+h/2*p2, -(q+h/2*q2)+force(0.5)
				q4, p4 := p+h*p3, -(q+h*q3)+force(1)
				q += h / 6 * (q1 + 2*q2 + 2*q3 + q4)
				p += h / 6 * (p1 + 2*p2 + 2*p3 + p4)
			}
			u = next
		}
		s.Offsets = append(s.Offsets, len(s.T))
	}
	return s
}

// Inputs that bend or jump at every row are not taken for noise, and noise beside them is
// found: only then are states smoothed.
func TestNoiseUnderInputs(t *testing.T) {
	for _, held := range []bool{false, true} {
		clean, alone := pushedOscillator(held, 0), pushedOscillator(held, 0)
		alone.Inputs, alone.InputNames = nil, nil
		with, without := clean.Noise(), alone.Noise()
		// What the oscillator makes of the jumps over a few rows is left: h^2/2 of them.
		for j := range with {
			if !(with[j] < without[j]/20) {
				t.Errorf("held %v: noise %v of none, %v without the inputs", held, with, without)
			}
		}
		for j, v := range pushedOscillator(held, 0.02).Noise() {
			if math.Abs(v-0.02) > 0.002 {
				t.Errorf("held %v: noise %v in column %d, want 0.02", held, v, j)
			}
		}
		for noise, smoothed := range map[float64]bool{0: false, 0.02: true} {
			e, err := estimate.New(pushedOscillator(held, noise), estimate.Options{})
			if err != nil || e.Smoothed != smoothed {
				t.Errorf("held %v, noise %v: smoothed %v, %v", held, noise, e.Smoothed, err)
			}
		}
	}
	// An input that never changes, or is another's double, explains nothing more.
	s := pushedOscillator(true, 0.02)
	want := s.Noise()
	u := s.Inputs
	s.InputNames, s.Inputs = []string{"u", "two", "one"}, nil
	for _, v := range u {
		s.Inputs = append(s.Inputs, v, 2*v, 1)
	}
	for j, v := range s.Noise() {
		if math.Abs(v-want[j]) > 0.01*want[j] {
			t.Errorf("noise %v of column %d, %v without the idle inputs", v, j, want[j])
		}
	}
}
