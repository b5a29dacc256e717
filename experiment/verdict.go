package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/internal/shell"
	"hnn/model"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/poisson"
	"hnn/model/terms"

	fitformula "hnn/fit/formula"
)

// Class is what a motion is found to be: see Learning.Verdict.
type Class string

// The classes of motions: Hamiltonian in these coordinates, by positions with momenta or velocities; the same with losses
// that take energy at all rows; with friction of changing sign; under a force that is given or depends on time; with an energy and a
// skew J(x) that is not the canonical one; none of these within this library; and where held-out errors do not tell.
const (
	Conservative Class = "conservative"
	Losses       Class = "losses"
	Gain         Class = "gain or losses of changing sign"
	Driven       Class = "driven"
	Poisson      Class = "conserves H, not canonical"
	Other        Class = "none of these"
	Unclear      Class = "cannot be told"
)

const (
	// asGood is how many times the error of a field without structure that of a Hamiltonian form may be.
	asGood = 2
	// quiet is the change of energy along a trial, as a share of its spread over the rows, that is none.
	quiet = 1e-3
	// signed is the share of the power that must be of one sign.
	signed = 0.99
	// bracketed is what may be left of a field beside J grad H, jacobiHolds of Jacobi's identity.
	bracketed, jacobiHolds = 0.05, 0.05
	// better is the share of the error of what does not move that a model must be below.
	better = 0.7
	// follows is the error, as a share of the range, beyond which a model does not follow the rows.
	follows = 0.1
	// acts is the share of the field from which on an input acts.
	acts = 0.01
)

// judge finds the class of the motion from the errors of what was tried on held-out rows, and says it in a sentence.
func (l *Learning) judge(d *dataset) {
	if l.Class, l.Verdict = l.class(d); d.scattered() {
		l.Verdict = strings.ReplaceAll(l.Verdict, "of the range", "of the rates")
	}
}

// bearOut keeps the verdict as far as the rollouts from held-out states of what is recommended support it, of several seeds in
// the median, and says it: they are off by at most follows, or not by much more than they were within the training rows and those of no other model by much less. Otherwise the
// class is not known, and the sentence says what was found where.
func (e *Env) bearOut(runs []*Run) error {
	const more = 3
	l := e.learning
	if l == nil || l.Verdict == "" || len(runs) == 0 {
		return nil
	}
	own := func(recommended bool) (some []*Run) {
		for _, r := range runs {
			if r.Results != nil && r.Results.Rollout != nil && (r.Results.Recommended || !recommended) {
				some = append(some, r)
			}
		}
		return some
	}
	of := own(true)
	if of == nil {
		of = own(false)
	}
	said := l.Verdict
	switch before := l.best(func(*LearningTry) bool { return true }); {
	case l.Class == Other || l.Class == Unclear || before == nil:
	case of == nil:
		if d := runs[0].data; d == nil || !d.scattered() {
			l.Verdict += "; that is by the training rows alone: no rollouts are compared with held-out ones"
		}
	default:
		var lost, left, starts int
		off := median(values(of, func(r *Results) Number {
			v := r.Rollout
			lost, left, starts = lost+v.Lost, left+v.LeftData, starts+v.Starts
			if v.Diverged == v.Starts || math.IsNaN(float64(v.Error.Median)) {
				return Number(math.Inf(1))
			}
			return v.Error.Median
		}))
		other, by := math.Inf(1), ""
		for _, r := range own(false) {
			if v := float64(r.Results.Rollout.Error.Median); !r.Results.Recommended && r.Results.Rollout.Diverged == 0 && v < other {
				other, by = v, r.Config.Model
			}
		}
		if contradicted := off > follows && more*other < off; off <= max(follows, more*float64(before.Error)) && !contradicted {
			break
		} else if contradicted {
			by = fmt.Sprintf("; those of %s by %s", by, share(other))
		} else {
			by = ""
		}
		how := "diverge"
		if !math.IsInf(off, 0) {
			how = "are off by " + share(off) + " of the range"
		}
		l.Class, l.Verdict = Unclear, fmt.Sprintf("what the motion is cannot be told: within the training rows the best model, %s, is off by %s of the range, but from held-out states the rollouts of %s %s (median; %d of %d are lost, %d leave the training data)%s: give trials that cover the held-out ones, or more rows",
			before.Way, share(float64(before.Error)), of[0].Config.Model, how, lost, starts, left, by)
	}
	e.log("%s: %s", runs[0].Config.Task, l.Verdict)
	if l.Verdict == said {
		return nil
	}
	for _, r := range runs {
		if r.Results != nil && r.Results.Learning != nil {
			if err := writeResults(r.Dir, r.Results); err != nil {
				return err
			}
		}
	}
	return nil
}

