package ode

import (
	"errors"
	"fmt"
	"math"
)

// Solver integrates as Solve and SolveBatch do and keeps its memory from one call to the
// next: where out is given too, a call with no more rows than an earlier one allocates
// nothing. It is not safe for concurrent use.
type Solver struct {
	work

	set   Settings
	pair  *pair
	fixed stepper
	gain  gain
	outer int // length of the caller's states

	slots  []slot
	stats  []Stats
	errs   []error
	shared []float64   // the output times of every row, or
	times  [][]float64 // those of each
	out    []float64

	// For adaptive methods.
	estimates [2][]float64 // n x d
	inside    []int        // slots whose step has outputs strictly inside
	weights   []term
	values    []float64 // of the events at the states, n x len(Events),
	valuesNew []float64 // and at the ends of the steps in hand
	crossings []crossing

	// For fixed-step methods whose steps are constant: outputs inside their steps.
	constant bool
	part     work

	turns int // of the loop, for Interrupt
}

// slot is what a running row carries besides its arrays. Slots are filled without
// gaps: where a row ends, the last one moves into its place.
type slot struct {
	row   int       // the caller's number of the row
	times []float64 // its output times
	next  int       // the first output not yet written
	tNew  float64   // the end of the step in hand

	// For adaptive methods.
	direction float64         // +1 or -1
	length    float64         // the step to try, without sign
	logOld    float64         // logarithm of the last accepted step's scaled error
	accepted  bool            // the step in hand
	retry     bool            // the last trial was rejected,
	broken    *NonFiniteError // and that because of this, if not nil

	// For fixed-step methods.
	from        float64 // the output time before; the first time where all steps are equal
	steps, step int     // the steps from there to the next output, and those taken or in hand
}

// interruptEvery is the number of steps between two calls of Settings.Interrupt.
const interruptEvery = 16

// NewSolver returns a Solver for states of length dim, at least 1. The settings are copied;
// nil means the defaults. The error names the setting that is wrong.
func NewSolver(dim int, s *Settings) (*Solver, error) {
	if dim < 1 {
		return nil, fmt.Errorf("ode: a state of length %d; it must have at least one component", dim)
	}
	set, err := s.resolve()
	if err != nil {
		return nil, err
	}
	e := &Solver{set: set, pair: methods[set.Method].pair, fixed: methods[set.Method].fixed, outer: dim}
	e.dim = dim
	if set.Method.copies() {
		if set.Copies {
			e.dim /= 2
		}
		if e.dim%2 != 0 || set.Copies && dim%4 != 0 {
			return nil, fmt.Errorf("ode: a state of length %d; %v needs as many momenta as positions, and with Copies as much again", dim, set.Method)
		}
	}
	if e.pair != nil {
		e.gain = e.pair.gain
		if set.Control == ScipyLike {
			e.gain = scipyGain(e.pair.errorPower)
		}
		e.weights = append([]term(nil), e.pair.interpolant...)
	}
	e.reserve(1)
	return e, nil
}

// reserve makes room for rows rows.
func (e *Solver) reserve(rows int) {
	if rows <= cap(e.slots) {
		return
	}
	var l layout
	if e.pair != nil {
		l = layout{width: e.dim, buffers: e.pair.buffers(), kept: e.dim}
		for i := range e.pair.estimates {
			e.estimates[i] = make([]float64, rows*e.dim)
		}
		events := len(e.set.Events)
		e.values, e.valuesNew = make([]float64, rows*events), make([]float64, rows*events)
		e.crossings = make([]crossing, 0, events)
	} else {
		l = e.fixed.layout(e.dim)
	}
	e.inside = make([]int, 0, rows)
	split, batchSplit := e.split, e.batchSplit
	e.work = newWork(e.dim, rows, l, &e.set)
	e.split, e.batchSplit = split, batchSplit
	if e.constant = l.constant; e.constant {
		e.part = newWork(e.dim, rows, l, &e.set)
	}
	if m, ok := e.fixed.(*implicit); ok {
		m.reserve(&e.work, rows, &e.set)
		m.reserve(&e.part, rows, &e.set)
	}
	e.slots = make([]slot, rows)
	e.stats = make([]Stats, rows)
	e.errs = make([]error, rows)
}

// Solve is the package's Solve in the solver's memory.
func (e *Solver) Solve(f Field, x0, times, out []float64) ([]float64, Stats, error) {
	if f == nil {
		return nil, Stats{}, errors.New("ode: the field is nil")
	}
	if e.set.Method.NeedsSplit() {
		return nil, Stats{}, &NeedsSplitError{e.set.Method}
	}
	return e.solve(f, x0, times, out)
}

