package system_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/ode"
	"hnn/system"
)

// systems are the systems under test: those of the tasks, and cases that differ from
// them in a parameter that the usual value would hide.
func systems() map[string]system.System {
	all := make(map[string]system.System)
	for _, t := range task.All() {
		if t.System != nil {
			all[t.Name] = t.System
		}
	}
	all["5-body"] = system.NewNBody(5)
	all["unequal masses, softened"] = &system.NBody{Mass: []float64{3, 0.5, 1.25}, G: 0.7, Softening: 0.1}
	all["henon-heiles, alpha 0.5"] = system.HenonHeiles{Alpha: 0.5}
	all["double pendulum on the Moon"] = system.DoublePendulum{G: 1.62}
	all["duffing, one well"] = system.Duffing{Alpha: 1.5, Beta: 0.3}
	all["kepler, mu 2"] = system.Kepler{Mu: 2}
	for _, name := range []string{"5-spring-chain", "5-fput-alpha", "5-fput-beta", "5-toda", "6-diatomic-chain", "4-spring-lattice", "9-spring-lattice", "8-sine-gordon", "8-phi4", "8-wave", "8-schroedinger"} {
		t, err := task.Lookup(name)
		if err != nil {
			panic(err)
		}
		all[name] = t.System
	}
	all["pendulum, k 2.4"] = system.Pendulum{K: 2.4}
	return all
}

// The field is compared with the symplectic gradient of H by the five-point
// formula of step 1e-3. Its truncation error is h^4/30 times the fifth derivative,
// its rounding error about eps |H| / h. The worst measured is 1e-10, for Kepler
// near the centre; all others are below 1e-11.
func TestFieldIsSymplecticGradient(t *testing.T) {
	fivePoint := fd.Formula{
		Stencil: []fd.Point{{Loc: -2, Coeff: 1.0 / 12}, {Loc: -1, Coeff: -2.0 / 3}, {Loc: 1, Coeff: 2.0 / 3}, {Loc: 2, Coeff: -1.0 / 12}},
		// gonum divides by Step to the power of the derivative.
		Derivative: 1, Step: 1e-3,
	}
	for name, s := range systems() {
		rng := stream.New(1, name)
		d := s.Dim()
		x, dx := make([]float64, d), make([]float64, d)
		worst := 0.0
		for range 50 {
			s.Sample(rng, x)
			s.Field(x, dx)
			grad := fd.Gradient(nil, s.Hamiltonian, x, &fd.Settings{Formula: fivePoint})
			for i := range d / 2 {
				scale := math.Max(1, math.Max(math.Abs(dx[i]), math.Abs(dx[i+d/2])))
				worst = max(worst, math.Abs(dx[i]-grad[i+d/2])/scale, math.Abs(dx[i+d/2]+grad[i])/scale)
			}
		}
		if worst > 5e-10 {
			t.Errorf("%s: field differs from finite differences of H by %.2g", name, worst)
		}
	}
}

// Along an integrated trajectory H stays where it was. At a tolerance of 1e-12 a
// step over one to two turns loses about 1e-12 of it; a wrong sign or factor in
// a field loses all.
func TestEnergyIsConserved(t *testing.T) {
	for name, s := range systems() {
		rng := stream.New(2, name)
		x0 := make([]float64, s.Dim())
		field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
		for range 5 {
			s.Sample(rng, x0)
			states, _, err := ode.Solve(field, x0, []float64{0, 1, 2, 3}, nil,
				&ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			h := system.Energies(s, states, nil)
			if spread := slices.Max(h) - slices.Min(h); spread > 1e-9*math.Max(1, math.Abs(h[0])) {
				t.Errorf("%s: energy %v drifts by %.2g", name, h[0], spread)
			}
		}
	}
}

func TestFieldDoesNotAllocate(t *testing.T) {
	for name, s := range systems() {
		x, dx := make([]float64, s.Dim()), make([]float64, s.Dim())
		s.Sample(stream.New(0, name), x)
		sum := 0.0
		if n := testing.AllocsPerRun(10, func() { s.Field(x, dx); sum += s.Hamiltonian(x) }); n != 0 {
			t.Errorf("%s: %v allocations for a field and an energy", name, n)
		}
	}
}

func TestWrongLengthsPanic(t *testing.T) {
	for name, s := range systems() {
		right, short := make([]float64, s.Dim()), make([]float64, s.Dim()-1)
		for what, f := range map[string]func(){
			"Hamiltonian": func() { s.Hamiltonian(short) },
			"Field of x":  func() { s.Field(short, right) },
			"Field to dx": func() { s.Field(right, short) },
			"Sample":      func() { s.Sample(stream.New(0, ""), short) },
			"Energies":    func() { system.Energies(s, short, nil) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: %s takes a state that is too short", name, what)
					}
				}()
				f()
			}()
		}
	}
}
