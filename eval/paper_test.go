package eval

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"hnn/internal/stream"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// known is a system with the protocol of the authors' notebook; the initial states are ours.
type known struct {
	system.System
	Protocol
}

var (
	spring = known{system.Spring{}, Protocol{X0: starts(2), Horizon: 20, Points: 100, RTol: 1e-12, Stretch: 1.09}}
	// The notebook has the spring's energy.
	pendulum = known{system.Pendulum{K: 3}, Protocol{X0: starts(2), Horizon: 20, Points: 100, RTol: 1e-12, Energy: system.Spring{}.Hamiltonian}}
	twoBody  = known{system.NewNBody(2), Protocol{X0: InitialStates(system.NewNBody(2), stream.New(0, "paper"), 15), Horizon: 25, Points: 500, RTol: 1e-9}}
)

// starts are 15 states of components from 0.2 to 1 in size.
func starts(d int) []float64 {
	rng, x := stream.New(0, "paper"), make([]float64, 15*d)
	for i := range x {
		v := 1.6*rng.Float64() - 0.8
		x[i] = v + math.Copysign(0.2, v)
	}
	return x
}

func paper(t *testing.T, k known, m *model.Field) PaperResult {
	t.Helper()
	r, err := PaperEnergy(m, k.System, k.Protocol, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The truth is integrated as the model is, so that a perfect model scores exactly zero,
// but for the spring, whose two rollouts have other steps.
func TestPaperEnergyOfTheTruth(t *testing.T) {
	for _, k := range []known{spring, pendulum, twoBody} {
		task := k.Name()
		r := paper(t, k, perfect(k.System))
		if r.Err != nil {
			t.Errorf("%s: %v", task, r.Err)
		}
		if r.TrueH != (Estimate{}) {
			t.Errorf("%s: energy MSE without the quirks %v, want exactly 0", task, r.TrueH)
		}
		if k.Stretch != 0 {
			// Up to 79 units of time at atol 1e-6, which lose 1e-6 of energy a unit.
			if r.Energy.Mean == 0 || r.Energy.Mean > 1e-8 {
				t.Errorf("spring: energy MSE %g, want that of the integration", r.Energy.Mean)
			}
		} else if r.Energy != (Estimate{}) {
			t.Errorf("%s: energy MSE %v, want exactly 0", task, r.Energy)
		}
	}
}

// A damped spring's energy is known at every time, so at those of the stretched horizon:
// the k-th model's rollout ends at 20 * 1.09^(k+1), k from 1.
func TestPaperSpringHorizon(t *testing.T) {
	const gamma = 0.02
	r := paper(t, spring, damped(gamma))
	x0, n := spring.X0, len(spring.X0)/2
	want := func(k int, end float64) float64 {
		h0 := system.Spring{}.Hamiltonian(x0[2*k-2 : 2*k])
		var sum float64
		for i := range 100 {
			sum += math.Pow(h0*math.Expm1(-2*gamma*end*float64(i)/99), 2)
		}
		return sum / 100
	}
	for k := 1; k <= n; k++ {
		// atol 1e-6 over 80 units of time is 1e-4 of these energies.
		near(t, "stretched", r.States[k-1], want(k, 20*math.Pow(1.09, float64(k+1))), 3e-4)
		near(t, "fixed", r.TrueHStates[k-1], want(k, 20), 3e-4)
	}
	near(t, "mean", r.Energy.Mean, stat.Mean(r.States, nil), 1e-15)
	near(t, "mean without the quirk", r.TrueH.Mean, stat.Mean(r.TrueHStates, nil), 1e-15)

	// The truth's horizon shows in the coordinates only.
	truth, learned := spring.stretchedTimes(n)
	for k := 1; k <= n; k++ {
		near(t, "end of the truth", truth[k-1][99], 20*math.Pow(1.09, float64(k)), 1e-14)
		near(t, "end of the model's rollout", learned[k-1][99], 20*math.Pow(1.09, float64(k+1)), 1e-14)
	}
}

// A pendulum that runs through the true orbits too fast conserves H, but not what the
// notebook calls the energy, q^2 + p^2: that is taken at other phases.
func TestPaperPendulumEnergy(t *testing.T) {
	const speed = 1.1
	s := system.Pendulum{K: 3}
	fast := moving(2, func(x, dx []float64) {
		s.Field(x, dx)
		floats.Scale(speed, dx)
	})
	r := paper(t, pendulum, fast)
	if r.TrueH.Mean > 1e-8 {
		t.Errorf("energy MSE with the true H is %g", r.TrueH.Mean)
	}

	x0, n := pendulum.X0, len(pendulum.X0)/2
	times := floats.Span(make([]float64, 100), 0, 20)
	rolled := func(speed float64) *Rollouts {
		ts := floats.ScaleTo(make([]float64, 100), speed, times)
		out, err := Rollout(systemField(s), x0, 2, ts, &ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12}, 0)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	truth, model := rolled(1), rolled(speed)
	for i := range n {
		var sum float64
		for j := range 100 {
			a, b := truth.Row(i)[2*j:2*j+2], model.Row(i)[2*j:2*j+2]
			sum += math.Pow(a[0]*a[0]+a[1]*a[1]-b[0]*b[0]-b[1]*b[1], 2)
		}
		// Phase errors of 1e-4 at atol 1e-6.
		near(t, "q^2 + p^2", r.States[i], sum/100, 2e-3)
	}
}

func TestPaperEnergyDoesNotHideFailure(t *testing.T) {
	s := system.Pendulum{K: 3}
	x0, n := pendulum.X0, len(pendulum.X0)/2
	const bad = 4
	hole := moving(2, func(x, dx []float64) {
		s.Field(x, dx)
		if x[0] == x0[2*bad] {
			dx[0] = math.NaN()
		}
	})
	r := paper(t, pendulum, hole)
	if !math.IsNaN(r.Energy.Mean) || !math.IsNaN(r.TrueH.Mean) {
		t.Errorf("means %v and %v with a rollout that failed, want NaN", r.Energy, r.TrueH)
	}
	var cause *ode.NonFiniteError
	if !errors.As(r.Err, &cause) {
		t.Errorf("reason %v, want a field that is not finite", r.Err)
	}
	for i := range n {
		if math.IsNaN(r.States[i]) != (i == bad) {
			t.Errorf("state %d: %v", i, r.States[i])
		}
	}
}

func TestPaperEnergyArguments(t *testing.T) {
	if _, err := PaperEnergy(perfect(spring), spring.System, Protocol{Horizon: 1, Points: 2, RTol: 1e-9}, Options{}); err == nil {
		t.Error("no initial states: no error")
	}
	if _, err := PaperEnergy(perfect(spring), twoBody.System, twoBody.Protocol, Options{}); err == nil {
		t.Error("a model of another dimension: no error")
	}
	stop := errors.New("stop")
	if _, err := PaperEnergy(perfect(spring), spring.System, spring.Protocol, Options{Interrupt: func() error { return stop }}); !errors.Is(err, stop) {
		t.Errorf("interrupted: error %v", err)
	}
}
