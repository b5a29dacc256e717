package closedform

import (
	"errors"
	"fmt"
	"math"

	"hnn/data"
	"hnn/model"
	"hnn/model/expansion"
)

// Inputs u, such as forces and voltages, act on the momenta by a gain G (dim/2 x inputs),
// which is found with the coefficients of H:
//
//	dp/dt = -dH/dq - rate p + G(q) u
//
// is linear in it, and in the coefficients of G where it is a sum of features of the
// positions. Between two rows the inputs are what their set says (data.Set.InputsHeld);
// nothing is ever taken for their derivative.

const (
	// A learned gain has so many features for each position, and no more unknowns than this:
	// it is smoother than H, and inputs are seen along the trajectories only.
	gainFeatures = 10
	gainUnknowns = 200
)

// gainFeatures is the number of features of the gain where there are rows enough.
func (o *Options) gainFeatures(dim, inputs int) int {
	if !o.LearnedGain || inputs == 0 {
		return 0
	}
	n := dim / 2
	return max(min(gainFeatures*n, gainUnknowns/(n*inputs)), 1)
}

// gainUnknowns is the number of coefficients of the gain, likewise.
func (f *fit) gainUnknowns() int {
	n, m := f.train.Dim/2, len(f.train.InputNames)
	return n * m * (1 + f.o.gainFeatures(f.train.Dim, m))
}

// gain draws the features of the gain over the positions, for every four rows at most one
// an input. Where the positions do not move, it is constant.
func (d *draw) gain(inputs int) (*expansion.Gain, error) {
	n := d.dim / 2
	var angles []bool
	if d.o.Angles != nil {
		angles = d.o.Angles[:n]
	}
	var weights, biases []float64
	if k := min(d.o.gainFeatures(d.dim, inputs), len(d.x)/d.dim/(4*inputs)); k > 0 {
		u, width, _, _ := d.inputs(0, n)
		var err error
		if weights, biases, err = sampleFeatures(d.rng, u, width, k, d.scale); err != nil && !errors.Is(err, errNoDirection) {
			return nil, err
		}
	}
	return expansion.NewGain(n, inputs, angles, d.o.Activation, weights, biases), nil
}

// checkInputs reports inputs whose gain the rows do not determine.
func checkInputs(s *data.Set) error {
	m := len(s.InputNames)
	for j, name := range s.InputNames {
		moves := false
		for i := j; i < len(s.Inputs) && !moves; i += m {
			moves = s.Inputs[i] != s.Inputs[j]
		}
		if !moves && s.Rows() > 0 {
			return fmt.Errorf("closedform: the input %s is %v in every row, which cannot be told from a force of the system's own; give rows in which it changes, or leave the input out", name, s.Inputs[j])
		}
	}
	return nil
}

// lag is, of one trial, the integral of its inputs (n x inputs) less what cumulative makes of
// them: a polynomial does not follow inputs that bend or jump at every row.
func lag(s *data.Set, trial, width int) []float64 {
	m := len(s.InputNames)
	t, _, _ := s.Trial(trial)
	u := s.InputRows(s.Offsets[trial], s.Offsets[trial+1])
	left := make([]float64, len(u))
	cumulative(t, u, m, width, left)
	for k, exact := range s.InputIntegral(trial) {
		left[k] = exact - left[k]
	}
	return left
}

// withoutLag subtracts from the momenta in v (n x dim, no mean) what is along the lag of a
// trial, given by the columns of by (n x inputs).
func withoutLag(v []float64, dim int, by []float64, inputs int) {
	centre(by, inputs)
	n := len(v) / dim
	var span []float64 // orthonormal columns of length n
	for j := range inputs {
		column := make([]float64, n)
		for k := range column {
			column[k] = by[k*inputs+j]
		}
		square := dot(column, column)
		project(span, column)
		// A lag of zero, or one that another input has, takes nothing away.
		if left := dot(column, column); left > 1e-12*square {
			for k := range column {
				column[k] /= math.Sqrt(left)
			}
			span = append(span, column...)
		}
	}
	component := make([]float64, n)
	for i := dim / 2; i < dim; i++ {
		for k := range component {
			component[k] = v[k*dim+i]
		}
		project(span, component)
		for k, x := range component {
			v[k*dim+i] = x
		}
	}
}

// fieldOf is the field of a model at the states x (as many as r has rows), each under r's
// inputs of its row.
func fieldOf(m *model.Field, r *rows) func(x, dx []float64) {
	field := m.Many()
	return func(x, dx []float64) { field(nil, x, r.u, dx, r.len()) }
}

// undriven takes the force of a model's inputs out of what is observed: the rows are those of
// the system left alone.
func (r *rows) undriven(m *model.Field) {
	if r.inputs == 0 {
		return
	}
	with, without, d := make([]float64, len(r.x)), make([]float64, len(r.x)), r.dim
	fieldOf(m, r)(r.x, with)
	r.inputs, r.u = 0, nil
	fieldOf(m, r)(r.x, without)
	for s := 0; s < len(r.x); s += d {
		for i := range d / 2 {
			r.g[s+i] += with[s+d/2+i] - without[s+d/2+i]
		}
	}
}
