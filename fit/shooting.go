package fit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/fit/unroll"
	"hnn/internal/parallel"
	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
)

// Shooting says how a model is fitted to observed trajectories by multiple shooting:
// from the state at the start of a window an integrator steps to the times of the
// observations that follow, and the loss is the mean squared distance from them.
type Shooting struct {
	// Method is the integrator and Substeps its steps between two observations, 0
	// meaning 1.
	Method   unroll.Method `key:"integrator" help:"integrator that steps between observations; leapfrog takes separable models"`
	Substeps int           `key:"substeps" help:"steps of the integrator between two observations"`
	// Window is the number of observations that a window predicts; 0 is all of a trial.
	Window int `key:"window" help:"observations that are predicted from one state, 0 for all of a trial"`
	// Stride is the number of rows between the starts of two windows; 0 is Window, so
	// that one begins where the last ended.
	Stride int `key:"window-stride" help:"rows between the starts of two windows, 0 for a window's length"`
	// GrowFrom, unless 0, is the length that windows have at first. They double at equal
	// intervals during the first half of the steps, up to Window: the loss of a long
	// rollout of an untrained model has many minima, that of a short one few.
	GrowFrom int `key:"window-from" help:"length of the windows at first; it doubles during the first half of the steps; 0 for no growth"`
	// FitStates fits the state at the start of each window with the parameters, from the
	// observation as first guess, and counts its distance from the observation in the
	// loss. Without it the observed state is taken as exact, which noise biases.
	FitStates bool `key:"fit-states" help:"fit the states that windows start from too, since the observed are noisy"`
	// Continuity, of fitted states, weighs the squared distance between the end of a
	// window and the fitted start of the next in the loss.
	Continuity float64 `key:"continuity" help:"weight of the jumps between the end of a window and the fitted start of the next"`
	// LinearPrior, unless 0, pulls the field towards a linear one where noise is what
	// speaks against it: the number of parameters that the nonlinear part counts as. See
	// linearPrior.
	LinearPrior float64 `key:"linear-prior" help:"parameters that the nonlinear part of the field counts as, pulled to zero as far as noise could have made it; 0 for no pull"`
}

// Validate reports the first option that makes no sense.
func (s Shooting) Validate() error {
	switch {
	case s.Substeps < 0 || s.Window < 0 || s.Stride < 0 || s.GrowFrom < 0:
		return fmt.Errorf("fit: windows of %d steps, %d rows apart, growing from %d, with %d substeps; none can be negative", s.Window, s.Stride, s.GrowFrom, s.Substeps)
	case s.Window > 0 && s.GrowFrom > s.Window:
		return fmt.Errorf("fit: windows grow from %d steps to %d; they must begin shorter than they end", s.GrowFrom, s.Window)
	case !(s.Continuity >= 0 && s.Continuity <= math.MaxFloat32):
		return fmt.Errorf("fit: a continuity weight of %v; give a number from 0", s.Continuity)
	case !(s.LinearPrior >= 0 && s.LinearPrior <= math.MaxFloat32):
		return fmt.Errorf("fit: a linear prior of %v parameters; give a number from 0", s.LinearPrior)
	case s.Continuity > 0 && !s.FitStates:
		return errors.New("fit: continuity joins fitted states; fit them too, or leave it out")
	}
	return nil
}

// lengths are those of the windows, stage by stage, for trials of so many steps.
func (s Shooting) lengths(longest int) []int {
	last := longest
	if s.Window > 0 {
		last = min(s.Window, longest)
	}
	var ls []int
	if s.GrowFrom > 0 {
		for l := s.GrowFrom; l < last; l *= 2 {
			ls = append(ls, l)
		}
	}
	return append(ls, last)
}

// stride is that of windows of a length.
func (s Shooting) stride(length int) int {
	if s.Stride > 0 {
		return min(s.Stride, length)
	}
	return length
}

// Trajectories is the distance between observed trajectories and an integrator's, by
// multiple shooting; see Shooting. Test may have no trials; its windows start from what was
// observed. A batch counts windows.
func Trajectories[T nn.Float](train, test Trials[T], s Shooting) Loss[T] {
	return trajectories[T]{train, test, s}
}

type trajectories[T nn.Float] struct {
	train, test Trials[T]
	options     Shooting
}

