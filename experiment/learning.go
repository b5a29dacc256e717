package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/eval"
	"hnn/fit"
	"hnn/fit/closedform"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/poisson"
	"hnn/model/terms"
)

// Learning is how it was decided to fit the HNN of a user's file: each way was tried on a
// part of the training rows, and rolled out against the rest of them.
type Learning struct {
	Chosen string `json:"chosen,omitempty"`
	// Recommended is the model of another kind that follows the rows better, absent for none.
	Recommended string        `json:"recommended,omitempty"`
	Tried       []LearningTry `json:"tried"`
	// Verdict says in a sentence whether the motion is Hamiltonian, by these errors; absent where no model without
	// structure was tried.
	Verdict string `json:"verdict,omitempty"`
	Class   Class  `json:"class,omitempty"`

	decays  bool // the observations die down
	doubted bool // the best model followed the held-out training rows hardly better than what does not move
}

// LearningTry is one way and what it came to: the median of the rollouts' root mean square
// errors, as shares of the range, null where it failed.
type LearningTry struct {
	Way   string `json:"way"`
	Error Number `json:"validation_error"`

	config Config
	place  int // among the candidates
	field  *model.Field
	errors []float64 // of every rollout, those of the first fold first
	units  []int     // the held-out trial, or block of a single one, of each
	first  int       // how many are of the first fold
	rest   float64   // the least error of what does not move
	tried
}

// Failed reports whether a way was tried and came to nothing, or was not tried.
func (l *Learning) Failed(way string) bool {
	return !slices.ContainsFunc(l.Tried, func(t LearningTry) bool { return t.Way == way && !math.IsNaN(float64(t.Error)) })
}

// String is the decision in a line.
func (l *Learning) String() string {
	var s []string
	for _, t := range l.Tried {
		value := "failed"
		if !math.IsNaN(float64(t.Error)) {
			value = fmt.Sprintf("%.3g%%", 100*float64(t.Error))
		}
		s = append(s, t.Way+" "+value)
	}
	if l.Chosen == "" {
		return fmt.Sprintf("%s, by the error of rollouts within the training rows: %s", l.Recommended, strings.Join(s, ", "))
	}
	return fmt.Sprintf("learned by %s, by the error of rollouts within the training rows: %s", l.Chosen, strings.Join(s, ", "))
}

const (
	// Steps of Adam with which a way is tried: enough to compare, not to finish.
	triedSteps           = 400
	triedTrajectorySteps = 200
	triedNetworkSteps    = 1500 // of a Lagrangian of small networks, which takes them in seconds
	// triedRows bounds the rows that a try of an HNN learns from.
	triedRows = 2400
)

// way names how a configuration learns from a dataset.
func (c *Config) way(d *dataset) string {
	switch {
	case c.Model == lattice.Kind:
		return c.Model + " on a " + cmp.Or(c.Lattice, "graph")
	case c.Trainer == WeakForm:
		return c.Model
	case c.Trainer == ClosedForm:
		way := "the closed form"
		if d.estimated && c.Dissipation == "" {
			way += " on the integral of the field"
		}
		if c.Structure != nil {
			way += ", " + c.structure().String()
		}
		if n := c.Closed.Features; n > 0 {
			way += fmt.Sprintf(", %d features", n)
		}
		if c.Closed.Solver == closedform.QR {
			way += " by QR"
		}
		if c.Dissipation != "" {
			way += " with friction"
		}
		return way
	case c.Model == network.KindLagrangian:
		return "training a " + c.Model
	case c.Loss == TrajectoryLoss:
		return "training on trajectories"
	case d.estimated:
		return "training on estimated derivatives"
	}
	return "training on derivatives"
}

// Decision is which of several configurations was found best: of all, and of those of an HNN (-1 for none). Errors are those
// of all, NA of one that failed or was not tried.
type Decision struct {
	Best, HNN int
	Errors    []Number
	Within    float64 // the setting within, where the program found it; else 0
}

// The errors, as shares of the range, below which less is tried: the last is a linear model's below which nothing else is.
const (
	goodEnough   = 5e-3 // nothing is trained by steps
	heldEnough   = 5e-2 // of points that rods hold: nothing that does not know the rods
	tie          = 1e-4 // of an HNN's ways one is enough
	linearEnough = 1e-6
)

