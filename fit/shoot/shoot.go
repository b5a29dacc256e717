// Package shoot fits the parameters of a field to what was measured of its states by multiple shooting: the simulation
// error is minimised by Gauss-Newton over the parameters and the first states of windows, which are eliminated one by
// one (Bock, "Recent advances in parameter identification techniques for ODE", 1983). Nothing is estimated of the
// data: components that were not measured have no weight. Derivatives are those of the Runge-Kutta steps.
//
// It knows nothing of what the field means.
package shoot

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// System is a field with parameters. It is not safe for concurrent use.
type System struct {
	Dim, Inputs int
	// Parameters are what is fitted, in place; Changed, unless it is nil, is called after a change.
	Parameters []float64
	Changed    func()
	// Rate writes dx/dt (Dim) at state x under inputs u and, where byX is not nil, its derivatives by the state (Dim x
	// Dim) and by the parameters (parameters x Dim). False where there is none.
	Rate func(x, u, dx, byX, byP []float64) bool
	// Copy, unless it is nil, returns another Rate at the parameters as they are, which may run beside others: windows
	// are then shared between the processor's cores, with the same result for any number of them.
	Copy func() func(x, u, dx, byX, byP []float64) bool
	// Homogeneous says that the parameters times a constant are the same field: their scale stays.
	Homogeneous bool
	// Sensors, nil for none, say of each trial's components which of the parameters are their sensors'. The field does not
	// depend on these.
	Sensors [][]Sensor
}

// Sensor is what a column shows of a component, by the places of parameters, -1 for none: what the component was Late ago, to
// first order, times 1 + Gain, and Offset.
type Sensor struct{ Late, Gain, Offset int }

// Faithful is the sensor that shows a component as it is.
var Faithful = Sensor{-1, -1, -1}

// Trial is what was measured: times, states (rows x Dim, NaN for what is missing) and inputs, nil for none, sampled at
// the rows or, where their number differs, at times of their own.
type Trial struct {
	T, X []float64
	U    *data.Signal
}

// TrialsOf returns the trials of a set, with its inputs. They are views.
func TrialsOf(s *data.Set) []Trial {
	var trials []Trial
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		trials = append(trials, Trial{T: t, X: x, U: s.InputSignal(k)})
	}
	return trials
}

// lengths panics where there are not as many states as times, or inputs of another number than the system's.
func (t *Trial) lengths(s *System) {
	if len(t.X) != len(t.T)*s.Dim {
		panic("shoot: a trial has other numbers of times and of states")
	}
}

// Report says what Fit reached.
type Report struct {
	// Before and After are the squared residual of a number in units of its noise: near 1 where the field and the
	// noise explain the rows, far above where physics is missing.
	Before, After float64
	// Window is the longest window, in rows, that was fitted; 0 where nothing was gained.
	Window int
	// Errors are the standard errors of the parameters, Covariance (parameters x parameters) their covariance; of a
	// homogeneous system at a fixed scale. The residuals are those of measured numbers, not of windows that share them.
	Errors, Covariance []float64
	// Residuals are what the simulation of the last windows leaves of every trial, rows x Dim in units of the noise, NaN of
	// what was not measured; of a row where two windows meet the later one's.
	Residuals [][]float64
	// states are those of the first windows' beginnings, by trial and row.
	states map[[2]int][]float64
}

// Options of Fit.
type Options struct {
	// Noise is the standard deviation of each component's noise, 0 for one that was not measured.
	Noise []float64
	// Windows are the lengths, in rows, that are fitted one after the other.
	Windows []int
	// Step is the longest time of a Runge-Kutta step.
	Step float64
	// Judge, unless it is nil, is asked after every length of windows how wrong the system now is on rows that are not
	// fitted: the parameters of the least answer stay. Without it longer windows are kept so long as the cost a number
	// does not rise by more than Rise, 0 for 0.3.
	Judge func() float64
	Rise  float64
	// Settle fits the windows' states before the parameters move, as is always done where something was not measured: where
	// the field is already near and noisy first states lead far away, as at a close encounter. Steps then go on until they
	// are small beside the standard errors.
	Settle bool
	// After is the report of another field fitted to the same trials: windows begin where its did, nil for none.
	After *Report
	// Priors are what is known of the parameters beforehand, one each; nil for nothing.
	Priors []Prior
	// Hopeless is the cost a number above which, after a first step of all, no further is taken; 0 for none.
	Hopeless float64
}

