package network

import (
	"slices"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/internal/embedding"
	"hnn/nn"
)

// baseline is the network that the paper compares the HNN with: it maps the state
// to its time derivative directly and conserves nothing.
type baseline[T nn.Float] struct {
	dim, inputs int
	net         *mlp[T]
}

func newBaseline[T nn.Float](a *Architecture) (model.Vector[T], []module[T]) {
	net := newStateMLP[T](a, "", a.Dim)
	return baseline[T]{a.Dim, a.Inputs, &net}, []module[T]{&net}
}

func (b baseline[T]) NewPoint() func(x, u, dx []float64) {
	value, out := b.net.pointValue(b.dim), make([]T, b.dim)
	return func(x, u, dx []float64) {
		value(x, u, out)
		kernel.Convert(dx, out)
	}
}

func (b baseline[T]) NewPass(rows int) *model.Pass[T] { return newStatePass(b.net, rows, b.inputs) }

// newStateMLP returns a network of the state and the inputs, if there are any.
func newStateMLP[T nn.Float](a *Architecture, prefix string, out int) mlp[T] {
	angles := a.Angles
	if angles != nil {
		angles = append(slices.Clip(angles), make([]bool, a.Inputs)...)
	}
	return newMLP[T](a, prefix, a.Dim+a.Inputs, angles, out)
}

// pointValue returns an evaluator at one state of length d, under inputs or nil for none.
func (m *mlp[T]) pointValue(d int) func(x, u []float64, out []T) {
	point := m.net.NewPoint()
	in, embedded := make([]T, len(m.inputs)), make([]T, m.inputs.Width())
	return func(x, u []float64, out []T) {
		kernel.Convert(in[:d], x)
		clear(in[d:])
		kernel.Convert(in[d:], u)
		embedding.Inputs(m.inputs, in, len(in), embedded, 1)
		point.Value(embedded, out)
	}
}

// newStatePass is the pass of a network of states and so many inputs.
func newStatePass[T nn.Float](m *mlp[T], rows, inputs int) *model.Pass[T] {
	p := newValuePass(m, rows)
	pass := &model.Pass[T]{Inputs: inputs, Field: p.Field, Adjoint: p.Adjoint, Tapes: []*nn.Tape[T]{p.tape}}
	if inputs == 0 {
		return pass
	}
	n := rows * len(m.inputs)
	with := &stateInputPass[T]{valuePass: p, inputs: inputs, in: make([]T, n), inBar: make([]T, n)}
	pass.Field, pass.Adjoint, pass.Drive = with.Field, with.Adjoint, with.Drive
	return pass
}

// stateInputPass is P1 of a network of states with inputs behind them.
type stateInputPass[T nn.Float] struct {
	*valuePass[T]
	inputs    int
	u         []T // nil for none
	in, inBar []T
}

func (p *stateInputPass[T]) Drive(u []T) { p.u = u }

func (p *stateInputPass[T]) Field(x, y []T, rows int) {
	w, m := len(p.mlp.inputs), p.inputs
	for r := range rows {
		in := p.in[r*w : (r+1)*w]
		clear(in[copy(in[:w-m], x[r*(w-m):]):])
		if p.u != nil {
			copy(in[w-m:], p.u[r*m:])
		}
	}
	p.valuePass.Field(p.in, y, rows)
}

func (p *stateInputPass[T]) Adjoint(ybar, grad, xbar []T) {
	if xbar == nil {
		p.valuePass.Adjoint(ybar, grad, nil)
		return
	}
	p.valuePass.Adjoint(ybar, grad, p.inBar)
	w, d := len(p.mlp.inputs), len(p.mlp.inputs)-p.inputs
	for r := range p.rows {
		copy(xbar[r*d:(r+1)*d], p.inBar[r*w:])
	}
}

// valuePass is P1 of a network and its adjoint.
type valuePass[T nn.Float] struct {
	mlpPass[T]
	ubar []T // by the inputs; nil where they are the vector
}

func newValuePass[T nn.Float](m *mlp[T], rows int) *valuePass[T] {
	p := &valuePass[T]{mlpPass: m.newPass(rows)}
	if p.u != nil {
		p.ubar = make([]T, len(p.u))
	}
	return p
}

func (p *valuePass[T]) Field(x, y []T, rows int) { p.tape.Value(p.in(x, rows), y, rows) }

func (p *valuePass[T]) Adjoint(ybar, grad, xbar []T) {
	if p.u == nil || xbar == nil {
		p.tape.ValueAdjoint(ybar, grad, xbar)
		return
	}
	p.tape.ValueAdjoint(ybar, grad, p.ubar)
	clear(xbar[:p.rows*len(p.inputs)])
	embedding.PullBack(p.inputs, p.u, p.ubar, xbar, len(p.inputs), p.rows)
}