func share(v float64) string { return fmt.Sprintf("%.3g%%", 100*v) }

func (l *Learning) class(d *dataset) (Class, string) {
	free := l.best(func(t *LearningTry) bool { return !t.canonical() && t.config.Model != poisson.Kind })
	with := l.best((*LearningTry).canonical)
	best := l.best(func(*LearningTry) bool { return true })
	if best == nil {
		return Unclear, "whether the motion is Hamiltonian cannot be told: no model follows the held-out rows"
	}
	e := float64(best.Error)
	if l.doubted = e > better*best.rest; l.doubted {
		return Unclear, fmt.Sprintf("whether the motion is Hamiltonian cannot be told: the best model, %s, is off by %s of the range on held-out rows, and what does not move by %s: give longer or more trials%s", best.Way, share(e), share(best.rest), d.mayDrive())
	}
	if d.Train.InputNames != nil {
		if part := inputShare(best.field, d); part > acts {
			return Driven, fmt.Sprintf("the motion is driven: %s (%s of the rate of change; the model follows the rows to %s of the range)%s", joined(d.Train.InputNames), share(part), share(e), besides(with, d))
		}
	}
	if t := l.of(terms.KindLinear); t != nil && (best == t || float64(t.Error) < linearEnough) {
		return linearClass(t, d)
	}
	if e > follows {
		return unexplainedMotion(best, d)
	}
	if with != nil && free != nil {
		switch m, se := apart(with, free); {
		case float64(with.Error) < tie || m < math.Log(asGood) && float64(with.Error) < follows:
		case m-2*se > math.Log(asGood):
			with = nil
		default:
			return Unclear, fmt.Sprintf("whether the motion is Hamiltonian cannot be told: a Hamiltonian form (%s) follows the rows to %s of the range, a field without structure to %s, and the difference is within two standard errors: give more or longer trials", with.Way, share(float64(with.Error)), share(float64(free.Error)))
		}
	}
	if with != nil && float64(with.Error) < follows {
		return l.withEnergy(with, free, d)
	}
	if free == nil {
		return unexplainedMotion(best, d)
	}
	return l.without(free, d)
}

func joined(names []string) string {
	if len(names) == 1 {
		return names[0] + " acts on it"
	}
	return fmt.Sprintf("%v act on it", names)
}

// besides says of a driven motion what it does without its inputs.
func besides(with *LearningTry, d *dataset) string {
	if with == nil {
		return ""
	}
	switch change, negative := energyChange(with.field, d); {
	case change < quiet:
		return "; without that it conserves energy"
	case negative > signed:
		return "; without that it loses energy"
	}
	return ""
}

func unexplainedMotion(best *LearningTry, d *dataset) (Class, string) {
	return Other, fmt.Sprintf("no model of this library follows the held-out rows: the best, %s, is off by %s of the range; the motion may be driven by what is not in the file, depend on more columns, or need longer trials%s", best.Way, share(float64(best.Error)), d.mayDrive())
}