// Prior says that a parameter is Mean within a standard error, which is 0 of one of which nothing is known.
type Prior struct{ Mean, Error float64 }

// patience is how many lengths of windows may be judged in turn without a gain.
const patience = 2

// Sampling says how rows lie in time: Step apart, two turns of the motion in a Horizon (both in the unit of time), with
// noise that was smoothed away or without.
type Sampling struct {
	Step, Horizon float64
	Smoothed      bool
}

// RungeKutta is the step of the integrator, the time between rows or a whole part of it: sixty steps a turn where there is
// noise, right to 1e-5, and six hundred where there is none.
func (s Sampling) RungeKutta() float64 {
	steps := 1200.0
	if s.Smoothed {
		steps = 120
	}
	return s.Step / math.Ceil(s.Step*steps/s.Horizon)
}

// Fit changes the system's parameters, in place. It takes longer windows so long as the field explains them as well
// as the shorter ones, or as Options.Judge says. It leaves the parameters where nothing was gained: Report.Window is
// then 0.
func Fit(s *System, trials []Trial, o Options) *Report {
	p := newShooting(s, trials, o.Noise, o.Step)
	defer p.pool.Close()
	p.finely, p.hopeless, p.priors, p.level = o.Settle, o.Hopeless, o.Priors, 1
	if o.Priors != nil && len(o.Priors) != len(s.Parameters) {
		panic("shoot: priors of another number than there are parameters")
	}
	report := &Report{}
	reference, least := math.Inf(1), math.Inf(1)
	rise, since := 1+o.Rise, 0
	if o.Rise == 0 {
		rise = 1.3
	}
	var earlier map[[2]int][]float64
	if o.After != nil {
		earlier = o.After.states
	}
	var kept []float64
	if o.Judge != nil {
		rise = math.Inf(1)
		least, kept = o.Judge(), append([]float64(nil), s.Parameters...)
	}
	for _, window := range o.Windows {
		before := append([]float64(nil), s.Parameters...)
		p.windows(window, earlier)
		// What was not measured is a guess at first: it is fitted with the parameters as they are.
		if o.Settle || slices.Min(p.weight) == 0 {
			p.settle(o.Settle)
		}
		first, last, covariance := p.minimise()
		if p.priors != nil && last > 0 && !math.IsInf(last, 1) {
			p.level = last
			_, last, covariance = p.minimise()
		}
		if report.Window == 0 {
			report.Before = first
		}
		// Longer windows that the law does not explain are physics that is missing, not noise.
		if !(last < rise*reference) {
			copy(s.Parameters, before)
			s.changed()
			break
		}
		reference = last
		if window == o.Windows[0] {
			report.states = p.states()
			reference *= p.reweight()
		}
		if o.Judge != nil {
			if score := o.Judge(); score < least {
				least, since = score, 0
				copy(kept, s.Parameters)
			} else if since++; since == patience {
				break
			} else {
				continue
			}
		}
		report.After, report.Window, report.Errors, report.Covariance = last, window, diagonalRoots(covariance), covariance
		report.Residuals = p.residuals()
	}
	if kept != nil {
		copy(s.Parameters, kept)
		s.changed()
	}
	return report
}

// stuck is the squared residual of a number, in units of the noise, above which a window's state is taken to be no minimum
// of a field that explains the rows.
const stuck = 4

