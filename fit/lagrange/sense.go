package lagrange

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/fit/shoot"
	"hnn/internal/posdef"
	"hnn/model/lagrangian"
)

// Sensing is what the columns of a state (Dim) show of it: Gain times it and Offset, within standard errors, 1 and 0 of one that
// is right, or as right as the rows can tell.
type Sensing struct {
	Gain, GainErrors, Offset, OffsetErrors []float64
	// Offsets are those of each trial (trials x Dim, row-major), Offset being their mean; nil where all trials have one.
	Offsets []float64
	// Terms is the number of terms of the law beside it, Before that without.
	Terms, Before int
}

const (
	// sensedErrors is how many standard errors a gain must be from one, or an offset from zero.
	sensedErrors = 5
	// offsetPrior and gainPrior are the standard errors of an offset, in spreads, and of a gain before anything is known:
	// what the law's terms may stand for as well stays near zero until terms are left out.
	offsetPrior, gainPrior = 0.3, 0.1
	// mostSensed bounds the offsets of trials.
	mostSensed = 200
)

// SenseOptions say which of the sensors' numbers are measured. OfTrials gives every trial offsets of its own, whatever the
// criterion says of them.
type SenseOptions struct{ Gains, Offsets, OfTrials bool }

// Sense measures the gains and offsets of columns by the simulation error, as parameters beside those of a law that was polished
// (see Polish), which it leaves. Gains are those of angles and of velocities: that of a length is in the law's coefficients.
// A law takes a shift of its positions up by more terms, as cosines by sines, so that terms are left out one after the other
// with the gains and offsets beside them, as long as the criterion of Schwarz (1978) falls; it is nil where that ends with no
// gain and no offset, as where there is one term less for one offset: the rows do not tell which it is.
func Sense(l *lagrangian.Lagrangian, s *data.Set, r *Report, angles []bool, o SenseOptions) *Sensing {
	if r.Polished == nil || r.Polished.Window == 0 || r.Coarse || len(l.Harmonics) > 0 {
		return nil
	}
	n := l.N
	f := &sensed{l: l, s: s, r: r, noise: r.noise(s, n), spread: s.Spread(), Report: r.Polished}
	free, _ := r.known.free(l)
	before := f.fit(free, nil)
	if before == nil {
		return nil
	}
	before = before.pruned(false)
	var sensors []place
	for i := range s.Dim {
		if f.noise[i] == 0 {
			continue
		}
		if o.Gains && (i >= n || len(angles) > i && angles[i]) {
			sensors = append(sensors, place{i, -1, true})
		}
		if o.OfTrials {
			sensors = append(sensors, f.ofTrials(i)...)
		} else if o.Offsets {
			sensors = append(sensors, place{i, -1, false})
		}
	}
	if len(sensors) > mostSensed {
		return nil
	}
	best := f.fit(free, sensors)
	if best == nil {
		return nil
	}
	// Terms first: a sensor that terms stand for would be missed by nothing.
	best = best.pruned(false).pruned(true)
	var weak []int
	for i, p := range best.sensors {
		if at := len(best.free) + i; p.trial < 0 && math.Abs(best.values[at]) < sensedErrors*best.Errors[at] {
			weak = append(weak, at)
		}
	}
	if len(weak) > 0 {
		if best = best.without(weak); best == nil {
			return nil
		}
	}
	if len(best.sensors) == 0 || !(best.criterion() < before.criterion()-sensedErrors) {
		return nil
	}
	return best.sensing(len(before.free))
}

// place is what a parameter of the sensors is: the gain or the offset of a column, of one trial or, -1, of all.
type place struct {
	column, trial int
	gain          bool
}

// ofTrials are the offsets of all trials of a column.
func (f *sensed) ofTrials(column int) []place {
	var out []place
	for k := range f.s.Trials() {
		out = append(out, place{column, k, false})
	}
	return out
}