// decide returns which of several configurations for one file learns best from its training rows, judged by rollouts on a
// fifth of them that is held out for this, and notes the decision for the results of the runs that follow it. It is the
// one place where that is decided. The least error is best, but that a simpler model is taken whose error is within one
// standard error of it (of the logarithms, paired between rollouts; at most a factor of two).
func (e *Env) decide(ctx context.Context, candidates []Config) (Decision, *Learning, error) {
	l := new(Learning)
	none := Decision{Best: -1, HNN: -1, Errors: slices.Repeat([]Number{NA}, len(candidates))}
	e.data.limit = max(e.data.limit, 6)
	inner := map[*dataset]*dataset{}
	var judged *dataset // the first
	options := eval.Options{Workers: e.workers(), Interrupt: ctx.Err}
	within, laws := 0.0, true
	for i := range candidates {
		c := candidates[i]
		if t := l.of(lagrangian.Kind); t != nil && t.held() && float64(t.Error) < heldEnough {
			break // before more is loaded
		}
		if laws && c.Trainer != WeakForm {
			laws, within = false, e.shorten(ctx, l, judged, options)
		}
		if within > 0 {
			c.Within = within
		}
		d, err := Interruptible(ctx, func() (*dataset, error) { return e.load(&c) })
		if err != nil {
			return none, nil, err
		}
		l.decays = l.decays || d.decays
		if l.skips(&c, d) {
			continue
		}
		c.Angle = d.angles
		if inner[d] == nil {
			if inner[d], err = d.inner(0); err != nil {
				return none, nil, fmt.Errorf("%s: %w", c.Data, err)
			}
			if judged == nil {
				judged = inner[d]
			}
		}
		try := LearningTry{Way: c.way(d), Error: NA, config: c, place: i}
		e.log("%s: trying %s", c.Task, try.Way)
		m, err := e.tryOut(ctx, c, inner[d])
		if ctx.Err() != nil {
			return none, nil, ctx.Err()
		}
		if err == nil {
			try.tried = *m
			if r, err := e.judged(m.fit, inner[d], options); err == nil {
				try.took(r)
			}
		}
		l.Tried = append(l.Tried, try)
		none.Errors[i] = try.Error
	}
	if err := e.moreFolds(ctx, l); err != nil {
		return none, nil, err
	}
	for _, t := range l.Tried {
		none.Errors[t.place] = t.Error
	}
	best, hnn := l.recommended(), l.best((*LearningTry).isHNN)
	chosen := none
	if hnn == nil { // no error: the HNN's first way
		if i := slices.IndexFunc(l.Tried, func(t LearningTry) bool { return t.isHNN() }); i >= 0 {
			hnn = &l.Tried[i]
		}
	}
	if hnn != nil {
		chosen.HNN, l.Chosen = hnn.place, hnn.Way
	}
	if best == nil {
		best = hnn
	}
	if best == nil {
		return none, nil, errors.New("no model that was tried follows the training rows: give longer trajectories, say which columns are what, or choose with --model and --trainer")
	}
	chosen.Best, chosen.Within = best.place, within
	l.judge(judged)
	e.adviseGraph(l)
	e.learning, e.recommended = l, &best.config
	if best.config.Trainer == WeakForm {
		l.Recommended = best.config.Model
	}
	return chosen, l, nil
}

// took takes the rollouts of a try's model, which may be none: those that diverge are no result.
func (t *LearningTry) took(r *Rollout) {
	if r == nil || r.Diverged > 0 {
		return
	}
	t.Error, t.errors, t.units, t.field, t.first = r.Error.Median, r.errors, r.of, t.fit, len(r.errors)
	t.rest = min(float64(r.Still), float64(r.MeanState))
}

// isHNN says that a try is a way to learn an HNN.
func (t *LearningTry) isHNN() bool { return t.config.Trainer != WeakForm }

// least is the least error of the tries that use says, not a number for none.
func (l *Learning) least(use func(t *LearningTry) bool) float64 {
	least := math.NaN()
	for i := range l.Tried {
		if e := float64(l.Tried[i].Error); use(&l.Tried[i]) && (e < least || math.IsNaN(least)) {
			least = e
		}
	}
	return least
}

// of is the try of a model, nil where it failed or was not made.
func (l *Learning) of(kind string) *LearningTry {
	for i := range l.Tried {
		if t := &l.Tried[i]; t.config.Model == kind && t.field != nil {
			return t
		}
	}
	return nil
}

