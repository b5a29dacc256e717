package particles

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/particles"
)

// left is what laws leave of forces.
func left(t *testing.T, d *Data, l *Laws, cutoff float64, flat bool) *Left {
	t.Helper()
	s, err := particles.NewSystem(d.Box, d.Mass, d.Kind, l.Tables(cutoff), cutoff, d.X[0], d.V[0], 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out := &Left{Box: d.Box, Kind: d.Kind, Kinds: d.Kinds, Cutoff: cutoff, Flat: flat, X: d.X}
	for f, x := range d.X {
		copy(s.X, x)
		if err := s.Forces(); err != nil {
			t.Fatal(err)
		}
		rest := make([]float64, len(x))
		for i := range rest {
			rest[i] = d.F[f][i] - s.F[i]
		}
		out.F = append(out.F, rest)
	}
	return out
}

// Dipoles show their axis in what laws of distance leave, in space, in a plane, of two species, and under noise.
func TestDirectionIsSeen(t *testing.T) {
	for name, c := range map[string]struct {
		aligned
		n, dim, frames int
		noise          float64 // of a component of the force, whose size is 20
	}{
		"z":           {aligned{kinds: 1, axis: [3]float64{0, 0, 1}}, 125, 3, 20, 0},
		"tilted":      {aligned{kinds: 1, axis: [3]float64{1, 2, 2}}, 125, 3, 20, 0},
		"plane":       {aligned{kinds: 1, axis: [3]float64{3, 4, 0}}, 100, 2, 40, 0},
		"two species": {aligned{kinds: 2, axis: [3]float64{0, 1, 0}, charge: 0.5}, 125, 3, 20, 0},
		"noise":       {aligned{kinds: 1, axis: [3]float64{0, 0, 1}}, 125, 3, 20, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := c.draw(t, 2, c.n, c.dim, c.frames, 50)
			rng := rand.New(rand.NewPCG(3, 1))
			for _, f := range d.F {
				for i := range f {
					f[i] += c.noise * rng.NormFloat64()
				}
			}
			l, err := Forces(d, Options{Cutoff: alignedCutoff, Coefficients: 60})
			if err != nil {
				t.Fatal(err)
			}
			s := FindDirection(left(t, d, l, alignedCutoff, c.dim == 2))
			if s == nil {
				t.Fatal("no direction is seen")
			}
			n, err := particles.UnitAxis(c.axis)
			if err != nil {
				t.Fatal(err)
			}
			cos := s.Axis[0]*n[0] + s.Axis[1]*n[1] + s.Axis[2]*n[2]
			if c.dim == 2 { // across it V_2 is as good, with another V_0
				cos = max(math.Abs(cos), math.Abs(s.Axis[0]*n[1]-s.Axis[1]*n[0]))
			}
			angle := math.Acos(min(math.Abs(cos), 1)) * 180 / math.Pi
			t.Logf("axis %.4f, %.2f degrees off, explains %.3f", s.Axis, angle, s.Share)
			if angle > 1.5 || name != "noise" && s.Share < 0.85 {
				t.Errorf("axis %.4f, %.2f degrees off, explains %.3f", s.Axis, angle, s.Share)
			}
		})
	}
}

// Nothing is seen in what pairs leave of silicon, in noise, in the splines' own error, or in a trap of any shape.
func TestDirectionIsNotSeen(t *testing.T) {
	fitted := func(d *Data, cutoff float64) *Left {
		l, err := Forces(d, Options{Cutoff: cutoff, Coefficients: 60})
		if err != nil {
			t.Fatal(err)
		}
		return left(t, d, l, cutoff, false)
	}
	check := func(name string, l *Left) {
		t.Helper()
		if s := FindDirection(l); s != nil {
			t.Errorf("%s: the axis %.3f is said to explain %.2f", name, s.Axis, s.Share)
		}
	}
	for seed := uint64(1); seed <= 3; seed++ {
		check("silicon", fitted(silicon(t, seed, 125, 16, 25), 1.8))
	}
	check("silicon, few frames", fitted(silicon(t, 4, 125, 5, 5), 1.8))
	d, _ := liquid(t, 1, 10, 50)
	check("splines", fitted(d, 2.5))
	rng := rand.New(rand.NewPCG(4, 1))
	for trap, k := range map[string][3]float64{"round": {1, 1, 1}, "long": {3, 3, 0.3}, "flat": {0.2, 0.2, 4}} {
		for _, anharmonic := range []float64{0, 0.3} {
			l := &Left{Kinds: 1, Kind: make([]uint8, 40), Cutoff: 12}
			for range 15 {
				var x, f []float64
				for i := range 120 {
					p := rng.NormFloat64() / math.Sqrt(k[i%3])
					x, f = append(x, p), append(f, -k[i%3]*p-anharmonic*p*p*p)
				}
				var middle [3]float64 // as it stays where a motion begins at rest
				for i := range x {
					middle[i%3] += x[i] / 40
				}
				for i := range x {
					x[i] -= middle[i%3]
					f[i] = -k[i%3]*x[i] - anharmonic*x[i]*x[i]*x[i]
				}
				l.X, l.F = append(l.X, x), append(l.F, f)
			}
			check(trap+" trap", l)
			for f := range l.F {
				for i := range l.F[f] {
					l.F[f][i] = rng.NormFloat64()
				}
			}
			check("noise", l)
		}
	}
}
