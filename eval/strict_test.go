package eval

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/network"
	"hnn/ode"
	"hnn/system"
)

func strict(t testing.TB, m *model.Field, s system.System, o StrictOptions) StrictResult {
	t.Helper()
	r, err := Strict(m, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func springStates(n int) []float64 {
	return InitialStates(system.Spring{}, stream.New(0, StrictStream), n)
}

// A perfect model scores the error of an integration at 1e-10.
func TestStrictOfTheTruth(t *testing.T) {
	twoBody := system.NewNBody(2)
	for _, c := range []struct {
		s       system.System
		horizon float64
		// How far the error of a step, 1e-10, may grow on the way.
		growth float64
	}{
		{system.Spring{}, 30, 1e2},
		{system.Pendulum{K: 3}, 30, 1e3},
		{twoBody, 200, 1e4},
	} {
		x0 := InitialStates(c.s, stream.New(0, StrictStream), 10)
		r := strict(t, perfect(c.s), c.s, StrictOptions{X0: x0, Horizon: c.horizon, Points: 50})
		t.Logf("%s: %+v", c.s.Name(), r)
		most := 1e-10 * c.growth
		if r.Diverged != 0 || r.Err != nil {
			t.Errorf("%s: %d diverged: %v", c.s.Name(), r.Diverged, r.Err)
		}
		for what, v := range map[string]float64{
			"energy": math.Sqrt(r.EnergyMSE.Mean), "drift": r.RelativeEnergyDrift,
			"coordinates": math.Sqrt(r.CoordinateMSE.Mean), "reversibility": r.ReversibilityError,
		} {
			if !(v > 0 && v < most) {
				t.Errorf("%s: error of the %s %g, want one of rounding below %g", c.s.Name(), what, v, most)
			}
		}
	}
}

// Of a damped spring all is known: the energy falls as exp(-2 gamma t), the coordinates
// are exp(-gamma t) times the true ones, whose mean square is half the energy.
func TestStrictOfADampedSpring(t *testing.T) {
	const gamma, horizon, points, n = 0.05, 30.0, 301, 20
	x0 := springStates(n)
	r := strict(t, damped(gamma), system.Spring{}, StrictOptions{X0: x0, Horizon: horizon, Points: points})

	var energies, coordinates []float64
	for i := range n {
		h0 := system.Spring{}.Hamiltonian(x0[2*i : 2*i+2])
		var energy, coordinate float64
		for j := range points {
			at := gamma * horizon * float64(j) / (points - 1)
			energy += math.Pow(h0*math.Expm1(-2*at), 2)
			coordinate += math.Pow(math.Expm1(-at), 2) * h0 / 2
		}
		energies, coordinates = append(energies, energy/points), append(coordinates, coordinate/points)
	}
	// 1e-10 a step over some hundred steps.
	const tol = 1e-7
	for _, c := range []struct {
		what string
		got  Summary
		each []float64
	}{{"energy MSE", r.EnergyMSE, energies}, {"coordinate MSE", r.CoordinateMSE, coordinates}} {
		near(t, c.what, c.got.Mean, stat.Mean(c.each, nil), tol)
		near(t, c.what+": standard error", c.got.SEM, stat.StdDev(c.each, nil)/math.Sqrt(n), tol)
		near(t, c.what+": median", c.got.Median, stat.Quantile(0.5, stat.LinInterp, sorted(c.each), nil)/2+sorted(c.each)[n/2]/2, tol)
	}
	near(t, "relative drift", r.RelativeEnergyDrift, -math.Expm1(-2*gamma*horizon), tol)
}

// sorted is v in order.
func sorted(v []float64) []float64 {
	w := append([]float64(nil), v...)
	floats.Argsort(w, make([]int, len(w)))
	return w
}

// Where H is near zero the drift is measured on a thousandth of the spread of H.
func TestStrictDriftNearZeroEnergy(t *testing.T) {
	const gamma, horizon, spread = 0.05, 10.0, 2.0
	r := strict(t, damped(gamma), system.Spring{}, StrictOptions{
		X0: []float64{0.01, 0}, Horizon: horizon, Points: 11, Spread: spread})
	near(t, "relative drift", r.RelativeEnergyDrift, -1e-4*math.Expm1(-2*gamma*horizon)/(spread/1000), 1e-6)

	// No energy, no spread and no drift is no error.
	r = strict(t, perfect(system.Spring{}), system.Spring{}, StrictOptions{
		X0: []float64{0, 0}, Horizon: horizon, Points: 11})
	if r.RelativeEnergyDrift != 0 || r.EnergyMSE.Mean != 0 {
		t.Errorf("at rest: %+v", r)
	}
}

// What friction has taken out of a trajectory does not come back: over 10 units of time
// at gamma = 2, backwards, the error of the end grows exp(20)-fold.
func TestStrictReversibility(t *testing.T) {
	const gamma, horizon = 2.0, 10.0
	x0 := springStates(5)
	r := strict(t, damped(gamma), system.Spring{}, StrictOptions{X0: x0, Horizon: horizon, Points: 2})
	if r.Diverged != 0 {
		t.Fatal(r.Err)
	}
	if grown := 1e-10 * math.Exp(gamma*horizon); r.ReversibilityError < grown/1e3 || r.ReversibilityError > grown*10 {
		t.Errorf("reversibility error %g, want the order of %g", r.ReversibilityError, grown)
	}
}

// States beyond a radius are lost, at the start or on the way back; the others are
// measured as if they were alone.
func TestStrictKeepsDivergedOut(t *testing.T) {
	const gamma = 0.05
	o := StrictOptions{Horizon: 10, Points: 21}
	s := system.Spring{}
	good, lost := []float64{0.3, 0.1, -0.2, 0.5, 0.1, -0.6}, []float64{0.9, 0.2}

	forwards := moving(2, func(x, dx []float64) {
		damped(gamma).Free()(0, x, dx)
		if s.Hamiltonian(x) > 0.8 {
			dx[1] = math.Inf(1)
		}
	})
	o.X0 = good
	want := strict(t, forwards, s, o)
	o.X0 = append(append(append([]float64(nil), good[:2]...), lost...), good[2:]...)
	got := strict(t, forwards, s, o)
	var cause *ode.NonFiniteError
	if got.Diverged != 1 || !errors.As(got.Err, &cause) {
		t.Errorf("%d diverged: %v, want 1 for a field that is not finite", got.Diverged, got.Err)
	}
	if want.Diverged != 0 || want.Err != nil {
		t.Errorf("%d of the others diverged: %v", want.Diverged, want.Err)
	}
	got.Diverged, got.Err = 0, nil
	if got != want {
		t.Errorf("with a state that diverges %+v, without it %+v", got, want)
	}

	o.X0 = lost
	got = strict(t, forwards, s, o)
	for _, v := range []float64{got.EnergyMSE.Mean, got.CoordinateMSE.Median, got.RelativeEnergyDrift, got.ReversibilityError} {
		if !math.IsNaN(v) {
			t.Errorf("all diverged: %+v, want NaN everywhere", got)
			break
		}
	}

	// Friction of exp(-30) leaves nothing but the integration's error, which on the way
	// back grows beyond the region where this field is defined; rest stays at rest.
	backwards := moving(2, func(x, dx []float64) {
		damped(3).Free()(0, x, dx)
		if s.Hamiltonian(x) > 4 {
			dx[0] = math.NaN()
		}
	})
	o.X0 = []float64{0.5, 0, 0, 0}
	got = strict(t, backwards, s, o)
	if got.Diverged != 1 || got.ReversibilityError != 0 {
		t.Errorf("one of two lost backwards: %+v, want it out of the reversibility error", got)
	}
	// The energy of the other is zero throughout.
	if got.EnergyMSE.Mean == 0 || got.EnergyMSE.Median != got.EnergyMSE.Mean {
		t.Errorf("one of two lost backwards: %+v, want both in the mean energy", got)
	}
}

// A state of exp(400) is finite, its energy is not.
func TestStrictInfiniteEnergy(t *testing.T) {
	r := strict(t, damped(-40), system.Spring{}, StrictOptions{X0: []float64{1, 0}, Horizon: 10, Points: 5})
	if r.Diverged != 1 || r.Err == nil || !math.IsNaN(r.EnergyMSE.Mean) || !math.IsNaN(r.RelativeEnergyDrift) {
		t.Errorf("%+v, want a rollout that does not count", r)
	}
}

func TestStrictArguments(t *testing.T) {
	s := system.Spring{}
	good := StrictOptions{X0: []float64{1, 0}, Horizon: 1, Points: 2, Spread: 1}
	if _, err := Strict(perfect(s), s, good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(o *StrictOptions){
		"no states":       func(o *StrictOptions) { o.X0 = nil },
		"half a state":    func(o *StrictOptions) { o.X0 = o.X0[:1] },
		"no horizon":      func(o *StrictOptions) { o.Horizon = 0 },
		"NaN horizon":     func(o *StrictOptions) { o.Horizon = math.NaN() },
		"one point":       func(o *StrictOptions) { o.Points = 1 },
		"negative spread": func(o *StrictOptions) { o.Spread = -1 },
		"NaN spread":      func(o *StrictOptions) { o.Spread = math.NaN() },
		"interrupted":     func(o *StrictOptions) { o.Interrupt = func() error { return errors.New("stop") } },
	} {
		o := good
		spoil(&o)
		if _, err := Strict(perfect(s), s, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Strict(perfect(system.NewNBody(2)), s, good); err == nil {
		t.Error("a model of another dimension: no error")
	}
}

func TestStrictDoesNotDependOnWorkers(t *testing.T) {
	m := untrained(t, network.Architecture{Kind: network.KindBaseline, Dim: 2, Hidden: []int{12}, Activation: "tanh"}).Field()
	o := StrictOptions{X0: springStates(40), Horizon: 3, Points: 11}
	o.Workers = 1
	want := strict(t, m, system.Spring{}, o)
	for _, o.Workers = range []int{0, 2, 5} {
		// Nothing turns here, so that drift and wobble are NaN, which equals nothing.
		if got := strict(t, m, system.Spring{}, o); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d workers: %+v, one worker: %+v", o.Workers, got, want)
		}
	}
}

func TestEnergySpread(t *testing.T) {
	// Energies 1, 4, 1, 10: deviations -3, 0, -3, 6.
	near(t, "spread", EnergySpread(system.Spring{}, []float64{1, 0, 0, 2, 0, -1, 3, 1}), math.Sqrt(54.0/3), 1e-15)
}

// The strict metrics of the authors' two-body network: 50 states, ten times the
// training trajectories' 20 units of time.
func BenchmarkStrictTwoBody(b *testing.B) {
	s := system.NewNBody(2)
	m := trained(b, "2body-hnn", network.KindHNN, 8)
	o := StrictOptions{X0: InitialStates(s, rand.New(rand.NewPCG(1, 2)), StrictStates(s.Dim())), Horizon: 200, Points: 500}
	for b.Loop() {
		r := strict(b, m, s, o)
		if r.Diverged > 0 {
			b.Log(r)
		}
	}
}
