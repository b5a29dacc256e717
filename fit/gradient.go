package fit

import (
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/nn"
)

// chunk is the number of parameters that a worker updates at a time: four arrays of
// it fit into a first-level cache.
const chunk = 2048

// chunks is the number of chunks of so many parameters.
func chunks(parameters int) int { return (parameters + chunk - 1) / chunk }

// chunkOf is the range of chunk c.
func chunkOf(c, parameters int) (lo, hi int) { return c * chunk, min((c+1)*chunk, parameters) }

// sums are the gradients of the groups of a plan and their sum.
type sums[T nn.Float] struct {
	pool    *parallel.Pool
	grads   [][]T     // a group's; the first becomes the sum
	squares []float64 // a chunk's
	sum     func(worker, chunk int)
}

func newSums[T nn.Float](pool *parallel.Pool, groups, parameters int) *sums[T] {
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

// engine computes a loss and its gradient over batches, block by block, without
// allocating.
type engine[T nn.Float] struct {
	pool  *parallel.Pool
	plan  parallel.Plan
	batch batch[T]

	passes []pass[T]  // a worker's
	parts  []float64  // of the loss, as pass.loss writes them
	failed []error    // a block's
	sums   *sums[T]   // nil where no gradient is taken
	pieces *pieces[T] // nil where a block is one worker's

	// The tasks are kept, since making a function value allocates.
	group, evaluate func(worker, task int)
}

// newEngine returns an engine over a batch that takes the gradient by so many parameters, or,
// for 0, none.
func newEngine[T nn.Float](pool *parallel.Pool, b batch[T], parameters int) (*engine[T], error) {
	e := &engine[T]{pool: pool, plan: b.plan(), batch: b}
	for range pool.Workers() {
		p, err := b.newPass()
		if err != nil {
			return nil, err
		}
		e.passes = append(e.passes, p)
	}
	e.parts, e.failed = make([]float64, e.plan.Rows), make([]error, e.plan.Blocks)
	e.evaluate = func(worker, b int) {
		lo, hi := e.plan.Block(b)
		e.failed[b] = e.passes[worker].loss(lo, hi, e.parts[lo:hi])
	}
	if parameters == 0 {
		return e, nil
	}
	e.sums = newSums[T](pool, e.plan.Groups, parameters)
	e.group = func(worker, group int) {
		grad := e.sums.grads[group]
		clear(grad)
		lo, hi := e.plan.Group(group)
		for b := lo; b < hi; b++ {
			if e.evaluate(worker, b); e.failed[b] == nil {
				e.failed[b] = e.passes[worker].adjoint(grad)
			}
		}
	}
	e.share(piecesFor(pool.Workers(), e.plan.Groups, e.plan.MaxBlock()), parameters)
	return e, nil
}

// mean is the loss of the blocks just evaluated, NaN after an error.
func (e *engine[T]) mean() (float64, error) {
	for _, err := range e.failed {
		if err != nil {
			return math.NaN(), err
		}
	}
	var s float64
	for _, l := range e.parts {
		s += l
	}
	return s / float64(e.batch.terms()), nil
}

// loss is the mean over the rows and their terms.
func (e *engine[T]) loss() (float64, error) {
	e.pool.Run(e.plan.Blocks, e.evaluate)
	return e.mean()
}

// gradient leaves the derivative of the loss in sums.grads[0] and returns the loss and
// the derivative's Euclidean norm.
func (e *engine[T]) gradient() (loss, norm float64, err error) {
	if e.pieces != nil {
		e.pieces.run(e)
	} else {
		e.pool.Run(e.plan.Groups, e.group)
	}
	if loss, err = e.mean(); err != nil {
		return loss, math.NaN(), err
	}
	e.batch.finish()
	return loss, e.sums.add(), nil
}
