package fit

import (
	"math"

	"hnn/internal/kernel"
	"hnn/nn"
)

// The constants of Adam, as in Kingma and Ba 2015 and in PyTorch.
const (
	beta1   = 0.9
	beta2   = 0.999
	epsilon = 1e-8
)

// adam is the state of the optimiser: the moments of the gradient.
type adam[T nn.Float] struct {
	m, v []T
	// scalars of the step at hand.
	step kernel.AdamStep
}

func newAdam[T nn.Float](parameters int) *adam[T] {
	return &adam[T]{m: make([]T, parameters), v: make([]T, parameters)}
}

// begin sets the scalars for step t, from 1, at a learning rate.
func (a *adam[T]) begin(t int, rate float64, o *Options) {
	a.step = kernel.AdamStep{
		Beta1: beta1, Beta2: beta2, Epsilon: epsilon,
		Rate:       rate / (1 - math.Pow(beta1, float64(t))),
		Correction: 1 / math.Sqrt(1-math.Pow(beta2, float64(t))),
		L2:         o.L2,
		Decay:      rate * o.WeightDecay,
	}
}

// update moves parameters lo to hi along g.
func (a *adam[T]) update(params, g []T, lo, hi int) {
	kernel.Adam(params[lo:hi], g[lo:hi], a.m[lo:hi], a.v[lo:hi], &a.step)
}
