package particles

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// liquid is a Lennard-Jones liquid of 256 particles, density 0.8442, temperature 0.72, in steps of 0.002.
func liquid(t *testing.T, seed uint64, frames, every int) (*Data, system.LennardJones) {
	t.Helper()
	law := system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: 2.5}
	rng := rand.New(rand.NewPCG(seed, 1))
	box, x, err := particles.Lattice(256, 3, 0.8442, rng)
	if err != nil {
		t.Fatal(err)
	}
	mass := make([]float64, 256)
	for i := range mass {
		mass[i] = 1
	}
	d := &Data{Box: box, Mass: mass, Kind: make([]uint8, 256), Kinds: 1}
	s, err := particles.NewSystem(box, mass, d.Kind, []*particles.Table{particles.NewTable(law, 0.6, 2.5)}, 2.5, x, particles.Velocities(mass, 3, 0.72, rng), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 1000 {
		if err := s.Step(0.002, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
		if i%20 == 0 {
			particles.Scale(s.V, math.Sqrt(0.72/particles.Temperature(mass, s.V, 3)))
		}
	}
	for i := range frames * every {
		if i%every == 0 {
			d.Times = append(d.Times, float64(i)*0.002)
			d.X = append(d.X, append([]float64(nil), s.X...))
			d.V = append(d.V, append([]float64(nil), s.V...))
			d.F = append(d.F, append([]float64(nil), s.F...))
		}
		if err := s.Step(0.002, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
	}
	return d, law
}

// worst is the largest error of the force and of V from the 0.1% quantile to the cut-off, over the depth.
func worst(l *Laws, law system.LennardJones) (force, energy float64) {
	for r := l.Near[0]; r < law.Cutoff; r += 0.001 {
		v, dv, _ := l.Of[0].At(r)
		w, dw, _ := law.At(r)
		force, energy = max(force, math.Abs(dv-dw)), max(energy, math.Abs(v-w))
	}
	depth := 0.0
	for r := 1.0; r < 1.3; r += 0.001 {
		v, _, _ := law.At(r)
		depth = max(depth, -v)
	}
	return force / depth, energy / depth
}

var long = flag.Bool("long", false, "five draws instead of one")

// overDraws runs a test on one draw, or with -long on five.
func overDraws(t *testing.T, f func(t *testing.T, seed uint64)) {
	last := uint64(1)
	if *long {
		last = 5
	}
	for seed := uint64(1); seed <= last; seed++ {
		f(t, seed)
	}
}

// The target of the project: force and V within 1e-4 of the depth.
func TestForcesOfLiquid(t *testing.T) { overDraws(t, forcesOfLiquid) }

func forcesOfLiquid(t *testing.T, seed uint64) {
	d, law := liquid(t, seed, 20, 50)
	l, err := Forces(d, Options{Cutoff: 2.5})
	if err != nil {
		t.Fatal(err)
	}
	force, energy := worst(l, law)
	t.Logf("near %.4f, closest %.4f, force %.2e, V %.2e, rms %.2e", l.Near[0], l.Of[0].First, force, energy, l.RMS)
	if !(force < 1e-4 && energy < 1e-4) {
		t.Errorf("force within %.2e and V within %.2e of the depth, want 1e-4", force, energy)
	}
	if !l.Of[0].Repulsive() {
		t.Error("attractive at the closest pair")
	}
}

// From positions and velocities every 10 steps: within 1e-2.
func TestMotionOfLiquid(t *testing.T) { overDraws(t, motionOfLiquid) }

func motionOfLiquid(t *testing.T, seed uint64) {
	d, law := liquid(t, seed, 12, 10)
	d.F = nil
	l, err := Motion(d, Options{Cutoff: 2.5, Iterations: 3, Coefficients: 80})
	if err != nil {
		t.Fatal(err)
	}
	force, energy := worst(l, law)
	t.Logf("near %.4f, force %.2e, V %.2e, rms %.2e", l.Near[0], force, energy, l.RMS)
	if !(force < 1e-2 && energy < 1e-2) {
		t.Errorf("force within %.2e and V within %.2e of the depth, want 1e-2", force, energy)
	}
}
