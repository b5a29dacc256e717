package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/model"
	"hnn/ode"
)

// Integration is what is asked of the integrator of a rollout; what is not asked is chosen.
// The zero value asks for nothing.
type Integration struct {
	// Method is the name of an ode.Method, "" or AutoMethod for the choice.
	Method string
	// Step is that of a method with a fixed step.
	Step float64
	// RTol and ATol are the tolerances; where the method keeps a fixed step that is chosen,
	// RTol is what its energy may err by.
	RTol, ATol float64
	// Reversible keeps the rollout on a grid, so that it can be undone to the bit.
	Reversible bool
	// Omega binds the copies of Tao's methods.
	Omega float64
}

// AutoMethod leaves the choice of the method to Run.Integrator.
const AutoMethod = "auto"

const (
	// A rollout of more turns than this is long: an adaptive method loses energy in
	// proportion to the time, and one that is symplectic does not.
	longTurns = 100
	// probeTurns is how long a step is tried, and stepsPerTurn the first one tried, which is
	// near the end of where such methods are stable.
	probeTurns   = 20
	stepsPerTurn = 8
	mostPerTurn  = 2048
	// lookSteps bounds the steps of a look at the first turn.
	lookSteps = 2000
	// Of more steps than this, some minutes' worth, the user is told.
	manySteps = 1e8
	// conserved is the change of the learned energy in a turn, relative to its scale, up to
	// which a model counts as conservative: the tolerance of the turn leaves less.
	conserved = 1e-6
)

// Integrator returns the settings of a rollout of the run's model from x0 over times, and a
// sentence that says what was chosen and why: an adaptive method for short rollouts and for
// models that conserve no energy, a symplectic one of order 6 for long ones, with a step at
// which the energy of a trial run keeps within the tolerance.
func (r *Run) Integrator(x0, times []float64, in Integration) (*ode.Settings, string, error) {
	if err := r.checkState(x0); err != nil {
		return nil, "", err
	}
	// As solve, in the model's own units.
	m, scales := r.model.Dimensionless()
	asked := in
	c := &chooser{model: m, x0: slices.Clone(x0[:m.Dim]), times: slices.Clone(times), in: in}
	unit := 1.0
	if scales != nil {
		unit = scales.Time
		scales.States(c.x0, c.x0)
		for i := range c.times {
			c.times[i] /= unit
		}
		c.in.Step /= unit
		c.in.Omega *= unit
	}
	if chart := m.Charted(ode.DOP853); chart != nil {
		c.x0 = chart.Enter(c.x0, m.Dim)
		m = chart.Field
		c.model = m
	}
	symplectic := m // where a symplectic method would integrate
	if chart := m.Charted(ode.Midpoint); chart != nil {
		symplectic = chart.Field
	}
	if c.separable = symplectic.Split != nil; c.separable {
		c.split = symplectic.Split()
	}
	c.driven = r.input != nil || m.Forcing != nil
	c.measure()
	in = c.in
	c.set = ode.Settings{RTol: in.RTol, ATol: in.ATol, Step: in.Step, Reversible: in.Reversible, Omega: in.Omega}
	why, err := c.method()
	if err != nil {
		return nil, "", err
	}
	if chart := m.Charted(c.set.Method); chart != nil {
		c.x0 = chart.Enter(c.x0, m.Dim)
		m = symplectic
		c.model = m
		c.measure()
	}
	if tao := c.set.Method == ode.Tao2 || c.set.Method == ode.Tao4; asked.Omega > 0 && !tao {
		return nil, "", fmt.Errorf("omega binds the two copies of %v and %v, and the method is %v: leave it out", ode.Tao2, ode.Tao4, c.set.Method)
	}
	if asked.Reversible && !m.Canonical {
		return nil, "", errors.New("reversible runs move positions and momenta in turn, and the model's coordinates are not canonical: leave reversible out")
	}
	if turns := c.set.Method == ode.Tao2 || c.set.Method == ode.Tao4 || c.set.Method.NeedsSplit(); turns && !m.Canonical {
		return nil, "", fmt.Errorf("%v moves positions and momenta in turn, and the model's coordinates are not canonical: give %v, %v or %v, or an adaptive method", c.set.Method, ode.Midpoint, ode.Gauss4, ode.Gauss6)
	}
	if c.set.Method.NeedsSplit() && !c.separable {
		return nil, "", &ode.NeedsSplitError{Method: c.set.Method}
	}
	if !c.set.Method.Adaptive() {
		note, err := c.step()
		if err != nil {
			return nil, "", err
		}
		why = append(why, note...)
		c.set.Compensated = !in.Reversible
		c.set.MaxSteps = math.MaxInt // the caller's patience is the limit
	}
	if n := math.Abs(c.times[len(c.times)-1]-c.times[0]) / c.set.Step; !c.set.Method.Adaptive() && n > manySteps {
		why = append(why, fmt.Sprintf("%.2g steps take their time: Ctrl-C ends them, and an earlier --to, a longer --step or a looser --rtol take fewer", n))
	}
	c.set.Step *= unit
	c.set.Omega /= unit
	// What was given must not be rounded: a way back rests on it.
	if asked.Step > 0 {
		c.set.Step = asked.Step
	}
	if asked.Omega > 0 {
		c.set.Omega = asked.Omega
	}
	sentence := c.set.Method.String()
	if !c.set.Method.Adaptive() {
		sentence += fmt.Sprintf(", step %g", c.set.Step)
	}
	if c.set.Omega > 0 {
		sentence += fmt.Sprintf(", omega %g", c.set.Omega)
	}
	for _, w := range why {
		sentence += "; " + w
	}
	return &c.set, sentence, nil
}

