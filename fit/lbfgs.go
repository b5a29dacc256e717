package fit

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"hnn/nn"
)

// ErrNoDescent says that L-BFGS found no lower loss: in the precision of the training the
// minimum is reached.
var ErrNoDescent = errors.New("fit: L-BFGS finds no further descent")

const (
	// lbfgsStore is the number of pairs that a direction is made of.
	lbfgsStore = 15
	// lbfgsEvaluations bounds a line search.
	lbfgsEvaluations = 25
)

// lbfgs is the state of limited-memory BFGS (Liu and Nocedal 1989) over all that is
// fitted, in float64 whatever the precision of the network: gonum's two-loop recursion
// for directions, its More-Thuente search along them. The iteration is driven from here,
// not by optimize.Minimize, so that a step can be reported, interrupted and continued from
// a checkpoint: gonum's history is made again from the last locations.
type lbfgs[T nn.Float] struct {
	method    optimize.LBFGS
	locations []*optimize.Location // the last is where the trainer stands
	fresh     bool                 // the method has not seen the last but one
	data      float64              // the loss there, without L2
	norm      float64              // of its gradient by the network's parameters, likewise
	x, g, dir []float64
}

// lbfgsStep takes a step of L-BFGS on all training data.
func (t *Trainer[T]) lbfgsStep() (Record, error) {
	if err := t.loss.draw(0); err != nil {
		return Record{}, err
	}
	if t.lbfgs == nil {
		t.lbfgs = newLBFGS[T](len(t.net.Params()) + len(t.loss.values))
	}
	s := t.lbfgs
	if len(s.locations) == 0 {
		t.collect(s.x)
		f, data, norm := t.evaluateAt(s.x, s.g)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return Record{}, &DivergedError{Step: t.step + 1, Tensor: t.notFinite(), Loss: data}
		}
		s.push(f, data, norm)
	}
	r := Record{Step: t.step + 1, Loss: s.data, Norm: s.norm}
	for {
		rate, ok := t.search(s)
		if ok {
			t.step++
			r.Rate = rate
			return r, nil
		}
		if len(s.locations) == 1 {
			return Record{}, ErrNoDescent
		}
		// What is known of the curvature misleads: steepest descent is tried before the
		// end.
		s.forget()
	}
}

func newLBFGS[T nn.Float](n int) *lbfgs[T] {
	return &lbfgs[T]{
		method: optimize.LBFGS{Store: lbfgsStore}, fresh: true,
		x: make([]float64, n), g: make([]float64, n), dir: make([]float64, n),
	}
}

// push makes x and g the place where the trainer stands.
func (s *lbfgs[T]) push(f, data, norm float64) {
	var l *optimize.Location
	if len(s.locations) > lbfgsStore {
		l = s.locations[0]
		s.locations = append(s.locations[:0], s.locations[1:]...)
	} else {
		l = &optimize.Location{X: make([]float64, len(s.x)), Gradient: make([]float64, len(s.x))}
	}
	copy(l.X, s.x)
	copy(l.Gradient, s.g)
	l.F = f
	s.locations = append(s.locations, l)
	s.data, s.norm = data, norm
}

// forget keeps only the place where the trainer stands.
func (s *lbfgs[T]) forget() {
	s.locations = append(s.locations[:0], s.locations[len(s.locations)-1])
	s.fresh = true
}

// direction writes dir, and returns the length of the first step along it.
func (s *lbfgs[T]) direction() float64 {
	last := len(s.locations) - 1
	if s.fresh {
		s.fresh = false
		step := s.method.InitDirection(s.locations[0], s.dir)
		for _, l := range s.locations[1:] {
			step = s.method.NextDirection(l, s.dir)
		}
		return step
	}
	return s.method.NextDirection(s.locations[last], s.dir)
}

// search looks for a lower loss along the direction and moves there. Where it finds
// none the trainer stands where it stood.
func (t *Trainer[T]) search(s *lbfgs[T]) (rate float64, ok bool) {
	from := s.locations[len(s.locations)-1]
	step := s.direction()
	slope := floats.Dot(from.Gradient, s.dir)
	if !(slope < 0) || !(step > 0) {
		return 0, false
	}
	line := optimize.MoreThuente{DecreaseFactor: 1e-4}
	line.Init(from.F, slope, step)
	for range lbfgsEvaluations {
		floats.AddScaledTo(s.x, from.X, step, s.dir)
		f, data, norm := t.evaluateAt(s.x, s.g)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			step /= 10
			line.Init(from.F, slope, step)
			continue
		}
		op, next, err := line.Iterate(f, floats.Dot(s.g, s.dir))
		if op == optimize.MajorIteration || err != nil && f < from.F {
			s.push(f, data, norm)
			return step, true
		}
		if err != nil {
			break
		}
		step = next
	}
	t.distribute(from.X)
	return 0, false
}

// evaluateAt writes the derivative of the loss with its L2 term at x to g. The loss is not
// finite where a step could not be taken; data is the loss without L2, and norm that of its
// gradient by the network's parameters.
func (t *Trainer[T]) evaluateAt(x, g []float64) (f, data, norm float64) {
	t.distribute(x)
	data, norm, err := t.loss.gradient()
	if err != nil {
		return math.Inf(1), data, norm
	}
	params := len(t.net.Params())
	for i, v := range t.loss.grad() {
		g[i] = float64(v) + float64(t.options.L2*x[i])
	}
	for i, v := range t.loss.bar {
		g[params+i] = float64(v)
	}
	return data + float64(t.options.L2/2*floats.Dot(x[:params], x[:params])), data, norm
}

// collect gathers all that is fitted in x.
func (t *Trainer[T]) collect(x []float64) {
	params, values := t.net.Params(), t.loss.values
	for i, v := range params {
		x[i] = float64(v)
	}
	for i, v := range values {
		x[len(params)+i] = float64(v)
	}
}

// distribute is its inverse.
func (t *Trainer[T]) distribute(x []float64) {
	params, values := t.net.Params(), t.loss.values
	for i := range params {
		params[i] = T(x[i])
	}
	for i := range values {
		values[i] = T(x[len(params)+i])
	}
	t.pool.Run(t.net.Refreshes(), t.refresh)
}