// settle fits the windows' states with the parameters as they are. Where asked for, windows that are stuck then begin again,
// with their first rows alone, which lie nearer to the guess.
func (p *shooting) settle(again bool) {
	p.frozen = true
	defer func() { p.frozen = false }()
	p.minimise()
	if !again {
		return
	}
	_, _, _, locals := p.evaluate(false)
	whole := p.parts
	var bad []part
	for i, w := range whole {
		if locals == nil || !(locals[i].cost < stuck*float64((w.to-w.from)*p.s.Dim)) {
			copy(w.state, p.guess(w.trial, w.from, min(w.from+9, w.to)))
			bad = append(bad, w) // the state is shared with the whole window
		}
	}
	if bad == nil {
		return
	}
	for _, share := range []int{8, 4, 2, 1} {
		p.parts = slices.Clone(bad)
		for i := range p.parts {
			w := &p.parts[i]
			w.to = min(w.to, w.from+max(2*p.s.Dim, (w.to-w.from)/share))
		}
		p.minimise()
	}
	p.parts = whole
}

// reweight makes the components' weights relative to each other what the residuals say: noise that was estimated from a
// smooth path before there was a law may be wrong by a factor of two. It returns what the cost is multiplied by.
func (p *shooting) reweight() float64 {
	d := p.s.Dim
	before, _, _, locals := p.evaluate(false)
	square, count := make([]float64, d), make([]float64, d)
	for _, l := range locals {
		for i := range d {
			square[i] += l.square[i]
			count[i] += l.count[i]
		}
	}
	log, measured := 0.0, 0.0
	for i := range d {
		if count[i] > 0 && square[i] > 0 {
			log += math.Log(square[i] / count[i])
			measured++
		}
	}
	if measured < 2 {
		return 1
	}
	after := 0.0
	for i := range d {
		if count[i] > 0 && square[i] > 0 {
			// A component is not thought more than three times better or worse.
			ratio := min(max(math.Exp(log/measured)*count[i]/square[i], 1./9), 9)
			p.weight[i] *= math.Sqrt(ratio)
			after += square[i] * ratio
		}
	}
	return after / before
}

func (s *System) changed() {
	if s.Changed != nil {
		s.Changed()
	}
}

// sensed reports whether a parameter is a sensor's.
func (s *System) sensed(parameter int) bool {
	for _, trial := range s.Sensors {
		for _, o := range trial {
			if parameter == o.Late || parameter == o.Gain || parameter == o.Offset {
				return true
			}
		}
	}
	return false
}

// shown is what a sensor shows of a component x that changes at a rate: slope times seen, and an offset.
func (s *System) shown(o Sensor, x, rate float64) (value, slope, seen float64) {
	slope, seen = 1, x
	if o.Late >= 0 {
		seen -= s.Parameters[o.Late] * rate
	}
	if o.Gain >= 0 {
		slope += s.Parameters[o.Gain]
	}
	value = slope * seen
	if o.Offset >= 0 {
		value += s.Parameters[o.Offset]
	}
	return value, slope, seen
}

// shooting is the problem of the windows.
type shooting struct {
	s      *System
	trials []Trial
	weight []float64 // 1 / noise, 0 where not measured
	step   float64
	parts  []part
	pool   *parallel.Pool
	frozen bool // the parameters stay as they are
	finely bool // steps end where they gain little beside the noise of one number, not of all
	// hopeless and priors are those of Options; level is the cost a number that was reached, by which priors are weighted, so
	// that the covariance, which is multiplied by it, has their errors.
	hopeless float64
	priors   []Prior
	level    float64
}

// newShooting has one worker where the system cannot be copied. Its pool is to be closed.
func newShooting(s *System, trials []Trial, noise []float64, step float64) *shooting {
	if len(noise) != s.Dim {
		panic("shoot: noise of another number of components than a state has")
	}
	for _, t := range trials {
		t.lengths(s)
	}
	p := &shooting{s: s, trials: trials, weight: make([]float64, s.Dim), step: step}
	for i, v := range noise {
		if v > 0 {
			p.weight[i] = 1 / v
		}
	}
	workers := 0
	if s.Copy == nil {
		workers = 1
	}
	p.pool = parallel.NewPool(workers)
	return p
}

