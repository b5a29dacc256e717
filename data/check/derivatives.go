package check

import (
	"fmt"
	"math"
	"strings"

	"hnn/data"
)

const (
	// From followed on, a column's changes are its derivative's integral but for a factor;
	// below unrelated they are not.
	followed  = 0.95
	unrelated = 0.5
	// wrongFactor is how far a factor must be from 1 to be wrong whatever the noise.
	wrongFactor = 1.3
	// longestLag bounds the rows over which changes are taken.
	longestLag = 256
	// leastChanges is how many changes are needed to tell.
	leastChanges = 8
)

// rate compares a column's changes with the integral of its derivative: over a number of
// rows, of all, the one over which the two agree best, so that noise counts least.
type rate struct {
	// times is what the integral is of the changes, by least squares; with an offset, after
	// a constant was added to the derivative.
	times, offset float64
	// agreement is the squared correlation, without and with the offset.
	agreement, withOffset float64
	// coarse is how far times is off by the integral's own error.
	coarse float64
	n      int
}

// derivatives compares given derivatives with the states, over the file's times.
func (r *Report) derivatives(s *data.Set) {
	if s.DX == nil {
		return
	}
	gap, _ := s.Gap()
	s = s.SplitAtGaps(gap)
	rates := make([]rate, s.Dim)
	var wrong, constant, unlike []int
	for j := range rates {
		rates[j] = compare(s, j, column{"", s.DX, s.Dim, j})
		switch q := rates[j]; {
		case q.n < leastChanges:
		case q.agreement >= followed:
			if slack := wrongFactor + 2*q.coarse; q.times < 1/slack || q.times > slack {
				wrong = append(wrong, j)
			}
		case q.withOffset >= followed && q.times > 1/wrongFactor && q.times < wrongFactor:
			constant = append(constant, j)
		case max(q.agreement, q.withOffset) < followed:
			unlike = append(unlike, j)
		default:
			wrong = append(wrong, j)
		}
	}
	name := func(j int) string { return "the derivative of " + s.ColumnName(j) }
	for _, j := range constant {
		r.add(Finding{Severity: Refusal, Column: s.ColumnName(j),
			What:   fmt.Sprintf("%s does not follow the column: over the file's times it is %.4g away from the rate at which %s changes", name(j), rates[j].offset, s.ColumnName(j)),
			Advice: "does an accelerometer's value hold gravity, or an offset? Take it away, or find derivatives from the states by --derivatives local-polynomial"})
	}
	for _, j := range unlike {
		f := Finding{Severity: Warning, Column: s.ColumnName(j),
			What:   fmt.Sprintf("%s does not follow the column: over the file's times its integral and the changes of %s agree to %.2f (1 is the same)", name(j), s.ColumnName(j), rates[j].agreement),
			Advice: "noisy or of another quantity; --derivatives local-polynomial finds derivatives from the states instead"}
		if max(rates[j].agreement, rates[j].withOffset) < unrelated {
			f.Severity = Refusal
		}
		r.add(f)
	}
	if len(wrong) == 0 {
		return
	}
	// One factor for all is the clock's.
	same := len(wrong) == s.Dim
	for _, j := range wrong {
		same = same && math.Abs(rates[j].times/rates[wrong[0]].times-1) < 0.1
	}
	var each []string
	for _, j := range wrong {
		each = append(each, fmt.Sprintf("%s is %s times the rate at which %s changes", name(j), factor(rates[j].times), s.ColumnName(j)))
		if same {
			break
		}
	}
	what := strings.Join(each, ", ")
	if same && len(wrong) > 1 {
		what = fmt.Sprintf("the derivatives are %s times the rates at which the states change", factor(rates[wrong[0]].times))
	}
	r.add(Finding{Severity: Refusal, What: "over the file's times " + what + ", so the two contradict each other",
		Advice: fmt.Sprintf("%s Give both in the same units, or find derivatives from the states by --derivatives local-polynomial", unitOf(rates[wrong[0]].times, same))})
}

// factor writes a factor in as many digits as it is known to.
func factor(v float64) string { return fmt.Sprintf("%.4g", v) }

// unitOf asks for the unit that a factor between derivatives and changes speaks of.
func unitOf(times float64, clock bool) string {
	if ask, known := askUnit(times, clock); known {
		return ask
	}
	if clock {
		return "is t in the unit of time that the derivatives have?"
	}
	return "is its unit that of the state over that of t?"
}