// skips says that a configuration is not for the data, or that what was tried is good enough without it.
func (l *Learning) skips(c *Config, d *dataset) bool {
	first := d.raw != nil && d.raw.FirstOrder
	best, weak := l.least(func(*LearningTry) bool { return true }), l.least(func(t *LearningTry) bool { return !t.isHNN() })
	if t := l.of(terms.KindLinear); t != nil && float64(t.Error) < linearEnough {
		return true
	}
	if t := l.of(lattice.Kind); t != nil && c.Model != lattice.Kind && l.least(func(t *LearningTry) bool { return t.config.Model == lattice.Kind }) < tie {
		return true
	}
	switch {
	case c.Model == lattice.Kind:
		return false
	case c.Model == formula.Kind:
		return first || d.velocities() // momenta are not measured: a Lagrangian is what to look for
	case c.Model == lagrangian.Kind:
		return first || !d.velocities() && l.Tried != nil && d.raw != nil && !d.raw.PositionsOnly
	case c.Model == poisson.Kind:
		// Where positions and momenta do what they should, no other structure is looked for.
		free, with := l.of(terms.KindSparse), l.least((*LearningTry).canonical)
		return d.Train.InputNames != nil || free == nil || !first && !(float64(free.Error) < with/2 && with > tie) && !math.IsNaN(with)
	case c.Trainer == WeakForm:
		return false
	case first:
		return network.LearnsH(c.Model)
	case c.Model == network.KindLagrangian:
		return !d.velocities() || best < goodEnough
	case c.Trainer == Adam:
		return best < goodEnough
	case c.Closed.Solver == closedform.QR && d.estimated:
		return true // the integral form is solved so by itself
	case c.Closed.Features > 0 || c.Structure != nil:
		if c.Dissipation == "" && weak < tie {
			return true
		}
	}
	if c.Trainer == ClosedForm && c.Dissipation != "" {
		// Friction is added to the best way without it. Of a motion that dies down the errors without it say little of what suits it,
		// and few features go less astray beyond the rows.
		t := l.best((*LearningTry).isHNN)
		return t != nil && !(l.decays && c.Closed.Features == 0) && (t.config.Closed.Features != c.Closed.Features || !slices.Equal(t.config.Structure, c.Structure))
	}
	return false
}

// held says that a try's states are points that rods hold in space or in closed loops.
func (t *LearningTry) held() bool {
	c := t.field.Chart
	return c != nil && c.Constrained && c.Field.Dim == t.field.Dim
}

// canonical says that a try has a Hamiltonian form of positions and momenta or velocities.
func (t *LearningTry) canonical() bool {
	switch t.config.Model {
	case lagrangian.Kind, formula.Kind, lattice.Kind:
		return true
	case terms.KindLinear, terms.KindSparse, poisson.Kind:
		return false
	}
	return network.LearnsH(t.config.Model)
}

// rank orders models by how simple they are. Of a motion that dies down one that cannot lose energy is no simpler account.
func (l *Learning) rank(t *LearningTry) int {
	c := &t.config
	switch {
	case l.decays && network.LearnsH(c.Model) && t.isHNN() && c.Dissipation == "":
		return 8
	case t.doubt > 0:
		return 7 // a law that the rows contradict is no simpler account of them
	case c.Model == terms.KindLinear:
		return 0
	case c.Model == lagrangian.Kind, c.Model == formula.Kind, c.Model == lattice.Kind:
		return 1
	case c.Model == poisson.Kind:
		return 2
	case c.Trainer == WeakForm:
		return 3
	case c.Trainer == ClosedForm && c.Dissipation == "" && c.Structure != nil:
		return 4
	case c.Trainer == ClosedForm && c.Dissipation == "":
		return 5
	case c.Trainer == ClosedForm:
		return 6
	}
	return 7
}

// exactly is the error, as a share of the range, below which two are alike.
const exactly = 1e-6

// apart is by how much the logarithm of a's errors is above b's, the mean over held-out trials of that over the rollouts of
// each, and its standard error over trials, since rollouts of one share their rows; over rollouts where there is one trial.
func apart(a, b *LearningTry) (mean, se float64) {
	n := min(len(a.errors), len(b.errors))
	sums, counts := map[int]float64{}, map[int]float64{}
	var order []int
	alone := n > 0 && a.units[n-1] == a.units[0]
	for i := range n {
		unit := a.units[i]
		if alone {
			unit = i
		}
		if counts[unit] == 0 {
			order = append(order, unit)
		}
		sums[unit] += math.Log(max(a.errors[i], exactly)) - math.Log(max(b.errors[i], exactly))
		counts[unit]++
	}
	units, square := float64(len(order)), 0.0
	for _, unit := range order {
		v := sums[unit] / counts[unit]
		mean += v / units
		square += v * v / units
	}
	if units > 1 {
		se = math.Sqrt(math.Max(square-mean*mean, 0) / (units - 1))
	}
	return mean, se
}