// solve integrates one state; f is nil where e.split is set.
func (e *Solver) solve(f Field, x0, times, out []float64) ([]float64, Stats, error) {
	if len(x0) != e.outer {
		return nil, Stats{}, fmt.Errorf("ode: x0 has length %d in a solver for %d", len(x0), e.outer)
	}
	if err := checkTimes(times); err != nil {
		return nil, Stats{}, err
	}
	if err := e.checkSteps(times); err != nil {
		return nil, Stats{}, err
	}
	out, err := checkOut(out, 1, len(times), e.outer)
	if err != nil {
		return nil, Stats{}, err
	}
	e.single, e.shared, e.out = f, times, out
	err = e.run(x0, 1)
	e.single, e.shared, e.out = nil, nil, nil
	if err == nil {
		err = e.errs[0]
	}
	return out, e.stats[0], err
}

// SolveBatch is the package's SolveBatch in the solver's memory: the result's Stats and
// Errs are overwritten by the next call.
func (e *Solver) SolveBatch(f BatchField, x0 []float64, rows int, times, out []float64) (Result, error) {
	if f == nil {
		return Result{}, errors.New("ode: the field is nil")
	}
	if e.set.Method.NeedsSplit() {
		return Result{}, &NeedsSplitError{e.set.Method}
	}
	return e.solveShared(f, x0, rows, times, out)
}

// solveShared integrates rows over times that they share; f is nil where e.batchSplit is
// set.
func (e *Solver) solveShared(f BatchField, x0 []float64, rows int, times, out []float64) (Result, error) {
	if err := checkTimes(times); err != nil {
		return Result{}, err
	}
	if err := e.checkSteps(times); err != nil {
		return Result{}, err
	}
	e.shared = times
	r, err := e.solveBatch(f, x0, rows, len(times), out)
	e.shared = nil
	return r, err
}

// SolveBatchTimes is the package's SolveBatchTimes in the solver's memory: the result's
// Stats and Errs are overwritten by the next call.
func (e *Solver) SolveBatchTimes(f BatchField, x0 []float64, times [][]float64, out []float64) (Result, error) {
	if f == nil {
		return Result{}, errors.New("ode: the field is nil")
	}
	if e.set.Method.NeedsSplit() {
		return Result{}, &NeedsSplitError{e.set.Method}
	}
	if len(times) == 0 {
		return Result{}, errors.New("ode: no rows")
	}
	for i, ts := range times {
		if err := checkTimes(ts); err != nil {
			return Result{}, fmt.Errorf("%w (row %d)", err, i)
		}
		if err := e.checkSteps(ts); err != nil {
			return Result{}, fmt.Errorf("%w (row %d)", err, i)
		}
		if len(ts) != len(times[0]) {
			return Result{}, fmt.Errorf("ode: row %d has %d times and row 0 has %d; they must have the same number", i, len(ts), len(times[0]))
		}
	}
	e.times = times
	r, err := e.solveBatch(f, x0, len(times), len(times[0]), out)
	e.times = nil
	return r, err
}

func (e *Solver) solveBatch(f BatchField, x0 []float64, rows, count int, out []float64) (Result, error) {
	d, err := dimension(x0, rows)
	if err != nil {
		return Result{}, err
	}
	if d != e.outer {
		return Result{}, fmt.Errorf("ode: x0 has states of length %d in a solver for %d", d, e.outer)
	}
	out, err = checkOut(out, rows, count, d)
	if err != nil {
		return Result{}, err
	}
	e.reserve(rows)
	e.batch, e.out = f, out
	err = e.run(x0, rows)
	e.batch, e.out = nil, nil
	return Result{States: out, Stats: e.stats[:rows:rows], Errs: e.errs[:rows:rows], stride: count * d}, err
}

// dimension is the length of a state, where x0 holds rows of them.
func dimension(x0 []float64, rows int) (int, error) {
	if rows < 1 {
		return 0, fmt.Errorf("ode: %d rows; there must be at least one", rows)
	}
	if len(x0) == 0 || len(x0)%rows != 0 {
		return 0, fmt.Errorf("ode: x0 has length %d, which is not a multiple of its %d rows", len(x0), rows)
	}
	return len(x0) / rows, nil
}

// checkTimes reports whether times are finite and strictly monotone.
func checkTimes(times []float64) error {
	if len(times) == 0 {
		return errors.New("ode: no times; the first one is that of x0")
	}
	if nonFinite(times) >= 0 {
		i := nonFinite(times)
		return fmt.Errorf("ode: times[%d] is %v", i, times[i])
	}
	for i := 1; i < len(times); i++ {
		step := times[i] - times[i-1]
		if step == 0 || (step > 0) != (times[1] > times[0]) {
			return fmt.Errorf("ode: times must be strictly increasing or strictly decreasing: times[%d] = %v is followed by %v", i-1, times[i-1], times[i])
		}
	}
	if math.IsInf(times[len(times)-1]-times[0], 0) {
		return fmt.Errorf("ode: the interval from %v to %v is too long", times[0], times[len(times)-1])
	}
	return nil
}

// checkOut returns out, or a new one for nil.
func checkOut(out []float64, rows, count, d int) ([]float64, error) {
	if out == nil {
		return make([]float64, rows*count*d), nil
	}
	if len(out) != rows*count*d {
		return nil, fmt.Errorf("ode: out has length %d; %d rows of %d times and %d components take %d", len(out), rows, count, d, rows*count*d)
	}
	return out, nil
}

