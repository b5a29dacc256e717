package eval

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"hnn/data"
	"hnn/ode"
	"hnn/system"
)

// measured is the authors' fit to their measured pendulum, and scipy what they roll out by.
var (
	measured = system.Pendulum{K: 2.4}
	scipy    = Protocol{RTol: 1e-3}
)

// A model that stands still keeps its energy exactly, so that the errors are what the
// measured energies are made to be.
func TestMeasuredEnergyByHand(t *testing.T) {
	still := moving(2, func(_, dx []float64) { clear(dx) })
	const rows, start = 110, 0.5
	set := &data.Set{Dim: 2, Offsets: []int{0, rows}}
	for i := range rows {
		set.T = append(set.T, 3+0.1*float64(i))
		// Groups of 22 with energies off by 0, 0.1, ... 0.4.
		set.X = append(set.X, 0, math.Sqrt(start+0.1*float64(i/22)))
	}
	r, err := MeasuredEnergy(still, measured, set, scipy, Options{})
	if err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	// Squares 0, 0.01, 0.04, 0.09, 0.16 about 0.06: 0.0036, 0.0025, 0.0004, 0.0009, 0.01.
	near(t, "energy MSE", r.Energy.Mean, 0.06, 1e-13)
	near(t, "standard error", r.Energy.SEM, math.Sqrt(0.0174/25), 1e-13)
	for i := range rows {
		near(t, "learned", r.Learned[i], start, 1e-15)
		near(t, "measured", r.Measured[i], start+0.1*float64(i/22), 1e-15)
	}
}

// swing is a trial of the pendulum without error of measurement.
func swing(t *testing.T, q, p, from, to float64) *data.Set {
	t.Helper()
	const n = 50
	times := floats.Span(make([]float64, n), from, to)
	x, _, err := ode.Solve(perfect(measured).Free(), []float64{q, p}, times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	return &data.Set{Dim: 2, Offsets: []int{0, n}, T: times, X: x}
}

func TestMeasuredEnergyOfTheTruth(t *testing.T) {
	set := swing(t, 1.1, 0.2, 7, 15)
	r, err := MeasuredEnergy(perfect(measured), measured, set, scipy, Options{})
	if err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	// The model's tolerance of 1e-3, not the data's of 1e-12, is what shows.
	if r.Energy.Mean < 1e-9 || r.Energy.Mean > 1e-4 {
		t.Errorf("energy MSE %g of a perfect model", r.Energy.Mean)
	}

	// Every trial starts from its own first row.
	other := swing(t, -0.4, 1, 0, 5)
	alone, err := MeasuredEnergy(perfect(measured), measured, other, scipy, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Append(other); err != nil {
		t.Fatal(err)
	}
	both, err := MeasuredEnergy(perfect(measured), measured, set, scipy, Options{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "two trials", both.Energy.Mean, (r.Energy.Mean+alone.Energy.Mean)/2, 1e-14)
	if !floats.Equal(both.States, append(r.States, alone.States...)) {
		t.Error("the rollout of two trials is not that of each")
	}
}

func TestMeasuredFailures(t *testing.T) {
	set := swing(t, 1, 0, 0, 5)
	nowhere := moving(2, func(x, dx []float64) {
		measured.Field(x, dx)
		if x[0] < 0 {
			dx[0] = math.NaN()
		}
	})
	r, err := MeasuredEnergy(nowhere, measured, set, scipy, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var cause *ode.NonFiniteError
	if !math.IsNaN(r.Energy.Mean) || !errors.As(r.Err, &cause) {
		t.Errorf("energy MSE %v with the reason %v, want NaN for a field that is not finite", r.Energy, r.Err)
	}

	m := perfect(measured)
	for name, set := range map[string]*data.Set{
		"no data": nil, "no rows": {Dim: 2}, "another dimension": {Dim: 4, Offsets: []int{0, 1}, T: []float64{0}, X: make([]float64, 4)},
	} {
		if _, err := MeasuredEnergy(m, measured, set, scipy, Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := MeasuredEnergy(moving(4, nil), measured, set, scipy, Options{}); err == nil {
		t.Error("a model of another dimension: no error")
	}
}
