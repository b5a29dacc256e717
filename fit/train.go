package fit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model"
)

// Trainer trains one network. It is used by one goroutine; Close it when done.
type Trainer[T kernel.Float] struct {
	net     model.Network[T]
	problem problem[T]
	options Options

	pool    *parallel.Pool
	engine  *engine[T]
	tester  *engine[T] // nil without test rows
	sampler *sampler   // nil with full batches
	adam    *adam[T]
	update  func(worker, chunk int)
	scale   T      // of the gradient, below 1 where it is clipped
	finite  []bool // of each chunk of the parameters, after the update

	step    int
	seconds float64
	best    best[T]
	stopped bool // by patience
}

// best is the state of early stopping.
type best[T kernel.Float] struct {
	loss   float64
	stale  int // evaluations since
	params []T
}

// New returns a trainer at step 0. Test may have no rows. The source is that of
// the batches; with full batches it may be nil.
func New[T kernel.Float](net model.Network[T], train, test Rows[T], o Options, source *rand.ChaCha8) (*Trainer[T], error) {
	if train.Len() == 0 {
		return nil, errors.New("fit: no rows to train on")
	}
	if train.Dim != net.Dim() || test.Len() > 0 && test.Dim != net.Dim() {
		return nil, fmt.Errorf("fit: the model's states have %d components, the training data's %d and the test data's %d; they must be the same", net.Dim(), train.Dim, test.Dim)
	}
	return trainerOf[T](net, &fieldProblem[T]{net: net, train: train, test: test}, o, source)
}

func trainerOf[T kernel.Float](net model.Network[T], p problem[T], o Options, source *rand.ChaCha8) (*Trainer[T], error) {
	if err := o.Validate(p.trainRows(), p.testRows()); err != nil {
		return nil, err
	}
	t := &Trainer[T]{net: net, problem: p, options: o, pool: parallel.NewPool(o.Workers), scale: 1}
	t.best.loss = math.Inf(1)
	rows := p.trainRows()
	if o.Batch > 0 && o.Batch < rows {
		t.sampler = newSampler(o.Sampling, rows, o.Batch, source)
		rows = o.Batch
	}
	t.engine = newEngine(net, p, t.pool, rows, false)
	if test := p.testRows(); test > 0 {
		t.tester = newEngine(net, p, t.pool, test, true)
	}
	t.adam = newAdam[T](len(net.Params()))
	t.update = func(_, c int) {
		lo, hi := t.engine.chunk(c)
		g := t.engine.grads[0]
		if t.scale != 1 {
			for i := lo; i < hi; i++ {
				g[i] *= t.scale
			}
		}
		t.adam.update(net.Params(), g, lo, hi)
		t.finite[c] = kernel.AllFinite(net.Params()[lo:hi])
	}
	t.finite = make([]bool, t.engine.chunks())
	return t, nil
}

// Close ends the trainer's goroutines.
func (t *Trainer[T]) Close() { t.pool.Close() }

// StepsDone is the number of steps taken, those before a resume included.
func (t *Trainer[T]) StepsDone() int { return t.step }

// Seconds is the wall time of the steps taken and their test losses, those before
// a resume included.
func (t *Trainer[T]) Seconds() float64 { return t.seconds }

// StoppedEarly tells that patience ended the training.
func (t *Trainer[T]) StoppedEarly() bool { return t.stopped }

// Run trains until the last step, an early stop, or the end of ctx, whose error it
// then returns: the trainer stands between two steps and can be saved. Report,
// unless nil, is called after every step; its error ends the training too.
func (t *Trainer[T]) Run(ctx context.Context, report func(Record) error) error {
	for t.step < t.options.Steps && !t.stopped {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := t.Step()
		if err != nil {
			return err
		}
		if report != nil {
			if err := report(r); err != nil {
				return err
			}
		}
	}
	t.restoreBest()
	return nil
}

// Step takes one step. The error is a *DivergedError.
func (t *Trainer[T]) Step() (Record, error) {
	start := time.Now()
	defer func() { t.seconds += time.Since(start).Seconds() }()
	if t.sampler != nil {
		t.problem.choose(t.sampler.next())
	}
	loss, norm := t.engine.gradient()
	if math.IsNaN(norm) || math.IsInf(norm, 0) || math.IsNaN(loss) || math.IsInf(loss, 0) {
		return Record{}, &DivergedError{Step: t.step + 1, Tensor: t.notFinite(), Loss: loss}
	}
	t.step++
	rate := t.options.LearningRate * t.options.Schedule.factor(t.step, t.options.Steps)
	t.scale = 1
	if c := t.options.ClipNorm; c > 0 && norm > c {
		t.scale = T(c / norm)
	}
	t.adam.begin(t.step, rate, &t.options)
	t.pool.Run(t.engine.chunks(), t.update)
	if slices.Contains(t.finite, false) {
		return Record{}, &DivergedError{Step: t.step, Tensor: t.notFinite(), Loss: loss}
	}
	t.pool.Run(t.net.Refreshes(), t.engine.refresh)
	r := Record{Step: t.step, Loss: loss, Rate: rate, Norm: norm}
	if t.tester != nil && t.testNow() {
		r.Test, r.Tested = t.tester.loss(), true
		if math.IsNaN(r.Test) || math.IsInf(r.Test, 0) {
			return Record{}, &DivergedError{Step: t.step, Tensor: "the model's output on the test rows", Loss: loss}
		}
		t.watch(r.Test)
	}
	return r, nil
}

func (t *Trainer[T]) testNow() bool {
	every := t.options.TestEvery
	return t.step == t.options.Steps || every > 0 && t.step%every == 0
}

// watch keeps the parameters of the lowest test loss for early stopping.
func (t *Trainer[T]) watch(test float64) {
	if t.options.Patience == 0 {
		return
	}
	if test < t.best.loss {
		t.best.loss, t.best.stale = test, 0
		t.best.params = append(t.best.params[:0], t.net.Params()...)
		return
	}
	t.best.stale++
	t.stopped = t.best.stale >= t.options.Patience
}

// restoreBest returns to the parameters of the lowest test loss.
func (t *Trainer[T]) restoreBest() {
	if t.best.params == nil {
		return
	}
	copy(t.net.Params(), t.best.params)
	model.Refresh(t.net)
}

// notFinite names the first tensor of the gradient, else of the parameters, that
// holds a number that is not finite.
func (t *Trainer[T]) notFinite() string {
	bad := func(v T) bool { return v-v != 0 }
	for _, of := range []struct {
		what   string
		values []T
	}{{"parameter ", t.net.Params()}, {"the gradient of ", t.engine.grads[0]}} {
		v := of.values
		for _, tensor := range t.net.Tensors() {
			if slices.ContainsFunc(v[:tensor.Size()], bad) {
				return of.what + tensor.Name
			}
			v = v[tensor.Size():]
		}
	}
	return "the model's output"
}