// run integrates all rows. What it returns is only Interrupt's error; the others are in
// e.errs.
func (e *Solver) run(x0 []float64, rows int) error {
	e.n = rows
	clear(e.stats[:rows])
	clear(e.errs[:rows])
	clear(e.lost)
	e.place(x0, rows)
	for i := range e.slots[:rows] {
		s := slot{row: i, times: e.shared, direction: 1, logOld: leastLogOld}
		if e.times != nil {
			s.times = e.times[i]
		}
		s.from = s.times[0]
		e.slots[i] = s
		e.t[i] = s.times[0]
		e.counts[i], e.failed[i] = Stats{}, nil
	}
	// Backwards, because a row that ends is replaced by the last.
	for i := rows - 1; i >= 0; i-- {
		s := &e.slots[i]
		x := e.row(e.x, i)
		e.write(i, x)
		if c := nonFinite(x); c >= 0 {
			e.end(i, e.nonFinite(i, InitialState, c, x[c]))
		} else if err := e.offGrid(i, x); err != nil {
			e.end(i, err)
		} else if s.next == len(s.times) {
			e.end(i, nil)
		} else if s.times[1] < s.times[0] {
			s.direction = -1
		}
	}
	e.turns = 0
	if e.pair != nil {
		return e.runAdaptive()
	}
	return e.runFixed()
}

// place lays the initial states out as the method steps them.
func (e *Solver) place(x0 []float64, rows int) {
	for i := range rows {
		x := e.row(e.x, i)
		// A second copy where the method carries one that the caller did not give.
		copy(x[copy(x, x0[i*e.outer:(i+1)*e.outer]):], x0[i*e.outer:(i+1)*e.outer])
	}
	if e.grid > 0 {
		for i, v := range e.x[:rows*e.d] {
			e.x[i] = e.grid * math.RoundToEven(v/e.grid)
		}
	}
}

// carry copies what a row keeps from step to step, but its state, from slot from of e.work
// to slot to of w.
func (e *Solver) carry(w *work, to, from int) {
	copy(w.k[0][to*w.kept:(to+1)*w.kept], e.k[0][from*w.kept:])
	if w.lost != nil {
		copy(w.row(w.lost, to), e.row(e.lost, from))
	}
}

// write writes x as the next output of slot i.
func (e *Solver) write(i int, x []float64) {
	s := &e.slots[i]
	at := (s.row*len(s.times) + s.next) * e.outer
	copy(e.out[at:at+e.outer], x)
	s.next++
}

// end ends the row in slot i and moves the last slot into its place. The outputs that
// it did not reach become NaN.
func (e *Solver) end(i int, err error) {
	s := &e.slots[i]
	e.errs[s.row] = err
	count := len(s.times)
	rest := e.out[(s.row*count+s.next)*e.outer : (s.row+1)*count*e.outer]
	for j := range rest {
		rest[j] = math.NaN()
	}

	last := e.n - 1
	e.n = last
	if i != last {
		e.slots[i] = e.slots[last]
		e.t[i], e.h[i] = e.t[last], e.h[last]
		e.counts[i], e.failed[i] = e.counts[last], e.failed[last]
		// A row ends between steps, where all else in its arrays is spent.
		copy(e.row(e.x, i), e.row(e.x, last))
		e.carry(&e.work, i, last)
		copy(e.eventsOf(e.values, i), e.eventsOf(e.values, last))
	}
	e.slots[last].times = nil
}

// interrupted asks Settings.Interrupt, now and then, whether to stop; if so it ends all
// rows that run.
func (e *Solver) interrupted() error {
	e.turns++
	if (e.turns-1)%interruptEvery != 0 {
		return nil
	}
	if e.set.Progress != nil && e.n > 0 {
		e.set.Progress(e.t[e.n-1])
	}
	if e.set.Interrupt == nil {
		return nil
	}
	cause := e.set.Interrupt()
	if cause == nil {
		return nil
	}
	var err error
	for e.n > 0 {
		i := e.n - 1
		err = fmt.Errorf("ode: stopped at t = %.9g: %w", e.t[i], cause)
		e.end(i, err)
	}
	return err
}

func (e *Solver) tooManySteps(i int) error {
	s := &e.slots[i]
	c, v := largest(e.row(e.x, i))
	return &TooManyStepsError{Time: e.t[i], End: s.times[len(s.times)-1], Limit: e.set.MaxSteps, Component: c, Value: v}
}

func (e *Solver) underflow(i int, step float64) error {
	c, v := largest(e.row(e.x, i))
	return &StepUnderflowError{Time: e.t[i], Step: step, Component: c, Value: v}
}

func (e *Solver) nonFinite(i int, what Quantity, component int, value float64) *NonFiniteError {
	_, v := largest(e.row(e.x, i))
	return &NonFiniteError{Time: e.t[i], Quantity: what, Component: component, Value: value, Largest: math.Abs(v)}
}
