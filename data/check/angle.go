package check

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"hnn/data"
	"hnn/internal/shell"
)

var (
	angleName  = regexp.MustCompile(`(?i)^(o|theta|θ|phi|φ|psi|ψ|angle|winkel)([^a-z]|$)`)
	degreeName = regexp.MustCompile(`(?i)([\[(_ ]deg|°)`)
)

// NamesAngle reports whether a column's name is that of an angle in radians.
func NamesAngle(name string) bool {
	return angleName.MatchString(name) && !degreeName.MatchString(name)
}

const (
	// A coordinate that swings to and fro by more than this, at least so many times, turns
	// over and comes back; the H of an angle in radians is periodic, so that it would go on.
	widestSwing = 7.5
	leastSwings = 3
	// A wrapped coordinate jumps by at least this share of its range, and its steps are
	// jumps or less than the second share.
	wrapJump = 0.6
	wrapStep = 0.3
	// closePeriod is how far a wrap's period may be from a known one.
	closePeriod = 0.03
)

// angles says of every column why it looks like an angle, or nothing, and what is wrong with
// those that are. It returns the columns that jump by a turn.
func (r *Report) angles(s *data.Set, o Options) (wrapped []bool) {
	r.Angles, wrapped = make([]string, s.Dim), make([]bool, s.Dim)
	inRadians, inDegrees := s.Wrapped(2*math.Pi), s.Wrapped(360)
	gap, _ := s.Gap()
	parts := s.SplitAtGaps(gap)
	for j := range degrees(s) {
		name := s.ColumnName(j)
		marked := o.Angles != nil && o.Angles[j]
		period, jumps, steady := wrap(parts, j)
		wide := wideSwing(parts, j)
		coarse := coarseSteps(parts, j)
		const convert = "convert it to radians, its momentum and derivatives too"
		refuse := func(what, advice string) {
			r.add(Finding{Severity: Refusal, Column: name, Rows: jumps, What: what, Advice: advice})
		}
		switch {
		case inRadians[j]:
			r.Angles[j] = fmt.Sprintf("it jumps by 2 pi: training unwraps it and makes H periodic in it (--angle %s)", shell.Quote(name))
		case inDegrees[j]:
			r.Angles[j] = "it jumps by 360, as an angle in degrees: " + convert
			refuse(fmt.Sprintf("the column %s jumps by 360 as an angle in degrees does", name), convert)
		case steady && near(period, 360):
			r.Angles[j] = "it jumps by about 360, as an angle in degrees: " + convert
			refuse(fmt.Sprintf("the column %s jumps by about 360, %s, as an angle in degrees does", name, count(len(jumps), "time")), convert)
		case steady && near(period, 2*math.Pi):
			r.Angles[j] = fmt.Sprintf("it jumps by about 2 pi: --angle %s unwraps it and makes H periodic in it", shell.Quote(name))
			if !marked {
				refuse(fmt.Sprintf("the column %s jumps by about 2 pi, %s (%s), as an angle does that is measured within one turn", name, count(len(jumps), "time"), wheres(s, jumps)), fmt.Sprintf("--angle %s unwraps it", shell.Quote(name)))
			}
		case steady:
			r.Angles[j] = fmt.Sprintf("it jumps by about %.4g, nearly its whole range, as what is measured within one turn or a periodic box", period)
			refuse(fmt.Sprintf("the column %s jumps by about %.4g, nearly its whole range, %s (%s), and goes on as before: it is measured within %s", name, period, count(len(jumps), "time"), wheres(s, jumps), turnOf(period)),
				fmt.Sprintf("multiply an angle by 2 pi/%s and give --angle %s, or add the period where it jumps", turnNumber(period), shell.Quote(name)))
		case degreeName.MatchString(name):
			r.Angles[j] = "by its name it is in degrees: " + convert
			if marked {
				refuse(fmt.Sprintf("%s is in degrees by its name, and --angle takes radians", name), convert)
			}
		case wide && (marked || angleName.MatchString(name)):
			r.Angles[j] = "it swings to and fro by more than a turn, if it is in radians; if it is in degrees, " + convert
			if marked {
				f := Finding{Severity: Refusal, Column: name, What: fmt.Sprintf("%s swings to and fro by more than a turn, which an angle in radians does not: it seems to be in degrees", name), Advice: convert}
				if s.InputNames != nil || degrees(s) > 1 {
					// Others may drive it so, as the arms of a double pendulum do each other.
					f.Severity, f.What = Warning, fmt.Sprintf("%s swings to and fro by more than a turn: is it in degrees?", name)
				}
				r.add(f)
			}
		case angleName.MatchString(name) && spanOf(s, j) > widestSwing:
			span := spanOf(s, j)
			r.Angles[j] = fmt.Sprintf("by its name; it spans %.3g, in radians %.2g turns: if it is in radians, --angle %s makes H periodic in it; if it is in degrees, %s", span, span/(2*math.Pi), shell.Quote(name), convert)
		case angleName.MatchString(name):
			r.Angles[j] = fmt.Sprintf("by its name; --angle %s makes H periodic in it", shell.Quote(name))
		}
		if coarse > 0 && !inRadians[j] && (marked || angleName.MatchString(name)) {
			wrapped[j] = true
			r.add(Finding{Severity: Warning, Column: name, What: fmt.Sprintf("%s stays within one turn and has %s of more than half a turn: an angle that is sampled too coarsely to be unwrapped", name, count(coarse, "step")),
				Advice: "unwrap it by its rate before, or give more rows"})
		}
		wrapped[j] = wrapped[j] || inRadians[j] || inDegrees[j] || steady
	}
	return wrapped
}

