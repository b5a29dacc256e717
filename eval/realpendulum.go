package eval

import (
	"errors"
	"fmt"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// RealPendulum is the authors' fit to the measured pendulum of their task 3,
// H = 2.4 (1 - cos q) + p^2.
var RealPendulum = system.Pendulum{K: 2.4}

// RealPendulumResult is the "paper" energy metric of task 3 with the rollout behind it.
type RealPendulumResult struct {
	// Energy is the mean squared difference between the energies below, with an error from
	// 5 consecutive groups of rows. It is NaN if the rollout failed.
	Energy Estimate
	// StatesMSE is the mean squared difference between the rollout's states and the measured
	// ones. It is NaN if the rollout failed.
	StatesMSE float64
	// Times are those of the test rows; States the model's rollout over them, rows x 2.
	Times, States []float64
	// Learned and Measured are the energies, by RealPendulum, along the rollout and
	// along the measured states.
	Learned, Measured []float64
	// Err says why the rollout failed, or is nil.
	Err error
}

// RealPendulumEnergy rolls out the model from the
// first row of test over the times of test, at scipy's default tolerances, and compares
// the energy along it with that of the measured states, as the authors' notebook does.
// Their test rows are one trial; where there are several, each is rolled out from its own
// first row.
//
// The error is about the arguments, or wraps what Interrupt returned.
func RealPendulumEnergy(m *model.Field, test *data.Set, o Options) (RealPendulumResult, error) {
	if err := sameDim(m, RealPendulum); err != nil {
		return RealPendulumResult{}, err
	}
	if test == nil || test.Rows() == 0 {
		return RealPendulumResult{}, errors.New("eval: no test rows over which to roll the pendulum out")
	}
	const d = 2
	if test.Dim != d {
		return RealPendulumResult{}, fmt.Errorf("eval: the test rows hold states of length %d, the pendulum has an angle and a momentum", test.Dim)
	}
	settings := &ode.Settings{
		Method: ode.DormandPrince, Control: ode.ScipyLike,
		RTol: 1e-3, ATol: 1e-6, MaxSteps: paperMaxSteps, Interrupt: o.Interrupt,
	}
	r := RealPendulumResult{Times: test.T}
	field := m.FreeMany
	for trial := range test.Trials() {
		t, x, _ := test.Trial(trial)
		out, err := Rollout(field, x[:d], d, t, settings, o.Workers)
		if err != nil {
			return RealPendulumResult{}, err
		}
		if r.Err == nil && out.Errs[0] != nil {
			r.Err = fmt.Errorf("eval: the model's rollout of trial %d: %w", trial, out.Errs[0])
		}
		r.States = append(r.States, out.States...)
	}
	r.Learned = system.Energies(RealPendulum, r.States, nil)
	r.Measured = system.Energies(RealPendulum, test.X, nil)
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