// mayDrive names the columns of the file that are not used, "" for none: they may act on what moves.
func (d *dataset) mayDrive() string {
	if len(d.mappings) == 0 {
		return ""
	}
	switch unused := d.mappings[0].Ignored; {
	case len(unused) > 4:
		return fmt.Sprintf("; %d columns are not used: if one acts on the system, --input NAME says so", len(unused))
	case len(unused) > 0:
		return fmt.Sprintf("; not used: %s; if it acts on the system, --input %s says so", strings.Join(unused, ", "), shell.Quote(unused[0]))
	}
	return ""
}

// inputShare is the share of the field that inputs make, over the training rows.
func inputShare(m *model.Field, d *dataset) float64 {
	if m.Inputs == 0 {
		return 0
	}
	one, k := m.One(), m.Inputs
	with, without := make([]float64, m.Dim), make([]float64, m.Dim)
	none := make([]float64, k)
	spread := d.Train.Spread()
	var by, all float64
	for r := range d.Train.Rows() {
		x := d.Train.X[r*m.Dim : (r+1)*m.Dim]
		one(0, x, d.Train.Inputs[r*k:(r+1)*k], with)
		one(0, x, none, without)
		for i, v := range with {
			by += (v - without[i]) * (v - without[i]) / (spread[i] * spread[i])
			all += v * v / (spread[i] * spread[i])
		}
	}
	return math.Sqrt(by / all)
}

// energyChange is the root mean square over trials of what a model's own losses change its energy by, as a share of the
// energy's spread over the rows, and the share of the power that takes energy away.
func energyChange(m *model.Field, d *dataset) (change, negative float64) {
	if m.Energy == nil {
		return math.NaN(), math.NaN()
	}
	energy, field := m.Energy(), m.Free()
	dx, near := make([]float64, m.Dim), make([]float64, m.Dim)
	s := d.Train
	var mean, square, down, up, total float64
	n := float64(s.Rows())
	pace := 0.0 // the time in which a state changes by its spread
	if d.scattered() {
		for _, v := range s.DX {
			pace += v * v / n
		}
		by := 0.0
		for _, v := range s.Spread() {
			by += v * v
		}
		pace = math.Sqrt(by / pace)
	}
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		lost := 0.0
		for r := range t {
			at := x[r*m.Dim : (r+1)*m.Dim]
			h := energy(at)
			mean += h / n
			square += h * h / n
			step := pace // of scattered rows
			switch {
			case r > 0:
				step = t[r] - t[r-1]
			case len(t) > 1:
				continue
			}
			field(0, at, dx)
			eps := 1e-3 * step
			ahead := func(sign float64) float64 {
				for i, v := range dx {
					near[i] = at[i] + sign*eps*v
				}
				return energy(near)
			}
			p := (ahead(1) - ahead(-1)) / (2 * eps) * step
			lost += p
			if p < 0 {
				down -= p
			} else {
				up += p
			}
		}
		total += lost * lost / float64(s.Trials())
	}
	spread := math.Sqrt(math.Max(square-mean*mean, 0))
	if spread == 0 || down+up == 0 {
		return 0, 1
	}
	return math.Sqrt(total) / spread, down / (down + up)
}

// linearClass is that of a linear motion: by the real parts of its rates.
func linearClass(t *LearningTry, d *dataset) (Class, string) {
	f, report, err := d.linear(d.observed())
	if err != nil {
		return Unclear, "the motion is linear, to " + share(float64(t.Error)) + " of the range"
	}
	length := 0.0
	for k := range d.Train.Trials() {
		times, _, _ := d.Train.Trial(k)
		length = math.Max(length, times[len(times)-1]-times[0])
	}
	least, most, noise := f.Growth(report)
	limit := math.Max(quiet, 4*noise*length)
	linear := "the motion is linear, to " + share(float64(t.Error)) + " of the range"
	switch {
	case math.Max(-least, most)*length < limit && d.Train.Dim%2 == 0:
		return Conservative, linear + ", and conserves an energy"
	case most*length < limit:
		return Losses, fmt.Sprintf("%s, and dies down (rates from %.3g to %.3g)", linear, least, most)
	}
	return Gain, fmt.Sprintf("%s, with rates of growth from %.3g to %.3g", linear, least, most)
}

