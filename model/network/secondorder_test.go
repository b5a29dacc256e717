package network_test

import (
	"math/rand/v2"
	"testing"

	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// Positions change by the velocities alone, and at first by p itself.
func TestSecondOrder(t *testing.T) {
	m := modeltest.New[float64](t, modeltest.Architectures()[network.KindSecondOrder])
	rng := rand.New(rand.NewPCG(1, 2))
	x, dx := modeltest.Normal(rng, 4), make([]float64, 4)
	m.Field().Free()(0, x, dx)
	if dx[0] != x[2] || dx[1] != x[3] {
		t.Errorf("dq/dt = %v of momenta %v", dx[:2], x[2:])
	}
	copy(m.Params(), []float64{1, 2, 3, 4})
	m.Field().Free()(0, x, dx)
	if dx[0] != x[2]+2*x[3] || dx[1] != 3*x[2]+4*x[3] {
		t.Errorf("dq/dt = %v of momenta %v with A = (1 2; 3 4)", dx[:2], x[2:])
	}
}
