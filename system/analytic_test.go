package system

import (
	"math"
	"testing"

	"hnn/internal/stream"
	"hnn/ode"
)

// solve integrates to tolerances at which the method's error is far below those
// of the tests.
func solve(t *testing.T, s System, x0 []float64, times ...float64) []float64 {
	t.Helper()
	field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
	states, _, err := ode.Solve(field, x0, times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-13, ATol: 1e-13})
	if err != nil {
		t.Fatal(err)
	}
	return states
}

func wantState(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if math.Abs(got[i]-want[i]) > tolerance {
			t.Errorf("%s: component %d is %.15g, want %.15g", what, i, got[i], want[i])
		}
	}
}

// The spring turns clockwise at the angular frequency 2.
func TestSpringTurns(t *testing.T) {
	const time = 1.7
	states := solve(t, Spring{}, []float64{0.6, -0.3}, 0, time)
	sin, cos := math.Sincos(2 * time)
	wantState(t, "spring", states[2:], []float64{0.6*cos - 0.3*sin, -0.3*cos - 0.6*sin}, 1e-12)
}

// A pendulum let go at q0 accelerates by -2K sin q, so its period is 2 pi / (sqrt(2K) M(1,
// cos(q0/2))) with the arithmetic-geometric mean M (Gauss's form of the complete
// elliptic integral). After half of it the pendulum rests at -q0.
func TestPendulumPeriod(t *testing.T) {
	for _, s := range []Pendulum{{K: 3}, {K: 2.4}} {
		for _, q0 := range []float64{0.01, 1, 2.5} {
			a, b := 1.0, math.Cos(q0/2)
			for range 6 { // converges quadratically
				a, b = (a+b)/2, math.Sqrt(a*b)
			}
			period := 2 * math.Pi / (math.Sqrt(2*s.K) * a)
			states := solve(t, s, []float64{q0, 0}, 0, period/2, period)
			wantState(t, "half a period", states[2:4], []float64{-q0, 0}, 1e-11)
			wantState(t, "a period", states[4:], []float64{q0, 0}, 1e-11)
		}
	}
}

// Kepler's third law: every bound orbit closes after 2 pi sqrt(a^3/mu), with a
// from the energy.
func TestKeplerCloses(t *testing.T) {
	rng := stream.New(0, "kepler")
	for _, s := range []Kepler{{Mu: 1}, {Mu: 2}} {
		x0 := make([]float64, 4)
		for range 10 {
			s.Sample(rng, x0)
			a := -s.Mu / (2 * s.Hamiltonian(x0))
			if a < 0.8 || a > 1.2 {
				t.Errorf("the sampler drew a semi-major axis of %v, want 0.8 to 1.2", a)
			}
			states := solve(t, s, x0, 0, 2*math.Pi*math.Sqrt(a*a*a/s.Mu))
			wantState(t, "kepler", states[4:], x0, 1e-10)
		}
	}
}

// Two bodies move as their difference about the centre of mass does: a Kepler
// orbit of Mu = G (m1 + m2).
func TestTwoBodiesAreKepler(t *testing.T) {
	s := &NBody{Mass: []float64{2, 0.5}, G: 0.8}
	kepler := Kepler{Mu: s.G * (s.Mass[0] + s.Mass[1])}
	x0 := []float64{0.7, -0.5, 0.1, 0.3, 0.4, -0.6, 0.5, 0.2}
	difference := func(x []float64) []float64 {
		return []float64{x[0] - x[1], x[2] - x[3],
			x[4]/s.Mass[0] - x[5]/s.Mass[1], x[6]/s.Mass[0] - x[7]/s.Mass[1]}
	}
	states := solve(t, s, x0, 0, 1.5)
	want := solve(t, kepler, difference(x0), 0, 1.5)
	wantState(t, "difference", difference(states[8:]), want[4:], 1e-11)
}