// chooser works in the units of its model.
type chooser struct {
	model     *model.Field
	x0, times []float64
	in        Integration
	split     ode.Split
	separable bool
	driven    bool // by inputs, which the model and its energy here do not know

	set ode.Settings
	// turn is 2 pi over the fastest frequency near x0, infinite where nothing turns.
	turn         float64
	conservative bool
	unseen       bool                      // the first turn takes more steps than lookSteps
	energy       func(x []float64) float64 // nil where there is none
	scale        float64                   // of energies: state times field, at most
}

// measure looks at the field about the initial state: how fast it turns, and whether it
// keeps the energy for a turn.
func (c *chooser) measure() {
	f := c.model.Free()
	d, t := len(c.x0), c.times[0]
	c.turn = 2 * math.Pi / frequency(f, t, c.x0)
	if !(c.turn > 0) {
		c.turn = math.Inf(1)
	}
	// Along a turn as long as it looked from the start, with the frequencies there.
	const points = 32
	span := min(c.turn, math.Abs(c.times[len(c.times)-1]-t))
	times := make([]float64, points+1)
	for i := range times {
		times[i] = t + span*float64(i)/points
	}
	if c.model.Energy != nil {
		c.energy = c.model.Energy()
	}
	out, _, err := ode.Solve(f, c.x0, times, nil, &ode.Settings{Method: ode.DOP853, MaxSteps: lookSteps})
	if c.unseen = err != nil; err != nil || span == 0 {
		return
	}
	dx := make([]float64, d)
	for i := 0; i < len(out); i += d {
		x := out[i : i+d]
		if turn := 2 * math.Pi / frequency(f, t, x); turn > 0 {
			c.turn = min(c.turn, turn)
		}
		f(t, x, dx)
		c.scale = max(c.scale, norm(x)*norm(dx))
	}
	c.conservative = c.energy != nil && c.energyError(out) < conserved
}