// OffsetsOfTrials measures what Sense does of trials by a law as it is: of trials that were not learned from. It returns them
// (trials x Dim, row-major); nil where that fails.
func OffsetsOfTrials(l *lagrangian.Lagrangian, s *data.Set, r *Report) []float64 {
	f := &sensed{l: l, s: s, r: r, noise: r.noise(s, l.N), spread: s.Spread(), Report: r.Polished, given: true}
	var sensors []place
	for i := range s.Dim {
		if f.noise[i] > 0 {
			sensors = append(sensors, f.ofTrials(i)...)
		}
	}
	if r.Polished == nil || r.Polished.Window == 0 || len(sensors) == 0 {
		return nil
	}
	if f = f.fit(nil, sensors); f == nil {
		return nil
	}
	return f.sensing(0).Offsets
}

// sensed is a fit of a law's coefficients together with sensors.
type sensed struct {
	*shoot.Report
	l             *lagrangian.Lagrangian
	s             *data.Set
	r             *Report
	noise, spread []float64
	free          []int     // coefficients
	sensors       []place   // parameters after these
	values        []float64 // of both
	given         bool      // the law stays as it is
}

// fit is a fit of some coefficients and sensors, which begins where the last one ended; nil where it fails.
func (f *sensed) fit(free []int, sensors []place) *sensed {
	l := *f.l
	l.Coefficients = make([]float64, len(f.l.Coefficients))
	for _, c := range free {
		l.Coefficients[c] = f.l.Coefficients[c]
	}
	for c, v := range f.r.known.numbers() {
		l.Coefficients[c] = v
	}
	after := f.Report
	if f.given {
		l.Coefficients, after = f.l.Coefficients, nil
	}
	sys := system(&l, free, !f.r.Forced && !f.given)
	priors := make([]shoot.Prior, len(free), len(free)+len(sensors))
	for i, c := range free {
		priors[i] = f.r.known.prior(c)
	}
	sys.Sensors = make([][]shoot.Sensor, f.s.Trials())
	for k := range sys.Sensors {
		sys.Sensors[k] = slices.Repeat([]shoot.Sensor{shoot.Faithful}, 2*l.N)
	}
	for _, p := range sensors {
		at := len(sys.Parameters)
		sys.Parameters = append(sys.Parameters, f.value(p))
		prior := shoot.Prior{Error: gainPrior}
		if !p.gain {
			prior.Error = offsetPrior * f.spread[p.column]
		}
		priors = append(priors, prior)
		for k, trial := range sys.Sensors {
			switch {
			case p.trial >= 0 && p.trial != k:
			case p.gain:
				trial[p.column].Gain = at
			default:
				trial[p.column].Offset = at
			}
		}
	}
	report := shoot.Fit(sys, measured(&l, f.s, f.r), shoot.Options{Noise: f.noise, Windows: []int{f.r.Polished.Window}, Step: rollStep(f.r), Priors: priors, After: after})
	if report.Window == 0 || report.Errors == nil {
		return nil
	}
	out := *f
	out.Report, out.l, out.free, out.sensors, out.values = report, &l, free, sensors, sys.Parameters
	return &out
}

// value is that of a sensor's parameter, 0 of one that there is not.
func (f *sensed) value(p place) float64 {
	if i := slices.Index(f.sensors, p); i >= 0 {
		return f.values[len(f.free)+i]
	}
	return 0
}

// numbers is how many were measured.
func (f *sensed) numbers() float64 {
	count := 0
	for _, v := range f.noise {
		if v > 0 {
			count += f.s.Rows()
		}
	}
	return float64(count)
}

// criterion is that of Schwarz, less for the better law.
func (f *sensed) criterion() float64 {
	return f.numbers()*math.Log(f.After) + float64(len(f.values))*math.Log(f.numbers())
}

// pruned is the fit without coefficients, or sensors, that the criterion does not pay for.
func (f *sensed) pruned(sensors bool) *sensed {
	// The residuals are linear near the last fit alone: of what they say may go some goes, or more, as the next fit shows.
	for _, times := range []float64{1, 10, 100} {
		for share := 1; share <= 4; {
			drop := f.needless(sensors, times)
			drop = drop[:(len(drop)+share-1)/share]
			if len(drop) == 0 {
				break
			}
			if next := f.without(drop); next != nil && next.criterion() < f.criterion() {
				f = next
				continue
			}
			if share *= 2; times > 1 {
				break
			}
		}
	}
	return f
}

