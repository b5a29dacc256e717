package eval

import (
	"errors"
	"fmt"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// MeasuredResult is the "paper" energy metric of measured data with the rollout behind it.
type MeasuredResult struct {
	// Energy is the mean squared difference between the energies below, with an error from
	// 5 consecutive groups of rows. It is NaN if the rollout failed.
	Energy Estimate
	// StatesMSE is the mean squared difference between the rollout's states and the measured
	// ones. It is NaN if the rollout failed.
	StatesMSE float64
	// Times are those of the test rows; States the model's rollout over them, rows x 2.
	Times, States []float64
	// Learned and Measured are the energies along the rollout and along the measured states.
	Learned, Measured []float64
	// Err says why the rollout failed, or is nil.
	Err error
}

// MeasuredEnergy rolls out the model from the first row
// of test over the times of test, at the protocol's RTol, and compares the energy along it
// with that of the measured states, as the authors' notebook of the measured pendulum
// does. The energy is that of the system fitted to the measurements; nothing else of the
// protocol counts. The authors' test rows are one trial; where there are several, each is
// rolled out from its own first row.
//
// The error is about the arguments, or wraps what Interrupt returned.
func MeasuredEnergy(m *model.Field, fitted system.System, test *data.Set, p Protocol, o Options) (MeasuredResult, error) {
	if err := sameDim(m, fitted); err != nil {
		return MeasuredResult{}, err
	}
	if test == nil || test.Rows() == 0 {
		return MeasuredResult{}, errors.New("eval: no test rows over which to roll the model out")
	}
	d := fitted.Dim()
	if test.Dim != d {
		return MeasuredResult{}, fmt.Errorf("eval: the test rows hold states of length %d, those of the %s have %d", test.Dim, fitted.Name(), d)
	}
	settings := &ode.Settings{
		Method: ode.DormandPrince, Control: ode.ScipyLike,
		RTol: p.RTol, ATol: paperATol, MaxSteps: paperMaxSteps, Interrupt: o.Interrupt,
	}
	r := MeasuredResult{Times: test.T}
	field := m.FreeMany
	for trial := range test.Trials() {
		t, x, _ := test.Trial(trial)
		out, err := Rollout(field, x[:d], d, t, settings, o.Workers)
		if err != nil {
			return MeasuredResult{}, err
		}
		if r.Err == nil && out.Errs[0] != nil {
			r.Err = fmt.Errorf("eval: the model's rollout of trial %d: %w", trial, out.Errs[0])
		}
		r.States = append(r.States, out.States...)
	}
	r.Learned = system.Energies(fitted, r.States, nil)
	r.Measured = system.Energies(fitted, test.X, nil)
	squares := make([]float64, len(r.Learned))
	for i, e := range r.Learned {
		squares[i] = (e - r.Measured[i]) * (e - r.Measured[i])
	}
	r.Energy = grouped(squares)
	for i, x := range r.States {
		r.StatesMSE += (x - test.X[i]) * (x - test.X[i]) / float64(len(r.States))
	}
	return r, nil
}
