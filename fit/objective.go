package fit

import (
	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/network"
)

// objective is a loss that a trainer lowers: over training data, of which a step may
// take a batch, with its value on test data.
type objective[T kernel.Float] interface {
	// draw chooses what the evaluations to come are of: the batch of a step, which
	// counts from 1, or with 0 all data.
	draw(step int) error
	// resume makes ready to restore the state of the drawer as it was after a step.
	resume(step int) error
	// gradient returns the loss and the Euclidean norm of its derivative by the
	// network's parameters, which grad then holds.
	gradient() (loss, norm float64, err error)
	grad() []T
	// free are the numbers beside the network's parameters that are fitted with them,
	// and the derivative by them; nil where there are none.
	free() (values, grad []T)
	// test is the loss on the test data, if there are any.
	test() (loss float64, tested bool, err error)
	// drawer is what draws batches, nil with full batches.
	drawer() *sampler
}

// rowsLoss is the loss of a problem.
type rowsLoss[T kernel.Float] struct {
	net          *network.Network[T]
	problem      problem[T]
	pool         *parallel.Pool
	sampler      *sampler
	engine, full *engine[T] // of batches and, once that is asked for, of all rows
	tester       *engine[T] // nil without test rows
	all          bool
}

func newRowsLoss[T kernel.Float](net *network.Network[T], p problem[T], pool *parallel.Pool, s *sampler) *rowsLoss[T] {
	f := &rowsLoss[T]{net: net, problem: p, pool: pool, sampler: s}
	if s == nil {
		f.full = newEngine(net, p, pool, p.trainRows(), false)
		f.engine = f.full
	} else {
		f.engine = newEngine(net, p, pool, s.batch, false)
	}
	if test := p.testRows(); test > 0 {
		f.tester = newEngine(net, p, pool, test, true)
	}
	return f
}

func (f *rowsLoss[T]) resume(int) error { return nil }

func (f *rowsLoss[T]) draw(step int) error {
	f.all = step == 0
	switch {
	case f.all && f.full == nil:
		f.full = newEngine(f.net, f.problem, f.pool, f.problem.trainRows(), false)
	case !f.all && f.sampler != nil:
		f.problem.choose(f.sampler.next())
	}
	return nil
}

// at is the engine of what was drawn.
func (f *rowsLoss[T]) at() *engine[T] {
	if f.all {
		return f.full
	}
	return f.engine
}

func (f *rowsLoss[T]) gradient() (loss, norm float64, err error) {
	loss, norm = f.at().gradient()
	return loss, norm, nil
}

func (f *rowsLoss[T]) grad() []T { return f.at().sums.grads[0] }

func (f *rowsLoss[T]) free() (values, grad []T) { return nil, nil }

func (f *rowsLoss[T]) test() (float64, bool, error) {
	if f.tester == nil {
		return 0, false, nil
	}
	return f.tester.loss(), true, nil
}

func (f *rowsLoss[T]) drawer() *sampler { return f.sampler }
