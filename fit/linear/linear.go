// Package linear fits linear fields with constant coefficients to trajectories,
//
//	dx/dt = A x + B u + c,
//
// and takes a mechanical one apart into masses, springs, friction and gyroscopic forces. No
// derivative of the data is taken: where the steps are equal the one-step map is fitted by
// least squares and its logarithm taken; the simulation error is then minimised by
// Gauss-Newton with exact sensitivities, the first state of every trial fitted with the
// coefficients. Rows of any step serve, gaps included.
//
// It is what is tried first on a file: a system that is linear is found to the last digits
// in milliseconds. It knows no file formats and draws nothing.
package linear

import (
	"errors"
	"fmt"
	"math"

	"hnn/data"
)

// Field is dx/dt = A x + B u + C with states of length Dim and inputs of length Inputs.
type Field struct {
	Dim, Inputs int
	A           []float64 // Dim x Dim, row-major
	B           []float64 // Dim x Inputs, row-major
	C           []float64 // Dim
}

// At writes dx/dt (Dim) at state x (Dim) under inputs u (Inputs, nil for none) to dx.
func (f *Field) At(x, u, dx []float64) {
	d, m := f.Dim, f.Inputs
	if len(x) != d || len(u) != m || len(dx) != d {
		panic("linear: a state, inputs or a derivative of another length than the field's")
	}
	for i := range d {
		s := f.C[i]
		for j, v := range x[:d] {
			s += f.A[i*d+j] * v
		}
		for j := range m {
			s += f.B[i*m+j] * u[j]
		}
		dx[i] = s
	}
}

// Options of Fit. The zero value knows nothing of the system.
type Options struct {
	// SecondOrder says that a state is positions and then their time derivatives, so that
	// the first half of the field is given.
	SecondOrder bool
	// Linear leaves out the constant C: a rest at the origin is known.
	Linear bool
}

// Report says how well a fit explains its rows.
type Report struct {
	// Residual has, for every component, the root mean square of what is left of the
	// simulated trials, in the data's units; Relative is the largest part of a column's spread.
	Residual []float64
	Relative float64
	// Covariance is that of the free coefficients under white noise of the size of the
	// residuals, row-major; Free lists them as places in the rows of (A | B | C), each of
	// length Dim + Inputs + 1.
	Covariance []float64
	Free       []int
	// Fastest is the highest frequency in A times the median step, in turns a row: from 1/2 on
	// (Nyquist) another frequency explains the rows as well.
	Fastest float64
	// Converged says that the simulation error has a minimum here. A field that is not linear
	// has none that is near.
	Converged bool
}

// ErrNyquist says that a component changes its sign from row to row: the rows do not determine
// how often it turns between them.
var ErrNyquist = errors.New("linear: something turns by half a turn or more between two rows, so that the rows do not tell its frequency; sample faster")

// mostStates bounds the work of Fit, which grows with the fourth power of a state's length.
const mostStates = 24

// Fit finds the linear field of the trials of a set. It is an error if there are fewer rows
// than unknowns, if a state is longer than 24 or if the rows do not determine the field.
func Fit(train *data.Set, o Options) (*Field, *Report, error) {
	if err := train.Lengths(); err != nil {
		return nil, nil, err
	}
	d, m := train.Dim, len(train.InputNames)
	if d < 1 || d > mostStates {
		return nil, nil, fmt.Errorf("linear: states of length %d; 1 to %d are fitted", d, mostStates)
	}
	if o.SecondOrder && d%2 != 0 {
		return nil, nil, fmt.Errorf("linear: a state of length %d cannot be positions and as many velocities", d)
	}
	if steps := train.Rows() - train.Trials(); steps < d+m+1 {
		return nil, nil, fmt.Errorf("linear: %d steps between rows for the %d coefficients of each component; give more rows", steps, d+m+1)
	}
	p, err := newProblem(train, o)
	if err != nil {
		return nil, nil, err
	}
	f, err := p.start()
	if err != nil {
		return nil, nil, err
	}
	report := p.refine(f)
	report.Fastest = p.fastest(f)
	return p.inUnits(f), p.reportInUnits(report), nil
}

// problem is a set in units of its own: every column less its mean and divided by its
// spread, times in median steps. Coefficients stand in the rows of F = (A | B | C), d x q.
type problem struct {
	set            *data.Set
	d, m, q        int
	mean, spread   []float64 // of the columns of states
	inMean, inUnit []float64 // of the inputs
	step           float64
	free           []int // places in F of what is fitted
	x              []float64
	u              []float64
	weight         []float64 // of a component's residual
}