// Equal masses on a regular polygon rotate rigidly at the angular velocity that
// their sampler takes from the formula for circularSpeed; a wrong speed makes the
// radius change.
func TestPolygonRotatesRigidly(t *testing.T) {
	for _, n := range []int{2, 3, 4, 5} {
		s := NewNBody(n)
		const r = 1.1
		speed := s.circularSpeed(r)
		x0 := make([]float64, s.Dim())
		qx, qy, px, py := s.split(x0)
		for i := range n {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			qx[i], qy[i], px[i], py[i] = r*cos, r*sin, -speed*sin, speed*cos
		}
		states := solve(t, s, x0, 0, 2)
		qx, qy, _, _ = s.split(states[s.Dim():])
		for i := range n {
			sin, cos := math.Sincos(2*math.Pi*float64(i)/float64(n) + 2*speed/r)
			wantState(t, s.Name(), []float64{qx[i], qy[i]}, []float64{r * cos, r * sin}, 1e-10)
		}
	}
	// The factors of the paper's samplers, for two and for three bodies.
	if got := NewNBody(2).circularSpeed(1); math.Abs(got-0.5) > 1e-15 {
		t.Errorf("two bodies circle at %v, want 1/2", got)
	}
	want := math.Sqrt(math.Sin(math.Pi/3) / (2 * math.Pow(math.Cos(math.Pi/6), 2)))
	if got := NewNBody(3).circularSpeed(1); math.Abs(got-want) > 1e-15 {
		t.Errorf("three bodies circle at %v, want %v", got, want)
	}
}

// The kinetic energy of the double pendulum in canonical momenta must be that of
// its two masses, whose velocities follow from the angular velocities in Field by
// the geometry of the rods alone.
func TestDoublePendulumEnergyFromGeometry(t *testing.T) {
	s := DoublePendulum{G: 9.81}
	rng := stream.New(0, "double")
	x, dx := make([]float64, 4), make([]float64, 4)
	for range 100 {
		s.Sample(rng, x)
		s.Field(x, dx)
		sin1, cos1 := math.Sincos(x[0])
		sin2, cos2 := math.Sincos(x[1])
		v1x, v1y := cos1*dx[0], sin1*dx[0]
		v2x, v2y := v1x+cos2*dx[1], v1y+sin2*dx[1]
		y1 := -cos1
		y2 := y1 - cos2
		want := (v1x*v1x+v1y*v1y+v2x*v2x+v2y*v2y)/2 + s.G*(y1+1+y2+2)
		if got := s.Hamiltonian(x); math.Abs(got-want) > 1e-13*math.Max(1, want) {
			t.Fatalf("H = %.16g at %v, the masses have the energy %.16g", got, x, want)
		}
	}
}

// Points where the energy is known: the saddles of Henon-Heiles at 1/(6 alpha^2),
// which are equilibria, and the bottom of the Duffing wells.
func TestEquilibria(t *testing.T) {
	for _, test := range []struct {
		s     System
		x     []float64
		wantH float64
	}{
		{HenonHeiles{Alpha: 1}, []float64{0, 1, 0, 0}, 1.0 / 6},
		{HenonHeiles{Alpha: 0.5}, []float64{math.Sqrt(3), -1, 0, 0}, 4.0 / 6},
		{Duffing{Alpha: -1, Beta: 1}, []float64{-1, 0}, -0.25},
		{Pendulum{K: 3}, []float64{math.Pi, 0}, 6},
		{DoublePendulum{G: 2}, []float64{math.Pi, 0, 0, 0}, 8},
	} {
		if h := test.s.Hamiltonian(test.x); math.Abs(h-test.wantH) > 1e-15*8 {
			t.Errorf("%s: H%v = %v, want %v", test.s.Name(), test.x, h, test.wantH)
		}
		dx := make([]float64, len(test.x))
		test.s.Field(test.x, dx)
		wantState(t, test.s.Name()+" at rest", dx, make([]float64, len(dx)), 1e-14)
	}
}
