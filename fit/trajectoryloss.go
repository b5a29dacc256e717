package fit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"hnn/internal/parallel"
	"hnn/model"
	"hnn/ode"
)

// TrajectoryLoss is the loss of any model on trials by the last windows of s, each from
// the observed state at its start: the mean over predicted observations and components of
// the squared distance, and its standard error from the windows' means. Components marked
// in angles, which may be nil, are the same after a whole turn. Without two rows in any
// trial both are NaN. The error is that of a step that could not be taken, or of a method
// that does not suit the model.
func TrajectoryLoss(m model.Model, trials Trials[float64], angles []bool, s Shooting, workers int) (mean, sem float64, err error) {
	nan := math.NaN()
	if trials.Dim != m.Dim() {
		return nan, nan, fmt.Errorf("fit: the model's states have %d components and the data's %d; they must be the same", m.Dim(), trials.Dim)
	}
	if err := sameInputs(m, trials.Inputs, trials.Inputs, 0); err != nil {
		return nan, nan, err
	}
	if err := s.Validate(); err != nil {
		return nan, nan, err
	}
	if trials.longest() < 1 {
		return nan, nan, nil
	}
	pool := parallel.NewPool(workers)
	defer pool.Close()
	lengths := s.lengths(trials.longest())
	k := newShooter(func(rows int) model.Pass[float64] { return fieldPassOf(m, rows) }, trials, s, lengths[len(lengths)-1], 0, angles)
	e, err := newEngine(pool, k, 0)
	if err != nil {
		return nan, nan, err
	}
	if mean, err = e.loss(); err != nil {
		return nan, nan, err
	}
	means := make([]float64, len(e.parts))
	for i, l := range e.parts {
		means[i] = l / float64(k.windows[i].steps*trials.Dim)
	}
	return mean, stat.StdDev(means, nil) / math.Sqrt(float64(len(means))), nil
}

// fieldPassOf is a pass of a model that is not trained: it has no adjoint.
func fieldPassOf(m model.Model, rows int) model.Pass[float64] {
	if model.Inputs(m) > 0 {
		return &drivenModelPass{field: m.(model.Driven).DrivenBatchField(), inputs: model.Inputs(m)}
	}
	p := modelPass{field: m.BatchField(), times: make([]float64, rows)}
	if s, ok := model.SplitOf(m); ok {
		return splitModelPass{p, s.BatchSplit()}
	}
	return p
}

type modelPass struct {
	field ode.BatchField
	times []float64 // the field of a model without inputs does not depend on them
}

func (p modelPass) Field(x, dx []float64, rows int)     { p.field(p.times[:rows], x, dx, rows) }
func (p modelPass) Adjoint(dxbar, grad, xbar []float64) { panic("fit: a model without an adjoint") }

// drivenModelPass is that of a model under inputs.
type drivenModelPass struct {
	field  func(x, u, dx []float64, rows int)
	inputs int
	u      []float64
}

func (p *drivenModelPass) Inputs() int { return p.inputs }

func (p *drivenModelPass) Drive(u []float64)               { p.u = u }
func (p *drivenModelPass) Field(x, dx []float64, rows int) { p.field(x, p.u, dx, rows) }
func (p *drivenModelPass) Adjoint(dxbar, grad, xbar []float64) {
	panic("fit: a model without an adjoint")
}

type splitModelPass struct {
	modelPass
	split ode.BatchSplit
}

func (p splitModelPass) Velocity(x, dq []float64, rows int) { p.split.Velocity(x, dq, rows) }
func (p splitModelPass) Force(q, dp []float64, rows int)    { p.split.Force(q, dp, rows) }

func (p splitModelPass) VelocityAdjoint(dqbar, grad, pbar []float64) { p.Adjoint(dqbar, grad, pbar) }
func (p splitModelPass) ForceAdjoint(dpbar, grad, qbar []float64)    { p.Adjoint(dpbar, grad, qbar) }