func (l trajectories[T]) problem(net *network.Network[T]) (*problem[T], error) {
	longest, tested, s := l.train.longest(), l.test.longest(), l.options
	if longest < 1 {
		return nil, errors.New("fit: no trial to train on has two rows")
	}
	if err := cmp.Or(l.train.check("training"), l.test.check("test")); err != nil {
		return nil, err
	}
	if err := sameDim(net.Dim(), l.train.Dim, l.test.Dim, tested); err != nil {
		return nil, err
	}
	if err := sameInputs(net.Inputs(), l.train.Inputs, l.test.Inputs, tested); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	lengths, angles := s.lengths(longest), net.Architecture().Angles
	p := &problem[T]{
		train: len(l.train.windows(lengths[0], s.stride(lengths[0]))), test: tested,
		stages: len(lengths), linear: s.LinearPrior, states: l.train.X,
	}
	if s.FitStates {
		p.values, p.bar = slices.Clone(l.train.X), make([]T, len(l.train.X))
	}
	p.trainOn = func(stage, rows int) batch[T] {
		return newShooter(net.NewPass, l.train, s, lengths[stage], rows, angles).fitting(p.values, p.bar)
	}
	p.testOn = func() batch[T] {
		return newShooter(net.NewPass, l.test, s, min(lengths[len(lengths)-1], tested), 0, angles)
	}
	return p, nil
}

// windowRows is the number of windows of a block. A window takes many evaluations, so
// smaller blocks than of single rows are worth sharing.
const windowRows = 48

// shooter is the loss over windows of one length.
type shooter[T nn.Float] struct {
	pass     func(rows int) *model.Pass[T]
	trials   Trials[T]
	options  Shooting
	length   int // of the windows
	substeps int
	angles   []bool // components that are angles, nil for none

	windows []window
	starts  []bool  // of each row, whether a window begins there; for continuity alone
	chosen  []int32 // the windows of the batch, in order, so longer ones first
	blocks  parallel.Plan
	targets int // observations predicted by the batch, fitted starts included

	values, vbar []T // fitted states, one for each row
	ends         []T // of each window of the batch: the derivative by the start of the next
}

// newShooter makes a shooter through passes over windows of a length, for batches of so
// many, 0 meaning all.
func newShooter[T nn.Float](newPass func(rows int) *model.Pass[T], trials Trials[T], s Shooting, length, batch int, angles []bool) *shooter[T] {
	k := &shooter[T]{
		pass: newPass, trials: trials, options: s, length: length, substeps: max(s.Substeps, 1), angles: angles,
		windows: trials.windows(length, s.stride(length)),
	}
	n := len(k.windows)
	if batch > 0 {
		n = min(n, batch)
	}
	k.blocks, k.chosen = parallel.NewPlanOf(n, windowRows), make([]int32, n)
	k.choose(nil)
	return k
}

// fitting makes the shooter start from fitted states, unless values is nil, and take the
// gradient by them.
func (k *shooter[T]) fitting(values, vbar []T) *shooter[T] {
	k.values, k.vbar = values, vbar
	if k.options.Continuity > 0 && values != nil {
		k.ends, k.starts = make([]T, len(k.chosen)*k.trials.Dim), make([]bool, len(k.trials.Times))
		for _, w := range k.windows {
			k.starts[w.row] = true
		}
	}
	k.choose(nil)
	return k
}

func (k *shooter[T]) plan() parallel.Plan { return k.blocks }
func (k *shooter[T]) from() int           { return len(k.windows) }
func (k *shooter[T]) terms() int          { return k.targets * k.trials.observed() }

// choose sorts the numbers of the windows that it takes; nil takes all.
func (k *shooter[T]) choose(numbers []int32) {
	if numbers == nil {
		for i := range k.chosen {
			k.chosen[i] = int32(i)
		}
	} else {
		copy(k.chosen, numbers)
		slices.Sort(k.chosen)
	}
	k.targets = 0
	for _, i := range k.chosen {
		k.targets += k.windows[i].steps
	}
	if k.values != nil {
		k.targets += len(k.chosen)
	}
}

// rollout is what a worker needs.
type rollout[T nn.Float] struct {
	*shooter[T]
	roll      *unroll.Roll[T]
	x, h, bar []T
	from, to  []T // inputs of the steps, nil where there are none
	active    []int
	// Of the block at hand.
	block  []int32
	states []T // the derivative of the loss by the states
}

