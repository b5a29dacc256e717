package fit

import (
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model"
)

// chunk is the number of parameters that a worker updates at a time: four arrays of
// it fit into a first-level cache.
const chunk = 2048

// engine computes the loss and its gradient over batches of one size, block by
// block, without allocating.
type engine[T kernel.Float] struct {
	net  model.Network[T]
	pool *parallel.Pool
	plan parallel.Plan

	passes   []model.Pass[T] // a worker's
	out, bar [][]T           // a worker's field, and the loss's derivative by it
	grads    [][]T           // a group's; the first becomes the sum
	losses   []float64       // a block's sum of squares
	squares  []float64       // a chunk's

	x, dx []T // the batch at hand
	// The tasks are kept, since making a function value allocates.
	group, sum, refresh func(worker, task int)
	residuals           func(worker, task int)
}

func newEngine[T kernel.Float](net model.Network[T], pool *parallel.Pool, rows int, gradient bool) *engine[T] {
	e := &engine[T]{net: net, pool: pool, plan: parallel.NewPlan(rows)}
	d := net.Dim()
	for range pool.Workers() {
		e.passes = append(e.passes, net.NewPass(e.plan.MaxBlock()))
		e.out = append(e.out, make([]T, e.plan.MaxBlock()*d))
		e.bar = append(e.bar, make([]T, e.plan.MaxBlock()*d))
	}
	e.losses = make([]float64, e.plan.Blocks)
	e.residuals = func(worker, block int) { e.residual(worker, block) }
	if !gradient {
		return e
	}
	n := len(net.Params())
	for range e.plan.Groups {
		e.grads = append(e.grads, make([]T, n))
	}
	e.squares = make([]float64, e.chunks())
	e.group = func(worker, group int) {
		clear(e.grads[group])
		lo, hi := e.plan.Group(group)
		for b := lo; b < hi; b++ {
			e.passes[worker].Adjoint(e.residual(worker, b), e.grads[group], nil)
		}
	}
	e.sum = func(_, c int) {
		lo, hi := e.chunk(c)
		for _, g := range e.grads[1:] {
			kernel.Add(e.grads[0][lo:hi], g[lo:hi])
		}
		e.squares[c] = kernel.SumSquares(e.grads[0][lo:hi])
	}
	e.refresh = func(_, i int) { net.RefreshPart(i) }
	return e
}

func (e *engine[T]) chunks() int { return (len(e.net.Params()) + chunk - 1) / chunk }

func (e *engine[T]) chunk(c int) (lo, hi int) {
	return c * chunk, min((c+1)*chunk, len(e.net.Params()))
}

// residual evaluates the field on a block, keeps the sum of squared errors and
// returns the derivative of the loss by the field.
func (e *engine[T]) residual(worker, block int) []T {
	d := e.net.Dim()
	lo, hi := e.plan.Block(block)
	out, bar := e.out[worker], e.bar[worker]
	n := (hi - lo) * d
	e.passes[worker].Field(e.x[lo*d:hi*d], out, hi-lo)
	scale := T(2 / float64(e.plan.Rows*d))
	var squares float64
	for i, want := range e.dx[lo*d : hi*d] {
		r := out[i] - want
		squares += float64(r) * float64(r)
		bar[i] = scale * r
	}
	e.losses[block] = squares
	return bar[:n]
}

func (e *engine[T]) mean() float64 {
	var s float64
	for _, l := range e.losses {
		s += l
	}
	return s / float64(e.plan.Rows*e.net.Dim())
}

// loss is the mean squared error of the field over a batch.
func (e *engine[T]) loss(x, dx []T) float64 {
	e.x, e.dx = x, dx
	e.pool.Run(e.plan.Blocks, e.residuals)
	return e.mean()
}

// gradient leaves the derivative of the loss in grads[0] and returns the loss and
// the derivative's Euclidean norm.
func (e *engine[T]) gradient(x, dx []T) (loss, norm float64) {
	e.x, e.dx = x, dx
	e.pool.Run(e.plan.Groups, e.group)
	e.pool.Run(len(e.squares), e.sum)
	var s float64
	for _, q := range e.squares {
		s += q
	}
	return e.mean(), math.Sqrt(s)
}