// part is a window: rows from to to (exclusive) of a trial, with its first state.
type part struct {
	trial, from, to int
	state           []float64
}

// windows cuts the trials; a window begins where the last one that was fitted says, else by the rows near it.
func (p *shooting) windows(length int, earlier map[[2]int][]float64) {
	known := p.states()
	if p.parts == nil {
		known = earlier
	}
	p.parts = nil
	for k, t := range p.trials {
		rows := len(t.T)
		for from := 0; from+1 < rows; {
			to := min(from+length+1, rows)
			if rows-to < length/2 {
				to = rows
			}
			w := part{trial: k, from: from, to: to}
			if s, ok := known[[2]int{k, from}]; ok {
				w.state = append([]float64(nil), s...)
			} else {
				w.state = p.guess(k, from, min(from+9, rows))
			}
			p.parts = append(p.parts, w)
			from = to - 1
			if to == rows {
				break
			}
		}
	}
}

// states are those of the windows, by trial and row.
func (p *shooting) states() map[[2]int][]float64 {
	known := map[[2]int][]float64{}
	for _, w := range p.parts {
		known[[2]int{w.trial, w.from}] = w.state
	}
	return known
}

// guess is, for components that are measured, what they are at the row; else the slope of a parabola through the
// first rows of the component that is as far from the end of the first half: a velocity's position.
func (p *shooting) guess(k, from, to int) []float64 {
	d, t := p.s.Dim, &p.trials[k]
	state := make([]float64, d)
	n := d / 2
	for i := range d {
		if v := t.X[from*d+i]; p.weight[i] > 0 && !math.IsNaN(v) {
			state[i] = v
			continue
		}
		if i < n {
			continue
		}
		count := to - from
		a, b := mat.NewDense(count, 3, nil), mat.NewVecDense(count, nil)
		h := t.T[to-1] - t.T[from]
		for r := range count {
			s := (t.T[from+r] - t.T[from]) / h
			a.SetRow(r, []float64{1, s, s * s})
			b.SetVec(r, t.X[(from+r)*d+i-n])
		}
		var x mat.VecDense
		if count >= 3 && x.SolveVec(a, b) == nil {
			state[i-n], state[i] = x.AtVec(0), x.AtVec(1)/h
		} else {
			state[i] = (t.X[(to-1)*d+i-n] - t.X[from*d+i-n]) / h
		}
	}
	return state
}

// local is a window's share of the normal equations, in its first state (x) and the parameters (t).
type local struct {
	cost     float64
	hxx, hxt *mat.Dense
	gx       *mat.VecDense
	htt, gt  []float64
	// square and count are, of every component, the sum of squares and the number of its residuals.
	square, count []float64
}

// evaluate simulates all windows: the cost and, where asked for, the normal equations. Sums are in the order of the
// windows, whoever simulated them.
func (p *shooting) evaluate(derivatives bool) (cost float64, s *mat.SymDense, g []float64, locals []local) {
	free := p.free()
	locals = make([]local, len(p.parts))
	runs := make([]*sensitivity, p.pool.Workers())
	columns := 0
	if derivatives {
		columns = p.s.Dim + free
	}
	p.pool.Run(len(p.parts), func(worker, i int) {
		if runs[worker] == nil {
			runs[worker] = newSensitivity(p.s, columns)
			if p.s.Copy != nil {
				runs[worker].field = p.s.Copy()
			}
		}
		p.simulate(runs[worker], &p.parts[i], &locals[i])
	})
	for i := range locals {
		cost += locals[i].cost
	}
	if !p.frozen {
		for c, o := range p.priors {
			if o.Error > 0 {
				e := (p.s.Parameters[c] - o.Mean) / o.Error
				cost += p.level * e * e
			}
		}
	}
	if math.IsNaN(cost) || math.IsInf(cost, 1) {
		return math.Inf(1), nil, nil, nil
	}
	if !derivatives {
		return cost, nil, nil, locals
	}
	s, g = mat.NewSymDense(max(free, 1), nil), make([]float64, free)
	for _, l := range locals {
		for a := range free {
			g[a] += l.gt[a]
			for b := a; b < free; b++ {
				s.SetSym(a, b, s.At(a, b)+l.htt[a*free+b])
			}
		}
	}
	if !p.frozen {
		for c, o := range p.priors {
			if o.Error > 0 {
				g[c] += p.level * (p.s.Parameters[c] - o.Mean) / (o.Error * o.Error)
				s.SetSym(c, c, s.At(c, c)+p.level/(o.Error*o.Error))
			}
		}
	}
	return cost, s, g, locals
}

