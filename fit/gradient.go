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
	rows float64 // times terms: what the sum of the losses is divided by

	passes  []blockPass[T] // a worker's
	grads   [][]T          // a group's; the first becomes the sum
	losses  []float64      // a block's
	squares []float64      // a chunk's

	// The tasks are kept, since making a function value allocates.
	group, sum, refresh, evaluate func(worker, task int)
}

// newEngine returns an engine for batches of so many rows, or, for the test rows, one
// that takes no gradient.
func newEngine[T kernel.Float](net model.Network[T], p problem[T], pool *parallel.Pool, rows int, test bool) *engine[T] {
	e := &engine[T]{net: net, pool: pool, plan: parallel.NewPlan(rows), rows: float64(rows * p.terms())}
	for range pool.Workers() {
		e.passes = append(e.passes, p.newPass(test, e.plan.MaxBlock(), rows))
	}
	e.losses = make([]float64, e.plan.Blocks)
	e.evaluate = func(worker, b int) {
		lo, hi := e.plan.Block(b)
		e.losses[b] = e.passes[worker].loss(lo, hi)
	}
	if test {
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
			e.evaluate(worker, b)
			e.passes[worker].adjoint(e.grads[group])
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

func (e *engine[T]) mean() float64 {
	var s float64
	for _, l := range e.losses {
		s += l
	}
	return s / e.rows
}

// loss is the mean over the rows and their terms.
func (e *engine[T]) loss() float64 {
	e.pool.Run(e.plan.Blocks, e.evaluate)
	return e.mean()
}

// gradient leaves the derivative of the loss in grads[0] and returns the loss and
// the derivative's Euclidean norm.
func (e *engine[T]) gradient() (loss, norm float64) {
	e.pool.Run(e.plan.Groups, e.group)
	e.pool.Run(len(e.squares), e.sum)
	var s float64
	for _, q := range e.squares {
		s += q
	}
	return e.mean(), math.Sqrt(s)
}