// frequency is the fastest frequency of the motion about a state, as the direction of the
// field shows it: with the field's Jacobian J, of an oscillation J J dx is -w^2 dx, whatever
// the units of positions and momenta.
func frequency(f ode.Field, t float64, x []float64) float64 {
	d := len(x)
	dx, a, b, y := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
	f(t, x, dx)
	along := func(v []float64) []float64 {
		step := 1e-4 * (norm(x) + 1e-3) / norm(v)
		for i := range y {
			y[i] = x[i] + step*v[i]
		}
		f(t, y, a)
		for i := range y {
			y[i] = x[i] - step*v[i]
		}
		f(t, y, b)
		derivative := make([]float64, d)
		for i := range a {
			derivative[i] = (a[i] - b[i]) / (2 * step)
		}
		return derivative
	}
	return math.Sqrt(norm(along(along(dx))) / norm(dx))
}

// energyError is the worst error of the energy along states, relative to its scale.
func (c *chooser) energyError(states []float64) float64 {
	start, worst, d := c.energy(c.x0), 0.0, len(c.x0)
	for i := 0; i < len(states); i += d {
		e := math.Abs(c.energy(states[i:i+d]) - start)
		if math.IsNaN(e) {
			return e
		}
		worst = max(worst, e)
	}
	return worst / c.scale
}