// withEnergy tells, where a Hamiltonian form is as good as a field without structure, what becomes of its energy.
func (l *Learning) withEnergy(with, free *LearningTry, d *dataset) (Class, string) {
	sentence := fmt.Sprintf("a Hamiltonian form (%s) follows the rows to %s of the range", with.Way, share(float64(with.Error)))
	if free != nil {
		sentence += fmt.Sprintf(", a field without structure to %s", share(float64(free.Error)))
	}
	change, negative := energyChange(with.field, d)
	if change > quiet && !with.needsLosses(d, l) {
		change = 0
	}
	switch {
	case change > quiet && with.config.Trainer == Adam && !l.decays:
		// Its friction was not compared with none, and takes up what it misses otherwise.
		return Unclear, sentence + ": whether it keeps its energy cannot be told"
	case !(change > quiet) && d.open():
		return Unclear, sentence + ": whether the motion conserves energy cannot be told, since in a single trial of one position that does not come round any curve is a contour of some H: give several trials, or a whole turn"
	case !(change > quiet):
		return Conservative, sentence + ": the motion conserves energy"
	case negative > signed, l.decays && negative > 0.5: // noise gives a friction near zero either sign
		return Losses, fmt.Sprintf("%s: the motion loses energy, %s of its spread along a trial", sentence, share(change))
	case negative < 1-signed:
		return Gain, sentence + ": the motion gains energy"
	}
	return Gain, fmt.Sprintf("%s: energy is lost and gained (%.0f%% of the power takes it away)", sentence, 100*negative)
}

// open says that the rows are one trial of one position that does not come round: neither column goes twice through the
// middle of its range, from one quarter's distance of it to that on the other side, and no angle makes a turn.
func (d *dataset) open() bool {
	s := d.Train
	if s.Dim != 2 || s.Trials() > 1 || s.DX != nil && !d.estimated {
		return false
	}
	low, high := box(s)
	if d.angles != nil && high[0]-low[0] >= 2*math.Pi {
		return false
	}
	for j := range s.Dim {
		side, crossings := 0, 0
		for r := range s.Rows() {
			now := 0
			switch v := (s.X[r*s.Dim+j] - low[j]) / (high[j] - low[j]); {
			case v < 0.25:
				now = -1
			case v > 0.75:
				now = 1
			}
			if now != 0 && side != 0 && now != side {
				crossings++
			}
			if now != 0 {
				side = now
			}
		}
		if crossings > 1 {
			return false
		}
	}
	return true
}

// frictionless says that a try is the same closed form as another but for its friction.
func (t *LearningTry) frictionless(of *LearningTry) bool {
	a, b := &t.config, &of.config
	return a.Trainer == ClosedForm && b.Trainer == ClosedForm && a.Dissipation == "" && b.Dissipation != "" &&
		a.Closed.Features == b.Closed.Features && slices.Equal(a.Structure, b.Structure)
}

