package eval

import (
	"testing"

	"hnn/internal/golden"
	"hnn/model"
	"hnn/model/network"
	"hnn/system"
)

// moving is a model whose field is known.
func moving(dim int, field func(x, dx []float64)) *model.Field {
	return model.Known("known", dim, field)
}

// perfect is the model that has learned the system.
func perfect(s system.System) *model.Field { return moving(s.Dim(), s.Field) }

// damped is the spring with friction in q and p alike: x(t) is exp(-gamma t) times the
// true trajectory, so that the energy is exp(-2 gamma t) times its start.
func damped(gamma float64) *model.Field {
	return moving(2, func(x, dx []float64) {
		dx[0], dx[1] = 2*x[1]-gamma*x[0], -2*x[0]-gamma*x[1]
	})
}

// trained returns the authors' trained network.
func trained(t testing.TB, name, kind string, dim int) *model.Field {
	t.Helper()
	a := network.Architecture{Kind: kind, Dim: dim, Hidden: []int{200, 200}, Activation: "tanh"}
	n := untrained(t, a)
	copy(n.Params(), golden.Load(t, name+"-final").Weights(t, "", 3, kind == network.KindHNN))
	n.Refresh()
	return n.Field()
}
