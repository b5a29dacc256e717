package fit

import (
	"math"
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
)

const (
	// linearPairs is the number of pairs of states at which a field's nonlinear part is
	// measured, and linearBlock those of a block.
	linearPairs = 128
	linearBlock = 32
	// linearFloor is the nonlinear part, as a share of the field's mean square, below which
	// a field counts as linear: a hundredth of it in size. It bounds the prior's pull.
	linearFloor = 1e-4
)

// linearPrior pulls a field towards a linear one, as hard as the noise warrants. Over pairs
// of states a, b drawn once from the data, let
//
//	G = mean |f((a+b)/2) - (f(a)+f(b))/2|^2,  V = mean |(f(a)-f(b))/2|^2,
//
// of which G is zero of a linear field. A loss L of N values becomes
//
//	L (1 + M/N log(1 + G / (floor V))),
//
// to first order in M/N what maximum a posteriori makes of N log L for a noise of unknown
// variance if the nonlinear part is normal of an unknown variance too, with M numbers in
// it: its gradient weighs G by M/N L / (floor V + G). So, as in James and Stein 1961, what
// the data show clearly is left as it is, and what noise could have made shrinks. Data
// without noise have L near 0 and with it no prior.
//
// The gradient is exact and the pairs are fixed, so L-BFGS and checkpoints need nothing.
type linearPrior[T nn.Float] struct {
	pool   *parallel.Pool
	plan   parallel.Plan
	dim    int
	share  float64 // M/N
	blocks []linearPass[T]
	sums   *sums[T]
	cg, cv T // derivative of the loss by G and V, over the number of values

	measure, adjoint func(worker, block int)
}

// linearPass is a block of pairs: its points are all a, then all b, then all middles.
type linearPass[T nn.Float] struct {
	pass        *model.Pass[T]
	x, f, bar   []T
	gaps, spans float64 // sums of the squares
}

func newLinearPrior[T nn.Float](net *network.Network[T], pool *parallel.Pool, states []T, m float64) *linearPrior[T] {
	d := net.Dim()
	p := &linearPrior[T]{pool: pool, plan: parallel.NewPlanOf(linearPairs, linearBlock), dim: d, share: m / float64(len(states))}
	rng := rand.New(rand.NewPCG(1, 1))
	for b := range p.plan.Blocks {
		lo, hi := p.plan.Block(b)
		n := (hi - lo) * d
		k := linearPass[T]{pass: net.NewPass(3 * (hi - lo)), x: make([]T, 3*n), f: make([]T, 3*n), bar: make([]T, 3*n)}
		for r := 0; r < n; r += d {
			copy(k.x[r:r+d], states[rng.IntN(len(states)/d)*d:])
			copy(k.x[n+r:n+r+d], states[rng.IntN(len(states)/d)*d:])
		}
		for i := range n {
			k.x[2*n+i] = (k.x[i] + k.x[n+i]) / 2
		}
		p.blocks = append(p.blocks, k)
	}
	p.sums = newSums[T](pool, p.plan.Blocks, len(net.Params()))
	p.measure = func(_, b int) { p.blocks[b].measure(d) }
	p.adjoint = func(_, b int) {
		clear(p.sums.grads[b])
		p.blocks[b].adjoint(p.cg, p.cv, p.sums.grads[b])
	}
	return p
}

func (k *linearPass[T]) measure(dim int) {
	n := len(k.x) / 3
	k.pass.Field(k.x, k.f, 3*n/dim)
	k.gaps, k.spans = 0, 0
	for i := range n {
		gap, span := k.at(i, n)
		k.gaps += float64(float64(gap) * float64(gap))
		k.spans += float64(float64(span) * float64(span))
	}
}

func (k *linearPass[T]) at(i, n int) (gap, span T) {
	return k.f[2*n+i] - (k.f[i]+k.f[n+i])/2, (k.f[i] - k.f[n+i]) / 2
}

func (k *linearPass[T]) adjoint(cg, cv T, grad []T) {
	n := len(k.x) / 3
	for i := range n {
		gap, span := k.at(i, n)
		k.bar[i], k.bar[n+i], k.bar[2*n+i] = T(cv*span)-T(cg*gap), T(-cv*span)-T(cg*gap), 2*cg*gap
	}
	k.pass.Adjoint(k.bar, grad, nil)
}

// add makes of the loss of the data, whose derivative by the network's parameters is in grad
// and by what is fitted beside them in free, the loss with the prior.
func (p *linearPrior[T]) add(loss float64, grad, free []T) (with, norm float64) {
	p.pool.Run(len(p.blocks), p.measure)
	var g, v float64
	for i := range p.blocks {
		g += p.blocks[i].gaps
		v += p.blocks[i].spans
	}
	values := float64(linearPairs * p.dim)
	g, v = g/values, v/values
	if v == 0 { // a constant field, which is linear
		return loss, math.Sqrt(kernel.SumSquares(grad))
	}
	factor := 1 + float64(p.share*math.Log1p(g/(linearFloor*v)))
	cg := p.share * loss / (float64(linearFloor*v) + g)
	p.cg, p.cv = T(cg/values), T(-cg*g/v/values)
	p.pool.Run(len(p.blocks), p.adjoint)
	p.sums.add()
	for i, b := range p.sums.grads[0] {
		grad[i] = T(T(factor)*grad[i]) + b
	}
	for i := range free {
		free[i] *= T(factor)
	}
	return factor * loss, math.Sqrt(kernel.SumSquares(grad))
}