func near(v, want float64) bool { return math.Abs(v/want-1) < closePeriod }

// turnOf says what a period may be.
func turnOf(period float64) string {
	switch {
	case near(period, 1):
		return "1, as turns are"
	case near(period, 2):
		return "2, as half turns are"
	case near(period, 400):
		return "400, as gradians are"
	case near(period, 180):
		return "180, as half a turn in degrees"
	case near(period, math.Pi):
		return "pi, as half a turn in radians"
	}
	if n := math.Round(math.Log2(period)); n >= 6 && near(period, math.Exp2(n)) {
		return fmt.Sprintf("%.0f, as an encoder's counts are", math.Exp2(n))
	}
	return "a turn of other units, or a periodic box"
}

func turnNumber(period float64) string {
	if n := math.Round(math.Log2(period)); n >= 6 && near(period, math.Exp2(n)) {
		return fmt.Sprintf("%.0f", math.Exp2(n))
	}
	for _, p := range []float64{1, 2, 180, 400} {
		if near(period, p) {
			return fmt.Sprint(p)
		}
	}
	return fmt.Sprintf("%.4g", period)
}

// wrap looks for jumps of column j by nearly its whole range after which it goes on at the
// rate it had before, as what is measured within one period does. It returns the period and
// the rows that are jumped to; steady says that there are such.
func wrap(s *data.Set, j int) (period float64, rows []int, steady bool) {
	x := func(i int) float64 { return s.X[i*s.Dim+j] }
	low, high := math.Inf(1), math.Inf(-1)
	for i := range s.Rows() {
		low, high = min(low, x(i)), max(high, x(i))
	}
	if !(high > low) {
		return 0, nil, false
	}
	var periods []float64
	agree, judged, between := 0, 0, 0
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		for i := lo + 1; i < hi; i++ {
			step := x(i) - x(i-1)
			switch size := math.Abs(step) / (high - low); {
			case size > wrapJump:
			case size > wrapStep:
				between++
				continue
			default:
				continue
			}
			rows = append(rows, i)
			if i-1 <= lo || i+1 >= hi {
				continue
			}
			before, after := x(i-1)-x(i-2), x(i+1)-x(i)
			judged++
			if before*after > 0 && before*step < 0 && math.Abs(before-after) < 0.5*(math.Abs(before)+math.Abs(after)) {
				agree++
				periods = append(periods, math.Abs((before+after)/2-step))
			}
		}
	}
	if agree == 0 || between > len(rows)/10 || 5*agree < 4*judged {
		return 0, nil, false
	}
	return median(periods), rows, true
}

// coarseSteps counts the steps of more than half a turn of a column that stays within one
// turn and fills it.
func coarseSteps(s *data.Set, j int) int {
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for trial := range s.Trials() {
		for i := s.Offsets[trial]; i < s.Offsets[trial+1]; i++ {
			v := s.X[i*s.Dim+j]
			low, high = min(low, v), max(high, v)
			if i > s.Offsets[trial] && math.Abs(v-s.X[(i-1)*s.Dim+j]) > math.Pi {
				n++
			}
		}
	}
	const slack = 0.1
	within := low > -math.Pi-slack && high < math.Pi+slack || low > -slack && high < 2*math.Pi+slack
	if !within || high-low < 0.8*2*math.Pi {
		return 0
	}
	return n
}

// spanOf is the range of column j.
func spanOf(s *data.Set, j int) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i := j; i < len(s.X); i += s.Dim {
		low, high = min(low, s.X[i]), max(high, s.X[i])
	}
	return high - low
}

// wideSwing reports whether column j swings to and fro by more than an angle in radians does.
func wideSwing(s *data.Set, j int) bool {
	if spanOf(s, j) < widestSwing {
		return false
	}
	var spans []float64
	for trial := range s.Trials() {
		_, x, _ := s.Trial(trial)
		spans = append(spans, spansOf(x, s.Dim, j)...)
	}
	slices.Sort(spans)
	return len(spans) >= leastSwings && spans[len(spans)/2] > widestSwing
}
