package particles

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// silicon is a liquid of Stillinger and Weber's, density 0.46 and temperature 0.1, in steps of 0.004.
func silicon(t *testing.T, seed uint64, n, frames, every int) *Data {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	box, x, err := particles.Lattice(n, 3, 0.46, rng)
	if err != nil {
		t.Fatal(err)
	}
	d := &Data{Box: box, Mass: make([]float64, n), Kind: make([]uint8, n), Kinds: 1}
	for i := range d.Mass {
		d.Mass[i] = 1
	}
	law := system.StillingerWeber{Epsilon: 1, Sigma: 1}
	s, err := particles.NewSystem(box, d.Mass, d.Kind, []*particles.Table{particles.NewTable(law, 0.6, 1.8)}, 1.8, x, particles.Velocities(d.Mass, 3, 0.1, rng), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Bend(system.StillingerWeberAngle{Epsilon: 1, Sigma: 1}); err != nil {
		t.Fatal(err)
	}
	for i := range 400 + frames*every {
		if i >= 400 && i%every == 0 {
			d.Times = append(d.Times, float64(i)*0.004)
			d.X = append(d.X, append([]float64(nil), s.X...))
			d.V = append(d.V, append([]float64(nil), s.V...))
			d.F = append(d.F, append([]float64(nil), s.F...))
		}
		if err := s.Step(0.004, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
		if i < 400 && i%10 == 0 {
			particles.Scale(s.V, math.Sqrt(0.1/particles.Temperature(d.Mass, s.V, 3)))
		}
	}
	return d
}

// forceError is |F - F'|/|F| of laws at the moments of other data.
func forceError(t *testing.T, l *Laws, d *Data, cutoff float64) float64 {
	t.Helper()
	s, err := particles.NewSystem(d.Box, d.Mass, d.Kind, l.Tables(cutoff), cutoff, d.X[0], d.V[0], 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if l.Angles != nil {
		if err := s.Bend(l.Angles); err != nil {
			t.Fatal(err)
		}
	}
	var left, all float64
	for f, x := range d.X {
		copy(s.X, x)
		if err := s.Forces(); err != nil {
			t.Fatal(err)
		}
		for i, v := range d.F[f] {
			left, all = left+(v-s.F[i])*(v-s.F[i]), all+v*v
		}
	}
	return math.Sqrt(left / all)
}

// The angles of Stillinger and Weber are found with the law of pairs, of one solve; forces of another draw are within 3e-3, where
// pairs alone leave most of what angles do.
func TestStillingerWeberIsFound(t *testing.T) {
	d, other := silicon(t, 1, 125, 16, 25), silicon(t, 2, 125, 4, 25)
	pairs, err := Forces(d, Options{Cutoff: 1.8, Coefficients: 60})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Forces(d, Options{Cutoff: 1.8, Coefficients: 60, AngleReach: 1.8})
	if err != nil {
		t.Fatal(err)
	}
	alone, with := forceError(t, pairs, other, 1.8), forceError(t, l, other, 1.8)
	t.Logf("force error %.2e with angles, %.2e without; rms %.2e; %d pairs that share a body, typical %.3f", with, alone, l.RMS, l.Bends, l.Typical)
	if !(with < 3e-3 && alone > 0.05) {
		t.Errorf("force error %v with angles and %v without", with, alone)
	}
	// Where the two others are farther from each other than the reach, no other angle can take this one's part.
	truth := system.StillingerWeberAngle{Epsilon: 1, Sigma: 1}
	worst := 0.0
	a, b := make([]float64, 2), make([]float64, 2)
	for r := 1.05; r < 1.5; r += 0.05 {
		truth.Prepare(0, 0, r, a)
		truth.Prepare(0, 0, 1.2, b)
		for c := -0.9; c < -0.4; c += 0.1 {
			v, _, _, _ := truth.At(a, b, c)
			worst = max(worst, math.Abs(v-l.Angles.Bent(0, 0, 0, r, 1.2, c)))
		}
	}
	t.Logf("Phi within %.2e where both are apart", worst)
	if !(worst < 1e-3) { // Phi is 0.2 there
		t.Errorf("Phi errs by %.2e", worst)
	}
}
