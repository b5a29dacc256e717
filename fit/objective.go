package fit

import (
	"math/rand/v2"

	"hnn/internal/parallel"
	"hnn/model/network"
	"hnn/nn"
)

// objective is a loss as a trainer lowers it, step by step: of a batch of the training
// data or of all, with its value on the test data.
type objective[T nn.Float] struct {
	*problem[T]
	net     *network.Network[T]
	pool    *parallel.Pool
	options *Options
	sampler *sampler // draws batches; nil where each has all rows

	stage        int
	engine, full *engine[T] // of the stage's batches; of all rows of the last stage
	now          *engine[T] // that of the two which is evaluated
	tester       *engine[T] // nil without test rows
	prior        *linearPrior[T]
}

func newObjective[T nn.Float](net *network.Network[T], p *problem[T], pool *parallel.Pool, o *Options, source *rand.ChaCha8) (*objective[T], error) {
	f := &objective[T]{problem: p, net: net, pool: pool, options: o, stage: -1}
	if o.Batch > 0 && (p.stages > 0 || o.Batch < p.train) {
		f.sampler = newSampler(o.Sampling, o.Batch, o.Batch, source)
	}
	if p.linear > 0 {
		f.prior = newLinearPrior(net, pool, p.states, p.linear)
	}
	if p.test > 0 {
		var err error
		if f.tester, err = newEngine(pool, p.testOn(), 0); err != nil {
			return nil, err
		}
	}
	return f, f.enter(0)
}

// last is the last stage.
func (f *objective[T]) last() int { return max(f.stages, 1) - 1 }

// stageOf is the stage of a step, which counts from 1.
func (f *objective[T]) stageOf(step int) int {
	last, steps := f.last(), f.options.Steps
	if last == 0 || step > steps {
		return last
	}
	return min(last, max(step-1, 0)*2*last/steps)
}

func (f *objective[T]) engineOf(stage, rows int) (*engine[T], error) {
	return newEngine(f.pool, f.trainOn(stage, rows), len(f.net.Params()))
}

// enter makes what a stage needs, unless it is the one at hand.
func (f *objective[T]) enter(stage int) error {
	if stage == f.stage {
		return nil
	}
	e, err := f.engineOf(stage, f.options.Batch)
	if err != nil {
		return err
	}
	f.engine, f.now, f.stage = e, e, stage
	if f.sampler != nil {
		f.sampler.resize(e.batch.from(), e.plan.Rows)
	}
	return nil
}

// resume makes ready to restore the sampler as it was after a step.
func (f *objective[T]) resume(step int) error { return f.enter(f.stageOf(step)) }

// draw chooses what the evaluations to come are of: the batch of a step, which counts
// from 1, or with 0 all data.
func (f *objective[T]) draw(step int) (err error) {
	if step == 0 {
		if f.full == nil && f.sampler == nil && f.stage == f.last() {
			f.full = f.engine
		}
		if f.full == nil {
			f.full, err = f.engineOf(f.last(), 0)
		}
		f.now = f.full
		return err
	}
	if err := f.enter(f.stageOf(step)); err != nil {
		return err
	}
	if f.now = f.engine; f.sampler != nil {
		f.now.batch.choose(f.sampler.next())
	}
	return nil
}

// gradient returns the loss and the Euclidean norm of its derivative by the network's
// parameters, which grad then holds.
func (f *objective[T]) gradient() (loss, norm float64, err error) {
	clear(f.bar)
	loss, norm, err = f.now.gradient()
	if err == nil && f.prior != nil {
		loss, norm = f.prior.add(loss, f.grad(), f.bar)
	}
	return loss, norm, err
}

func (f *objective[T]) grad() []T { return f.now.sums.grads[0] }

// testLoss is the loss on the test data, if there are any.
func (f *objective[T]) testLoss() (loss float64, tested bool, err error) {
	if f.tester == nil {
		return 0, false, nil
	}
	loss, err = f.tester.loss()
	return loss, true, err
}
