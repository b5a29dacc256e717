package model

import (
	"hnn/internal/kernel"
	"hnn/nn"
	"hnn/ode"
)

// Baseline is the network that the paper compares the HNN with: it maps the state
// to its time derivative directly and conserves nothing.
type Baseline[T kernel.Float] struct{ base[T] }

// Field returns an evaluator of the network at one state.
func (m *Baseline[T]) Field() ode.Field {
	point := m.net.NewPoint()
	in, out := make([]T, m.Dim()), make([]T, m.Dim())
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		point.Value(in, out)
		copyFloats(dx, out)
	}
}

// BatchField returns an evaluator of the network at many states.
func (m *Baseline[T]) BatchField() ode.BatchField { return batchField[T](m) }

func (m *Baseline[T]) widen() Model {
	if w, ok := any(m).(*Baseline[float64]); ok {
		return w
	}
	return &Baseline[float64]{base[float64]{m.architecture, nn.Convert[float64](m.net)}}
}

// NewPass returns temporaries for up to rows rows.
func (m *Baseline[T]) NewPass(rows int) Pass[T] {
	return baselinePass[T]{m.net.NewTape(rows)}
}

type baselinePass[T kernel.Float] struct{ tape *nn.Tape[T] }

func (p baselinePass[T]) Field(x, dx []T, rows int) { p.tape.Value(x, dx, rows) }

func (p baselinePass[T]) Adjoint(dxbar, grad, xbar []T) { p.tape.ValueAdjoint(dxbar, grad, xbar) }