// slab is how many numbers' derivatives are added to the normal equations at once.
const slab = 64

// simulate runs one window.
func (p *shooting) simulate(run *sensitivity, w *part, out *local) {
	d, columns := p.s.Dim, run.columns
	t := &p.trials[w.trial]
	in := make([]float64, p.s.Inputs)
	x := make([]float64, d*(1+columns))
	copy(x, w.state)
	for i := range min(d, columns) {
		x[d+i*d+i] = 1 // column i is the derivative by component i of the first state
	}
	full, grad := make([]float64, columns*columns), make([]float64, columns)
	// The derivatives of some numbers, one a line, before they are added to the normal equations.
	lines := make([]float64, 0, slab*columns)
	flush := func() {
		if len(lines) > 0 {
			kernel.MulTA(full, columns, lines, columns, lines, columns, columns, columns, len(lines)/columns, true)
			lines = lines[:0]
		}
	}
	out.square, out.count = make([]float64, d), make([]float64, d)
	var rate []float64
	if p.s.Sensors != nil {
		rate = make([]float64, d)
	}
	for r := w.from; ; r++ {
		if rate != nil {
			t.inputs(r, in)
			run.field(x[:d], in, rate, nil, nil)
		}
		for i := range d {
			weight := p.weight[i]
			if weight == 0 || math.IsNaN(t.X[r*d+i]) {
				continue
			}
			o, shown, slope, seen := Faithful, x[i], 1.0, x[i]
			if rate != nil {
				o = p.s.Sensors[w.trial][i]
				shown, slope, seen = p.s.shown(o, x[i], rate[i])
			}
			e := weight * (shown - t.X[r*d+i])
			out.cost += e * e
			out.square[i] += e * e
			out.count[i]++
			if columns == 0 {
				continue
			}
			for c := range columns {
				v := weight * x[d+c*d+i]
				if at := c - d; rate != nil {
					v *= slope
					switch {
					case at < 0:
					case at == o.Late:
						v -= weight * slope * rate[i]
					case at == o.Gain:
						v += weight * seen
					case at == o.Offset:
						v += weight
					}
				}
				lines = append(lines, v)
				grad[c] += v * e
			}
			if len(lines) == slab*columns {
				flush()
			}
		}
		if math.IsNaN(out.cost) || out.cost > 1e250 {
			out.cost = math.Inf(1)
			return
		}
		if r+1 == w.to {
			break
		}
		t.advance(run, r, p.step, in, x)
	}
	flush()
	if columns == 0 {
		return
	}
	free := columns - d
	out.hxx, out.hxt, out.gx = mat.NewDense(d, d, nil), mat.NewDense(d, max(free, 1), nil), mat.NewVecDense(d, grad[:d])
	for a := range d {
		for b := a; b < d; b++ {
			out.hxx.Set(a, b, full[a*columns+b])
			out.hxx.Set(b, a, full[a*columns+b])
		}
		for b := range free {
			out.hxt.Set(a, b, full[a*columns+d+b])
		}
	}
	out.gt, out.htt = grad[d:], make([]float64, free*free)
	for a := range free {
		copy(out.htt[a*free:(a+1)*free], full[(d+a)*columns+d:])
	}
}