// askUnit asks for the units that are a factor apart, where it is known; one that all columns share may be the clock's.
func askUnit(times float64, clock bool) (ask string, known bool) {
	for _, u := range []struct {
		factor float64
		clock  bool
		ask    string
	}{
		{-1, false, "is its sign wrong?"},
		{1e3, true, "is t in ms?"}, {1e6, true, "is t in microseconds?"}, {1e9, true, "is t in nanoseconds?"},
		{60, true, "is t in seconds and are they per minute, or the reverse?"}, {3600, true, "are they per hour?"}, {1. / 60, true, "is t in minutes?"}, {1. / 3600, true, "is t in hours?"},
		{1e-3, true, "are they per millisecond?"}, {2 * math.Pi, false, "radians or turns?"}, {1 / (2 * math.Pi), false, "radians or turns?"},
		{180 / math.Pi, false, "degrees or radians?"}, {math.Pi / 180, false, "degrees or radians?"},
		{1 / 9.80665, false, "is it in g (1 g is 9.81 m/s^2)?"}, {9.80665, false, "is the state in g (1 g is 9.81 m/s^2)?"},
		{1e3, false, "is one in thousandths (mm, ms) of the other's unit?"}, {1e-3, false, "is one in thousandths (mm, ms) of the other's unit?"},
		{100, false, "is one in cm and the other in m?"}, {0.01, false, "is one in cm and the other in m?"},
		{3.6, false, "is it in km/h and the state in m?"}, {25.4, false, "mm or inches?"}, {1 / 25.4, false, "mm or inches?"},
	} {
		if math.Abs(times/u.factor-1) < sameFactor && (clock || !u.clock) {
			return u.ask, true
		}
	}
	return "", false
}

// compare compares state column j with a column that may be its derivative.
func compare(s *data.Set, j int, derivative column) rate {
	best := rate{}
	for lag := 1; lag <= longestLag; lag *= 2 {
		q := lagged(s, j, derivative, lag, 1)
		if q.n < leastChanges {
			break
		}
		if q.agreement > best.agreement || best.n == 0 {
			best.times, best.agreement, best.n, best.coarse = q.times, q.agreement, q.n, 0
			// Leaving out every second row makes the trapezia's error four times what it is.
			if half := lagged(s, j, derivative, lag, 2); lag > 1 && half.n >= leastChanges {
				best.coarse = math.Abs(half.times/q.times - 1)
			} else if half := lagged(s, j, derivative, 2, 2); lag == 1 && half.n >= leastChanges {
				best.coarse = math.Abs(half.times/q.times - 1)
			}
		}
		if q.withOffset > best.withOffset {
			best.withOffset, best.offset = q.withOffset, q.offset
			if best.agreement < followed {
				best.times = q.times
			}
		}
	}
	return best
}

// lagged compares over a lag of rows, with trapezia over steps of a number of rows.
func lagged(s *data.Set, j int, derivative column, lag, stride int) rate {
	// Sums over changes c, integrals g and times h.
	var cc, cg, ch, gg, gh, hh float64
	n := 0
	for trial := range s.Trials() {
		t, x, _ := s.Trial(trial)
		first := s.Offsets[trial]
		sums := make([]float64, len(t)) // integral from the first row of the same phase
		for i := stride; i < len(t); i++ {
			sums[i] = sums[i-stride] + (derivative.value(first+i)+derivative.value(first+i-stride))/2*(t[i]-t[i-stride])
		}
		for i := lag; i < len(t); i++ {
			c, g, h := x[i*s.Dim+j]-x[(i-lag)*s.Dim+j], sums[i]-sums[i-lag], t[i]-t[i-lag]
			cc, cg, ch, gg, gh, hh = cc+c*c, cg+c*g, ch+c*h, gg+g*g, gh+g*h, hh+h*h
			n++
		}
	}
	q := rate{n: n}
	if !(cc > 0 && gg > 0) || math.IsInf(cc*gg*hh, 1) {
		return rate{}
	}
	q.agreement = cg / cc * cg / gg
	q.times = cg / cc // the integral by the changes
	if cg != 0 && q.agreement < 0.999 {
		q.times = math.Copysign(math.Sqrt(gg/cc), cg) // noise in either counts alike
	}
	q.withOffset = q.agreement
	// The integral is a multiple of the changes and of the time that passed.
	if det := cc*hh - ch*ch; det > 1e-6*cc*hh {
		a, b := (cg*hh-gh*ch)/det, (gh*cc-cg*ch)/det
		left := gg - a*cg - b*gh
		// What is explained of the integral beyond the offset.
		beyond := gg - gh*gh/hh
		if beyond > 0 && b*b*hh > 0.05*gg {
			q.withOffset, q.offset = 1-max(left, 0)/beyond, b
			if q.withOffset > followed && q.agreement < followed {
				q.times = a
			}
		}
	}
	return q
}
