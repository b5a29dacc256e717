package experiment

import (
	"fmt"

	"hnn/ode"
)

// Corrected returns the run with its model corrected for the step of the integrator that it
// was trained through: such a training finds the H whose steps are the observed motion, and
// the observed motion is the exact flow of that method's modified H (M. David, F. Mehats,
// "Symplectic learning for Hamiltonian neural networks", J. Comput. Phys. 494, 2023). Step
// is that of the training, in the data's unit of time; zero stands for the one known from
// the run's configuration. It returns what it corrected for, too.
func (r *Run) Corrected(step float64) (*Run, string, error) {
	c := &r.Config
	if c.Loss != TrajectoryLoss {
		return nil, "", fmt.Errorf("the model was fitted to derivatives, not through the steps of an integrator, so there is nothing to correct")
	}
	if step == 0 {
		if c.fromFile() {
			return nil, "", fmt.Errorf("the time steps of a file are not known here: give the one that the model was trained with, as in --correct=0.1 (the interval between rows, divided by substeps)")
		}
		step = c.Draw.Horizon / float64(c.Draw.Points-1) / float64(max(c.Shooting.Substeps, 1))
	}
	method, err := ode.ParseMethod(c.Shooting.Method.String())
	if err != nil {
		return nil, "", err
	}
	run := *r
	if run.model, err = r.model.Corrected(&ode.Settings{Method: method, Step: step}); err != nil {
		return nil, "", err
	}
	return &run, fmt.Sprintf("corrected for training by %v with steps of %g", method, step), nil
}
