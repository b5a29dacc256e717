package particles_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// U' is the derivative of U and U” that of U', within the spline and on both sides of it, for slopes of every kind at its ends; and
// with all coefficients 1 it is Coulomb's law.
func TestLongRangeDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, lowest := range []float64{-3, 0.2, 1, 3} {
		l, err := particles.NewLongRange(0.3, 40, 20)
		if err != nil {
			t.Fatal(err)
		}
		for i := range l.C {
			l.C[i] = 1 + 0.1*rng.NormFloat64()
		}
		l.C[0] = lowest
		if err := l.Complete(); err != nil {
			t.Fatal(err)
		}
		const h = 1e-5
		for _, r := range []float64{0.05, 0.25, 0.31, 0.9, 5, 39, 41, 300} {
			_, dv, ddv := l.At(r)
			up, dup, _ := l.At(r * (1 + h))
			down, ddown, _ := l.At(r * (1 - h))
			if got := (up - down) / (2 * h * r); math.Abs(got-dv) > 1e-6*math.Abs(dv) {
				t.Errorf("lowest %v, at %v: U' is %v, by differences %v", lowest, r, dv, got)
			}
			if got := (dup - ddown) / (2 * h * r); math.Abs(got-ddv) > 1e-5*(math.Abs(ddv)+math.Abs(dv)/r) {
				t.Errorf("lowest %v, at %v: U'' is %v, by differences %v", lowest, r, ddv, got)
			}
		}
	}
	l, err := particles.NewLongRange(0.3, 40, 20)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.C {
		l.C[i] = 1
	}
	if err := l.Complete(); err != nil {
		t.Fatal(err)
	}
	for _, r := range []float64{0.01, 0.3, 2, 40, 1000} {
		if v, dv, _ := l.At(r); math.Abs(v*r-1) > 1e-12 || math.Abs(dv*r*r+1) > 1e-12 {
			t.Errorf("at %v: r U is %v and r^2 U' %v of Coulomb's law", r, v*r, dv*r*r)
		}
	}
}

// The forces of a law of all distances are those of the sum over pairs, beside pair laws in a box and alone in open space; momentum
// is kept, and the same bits come of any number of cores.
func TestReach(t *testing.T) {
	law := system.Plummer{Strength: 1}
	for _, open := range []bool{false, true} {
		make1 := func(workers int) *particles.System {
			s := liquid(t, 700, 3, workers)
			weight := make([]float64, s.N)
			for i := range weight {
				weight[i] = float64(i%5) - 2
			}
			if open {
				var err error
				if s, err = particles.NewSystem(particles.Box{}, s.Mass, s.Kind, nil, 0, s.X, s.V, workers); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(s.Close)
			}
			before, energy := append([]float64(nil), s.F...), s.Energy
			if err := s.Reach(law, 0.3, 50, weight); err != nil {
				t.Fatal(err)
			}
			for i := range s.N {
				for j := range i {
					d := s.Box.Difference(s.X, i, j)
					r := math.Sqrt(d[0]*d[0] + d[1]*d[1] + d[2]*d[2])
					energy += weight[i] * weight[j] / r
					for k := range 3 {
						f := weight[i] * weight[j] * d[k] / (r * r * r)
						before[3*i+k] += f
						before[3*j+k] -= f
					}
				}
			}
			for i, f := range before {
				if math.Abs(f-s.F[i]) > 1e-8*(1+math.Abs(f)) { // of the table
					t.Fatalf("open %v: force %d is %v, of the pairs %v", open, i, s.F[i], f)
				}
			}
			if math.Abs(energy-s.Energy) > 1e-9*math.Abs(energy) {
				t.Errorf("open %v: energy %v, of the pairs %v", open, s.Energy, energy)
			}
			return s
		}
		a, b := make1(1), make1(3)
		for range 20 {
			for _, s := range []*particles.System{a, b} {
				if err := s.Step(0.002, &particles.Leapfrog); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i := range a.X {
			if a.X[i] != b.X[i] {
				t.Fatalf("open %v: coordinate %d is %v with one worker and %v with three", open, i, a.X[i], b.X[i])
			}
		}
		for _, p := range a.Momentum() {
			if math.Abs(p) > 1e-10 {
				t.Errorf("open %v: momentum %v", open, p)
			}
		}
	}
}