func norm(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// turns is the length of the rollout in turns.
func (c *chooser) turns() float64 {
	return math.Abs(c.times[len(c.times)-1]-c.times[0]) / c.turn
}

// method sets the method and says why.
func (c *chooser) method() (why []string, err error) {
	if c.in.Method != "" && c.in.Method != AutoMethod {
		c.set.Method, err = ode.ParseMethod(c.in.Method)
		if m := c.set.Method; err == nil && c.driven && (m.Shears() || m.NeedsSplit()) {
			err = fmt.Errorf("%v takes a field of the state alone, and inputs change with the time: give an adaptive method, %v, %v, %v or %v", m, ode.RK4, ode.Midpoint, ode.Gauss4, ode.Gauss6)
		}
		return nil, err
	}
	if c.driven && c.in.Reversible {
		return nil, errors.New("a rollout under inputs cannot be undone to the bit: leave reversible out")
	}
	fixed := func(separable, other ode.Method) ode.Method {
		if c.separable {
			return separable
		}
		return other
	}
	turns := fmt.Sprintf("%.3g turns", c.turns())
	switch {
	case c.in.Reversible:
		c.set.Method = fixed(ode.BlanesMoan6, ode.Tao4)
		return []string{"reversible to the bit"}, nil
	case c.driven && c.in.Step > 0:
		c.set.Method = ode.Gauss6
		return []string{"for a fixed step"}, nil
	case c.in.Step > 0:
		c.set.Method = fixed(ode.BlanesMoan6, ode.Gauss6)
		return []string{"symplectic, for a fixed step"}, nil
	case c.conservative && !c.driven && c.turns() > longTurns:
		c.set.Method = fixed(ode.BlanesMoan6, ode.Gauss6)
		return []string{"symplectic, for a long rollout of " + turns}, nil
	case c.in.RTol >= 1e-6:
		c.set.Method = ode.DormandPrince
	default:
		c.set.Method = ode.DOP853
	}
	switch {
	case c.driven:
		return []string{"adaptive, from one sample of the input to the next"}, nil
	case c.energy != nil && c.unseen:
		return []string{fmt.Sprintf("adaptive, since %d steps do not reach the end of a turn", lookSteps)}, nil
	case c.energy != nil && !c.conservative:
		return []string{"adaptive, since the energy that the model knows changes along its motion"}, nil
	case c.energy == nil:
		return []string{"adaptive, since the model has no energy to conserve"}, nil
	}
	return []string{"adaptive, for a short rollout of " + turns}, nil
}

// step sets the step where none is given: one that divides the interval between outputs, if
// that is always the same, and with which the energy keeps within the tolerance for a while.
func (c *chooser) step() (why []string, err error) {
	if c.set.Method == ode.Tao2 || c.set.Method == ode.Tao4 {
		if c.set.Omega == 0 {
			// Above the frequency, rounded so that it can be given again.
			c.set.Omega = ode.DefaultOmega
			if !math.IsInf(c.turn, 1) {
				c.set.Omega = math.Exp2(math.Ceil(math.Log2(2 * math.Pi / c.turn)))
			}
		}
	}
	if c.set.Step > 0 {
		return why, nil
	}
	interval, even := evenInterval(c.times)
	if c.in.Reversible && !even {
		return nil, fmt.Errorf("the times are not evenly spaced: to be reversible, give --step, of which every interval must be a whole multiple")
	}
	per := stepsPerTurn
	for {
		h := c.turn / float64(per)
		if even {
			h = interval / max(1, math.Ceil(interval/h))
		}
		if math.IsInf(h, 1) {
			h = math.Abs(c.times[len(c.times)-1]-c.times[0]) / 100
		}
		c.set.Step = h
		if c.energy == nil || !c.conservative || c.driven {
			// Nothing to judge a step by.
			if per >= 8*stepsPerTurn {
				return append(why, fmt.Sprintf("%d steps a turn, unchecked", per)), nil
			}
		} else if e := c.probe(); e <= c.in.RTol || per >= mostPerTurn {
			turns := min(probeTurns, c.turns())
			why = append(why, fmt.Sprintf("in a trial of %.3g turns the energy erred by %.1g", turns, e))
			if !(e <= c.in.RTol) {
				why = append(why, fmt.Sprintf("which is more than %.1g, with %d steps a turn: give a method of higher order, or --step", c.in.RTol, per))
			}
			return why, nil
		}
		per *= 2
	}
}

// probe is the energy error of a trial with the step at hand.
func (c *chooser) probe() float64 {
	end := c.times[len(c.times)-1]
	span := min(math.Abs(end-c.times[0]), probeTurns*c.turn)
	n := max(1, math.Floor(span/c.set.Step*(1+1e-9)))
	times := make([]float64, int(n)+1)
	for i := range times {
		times[i] = c.times[0] + math.Copysign(float64(i)*c.set.Step, end-c.times[0])
	}
	set := c.set
	set.Reversible = false
	var states []float64
	var err error
	if set.Method.NeedsSplit() {
		states, _, err = ode.SolveSplit(c.split, c.x0, times, nil, &set)
	} else {
		states, _, err = ode.Solve(c.model.Free(), c.x0, times, nil, &set)
	}
	if err != nil {
		return math.Inf(1)
	}
	return c.energyError(states)
}

// strayed is the factor by which the energy may err more in a rollout than in the trial of
// its step.
const strayed = 100

// strays reports whether the energy errs, in a rollout by a fixed step that Integrator chose
// from a trial of the start, far more than asked for, as where bodies come near each other
// later, and by how much, relative to its scale.
func (r *Run) strays(sim *Simulation, s *ode.Settings) (err float64, strays bool) {
	if r.model.Loss != nil || r.input != nil || s.Method.Adaptive() || sim.Energy == nil {
		return 0, false // or there is nothing that should be kept
	}
	dx, d := make([]float64, r.model.Dim), r.model.Dim
	r.model.Free()(sim.Times[0], sim.States[:d], dx)
	for _, e := range sim.Energy {
		err = max(err, math.Abs(e))
	}
	// As chooser's scale, whatever the units: the power of the field's two halves.
	scale := 0.0
	for i := range d / 2 {
		scale += math.Abs(sim.States[i]*dx[d/2+i]) + math.Abs(sim.States[d/2+i]*dx[i])
	}
	err /= scale
	return err, !(err <= strayed*s.RTol)
}

// evenInterval is the interval between any two times, if it is always the same.
func evenInterval(times []float64) (interval float64, even bool) {
	if len(times) < 2 {
		return 0, false
	}
	n := float64(len(times) - 1)
	interval = math.Abs(times[len(times)-1]-times[0]) / n
	for i, t := range times {
		if math.Abs(math.Abs(t-times[0])-float64(i)*interval) > 1e-9*interval {
			return 0, false
		}
	}
	return interval, true
}