// needsLosses compares a form with losses with the same one without, on the held-out rows.
func (t *LearningTry) needsLosses(d *dataset, l *Learning) bool {
	marks, err := angles(d.angles, d.columns())
	if err != nil {
		return true
	}
	var m *model.Form[float64]
	switch t.config.Model {
	case lagrangian.Kind:
		if m, err = t.config.withoutFriction(d, marks[:len(marks)/2]); err != nil {
			return true
		}
	case formula.Kind:
		list, _, _, err := t.config.library(d.Train.Dim/2, marks[:len(marks)/2], formulaNames(d.columns()), d.lawUnits(&t.config))
		if err != nil {
			return true
		}
		o := fitformula.Options{Angles: marks[:len(marks)/2], Names: d.columns(), Prune: true, Conservative: true}
		var fitted *formula.Formula
		if d.scattered() {
			fitted, _, err = fitformula.Distil(asOneTrial(d.observed()), list, o)
		} else {
			var report *fitformula.Report
			if fitted, report, err = fitformula.Fit(d.observed(), list, o); err == nil {
				fitformula.Polish(fitted, d.observed(), report)
			}
		}
		if err != nil {
			return true
		}
		m = fitted.ModelForm()
	default:
		i := slices.IndexFunc(l.Tried, func(o LearningTry) bool { return o.field != nil && o.frictionless(t) })
		if i < 0 {
			return true
		}
		mean, se := apart(&l.Tried[i], t)
		return mean > 2*se && mean > 0
	}
	without := LearningTry{}
	r, err := new(Env).rolled(m.Field(), d)
	if err != nil || r == nil || r.Diverged > 0 || len(r.errors) != t.first {
		return true
	}
	without.errors, without.units = r.errors, r.of
	mean, se := apart(&without, t)
	return mean > 2*se && mean > 0
}

// without tells, where no Hamiltonian form in these coordinates follows the rows, what a field without structure says.
func (l *Learning) without(free *LearningTry, d *dataset) (Class, string) {
	if t := l.of(poisson.Kind); t != nil {
		if s := t.system; s != nil {
			m, se := apart(t, free)
			if m < math.Log(asGood)+2*se || float64(t.Error) < tie {
				jacobi := fmt.Sprintf("Jacobi's identity holds to %.1e of its terms, so it is a Poisson system", s.Jacobi)
				if s.Jacobi > jacobiHolds {
					jacobi = fmt.Sprintf("Jacobi's identity does not hold (%.2g of its terms), so that it is no Poisson system", s.Jacobi)
				}
				return Poisson, fmt.Sprintf("the motion conserves an energy and is dx/dt = J(x) grad H in these columns, which are not canonical (%s of the range, a field without structure %s); %s", share(float64(t.Error)), share(float64(free.Error)), jacobi)
			}
		}
	}
	off := fmt.Sprintf("no Hamiltonian form in these coordinates follows the rows%s, and a field without structure does (%s of the range)", l.bestForm(), share(float64(free.Error)))
	if d.Train.Dim == 2 {
		// In a plane every field is J grad H with friction, and its divergence the friction's: it tells the sign.
		switch negative := contraction(free.field, d); {
		case negative > signed:
			return Losses, off + ": its divergence is negative at all rows, so that it loses energy"
		case negative < 1-signed:
			return Gain, off + ": its divergence is positive at all rows, so that it gains energy"
		default:
			return Gain, fmt.Sprintf("%s: its divergence changes sign (negative in %.0f%%), so that energy is lost and gained", off, 100*negative)
		}
	}
	return Other, off + ": the motion is none of those that conserve, lose or are driven within this library, or these columns are not positions and momenta or velocities"
}

func (l *Learning) bestForm() string {
	if t := l.best((*LearningTry).canonical); t != nil {
		return fmt.Sprintf(" (%s: %s)", t.Way, share(float64(t.Error)))
	}
	return ""
}

// contraction is the share of the divergence, over the training rows, that is negative.
func contraction(m *model.Field, d *dataset) float64 {
	if m.Jacobian == nil {
		return math.NaN()
	}
	jacobian, a := m.Jacobian(), make([]float64, m.Dim*m.Dim)
	var down, up float64
	for r := range d.Train.Rows() {
		jacobian(d.Train.X[r*m.Dim:(r+1)*m.Dim], nil, a)
		sum := 0.0
		for i := range m.Dim {
			sum += a[i*m.Dim+i]
		}
		if sum < 0 {
			down -= sum
		} else {
			up += sum
		}
	}
	if down+up == 0 {
		return 0.5
	}
	return down / (down + up)
}
