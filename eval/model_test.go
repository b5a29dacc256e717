package eval

import (
	"math/rand/v2"
	"testing"

	"hnn/internal/golden"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// fieldModel is a model whose field is known.
type fieldModel struct {
	dim   int
	field func(x, dx []float64)
}

func (m fieldModel) Kind() string    { return "known" }
func (m fieldModel) Dim() int        { return m.dim }
func (m fieldModel) Parameters() int { return 0 }

func (m fieldModel) Field() ode.Field {
	return func(_ float64, x, dx []float64) { m.field(x, dx) }
}

func (m fieldModel) BatchField() ode.BatchField {
	return func(_ []float64, x, dx []float64, rows int) {
		for r := 0; r < rows*m.dim; r += m.dim {
			m.field(x[r:r+m.dim], dx[r:r+m.dim])
		}
	}
}

// perfect is the model that has learned the system.
func perfect(s system.System) model.Model { return fieldModel{s.Dim(), s.Field} }

// damped is the spring with friction in q and p alike: x(t) is exp(-gamma t) times the
// true trajectory, so that the energy is exp(-2 gamma t) times its start.
func damped(gamma float64) model.Model {
	return fieldModel{2, func(x, dx []float64) {
		dx[0], dx[1] = 2*x[1]-gamma*x[0], -2*x[0]-gamma*x[1]
	}}
}

// trained returns the authors' trained network.
func trained(t testing.TB, name, kind string, dim int) model.Model {
	t.Helper()
	a := model.Architecture{Kind: kind, Dim: dim, Hidden: []int{200, 200}, Activation: "tanh"}
	n := untrained(t, a)
	copy(n.Params(), golden.Load(t, name+"-final").Weights(t, "", 3, kind == model.KindHNN))
	model.Refresh(n)
	return n
}

// Rollouts widen a float32 model: its own field is too rough for their tolerances.
func TestRolloutsWiden(t *testing.T) {
	a := model.Architecture{Kind: model.KindHNN, Dim: 2, Hidden: []int{16}, Activation: "tanh"}
	m, err := model.New[float32](a, rand.New(rand.NewPCG(7, 8)))
	if err != nil {
		t.Fatal(err)
	}
	narrow, wide := paper(t, spring, m), paper(t, spring, model.Widen(m))
	if narrow.Energy != wide.Energy || narrow.TrueH != wide.TrueH {
		t.Errorf("paper: %v and %v in float32, %v and %v widened", narrow.Energy, narrow.TrueH, wide.Energy, wide.TrueH)
	}
	o := StrictOptions{X0: springStates(3), Horizon: 3, Points: 7}
	if narrow, wide := strict(t, m, system.Spring{}, o), strict(t, model.Widen(m), system.Spring{}, o); narrow != wide {
		t.Errorf("strict: %+v in float32, %+v widened", narrow, wide)
	}
}