// best is, of the tries that use says, the simplest whose errors are within one standard error of the least; nil for none.
// Those that were rolled out over more folds come first, a lattice of which the rows contradict much last.
func (l *Learning) best(use func(t *LearningTry) bool) *LearningTry {
	most := 0
	if of := use; slices.ContainsFunc(l.Tried, func(t LearningTry) bool { return t.field != nil && of(&t) && t.doubt < muchLattice }) {
		use = func(t *LearningTry) bool { return of(t) && t.doubt < muchLattice }
	}
	for i := range l.Tried {
		if t := &l.Tried[i]; t.field != nil && use(t) {
			most = max(most, len(t.errors))
		}
	}
	var least *LearningTry
	can := func(t *LearningTry) bool { return t.field != nil && len(t.errors) == most && use(t) }
	for i := range l.Tried {
		if t := &l.Tried[i]; can(t) && (least == nil || above(t, least) < 0) {
			least = t
		}
	}
	pick := least
	for i := range l.Tried {
		t := &l.Tried[i]
		if !can(t) || l.rank(t) > l.rank(pick) {
			continue
		}
		if d, se := apart(t, least); d <= min(se, math.Ln2) && (l.rank(t) < l.rank(pick) || d < above(pick, least)) {
			pick = t
		}
	}
	return pick
}

// recommended is the model that is recommended: the best, but that one with an energy is taken before one without that is
// less than one standard error better, whichever is simpler, since it says more.
func (l *Learning) recommended() *LearningTry {
	best := l.best(func(*LearningTry) bool { return true })
	if best == nil || best.canonical() || best.config.Model == terms.KindLinear || best.config.Model == poisson.Kind {
		return best
	}
	with := l.best((*LearningTry).canonical)
	if with == nil || len(with.errors) != len(best.errors) {
		return best
	}
	if d, se := apart(with, best); d <= min(se, math.Ln2) {
		return with
	}
	return best
}

// above is apart without the standard error.
func above(a, b *LearningTry) float64 {
	m, _ := apart(a, b)
	return m
}

// inUnits is the field of a model that was fitted to a dataset, in the data's units.
func inUnits(fitted *model.Form[float64], d *dataset) (*model.Field, error) {
	form, err := model.WithScales(fitted, d.scales)
	if err != nil {
		return nil, err
	}
	return form.Field(), nil
}

// tried is what came of a model that was tried.
type tried struct {
	fit    *model.Field    // also where its rollouts diverge
	system *poisson.System // of a Poisson system
	doubt  float64         // of a lattice: see WeakReport
	other  func() string   // likewise
}

// triedIn is a model that was fitted to a dataset, in the data's units.
func triedIn(fitted *model.Form[float64], d *dataset) (*tried, error) {
	fit, err := inUnits(fitted, d)
	return &tried{fit: fit}, err
}

// tryOut fits a model in fewer steps than a run.
func (e *Env) tryOut(ctx context.Context, c Config, d *dataset) (*tried, error) {
	if c.Trainer == WeakForm {
		form, report, err := c.solveWeak(d)
		if err != nil {
			return nil, err
		}
		return &tried{form.Field(), poisson.Of(form), report.doubt, report.other}, nil
	}
	if c.Trainer == ClosedForm {
		m, _, err := e.solve(&c, d)
		if err != nil {
			return nil, err
		}
		return triedIn(m.Form(), d)
	}
	steps := triedSteps
	if c.Model == network.KindLagrangian {
		steps = triedNetworkSteps
	}
	c.Fit.Steps, c.Fit.LBFGS, c.Fit.TestEvery, c.Fit.Patience = min(c.Fit.Steps, steps), 0, 0, 0
	if c.Loss == TrajectoryLoss {
		c.Fit.Steps = min(c.Fit.Steps, triedTrajectorySteps)
	}
	c.Fit.Batch = min(c.Fit.Batch, d.Train.Rows())
	a, err := c.networkFor(d)
	if err != nil {
		return nil, err
	}
	net, err := network.New[float32](a, stream.New(c.Seed, "init"))
	if err != nil {
		return nil, err
	}
	trainer, err := newTrainer(&c, d, net, 0, e.workers())
	if err != nil {
		return nil, err
	}
	defer trainer.Close()
	if err := trainer.Run(ctx, func(fit.Record) error { return nil }); err != nil {
		return nil, err
	}
	return triedIn(network.Widen(net).Form(), d)
}
