package particles

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// solid draws particles of Lennard-Jones' law from a lattice: one kind, or two with charges of 1 and -1 whose law is Coulomb's beside it.
func solid(t *testing.T, n int, density, temperature float64, charged bool) (*Data, system.LennardJones) {
	t.Helper()
	law := system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: 2.5}
	rng := rand.New(rand.NewPCG(7, 1))
	box, x, err := particles.Lattice(n, 3, density, rng)
	if err != nil {
		t.Fatal(err)
	}
	d := &Data{Box: box, Mass: make([]float64, n), Kind: make([]uint8, n), Kinds: 1}
	for i := range d.Mass {
		d.Mass[i] = 1
	}
	if charged {
		d.Kinds, d.Weight = 2, make([]float64, n)
		for i, k := range rng.Perm(n) {
			d.Kind[i] = uint8(k % 2)
			d.Weight[i] = float64(1 - 2*(k%2))
		}
	}
	table := particles.NewTable(law, 0.6, 2.5)
	tables := make([]*particles.Table, d.Kinds*d.Kinds)
	for q := range tables {
		tables[q] = table
	}
	s, err := particles.NewSystem(box, d.Mass, d.Kind, tables, 2.5, x, particles.Velocities(d.Mass, 3, temperature, rng), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if charged {
		if err := s.Reach(system.Plummer{Strength: 1}, 1e-3, 1e2, d.Weight); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		if i >= 400 && i%30 == 0 {
			d.Times = append(d.Times, float64(i)*0.001)
			d.X = append(d.X, append([]float64(nil), s.X...))
			d.F = append(d.F, append([]float64(nil), s.F...))
		}
		if err := s.Step(0.001, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
		if i < 400 && i%20 == 0 {
			particles.Scale(s.V, math.Sqrt(temperature/particles.Temperature(d.Mass, s.V, 3)))
		}
	}
	return d, law
}

// A crystal has no pairs between its shells: its law is right where pairs are, and a smooth bridge where none are. Forces of six digits too,
// as files have them.
func TestLawOfCrystalBridgesGaps(t *testing.T) {
	d, law := solid(t, 256, 1.05, 0.1, false)
	rounded := *d
	rounded.F = nil
	for _, f := range d.F {
		short := make([]float64, len(f))
		for i, v := range f {
			short[i] = math.Round(v*1e5) / 1e5
		}
		rounded.F = append(rounded.F, short)
	}
	for name, c := range map[string]struct {
		d                   *Data
		seen, force, energy float64
	}{"exact": {d, 1e-6, 0.1, 0.01}, "six digits": {&rounded, 2e-4, 0.1, 0.015}} { // with one small weight of all differences V errs by 0.4
		l, err := Forces(c.d, Options{Cutoff: 2.5})
		if err != nil {
			t.Fatal(err)
		}
		if g := l.Gaps[0]; len(g) == 0 || !(g[0][0] > 1.15 && g[0][0] < 1.35 && g[0][1] > 1.3 && g[0][1] < 1.5) {
			t.Errorf("%s: gaps %v, want one between the first two shells", name, g)
		}
		var seen, force, energy, surest float64
		for k := range Grid + 1 {
			r := l.Near[0] + (2.5-l.Near[0])*float64(k)/Grid
			v, dv, _ := l.Of[0].At(r)
			w, dw, _ := law.At(r)
			apart := math.Inf(1)
			for _, g := range l.Gaps[0] {
				apart = min(apart, max(g[0]-r, r-g[1]))
			}
			force, energy = max(force, math.Abs(dv-dw)), max(energy, math.Abs(v-w))
			if apart > 0.03 {
				seen = max(seen, math.Abs(dv-dw))
			}
			if k < Grid {
				surest = max(surest, math.Abs(v-w)/(l.Errors[0].V[k]+1e-8))
			}
		}
		t.Logf("%s: force within %.2g where pairs are, %.2g in all; V within %.2g, %.2g standard errors; gaps %.4v", name, seen, force, energy, surest, l.Gaps[0])
		if !(seen < c.seen && force < c.force && energy < c.energy && surest < 4) {
			t.Errorf("%s: force within %v where pairs are and %v in all, V within %v, want %v, %v, %v", name, seen, force, energy, c.seen, c.force, c.energy)
		}
	}
}

// With charges of 1 and -1 a part of Coulomb's law nearer than the cut-off can be taken for the laws of pairs: it goes on as it is
// farther away, with exact forces and with noise.
func TestSaltOfEqualChargesIsParted(t *testing.T) {
	d, law := solid(t, 200, 0.5, 2, true)
	noisy := *d
	noisy.F = nil
	rng := rand.New(rand.NewPCG(3, 3))
	size, count := 0.0, 0.0
	for _, f := range d.F {
		for _, v := range f {
			size, count = size+v*v, count+1
		}
	}
	for _, f := range d.F {
		rough := make([]float64, len(f))
		for i, v := range f {
			rough[i] = v + 0.005*math.Sqrt(size/count)*rng.NormFloat64()
		}
		noisy.F = append(noisy.F, rough)
	}
	for name, c := range map[string]struct {
		d           *Data
		parts, sums float64
	}{"exact": {d, 1e-5, 1e-5}, "noise": {&noisy, 0.2, 0.15}} {
		l, err := Forces(c.d, Options{Cutoff: 2.5})
		if err != nil {
			t.Fatal(err)
		}
		parts, sums := 0.0, 0.0
		for r := max(l.Near[0], l.Near[1], l.Near[3], l.NearLong); r < 2.5; r += 0.01 {
			_, du, _ := l.Long.At(r)
			parts = max(parts, math.Abs(-du*r*r-1))
			_, dw, _ := law.At(r)
			for q, charges := range map[int]float64{0: 1, 1: -1, 3: 1} {
				_, dv, _ := l.Of[q].At(r)
				sums = max(sums, math.Abs(dv+charges*du-dw+charges/(r*r)))
			}
		}
		t.Logf("%s: charge within %.2g of 1, sums of forces within %.2g", name, parts, sums)
		if !(parts < c.parts && sums < c.sums) {
			t.Errorf("%s: charge within %v of 1 and sums of forces within %v, want %v and %v", name, parts, sums, c.parts, c.sums)
		}
	}
}
