package fit

import (
	"slices"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/network"
)

// trajectoryLoss is the objective of multiple shooting, stage by stage as its windows
// grow.
type trajectoryLoss[T kernel.Float] struct {
	net          *network.Network[T]
	pool         *parallel.Pool
	trials       Trials[T]
	options      Shooting
	steps, batch int
	sampler      *sampler // nil with full batches
	values, vbar []T      // fitted states

	lengths      []int
	stage        int
	engine, full *shooter[T] // of the stage's batches; of all windows of the last stage
	tester       *shooter[T] // nil without test windows
	all          bool
	prior        *linearPrior[T] // nil for none
}

func newTrajectoryLoss[T kernel.Float](net *network.Network[T], pool *parallel.Pool, train, test Trials[T], s Shooting, steps, batch int, sampler *sampler) (*trajectoryLoss[T], error) {
	f := &trajectoryLoss[T]{
		net: net, pool: pool, trials: train, options: s, steps: steps, batch: batch, sampler: sampler,
		lengths: s.lengths(train.longest()), stage: -1,
	}
	if s.FitStates {
		f.values, f.vbar = slices.Clone(train.X), make([]T, len(train.X))
	}
	if s.LinearPrior > 0 {
		f.prior = newLinearPrior(net, pool, train, s.LinearPrior)
	}
	if last := f.lengths[len(f.lengths)-1]; test.longest() > 0 {
		var err error
		if f.tester, err = f.newShooter(test, min(last, test.longest()), 0); err != nil {
			return nil, err
		}
		f.tester.choose(nil)
	}
	return f, f.enter(0)
}

func (f *trajectoryLoss[T]) newShooter(trials Trials[T], length, batch int) (*shooter[T], error) {
	k, err := newShooter(f.net.NewPass, f.pool, trials, f.options, length, batch)
	if err != nil {
		return nil, err
	}
	k.angles = f.net.Architecture().Angles
	return k, nil
}

// stageOf is the stage of a step, which counts from 1.
func (f *trajectoryLoss[T]) stageOf(step int) int {
	last := len(f.lengths) - 1
	if last == 0 || step > f.steps {
		return last
	}
	return min(last, max(step-1, 0)*2*last/f.steps)
}

// enter makes what a stage needs, unless it is the one at hand.
func (f *trajectoryLoss[T]) enter(stage int) error {
	if stage == f.stage {
		return nil
	}
	k, err := f.newShooter(f.trials, f.lengths[stage], f.batch)
	if err != nil {
		return err
	}
	f.engine, f.stage = k.withGradient(len(f.net.Params()), f.values, f.vbar), stage
	if f.sampler != nil {
		f.sampler.resize(len(f.engine.windows), len(f.engine.chosen))
	}
	return nil
}

func (f *trajectoryLoss[T]) resume(step int) error { return f.enter(f.stageOf(step)) }

func (f *trajectoryLoss[T]) draw(step int) error {
	f.all = step == 0
	if f.all {
		if f.full == nil {
			k, err := f.newShooter(f.trials, f.lengths[len(f.lengths)-1], 0)
			if err != nil {
				return err
			}
			f.full = k.withGradient(len(f.net.Params()), f.values, f.vbar)
			f.full.choose(nil)
		}
		return nil
	}
	if err := f.enter(f.stageOf(step)); err != nil {
		return err
	}
	if f.sampler != nil {
		f.engine.choose(f.sampler.next())
	} else {
		f.engine.choose(nil)
	}
	return nil
}

func (f *trajectoryLoss[T]) at() *shooter[T] {
	if f.all {
		return f.full
	}
	return f.engine
}

func (f *trajectoryLoss[T]) gradient() (loss, norm float64, err error) {
	loss, norm, err = f.at().evaluate()
	if err == nil && f.prior != nil {
		loss, norm = f.prior.add(loss, f.grad(), f.vbar)
	}
	return loss, norm, err
}

func (f *trajectoryLoss[T]) grad() []T { return f.at().sums.grads[0] }

func (f *trajectoryLoss[T]) free() (values, grad []T) { return f.values, f.vbar }

func (f *trajectoryLoss[T]) test() (float64, bool, error) {
	if f.tester == nil {
		return 0, false, nil
	}
	loss, _, err := f.tester.evaluate()
	return loss, true, err
}

func (f *trajectoryLoss[T]) drawer() *sampler { return f.sampler }
