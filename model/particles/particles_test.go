package particles_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

var argon = system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: 2.5}

// liquid is n particles of two kinds at the density of a liquid, somewhat displaced from a lattice.
func liquid(t *testing.T, n, dim, workers int) *particles.System {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 1))
	box, x, err := particles.Lattice(n, dim, 0.8, rng)
	if err != nil {
		t.Fatal(err)
	}
	mass, kind := make([]float64, n), make([]uint8, n)
	for i := range mass {
		mass[i], kind[i] = 1+float64(i%2), uint8(i%2)
		for k := range dim {
			x[3*i+k] += 0.05 * rng.NormFloat64()
		}
	}
	a := particles.NewTable(argon, 0.6, 2.5)
	b := particles.NewTable(system.Morse{Depth: 2, Stiffness: 5, Rest: 1.1, Cutoff: 2.5}, 0.6, 2.5)
	c := particles.NewTable(system.LennardJones{Epsilon: 0.5, Sigma: 0.9, Cutoff: 2.5}, 0.6, 2.5)
	s, err := particles.NewSystem(box, mass, kind, []*particles.Table{a, b, b, c}, 2.5, x, particles.Velocities(mass, dim, 0.7, rng), workers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// The energy and the forces are those of the sum over all pairs by nearest images, also after steps that make new lists.
func TestForcesAreThoseOfAllPairs(t *testing.T) {
	for _, dim := range []int{2, 3} {
		s := liquid(t, 500, dim, 2)
		for range 150 {
			if err := s.Step(0.004, &particles.Leapfrog); err != nil {
				t.Fatal(err)
			}
		}
		if s.Builds < 3 {
			t.Fatalf("%d lists in 150 steps: the test wants some", s.Builds)
		}
		f, energy := make([]float64, len(s.F)), 0.0
		for i := range s.N {
			for j := range i {
				d := s.Box.Difference(s.X, i, j)
				r2 := d[0]*d[0] + d[1]*d[1] + d[2]*d[2]
				if r2 >= 6.25 {
					continue
				}
				v, g := s.Tables[2*int(s.Kind[i])+int(s.Kind[j])].At(r2)
				energy += v
				for k := range 3 {
					f[3*i+k] += g * d[k]
					f[3*j+k] -= g * d[k]
				}
			}
		}
		if math.Abs(energy-s.Energy) > 1e-10*math.Abs(energy) { // another order of the sum
			t.Errorf("%d-D: energy %v, all pairs %v", dim, s.Energy, energy)
		}
		for i := range f {
			if math.Abs(f[i]-s.F[i]) > 1e-9*(1+math.Abs(f[i])) {
				t.Fatalf("%d-D: force %d is %v, of all pairs %v", dim, i, s.F[i], f[i])
			}
		}
	}
}

func TestSameBitsForAnyCores(t *testing.T) {
	a, b := liquid(t, 500, 3, 1), liquid(t, 500, 3, 3)
	sameMotion(t, a, b, &particles.BlanesMoan4, 0.003, 100)
	if a.Energy != b.Energy {
		t.Errorf("energies %v and %v", a.Energy, b.Energy)
	}
}

// In a periodic box momentum is kept, and energy by the order of the method: halving the step divides the error by 4 and 16.
func TestWhatIsKept(t *testing.T) {
	off := func(m *particles.Stages, dt float64) float64 {
		s := liquid(t, 108*2, 3, 2)
		worst := drift(t, s, m, dt, 0.2)
		for _, p := range s.Momentum() {
			if math.Abs(p) > 1e-11 { // 432 momenta of size one, rounded 200 times
				t.Errorf("momentum %v", p)
			}
		}
		return worst
	}
	for _, c := range []struct {
		m     *particles.Stages
		dt    float64
		ratio float64
	}{{&particles.Leapfrog, 0.002, 4}, {&particles.BlanesMoan4, 0.01, 16}} {
		ratio := off(c.m, c.dt) / off(c.m, c.dt/2)
		if ratio < 0.7*c.ratio || ratio > 1.5*c.ratio {
			t.Errorf("halving the step divides the energy's error by %.2f, want about %v", ratio, c.ratio)
		}
	}
}

// Two bodies in open space keep their angular momentum.
func TestAngularMomentumInOpenSpace(t *testing.T) {
	mass := []float64{1, 3}
	s, err := particles.NewSystem(particles.Box{}, mass, []uint8{0, 0}, []*particles.Table{particles.NewTable(argon, 0.6, 2.5)}, 2.5,
		[]float64{0, 0, 0, 1.2, 0, 0.1}, []float64{0, 0.3, 0, 0, -0.1, 0.05}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	before := s.AngularMomentum()
	for range 2000 {
		if err := s.Step(0.002, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
	}
	for k, l := range s.AngularMomentum() {
		if math.Abs(l-before[k]) > 1e-12 {
			t.Errorf("component %d was %v and is %v", k, before[k], l)
		}
	}
}

func TestSystemRefuses(t *testing.T) {
	table := []*particles.Table{particles.NewTable(argon, 0.6, 2.5)}
	one := []float64{1, 1}
	for want, of := range map[string]func() error{
		"half the box": func() error {
			_, err := particles.NewSystem(particles.Cube(4), one, []uint8{0, 0}, table, 2.5, make([]float64, 6), make([]float64, 6), 1)
			return err
		},
		"particles 1 and 2 overlap": func() error {
			_, err := particles.NewSystem(particles.Cube(8), one, []uint8{0, 0}, table, 2.5, []float64{1, 1, 1, 9, 1, 1}, make([]float64, 6), 1)
			return err
		},
		"not finite": func() error {
			_, err := particles.NewSystem(particles.Cube(8), one, []uint8{0, 0}, table, 2.5, []float64{1, 1, 1, math.NaN(), 1, 1}, make([]float64, 6), 1)
			return err
		},
	} {
		if err := of(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
}

// The pairs by cells are those of all, each once, with any number of cells to a side, also where particles are outside the box.
func TestPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	x := make([]float64, 3*300)
	for i := range x {
		x[i] = 40*rng.Float64() - 20
	}
	for _, box := range []particles.Box{{}, particles.Cube(10), {Side: [3]float64{25, 10, 0}, Periodic: [3]bool{true, true, false}}} {
		for _, reach := range []float64{0.3, 1, 2.6, 5} {
			seen := map[[2]int]bool{}
			box.Pairs(x, reach, func(i, j int, d [3]float64, r2 float64) {
				if want := box.Difference(x, i, j); seen[[2]int{i, j}] || i <= j || math.Abs(want[0]-d[0])+math.Abs(want[1]-d[1])+math.Abs(want[2]-d[2]) > 1e-12 ||
					math.Abs(d[0]*d[0]+d[1]*d[1]+d[2]*d[2]-r2) > 1e-12 {
					t.Fatalf("pair %d, %d: %v and %v, want %v, seen %v", i, j, d, r2, want, seen[[2]int{i, j}])
				}
				seen[[2]int{i, j}] = true
			})
			want := 0
			for i := range 300 {
				for j := range i {
					if d := box.Difference(x, i, j); math.Sqrt(d[0]*d[0]+d[1]*d[1]+d[2]*d[2]) < reach {
						want++
					}
				}
			}
			if len(seen) != want {
				t.Errorf("box %v, reach %v: %d pairs, want %d", box, reach, len(seen), want)
			}
		}
	}
}

// The time of a step over the number of particles: go test ./model/particles -bench Step -run ^$ -cpu 1,2.
func BenchmarkStep(b *testing.B) {
	for _, n := range []int{512, 1024, 2048, 4096, 8192, 16384, 32768} {
		rng := rand.New(rand.NewPCG(3, 1))
		box, x, err := particles.Lattice(n, 3, 0.8442, rng)
		if err != nil {
			b.Fatal(err)
		}
		mass := make([]float64, n)
		for i := range mass {
			mass[i] = 1
		}
		s, err := particles.NewSystem(box, mass, make([]uint8, n), []*particles.Table{particles.NewTable(argon, 0.8, 2.5)}, 2.5, x, particles.Velocities(mass, 3, 1.44, rng), 0)
		if err != nil {
			b.Fatal(err)
		}
		step := func() {
			if err := s.Step(0.002, &particles.Leapfrog); err != nil {
				b.Fatal(err)
			}
		}
		for range 200 { // melts
			step()
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				step()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/particle")
		})
		s.Close()
	}
}

// A table agrees with its law, and its force with the difference of its energy.
func TestTable(t *testing.T) {
	table := particles.NewTable(argon, 0.8, 2.5)
	for r := 0.7; r < 2.6; r += 0.0137 {
		v, f := table.At(r * r)
		w, dw, _ := argon.At(r)
		if math.Abs(v-w) > 1e-8*(1+math.Abs(w)) || math.Abs(f*r+dw) > 1e-7*(1+math.Abs(dw)) {
			t.Errorf("at %v: %v and %v, of the law %v and %v", r, v, f*r, w, -dw)
		}
	}
}

// The derivatives of a spline are those of its values, also below the closest pair.
func TestSplineDerivatives(t *testing.T) {
	s, err := particles.NewSpline(0.9, 2.5, 20)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range s.C {
		s.C[i] = rng.NormFloat64()
	}
	s.C[0] = 40
	const h = 1e-5
	for _, r := range []float64{0.7, 0.85, 0.9001, 1, 1.5, 2.2, 2.4999} {
		v, dv, ddv := s.At(r)
		up, dup, _ := s.At(r + h)
		down, ddown, _ := s.At(r - h)
		if got := (up - down) / (2 * h); math.Abs(got-dv) > 1e-5*(1+math.Abs(dv)+math.Abs(ddv)) {
			t.Errorf("at %v: V' is %v, by differences %v", r, dv, got)
		}
		if got := (dup - ddown) / (2 * h); math.Abs(got-ddv) > 1e-4*(1+math.Abs(ddv)+math.Abs(v)) {
			t.Errorf("at %v: V'' is %v, by differences %v", r, ddv, got)
		}
	}
	if v, dv, ddv := s.At(2.5 - 1e-9); math.Abs(v)+math.Abs(dv)+math.Abs(ddv) > 1e-3 {
		t.Errorf("V, V', V'' are %v %v %v at the cut-off", v, dv, ddv)
	}
}