// needless are the coefficients, or the sensors, as many as may go, the loss of each of which costs less than so many times what
// the criterion pays for it, in the order in which they are missed least: so far as the residuals are linear in them. The offsets
// of trials stay, and so do what is known of coefficients and the diagonal of M.
func (f *sensed) needless(sensors bool, times float64) []int {
	var out, left []int
	for i := range f.values {
		switch at := i - len(f.free); {
		case sensors && at >= 0 && f.sensors[at].trial < 0, !sensors && at < 0 && f.r.known.prior(f.free[i]).Error == 0 && !f.diagonal(f.free[i]):
			left = append(left, i)
		}
	}
	all, lost := len(f.values), 0.0
	for len(left) > 0 {
		least, which := math.Inf(1), 0
		for k, i := range left {
			if v := f.missed(append(slices.Clone(out), i), all); v < least {
				least, which = v, k
			}
		}
		if !(least-lost < times*math.Log(f.numbers())) {
			break
		}
		lost = least
		out, left = append(out, left[which]), slices.Delete(left, which, which+1)
	}
	return out
}

// missed is what the loss of some parameters costs (the statistic of Wald).
func (f *sensed) missed(some []int, all int) float64 {
	k := len(some)
	sigma, v := mat.NewSymDense(k, nil), make([]float64, k)
	for a, i := range some {
		unit := math.Max(f.Errors[i], 1e-300)
		v[a] = f.values[i] / unit
		for b := a; b < k; b++ {
			j := some[b]
			sigma.SetSym(a, b, f.Covariance[i*all+j]/unit/math.Max(f.Errors[j], 1e-300))
		}
		sigma.SetSym(a, a, 1+1e-9)
	}
	x, ok := posdef.Solve(sigma, v)
	if !ok {
		return math.Inf(1)
	}
	sum := 0.0
	for a := range x {
		sum += x[a] * v[a]
	}
	return sum
}

// diagonal reports whether a coefficient is one of the diagonal of M.
func (f *sensed) diagonal(c int) bool {
	k := f.l.Library.Size()
	pairs := f.l.MassPairs()
	return c < k*len(pairs) && pairs[c/k][0] == pairs[c/k][1] && c%k == f.l.Library.Constant
}

// without is the fit without some parameters.
func (f *sensed) without(some []int) *sensed {
	var free []int
	var sensors []place
	for i := range f.values {
		switch at := i - len(f.free); {
		case slices.Contains(some, i):
		case at < 0:
			free = append(free, f.free[i])
		default:
			sensors = append(sensors, f.sensors[at])
		}
	}
	return f.fit(free, sensors)
}

// sensing is what the fit says of the columns.
func (f *sensed) sensing(before int) *Sensing {
	d := f.s.Dim
	out := &Sensing{Gain: make([]float64, d), GainErrors: make([]float64, d), Offset: make([]float64, d), OffsetErrors: make([]float64, d), Terms: len(f.free), Before: before}
	for i := range out.Gain {
		out.Gain[i] = 1
	}
	trials := float64(f.s.Trials())
	for i, p := range f.sensors {
		at := len(f.free) + i
		v, e := f.values[at], f.Errors[at]
		switch {
		case p.gain:
			out.Gain[p.column], out.GainErrors[p.column] = 1+v, e
		case p.trial < 0:
			out.Offset[p.column], out.OffsetErrors[p.column] = v, e
		default:
			if out.Offsets == nil {
				out.Offsets = make([]float64, f.s.Trials()*d)
			}
			out.Offsets[p.trial*d+p.column] = v
			out.Offset[p.column] += v / trials
			out.OffsetErrors[p.column] = math.Max(out.OffsetErrors[p.column], e)
		}
	}
	return out
}
