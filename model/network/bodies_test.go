package network_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// What a sum over pairs of a function of the distance does not feel: shifts, turns and
// mirrors of all bodies, and an exchange of two; and what follows, that the field keeps
// momentum and angular momentum.
func TestPairwiseIsInvariant(t *testing.T) {
	const bodies = 3
	m := modeltest.New[float64](t, modeltest.Architectures()[network.KindPairwise])
	energy, field := m.Field().Energy(), m.Field().Free()
	rng := rand.New(rand.NewPCG(1, 2))
	x := modeltest.Normal(rng, 4*bodies)
	h := energy(x)
	for name, change := range map[string]func(y []float64){
		"shift": func(y []float64) {
			for i := range bodies {
				y[i] += 0.7
				y[bodies+i] -= 2
			}
		},
		"turn": func(y []float64) {
			sin, cos := math.Sincos(0.8)
			for at := 0; at < len(y); at += 2 * bodies {
				for i := at; i < at+bodies; i++ {
					y[i], y[i+bodies] = cos*y[i]-sin*y[i+bodies], sin*y[i]+cos*y[i+bodies]
				}
			}
		},
		"mirror": func(y []float64) {
			for i := range bodies {
				y[i], y[2*bodies+i] = -y[i], -y[2*bodies+i]
			}
		},
		"exchange": func(y []float64) {
			for at := 0; at < len(y); at += bodies {
				y[at], y[at+2] = y[at+2], y[at]
			}
		},
	} {
		y := append([]float64(nil), x...)
		change(y)
		// A hundred sums of order one.
		if got := energy(y); math.Abs(got-h) > 1e-13 {
			t.Errorf("%s: H = %v, was %v", name, got, h)
		}
	}
	dx := make([]float64, len(x))
	field(0, x, dx)
	var px, py, l float64
	for i := range bodies {
		px += dx[2*bodies+i]
		py += dx[3*bodies+i]
		l += dx[i]*x[3*bodies+i] - dx[bodies+i]*x[2*bodies+i] + x[i]*dx[3*bodies+i] - x[bodies+i]*dx[2*bodies+i]
	}
	for name, rate := range map[string]float64{"momentum x": px, "momentum y": py, "angular momentum": l} {
		if math.Abs(rate) > 1e-13 {
			t.Errorf("%s changes at a rate of %g", name, rate)
		}
	}
}

// The law of a pair does not know how many bodies there are: the energy of five is the
// sum of that of their pairs.
func TestWithMasses(t *testing.T) {
	three := modeltest.New[float64](t, modeltest.Architectures()[network.KindPairwise])
	masses := []float64{1, 2, 1, 0.5, 3}
	n := len(masses)
	five, err := network.WithMasses(three.Form(), masses)
	if err != nil {
		t.Fatal(err)
	}
	if five.Dim != 4*n || five.Parameters != three.Parameters() {
		t.Fatalf("dimension %d with %d parameters", five.Dim, five.Parameters)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	x := modeltest.Normal(rng, 4*n)
	clear(x[2*n:]) // at rest, so that all energy is potential
	sum := 0.0
	for i := range n {
		for j := i + 1; j < n; j++ {
			two, err := network.WithMasses(three.Form(), []float64{masses[i], masses[j]})
			if err != nil {
				t.Fatal(err)
			}
			sum += two.Field().Energy()([]float64{x[i], x[j], x[n+i], x[n+j], 0, 0, 0, 0})
		}
	}
	if h := five.Field().Energy()(x); math.Abs(h-sum) > 1e-13*math.Abs(sum) {
		t.Errorf("H = %v of five bodies, %v of their pairs", h, sum)
	}
	if _, err := network.WithMasses(modeltest.New[float64](t, modeltest.Architectures()[network.KindHNN]).Form(), masses); err == nil {
		t.Error("a model that is no sum over pairs was given five bodies")
	}
	if _, err := network.WithMasses(three.Form(), []float64{1, 0, 1}); err == nil {
		t.Error("a body without mass was taken")
	}
}

// Nearer than the distances seen the law goes on as 1/r, smoothly: the force is the
// potential's slope, and its adjoint agrees with differences, also on the way over.
func TestNearest(t *testing.T) {
	a := network.Architecture{
		Kind: network.KindPairwise, Dim: 4, Hidden: []int{9, 7}, Activation: "tanh",
		Masses: []float64{1, 1}, Nearest: 0.5,
	}
	if d := a.LeastDistance([]float64{1, 4, 0, 0, -1, -1.25, 9, 9}); d != 0.25 {
		t.Errorf("least distance %v", d)
	}
	net := modeltest.New[float64](t, a)
	energy, pass := net.Field().Energy(), net.NewPass(1)
	potential := func(r float64) float64 { return energy([]float64{r, 0, 0, 0}) }
	dx, xbar, ignored := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	force := func(r float64) float64 {
		pass.Field([]float64{r, 0, 0, 0}, dx, 1)
		return dx[2]
	}
	const h = 1e-4
	for _, r := range []float64{0.3, 0.4, 0.45, 0.48, 0.499, 0.501, 0.7} {
		slope := (8*(potential(r+h)-potential(r-h)) - (potential(r+2*h) - potential(r-2*h))) / (12 * h)
		if f := force(r); math.Abs(f+slope) > 1e-8*math.Abs(f) {
			t.Errorf("r = %v: force %v, slope of the potential %v", r, f, slope)
		}
		slope = (8*(force(r+h)-force(r-h)) - (force(r+2*h) - force(r-2*h))) / (12 * h)
		pass.Field([]float64{r, 0, 0, 0}, ignored, 1)
		pass.Adjoint([]float64{0, 0, 1, 0}, nil, xbar)
		if math.Abs(xbar[0]-slope) > 1e-8*math.Abs(slope) {
			t.Errorf("r = %v: derivative of the force %v, by differences %v", r, xbar[0], slope)
		}
	}
	// tanh is 1 to rounding 20 margins below.
	if near, nearer := 1e-2*potential(1e-2), 1e-5*potential(1e-5); math.Abs(near-nearer) > 1e-12*math.Abs(near) {
		t.Errorf("r V(r) is %v at 1e-2, %v at 1e-5", near, nearer)
	}
}