func newProblem(s *data.Set, o Options) (*problem, error) {
	p := &problem{set: s, d: s.Dim, m: len(s.InputNames)}
	p.q = p.d + p.m + 1
	p.step = s.MedianStep()
	if !(p.step > 0) {
		return nil, errors.New("linear: no trial has two rows")
	}
	p.mean, p.spread = moments(s.X, p.d)
	if o.SecondOrder {
		// A velocity's unit is its position's by the step, so that what is given stays given.
		n := p.d / 2
		for i := range n {
			p.mean[n+i] = 0
			p.spread[n+i] = p.spread[i] / p.step
		}
	}
	if o.Linear {
		clear(p.mean)
	}
	p.inMean, p.inUnit = moments(s.Inputs, p.m)
	if o.Linear {
		clear(p.inMean)
	}
	for i, v := range p.spread {
		if !(v > 0) {
			return nil, fmt.Errorf("linear: component %d of the state is the same in all rows; leave it out", i+1)
		}
	}
	for i, v := range p.inUnit {
		if !(v > 0) {
			p.inUnit[i] = 1
		}
	}
	p.x = standardised(s.X, p.mean, p.spread)
	p.u = standardised(s.Inputs, p.inMean, p.inUnit)
	p.weight = make([]float64, p.d)
	_, own := moments(p.x, p.d)
	for i := range p.weight {
		p.weight[i] = 1 / own[i]
	}
	first := 0
	if o.SecondOrder {
		first = p.d / 2
	}
	for i := first; i < p.d; i++ {
		for j := range p.q {
			if o.Linear && j == p.q-1 {
				continue
			}
			p.free = append(p.free, i*p.q+j)
		}
	}
	return p, nil
}

// given writes the coefficients that are not fitted: dq/dt = v, in the problem's units.
func (p *problem) given(f []float64) {
	if n := p.d / 2; p.free[0] > 0 {
		for i := range n {
			f[i*p.q+n+i] = 1
		}
	}
}

// inUnits turns coefficients back into the data's units.
func (p *problem) inUnits(f []float64) *Field {
	d, m, q := p.d, p.m, p.q
	out := &Field{Dim: d, Inputs: m, A: make([]float64, d*d), B: make([]float64, d*m), C: make([]float64, d)}
	for i := range d {
		rate := p.spread[i] / p.step
		c := f[i*q+q-1] * rate
		for j := range d {
			a := f[i*q+j] * rate / p.spread[j]
			out.A[i*d+j] = a
			c -= a * p.mean[j]
		}
		for j := range m {
			b := f[i*q+d+j] * rate / p.inUnit[j]
			out.B[i*m+j] = b
			c -= b * p.inMean[j]
		}
		out.C[i] = c
	}
	return out
}

// reportInUnits turns residuals and the covariance of A, B and the constant at the mean of the
// rows back into the data's units.
func (p *problem) reportInUnits(r *Report) *Report {
	unit := make([]float64, len(p.free))
	for k, at := range p.free {
		i, j := at/p.q, at%p.q
		unit[k] = p.spread[i] / p.step
		switch {
		case j < p.d:
			unit[k] /= p.spread[j]
		case j < p.d+p.m:
			unit[k] /= p.inUnit[j-p.d]
		}
	}
	n := len(unit)
	for a := range r.Covariance {
		r.Covariance[a] *= unit[a/n] * unit[a%n]
	}
	for i := range r.Residual {
		r.Residual[i] *= p.spread[i]
	}
	r.Free = p.free
	return r
}

// moments are the means and standard deviations of columns.
func moments(x []float64, d int) (mean, spread []float64) {
	mean, spread = make([]float64, d), make([]float64, d)
	if d == 0 {
		return mean, spread
	}
	n := float64(len(x) / d)
	for i, v := range x {
		mean[i%d] += v / n
	}
	for i, v := range x {
		spread[i%d] += (v - mean[i%d]) * (v - mean[i%d]) / n
	}
	for i, v := range spread {
		spread[i] = math.Sqrt(v)
	}
	return mean, spread
}

func standardised(x, mean, spread []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		j := i % len(mean)
		y[i] = (v - mean[j]) / spread[j]
	}
	return y
}
