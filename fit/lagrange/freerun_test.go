package lagrange

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
)

// duffing is a driven oscillator with a cubic spring, nine samples a turn, position and input only.
func duffing(rows int, noise float64) *data.Set {
	rng := rand.New(rand.NewPCG(4, 4))
	var amp, freq, phase [30]float64
	for i := range amp {
		amp[i], freq[i], phase[i] = 0.25*rng.NormFloat64(), 2*math.Pi*(0.2+1.3*rng.Float64())/9, 2*math.Pi*rng.Float64()
	}
	u := func(t float64) float64 {
		s := 0.0
		for i := range amp {
			s += amp[i] * math.Sin(freq[i]*t+phase[i])
		}
		return s
	}
	s := &data.Set{Dim: 1, PositionsOnly: true, InputNames: []string{"u"}, Offsets: []int{0, rows}}
	w := 2 * math.Pi / 9
	x := []float64{0, 0}
	for r := range rows {
		s.T, s.X, s.Inputs = append(s.T, float64(r)), append(s.X, x[0]+noise*rng.NormFloat64()), append(s.Inputs, u(float64(r)))
		for i := range 30 {
			step(func(part float64, x, dx []float64) {
				dx[0], dx[1] = x[1], w*w*(u(float64(r)+(float64(i)+part)/30)-x[0]-0.3*x[0]*x[0]*x[0])-0.05*x[1]
			}, 1./30, x)
		}
	}
	return s
}

// Of few samples a turn the terms are the true ones and no more, inputs are found to be band-limited, and the law is right
// where the motion goes twice as far.
func TestCoarse(t *testing.T) {
	s := duffing(6000, 1e-3)
	l, r, err := Fit(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, p := Polish(l, s, r)
	t.Logf("half %d, windows %v, %d terms, cost %.3f\n%s", r.Half, r.Windows, r.Terms, p.After, l.Text([]string{"q"}, 5))
	if !r.Coarse || !r.BandLimited || r.Terms != 5 {
		t.Errorf("coarse %v, band-limited %v, %d terms; want 5: M, q^2 and q^4 of V, friction, gain", r.Coarse, r.BandLimited, r.Terms)
	}
	motion := l.NewMotion()
	a := make([]float64, 1)
	w := 2 * math.Pi / 9
	for _, q := range []float64{-3, -1, 0.5, 2} {
		if motion.Acceleration([]float64{q}, []float64{0.1}, []float64{0.2}, a); math.Abs(a[0]-(w*w*(0.2-q-0.3*q*q*q)-0.005)) > 0.01*(1+math.Abs(a[0])) {
			t.Errorf("at %v the acceleration is %v, want %v", q, a[0], w*w*(0.2-q-0.3*q*q*q)-0.005)
		}
	}
}

// The quarter of the pieces that go farthest is held out.
func TestByAmplitude(t *testing.T) {
	p := &estimate.Paths{N: 1, Spread: []float64{1}}
	for k, v := range []float64{1, 5, 2, 3, 7, 4, 1, 2} {
		p.Trials, p.Of = append(p.Trials, estimate.Path{Q: []float64{v, -v}}), append(p.Of, k)
	}
	byAmplitude(p)
	want := []int{1, 0, 2, 3, 4, 5, 6, 7}
	for k, of := range p.Of {
		if of != want[k] {
			t.Fatalf("order %v, want %v", p.Of, want)
		}
	}
}