func (k *shooter[T]) newPass() (pass[T], error) {
	d, rows, steps := k.trials.Dim, k.blocks.MaxBlock(), k.length*k.substeps
	w := &rollout[T]{
		shooter: k, x: make([]T, rows*d), h: make([]T, steps*rows), bar: make([]T, (steps+1)*rows*d), active: make([]int, steps),
	}
	var err error
	if w.roll, err = unroll.New(k.options.Method, d, rows, steps, k.pass(rows)); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	if k.driven() {
		w.from, w.to = make([]T, steps*rows*k.trials.Inputs), make([]T, steps*rows*k.trials.Inputs)
		w.roll.Drive(w.from, w.to)
	}
	return w, nil
}

// adjoint leaves the derivative by the starts of the block's windows in vbar.
func (w *rollout[T]) adjoint(grad []T) error {
	if err := w.roll.Backward(w.states, grad); err != nil || w.values == nil {
		return err
	}
	d := w.trials.Dim
	for r, number := range w.block {
		row := w.windows[number].row
		copy(w.vbar[row*d:(row+1)*d], w.states[r*d:])
	}
	return nil
}

// finish adds what the windows' ends leave to the starts of those that follow.
func (k *shooter[T]) finish() {
	d := k.trials.Dim
	for i := range k.ends {
		w := k.windows[k.chosen[i/d]]
		if end := w.row + w.steps; k.starts[end] {
			k.vbar[end*d+i%d] += k.ends[i]
		}
	}
}

// loss rolls a block out and writes the windows' sums of squares.
func (w *rollout[T]) loss(lo, hi int, sums []float64) error {
	k, d, m := w.shooter, w.trials.Dim, w.substeps
	rows, chosen := hi-lo, k.chosen[lo:hi]
	steps := k.windows[chosen[0]].steps
	from := k.trials.X
	if k.values != nil {
		from = k.values
	}
	for r, number := range chosen {
		win := k.windows[number]
		copy(w.x[r*d:(r+1)*d], from[win.row*d:])
		for i := range win.steps {
			h := T((k.trials.Times[win.row+i+1] - k.trials.Times[win.row+i]) / float64(m))
			for j := i * m; j < (i+1)*m; j++ {
				w.h[j*rows+r] = h
				w.drive(j*rows+r, win.row+i, T(j-i*m)/T(m), T(j-i*m+1)/T(m))
			}
		}
	}
	running := rows
	for i := range steps {
		for k.windows[chosen[running-1]].steps <= i {
			running--
		}
		for j := i * m; j < (i+1)*m; j++ {
			w.active[j] = running
		}
	}
	states, err := w.roll.Forward(w.x, rows, w.h, w.active[:steps*m])
	if err != nil {
		return err
	}
	bar := w.bar[:len(states)]
	clear(bar)
	w.block, w.states = chosen, bar
	scale, observed := 2/float64(k.terms()), k.trials.observed()
	for r, number := range chosen {
		win := k.windows[number]
		squares := 0.0
		first := 1
		if k.values != nil {
			first = 0
		}
		for i := first; i <= win.steps; i++ {
			at := (i*m*rows + r) * d
			squares += distance(states[at:at+observed], k.trials.X[(win.row+i)*d:], bar[at:at+observed], k.angles, T(scale))
		}
		if end := win.row + win.steps; k.ends != nil && k.starts[end] {
			at, c := (win.steps*m*rows+r)*d, k.options.Continuity
			for i := range d {
				e := states[at+i] - k.values[end*d+i]
				squares += float64(c * float64(e) * float64(e))
				g := T(scale*c) * e
				bar[at+i] += g
				k.ends[(lo+r)*d+i] = -g
			}
		}
		sums[r] = squares
	}
	return nil
}

// driven reports whether the trials have inputs.
func (k *shooter[T]) driven() bool { return k.trials.U != nil }

// drive sets the inputs of a step, which goes over a part of the time from a row to the next.
func (w *rollout[T]) drive(step, row int, from, to T) {
	if !w.driven() {
		return
	}
	if w.trials.Held {
		from, to = 0, 0
	}
	n := w.trials.Inputs
	for i, u := range w.trials.U[row*n : (row+1)*n] {
		change := w.trials.U[(row+1)*n+i] - u
		w.from[step*n+i], w.to[step*n+i] = u+T(from*change), u+T(to*change)
	}
}

// distance is the squared distance between two states, angles being the same after a whole
// turn; its derivative by the first, times scale/2, is added to bar.
func distance[T nn.Float](x, want, bar []T, angles []bool, scale T) float64 {
	squares := 0.0
	for i, v := range x {
		e := v - want[i]
		if angles != nil && angles[i] {
			e = T(math.Remainder(float64(e), 2*math.Pi))
		}
		squares += float64(float64(e) * float64(e))
		bar[i] += T(scale * e)
	}
	return squares
}
