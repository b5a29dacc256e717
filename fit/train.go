package fit

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/model/network"
	"hnn/nn"
)

// Trainer trains one network. It is used by one goroutine; Close it when done.
type Trainer[T nn.Float] struct {
	net     *network.Network[T]
	options Options

	pool    *parallel.Pool
	loss    *objective[T]
	adam    *adam[T]
	free    *adam[T]  // of what is fitted beside the network's parameters; nil for nothing
	lbfgs   *lbfgs[T] // nil before its first step
	update  func(worker, chunk int)
	refresh func(worker, part int)
	scale   T      // of the gradient, below 1 where it is clipped
	finite  []bool // of each chunk of the parameters, after the update

	step      int
	seconds   float64
	best      best[T]
	stopped   bool // by patience, or because it converged
	converged bool
}

// best is the state of early stopping.
type best[T nn.Float] struct {
	loss   float64
	stale  int // evaluations since
	params []T
}

// New returns a trainer, at step 0, of a loss. The source is that of the batches; with full
// batches it may be nil. The error says what of network, data and options does not fit.
func New[T nn.Float](net *network.Network[T], loss Loss[T], o Options, source *rand.ChaCha8) (*Trainer[T], error) {
	p, err := loss.problem(net)
	if err != nil {
		return nil, err
	}
	if err := o.Validate(p.train, p.test); err != nil {
		return nil, err
	}
	n := len(net.Params())
	t := &Trainer[T]{
		net: net, options: o, pool: parallel.NewPool(o.Workers), scale: 1,
		adam: newAdam[T](n), finite: make([]bool, chunks(n)),
	}
	if t.loss, err = newObjective(net, p, t.pool, &t.options, source); err != nil {
		t.Close()
		return nil, err
	}
	if p.values != nil {
		t.free = newAdam[T](len(p.values))
	}
	t.best.loss = math.Inf(1)
	t.update = func(_, c int) {
		lo, hi := chunkOf(c, n)
		g := t.loss.grad()
		if t.scale != 1 {
			for i := lo; i < hi; i++ {
				g[i] *= t.scale
			}
		}
		t.adam.update(net.Params(), g, lo, hi)
		t.finite[c] = kernel.AllFinite(net.Params()[lo:hi])
	}
	t.refresh = func(_, i int) { net.RefreshPart(i) }
	return t, nil
}

// Close ends the trainer's goroutines.
func (t *Trainer[T]) Close() { t.pool.Close() }

// StepsDone is the number of steps taken, those before a resume included.
func (t *Trainer[T]) StepsDone() int { return t.step }

// Seconds is the wall time of the steps taken and their test losses, those before
// a resume included.
func (t *Trainer[T]) Seconds() float64 { return t.seconds }

// StoppedEarly tells that patience ended the training, or that L-BFGS found no further
// descent.
func (t *Trainer[T]) StoppedEarly() bool { return t.stopped }

// Converged tells that L-BFGS found no further descent.
func (t *Trainer[T]) Converged() bool { return t.converged }

// Run trains until the last step, an early stop, or the end of ctx, whose error it
// then returns: the trainer stands between two steps and can be saved. Report,
// unless nil, is called after every step; its error ends the training too.
func (t *Trainer[T]) Run(ctx context.Context, report func(Record) error) error {
	for t.step < t.options.Steps+t.options.LBFGS && !t.stopped {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := t.Step()
		if errors.Is(err, ErrNoDescent) {
			t.stopped, t.converged = true, true
			break
		}
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

// Step takes one step. The error is a *DivergedError, or ErrNoDescent.
func (t *Trainer[T]) Step() (Record, error) {
	start := time.Now()
	defer func() { t.seconds += time.Since(start).Seconds() }()
	step := t.adamStep
	if t.options.LBFGS > 0 && t.step >= t.options.Steps {
		step = t.lbfgsStep
	}
	r, err := step()
	if err != nil || !t.testNow() {
		return r, err
	}
	if r.Test, r.Tested, err = t.loss.testLoss(); err != nil {
		return Record{}, &DivergedError{Step: t.step, Loss: r.Loss, Err: err}
	}
	if r.Tested {
		if math.IsNaN(r.Test) || math.IsInf(r.Test, 0) {
			return Record{}, &DivergedError{Step: t.step, Tensor: "the model's output on the test rows", Loss: r.Loss}
		}
		t.watch(r.Test)
	}
	return r, nil
}

// adamStep takes a step of Adam.
func (t *Trainer[T]) adamStep() (Record, error) {
	if err := t.loss.draw(t.step + 1); err != nil {
		return Record{}, err
	}
	loss, norm, err := t.loss.gradient()
	if err != nil {
		return Record{}, &DivergedError{Step: t.step + 1, Loss: loss, Err: err}
	}
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
	t.pool.Run(len(t.finite), t.update)
	if slices.Contains(t.finite, false) {
		return Record{}, &DivergedError{Step: t.step, Tensor: t.notFinite(), Loss: loss}
	}
	t.pool.Run(t.net.Refreshes(), t.refresh)
	if t.free != nil {
		values := t.loss.values
		t.free.begin(t.step, rate, &Options{})
		t.free.update(values, t.loss.bar, 0, len(values))
		if !kernel.AllFinite(values) {
			return Record{}, &DivergedError{Step: t.step, Tensor: "the fitted states", Loss: loss}
		}
	}
	return Record{Step: t.step, Loss: loss, Rate: rate, Norm: norm}, nil
}

func (t *Trainer[T]) testNow() bool {
	every := t.options.TestEvery
	return t.step == t.options.Steps+t.options.LBFGS || every > 0 && t.step%every == 0
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
	t.net.Refresh()
}

// notFinite names the first tensor of the gradient, else of the parameters, that
// holds a number that is not finite.
func (t *Trainer[T]) notFinite() string {
	bad := func(v T) bool { return v-v != 0 }
	for _, of := range []struct {
		what   string
		values []T
	}{{"parameter ", t.net.Params()}, {"the gradient of ", t.loss.grad()}} {
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
