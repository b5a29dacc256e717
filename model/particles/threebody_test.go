package particles_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// randomAngles is a law of angles of two kinds with coefficients at chance.
func randomAngles(t *testing.T) *particles.Angles {
	t.Helper()
	a, err := particles.NewAngles(0.9, 1.8, 2, 6, 3)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(8, 1))
	for c := range 2 {
		for j := range 2 {
			for k := range 2 {
				for l := range 4 {
					for m := range 6 {
						for n := range 6 {
							if v := 0.2 * rng.NormFloat64(); j < k || j == k && m <= n {
								a.C[a.Index(c, j, k, l, m, n)] = v
								a.C[a.Index(c, k, j, l, n, m)] = v
							}
						}
					}
				}
			}
		}
	}
	return a
}

// Forces with angles are the differences of the energy, momentum stays, and the energy by the order of the method.
func TestThreeBodyForces(t *testing.T) {
	for name, law := range map[string]particles.ThreeBody{"learned": randomAngles(t), "Stillinger-Weber": system.StillingerWeberAngle{Epsilon: 0.3, Sigma: 1}} {
		for _, dim := range []int{2, 3} {
			s := liquid(t, 256, dim, 2)
			if err := s.Bend(law); err != nil {
				t.Fatal(err)
			}
			for range 30 {
				if err := s.Step(0.002, &particles.Leapfrog); err != nil {
					t.Fatal(err)
				}
			}
			if worst, largest := byDifferences(t, s, dim, 67); !(worst <= 1e-6*largest) {
				t.Fatalf("%s, %d-D: forces are off the differences of the energy by %v of %v", name, dim, worst, largest)
			}
			for k, p := range s.Momentum() {
				if math.Abs(p) > 1e-11 {
					t.Errorf("%s, %d-D: momentum %d is %v", name, dim, k, p)
				}
			}
		}
		off := func(dt float64) float64 {
			s := liquid(t, 256, 3, 2)
			if err := s.Bend(law); err != nil {
				t.Fatal(err)
			}
			return drift(t, s, &particles.Leapfrog, dt, 0.08)
		}
		if ratio := off(0.002) / off(0.001); ratio < 3 || ratio > 5.5 {
			t.Errorf("%s: halving the step divides the energy's error by %.2f, want about 4", name, ratio)
		}
	}
}

// The energy is that of all pairs of pairs, and the bits are the same for any number of cores.
func TestThreeBodyEnergy(t *testing.T) {
	law := randomAngles(t)
	a, b, bare := liquid(t, 300, 3, 1), liquid(t, 300, 3, 3), liquid(t, 300, 3, 1)
	for _, s := range []*particles.System{a, b} {
		if err := s.Bend(law); err != nil {
			t.Fatal(err)
		}
	}
	want := bare.Energy
	for i := range a.N {
		for j := range a.N {
			for k := range j {
				u, v := a.Box.Difference(a.X, j, i), a.Box.Difference(a.X, k, i)
				r, s := math.Hypot(math.Hypot(u[0], u[1]), u[2]), math.Hypot(math.Hypot(v[0], v[1]), v[2])
				if i == j || i == k || r > 1.8 || s > 1.8 {
					continue
				}
				want += law.Bent(a.Kind[i], a.Kind[j], a.Kind[k], r, s, (u[0]*v[0]+u[1]*v[1]+u[2]*v[2])/(r*s))
			}
		}
	}
	if math.Abs(a.Energy-want) > 1e-10*math.Abs(want) { // another order of the sum
		t.Errorf("energy %v, of all pairs of pairs %v", a.Energy, want)
	}
	sameMotion(t, a, b, &particles.Leapfrog, 0.002, 20)
}

// Both laws of Stillinger and Weber have the derivatives of their values, and the pair's lowest energy is -1 at 2^(1/6), as the
// constants were chosen.
func TestStillingerWeber(t *testing.T) {
	l, angle := system.StillingerWeber{Epsilon: 1, Sigma: 1}, system.StillingerWeberAngle{Epsilon: 1, Sigma: 1}
	const h = 1e-6
	for r := 0.9; r < 1.85; r += 0.0137 {
		v, dv, ddv := l.At(r)
		up, dup, _ := l.At(r + h)
		down, ddown, _ := l.At(r - h)
		if math.Abs((up-down)/(2*h)-dv) > 1e-6*(1+math.Abs(ddv)) || math.Abs((dup-ddown)/(2*h)-ddv) > 1e-5*(1+math.Abs(ddv)) {
			t.Errorf("at %v: %v, %v, %v", r, v, dv, ddv)
		}
		a, b := make([]float64, 2), make([]float64, 2)
		at := func(r, s, c float64) float64 {
			angle.Prepare(0, 0, r, a)
			angle.Prepare(0, 0, s, b)
			v, _, _, _ := angle.At(a, b, c)
			return v
		}
		at(r, 1.2, 0.3)
		_, da, db, dc := angle.At(a, b, 0.3)
		for k, want := range []float64{(at(r+h, 1.2, 0.3) - at(r-h, 1.2, 0.3)) / (2 * h), (at(r, 1.2+h, 0.3) - at(r, 1.2-h, 0.3)) / (2 * h), (at(r, 1.2, 0.3+h) - at(r, 1.2, 0.3-h)) / (2 * h)} {
			if got := []float64{da, db, dc}[k]; math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("angle at %v: derivative %d is %v, by differences %v", r, k, got, want)
			}
		}
	}
	if v, dv, _ := l.At(math.Pow(2, 1.0/6)); math.Abs(v+1) > 1e-8 || math.Abs(dv) > 1e-7 {
		t.Errorf("V and V' at 2^(1/6): %v, %v, want -1 and 0", v, dv)
	}
}

func TestThreeBodyRefuses(t *testing.T) {
	s := liquid(t, 256, 3, 1)
	if err := s.Bend(system.StillingerWeberAngle{Epsilon: 1, Sigma: 2}); err == nil || !strings.Contains(err.Error(), "at most to the cut-off") {
		t.Errorf("a reach of 3.6 with a cut-off of 2.5: %v", err)
	}
	for _, c := range []struct {
		first, cutoff  float64
		radial, degree int
	}{{0, 1, 6, 3}, {1, 0.5, 6, 3}, {0.5, 1, 2, 3}, {0.5, 1, 6, 11}, {0.5, 1, 6, -1}} {
		if _, err := particles.NewAngles(c.first, c.cutoff, 1, c.radial, c.degree); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
