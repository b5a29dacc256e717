package fit

import (
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/network"
)

// chunk is the number of parameters that a worker updates at a time: four arrays of
// it fit into a first-level cache.
const chunk = 2048

// chunks is the number of chunks of so many parameters.
func chunks(parameters int) int { return (parameters + chunk - 1) / chunk }

// chunkOf is the range of chunk c.
func chunkOf(c, parameters int) (lo, hi int) { return c * chunk, min((c+1)*chunk, parameters) }

// sums are the gradients of the groups of a plan and their sum.
type sums[T kernel.Float] struct {
	pool    *parallel.Pool
	grads   [][]T     // a group's; the first becomes the sum
	squares []float64 // a chunk's
	sum     func(worker, chunk int)
}

func newSums[T kernel.Float](pool *parallel.Pool, groups, parameters int) *sums[T] {
	s := &sums[T]{pool: pool, squares: make([]float64, chunks(parameters))}
	for range groups {
		s.grads = append(s.grads, make([]T, parameters))
	}
	s.sum = func(_, c int) {
		lo, hi := chunkOf(c, parameters)
		for _, g := range s.grads[1:] {
			kernel.Add(s.grads[0][lo:hi], g[lo:hi])
		}
		s.squares[c] = kernel.SumSquares(s.grads[0][lo:hi])
	}
	return s
}

// add leaves the sum in grads[0] and returns its Euclidean norm.
func (s *sums[T]) add() float64 {
	s.pool.Run(len(s.squares), s.sum)
	var total float64
	for _, q := range s.squares {
		total += q
	}
	return math.Sqrt(total)
}

// engine computes the loss and its gradient over batches of one size, block by
// block, without allocating.
type engine[T kernel.Float] struct {
	pool *parallel.Pool
	plan parallel.Plan
	rows float64 // times terms: what the sum of the losses is divided by

	passes []blockPass[T] // a worker's
	losses []float64      // a block's
	sums   *sums[T]

	// The tasks are kept, since making a function value allocates.
	group, evaluate func(worker, task int)
}

// newEngine returns an engine for batches of so many rows, or, for the test rows, one
// that takes no gradient.
func newEngine[T kernel.Float](net *network.Network[T], p problem[T], pool *parallel.Pool, rows int, test bool) *engine[T] {
	e := &engine[T]{pool: pool, plan: parallel.NewPlan(rows), rows: float64(rows * p.terms())}
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
	e.sums = newSums[T](pool, e.plan.Groups, len(net.Params()))
	e.group = func(worker, group int) {
		grad := e.sums.grads[group]
		clear(grad)
		lo, hi := e.plan.Group(group)
		for b := lo; b < hi; b++ {
			e.evaluate(worker, b)
			e.passes[worker].adjoint(grad)
		}
	}
	return e
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

// gradient leaves the derivative of the loss in sums.grads[0] and returns the loss and
// the derivative's Euclidean norm.
func (e *engine[T]) gradient() (loss, norm float64) {
	e.pool.Run(e.plan.Groups, e.group)
	norm = e.sums.add()
	return e.mean(), norm
}
