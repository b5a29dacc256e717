package experiment

import (
	"errors"
	"fmt"

	"hnn/model"
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
	inner, scales := model.Dimensionless(r.model)
	set := &ode.Settings{Method: method, Step: step}
	if scales != nil {
		set.Step /= scales.Time
	}
	m, err := newCorrected(inner, set)
	if err != nil {
		return nil, "", err
	}
	run := *r
	run.model = model.WithScales(m, scales)
	return &run, fmt.Sprintf("corrected for training by %v with steps of %g", method, step), nil
}

// corrected is a model whose field is that of the modified equation of a method.
type corrected struct {
	model.Energetic
	set *ode.Settings
}

func newCorrected(m model.Model, set *ode.Settings) (*corrected, error) {
	e, ok := m.(model.Energetic)
	if model.Inputs(m) > 0 {
		return nil, errors.New("the steps of a model that inputs act on have no modified equation here: leave the correction out")
	}
	if _, dissipating := m.(model.Dissipating); !ok || dissipating {
		return nil, fmt.Errorf("the model %s has no conserved energy, so its steps have no modified one", m.Kind())
	}
	c := &corrected{e, set}
	_, err := c.modified()
	return c, err
}

func (c *corrected) modified() (ode.Field, error) {
	var split ode.Split
	if s, ok := model.SplitOf(c.Energetic); ok {
		split = s.Split()
	}
	return ode.Modified(c.Energetic.Field(), split, c.Dim(), c.set)
}

// Field returns an evaluator of the modified field at one state.
func (c *corrected) Field() ode.Field {
	f, err := c.modified()
	if err != nil {
		panic("experiment: a correction that could be made no longer can")
	}
	return f
}

// BatchField returns an evaluator of the modified field, one state after the other.
func (c *corrected) BatchField() ode.BatchField {
	f, d := c.Field(), c.Dim()
	return func(_ []float64, x, dx []float64, rows int) {
		for i := 0; i < rows*d; i += d {
			f(0, x[i:i+d], dx[i:i+d])
		}
	}
}

// Energy returns an evaluator of the modified H to the order h^2: of the midpoint rule
// H - h^2/24 H”(f, f) (HLW, section IX.1), of leapfrog with kicks outside
// H + h^2 (V”(v, v)/12 - T”(F, F)/24), v being the velocity and F the force. The second
// derivatives along a vector are central differences.
func (c *corrected) Energy() func(x []float64) float64 {
	h, f, n := c.Energetic.Energy(), c.Energetic.Field(), c.Dim()/2
	dx, along, y := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
	second := func(x []float64) float64 {
		size := norm(along)
		if size == 0 {
			return 0
		}
		step := 1e-3 * (norm(x) + 1e-3) / size
		sum := -2 * h(x)
		for _, sign := range []float64{1, -1} {
			for i, v := range along {
				y[i] = x[i] + sign*step*v
			}
			sum += h(y)
		}
		return sum / (step * step)
	}
	return func(x []float64) float64 {
		f(0, x, dx)
		h2 := c.set.Step * c.set.Step
		if !c.set.Method.NeedsSplit() {
			copy(along, dx)
			return h(x) - h2/24*second(x)
		}
		copy(along[:n], dx)
		clear(along[n:])
		potential := second(x)
		clear(along[:n])
		copy(along[n:], dx[n:])
		return h(x) + h2*(potential/12-second(x)/24)
	}
}
