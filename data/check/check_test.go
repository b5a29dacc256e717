package check

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
)

// motion is a set of one trial whose rows are f at even times.
func motion(n int, dt float64, names []string, f func(t float64) []float64) *data.Set {
	s := &data.Set{Dim: len(names), Names: names, Offsets: []int{0, n}, PositionsOnly: len(names) == 1}
	for i := range n {
		t := float64(i) * dt
		s.T, s.X = append(s.T, t), append(s.X, f(t)...)
	}
	return s
}

func oscillation(t float64) []float64 { return []float64{math.Cos(t), -math.Sin(t)} }

var qp = []string{"q", "p"}

// gravest is the first finding's severity and sentence.
func gravest(s *data.Set, o Options) (Severity, string) {
	r := Observations(s, o)
	if len(r.Findings) == 0 {
		return -1, ""
	}
	return r.Findings[0].Severity, strings.Join(r.Warnings(Note), "\n")
}

// Clean motions are not warned of, whatever their noise, sampling and shape.
func TestNothingIsFound(t *testing.T) {
	rng := stream.New(1, "clean")
	noisy := func(f func(t float64) []float64, sigma float64) func(t float64) []float64 {
		return func(t float64) []float64 {
			x := f(t)
			for j := range x {
				x[j] += sigma * rng.NormFloat64()
			}
			return x
		}
	}
	withRates := func(s *data.Set, sigma float64) *data.Set {
		for i := 0; i < len(s.X); i += 2 {
			s.DX = append(s.DX, s.X[i+1]+sigma*rng.NormFloat64(), -s.X[i]+sigma*rng.NormFloat64())
		}
		return s
	}
	// Close to the separatrix of a pendulum the motion is slow but for short moments.
	separatrix := func(t float64) []float64 {
		u := math.Mod(t, 20) - 10
		return []float64{4*math.Atan(math.Exp(u)) - math.Pi, 2 / math.Cosh(u)}
	}
	for name, s := range map[string]*data.Set{
		"fine":                motion(1000, 0.05, qp, oscillation),
		"four rows a turn":    motion(200, 1.5, qp, oscillation),
		"noise of a tenth":    motion(5000, 0.05, qp, noisy(oscillation, 0.1)),
		"noise of a third":    motion(5000, 0.05, qp, noisy(oscillation, 0.3)),
		"rates":               withRates(motion(1000, 0.05, qp, oscillation), 0),
		"five rows a turn":    withRates(motion(300, 1.25, qp, oscillation), 0),
		"noisy rates":         withRates(motion(3000, 0.05, qp, noisy(oscillation, 0.05)), 0.1),
		"near the separatrix": motion(190, 0.1, qp, separatrix),
		"whole numbers": motion(1000, 0.05, qp, func(t float64) []float64 {
			return []float64{math.Round(40 * math.Cos(t)), math.Round(-40 * math.Sin(t))}
		}),
		"a growing motion": motion(100, 0.1, qp, func(t float64) []float64 { return []float64{math.Exp(t), math.Exp(t)} }),
		"a rotation":       motion(1000, 0.05, []string{"theta", "p"}, func(t float64) []float64 { return []float64{2*t + 0.3*math.Sin(2*t), 2 + 0.6*math.Cos(2*t)} }),
		"a few rows":       motion(3, 0.1, qp, oscillation),
	} {
		if _, text := gravest(s, Options{Velocities: true}); text != "" {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// Derivatives in other units, of the other sign, or of other quantities are refused with
// the factor, at every noise that leaves it visible.
func TestDerivatives(t *testing.T) {
	rng := stream.New(1, "derivatives")
	for _, test := range []struct {
		name           string
		times, q, p, b float64 // factors of t, dq and dp, and what is added to dp
		noise, rates   float64
		severity       Severity
		want           string
	}{
		{"t in ms", 1e3, 1, 1, 0, 0, 0, Refusal, "is t in ms?"},
		{"t in ms, noisy", 1e3, 1, 1, 0, 0.02, 0.02, Refusal, "is t in ms?"},
		{"t in microseconds", 1e6, 1, 1, 0, 0, 0, Refusal, "microseconds"},
		{"t in minutes", 1. / 60, 1, 1, 0, 0, 0, Refusal, "minutes"},
		{"wrong sign", 1, 1, -1, 0, 0, 0, Refusal, "is its sign wrong?"},
		{"in g", 1, 1, 1 / 9.80665, 0, 0, 0, Refusal, "in g"},
		{"in g, noisy", 1, 1, 1 / 9.80665, 0, 0.01, 0.01, Refusal, "in g"},
		{"degrees", 1, 180 / math.Pi, 1, 0, 0, 0, Refusal, "degrees or radians"},
		{"twice", 1, 2, 1, 0, 0, 0, Refusal, "2 times the rate"},
		{"with gravity", 1, 1, 1, 9.81, 0, 0, Refusal, "9.81 away from"},
		{"noise alone", 1, 1, 0, 0, 0, 1, Refusal, "agree to 0."},
		{"noise half", 1, 1, 1, 0, 0, 30, Warning, "noisy or of another quantity"},
	} {
		s := motion(1000, 0.05, qp, oscillation)
		for i := range s.T {
			x := s.X[2*i : 2*i+2]
			s.DX = append(s.DX, test.q*x[1], -test.p*x[0]+test.b+test.rates*rng.NormFloat64())
			s.T[i] *= test.times
			x[0] += test.noise * rng.NormFloat64()
		}
		if severity, text := gravest(s, Options{}); !strings.Contains(text, test.want) || severity < test.severity {
			t.Errorf("%s: %v %q, want %v %q", test.name, severity, text, test.severity, test.want)
		}
	}
}

// Values that no measurement gives are named with their rows.
func TestFar(t *testing.T) {
	for _, test := range []struct {
		value    float64
		severity Severity
	}{{-9999, Refusal}, {999, Refusal}, {99999, Refusal}, {1e20, Refusal}, {9.96921e36, Refusal}, {-32768, Refusal}, {65535, Refusal}, {1e30, Refusal}, {-999.25, Refusal}, {37.5, Refusal}} {
		s := motion(300, 0.1, qp, oscillation)
		for _, row := range []int{66, 121, 200} {
			s.X[2*row] = test.value
		}
		r := Observations(s, Options{})
		if len(r.Findings) == 0 || r.Findings[0].Severity != test.severity || !slices.Equal(r.Far, []int{66, 121, 200}) || !strings.Contains(r.Findings[0].What, "row 67 (t = 6.6)") {
			t.Errorf("%v: %v in %v", test.value, r.Findings, r.Far)
		}
		if left := Observations(s.Without(r.Far), Options{}); len(left.Findings) > 0 {
			t.Errorf("%v: without these rows %v", test.value, left.Findings)
		}
	}
	// A value within the range is off the motion and back.
	s := motion(300, 0.1, qp, oscillation)
	s.X[2*60], s.X[2*125] = 0, 0
	if severity, text := gravest(s, Options{}); severity != Warning || !strings.Contains(text, "2 rows are out of the motion") || !strings.Contains(text, "row 61 ") {
		t.Errorf("zeros: %v %q", severity, text)
	}
	for i := 60; i < 65; i++ {
		s.X[2*i] = 0
	}
	if _, text := gravest(s, Options{}); !strings.Contains(text, "q jumps to 0, holds it for 5 rows from row 61 ") {
		t.Errorf("a block of zeros: %q", text)
	}
}

// Rows that repeat, a sensor that is stuck or clipped, and a system that is held first.
func TestRepeated(t *testing.T) {
	s := motion(400, 0.05, qp, oscillation)
	for i := 20; i < 400; i += 40 {
		copy(s.X[2*i:2*i+2], s.X[2*i-2:2*i])
	}
	if _, text := gravest(s, Options{}); !strings.Contains(text, "10 rows repeat the one before") {
		t.Errorf("repeated rows: %q", text)
	}
	s = motion(400, 0.05, qp, oscillation)
	for i := 100; i < 130; i++ {
		s.X[2*i] = s.X[2*100]
	}
	if _, text := gravest(s, Options{}); !strings.Contains(text, "in 30 rows on end from row 101") {
		t.Errorf("a stuck sensor: %q", text)
	}
	s = motion(400, 0.05, qp, func(t float64) []float64 { return []float64{min(math.Cos(t), 0.7), -math.Sin(t)} })
	if _, text := gravest(s, Options{}); !strings.Contains(text, "clipped") {
		t.Errorf("a clipped sensor: %q", text)
	}
	s = motion(400, 0.05, qp, func(t float64) []float64 { return oscillation(max(t, 2)) })
	if _, text := gravest(s, Options{}); !strings.Contains(text, "nothing moves in the first 41 rows") {
		t.Errorf("held at first: %q", text)
	}
}

// Frames that are stored several times over are said; numbers that are rounded, and a motion
// that is slow at its turns, are none.
func TestRepeatedFrames(t *testing.T) {
	for _, k := range []int{1, 2, 3, 5, 10, 20} {
		for _, first := range []int{0, 1} {
			s := motion(600, 0.03, qp, func(t float64) []float64 {
				return oscillation(math.Floor((math.Round(t/0.03)+float64(first))/float64(k)) * float64(k) * 0.03)
			})
			r := Observations(s, Options{})
			if want := fmt.Sprintf("every state is stored %d times over", k); k == 1 && len(r.Findings) > 0 || k > 1 && (len(r.Findings) != 1 || !strings.Contains(r.Findings[0].What, want)) {
				t.Errorf("%d rows a frame from %d: %v", k, first, r.Findings)
			}
		}
	}
	// 30 frames a second in rows of 100 a second.
	s := motion(600, 0.01, qp, func(t float64) []float64 { return oscillation(3 * math.Floor(30*t+1e-9) / 30) })
	if _, text := gravest(s, Options{}); !strings.Contains(text, "nothing moves for about 3 rows") {
		t.Errorf("30 in 100: %q", text)
	}
	for name, f := range map[string]func(t float64) []float64{
		"rounded": func(t float64) []float64 {
			x := oscillation(t)
			return []float64{math.Round(20*x[0]) / 20, math.Round(20*x[1]) / 20}
		},
		"rounded, even": func(t float64) []float64 { return []float64{math.Floor(t/0.09 + 1e-9), math.Floor(t/0.09 + 1e-9)} },
		"one column": func(t float64) []float64 {
			x := oscillation(t)
			return []float64{x[0], oscillation(math.Floor(t/0.09+1e-9) * 0.09)[1]}
		},
	} {
		if r := Observations(motion(600, 0.03, qp, f), Options{}); slices.ContainsFunc(r.Findings, func(f Finding) bool { return strings.Contains(f.What, "times over") }) {
			t.Errorf("%s: %v", name, r.Findings)
		}
	}
}

// Experiments on one clock and impacts are jumps, which a noise of a fifth hides nothing of.
func TestJumps(t *testing.T) {
	rng := stream.New(1, "jumps")
	for _, sigma := range []float64{0, 0.003} {
		for _, rows := range []int{12, 40, 100} {
			s := motion(400, 0.1, qp, func(t float64) []float64 {
				trial := math.Floor(t/0.1/float64(rows) + 1e-9)
				x := oscillation(t - trial*0.1*float64(rows))
				a := 1 + math.Mod(trial, 3)
				return []float64{a*x[0] + sigma*rng.NormFloat64(), a*x[1] + sigma*rng.NormFloat64()}
			})
			r := Observations(s, Options{SplitAtJumps: true})
			jumps := 0
			for i := rows; i < 400; i += rows {
				if slices.Contains(r.Jumps, i) {
					jumps++
				}
			}
			if jumps != (400-1)/rows || len(r.Jumps) != jumps || len(r.Findings) != 1 {
				t.Errorf("trials of %d rows, noise %v: jumps at %v, %v", rows, sigma, r.Jumps, r.Findings)
			}
		}
	}
	ball := motion(400, 0.01, []string{"y", "vy"}, func(t float64) []float64 {
		const up = 2 // the time of flight
		u := math.Mod(t+1, up) - 1
		return []float64{9.81 / 2 * (1 - u*u), -9.81 * u}
	})
	if _, text := gravest(ball, Options{}); !strings.Contains(text, "as at an impact") || !strings.Contains(text, "2 times") {
		t.Errorf("a bouncing ball: %q", text)
	}
}

// A current that follows a voltage's steps within a row is no jump of the state; one that jumps by itself is.
func TestJumpsOfInputs(t *testing.T) {
	volts := func(t float64) float64 { return math.Mod(math.Floor(t/0.2+1e-9)*7, 5) - 2 }
	s := motion(400, 0.01, []string{"omega", "current"}, func(t float64) []float64 {
		return []float64{math.Sin(t), 2*volts(t) - 0.3*math.Sin(t)}
	})
	s.FirstOrder = true
	if r := Observations(s, Options{}); len(r.Jumps) == 0 {
		t.Error("the input is not known, and no jump is seen")
	}
	s.InputNames = []string{"voltage"}
	for _, t := range s.T {
		s.Inputs = append(s.Inputs, volts(t))
	}
	if r := Observations(s, Options{}); len(r.Jumps) != 0 {
		t.Errorf("jumps at %v", r.Jumps)
	}
}

// What is measured within a period is unwrapped, or refused with the period.
func TestAngles(t *testing.T) {
	turning := func(period float64) func(t float64) []float64 {
		return func(t float64) []float64 {
			return []float64{math.Remainder((2*t+0.3*math.Sin(2*t))/(2*math.Pi), 1) * period, 2 + 0.6*math.Cos(2*t)}
		}
	}
	rng := stream.New(1, "angles")
	noisy := func(f func(t float64) []float64, sigma float64) func(t float64) []float64 {
		return func(t float64) []float64 { x := f(t); x[0] += sigma * rng.NormFloat64(); return x }
	}
	swing := func(a float64) func(t float64) []float64 {
		return func(t float64) []float64 { return []float64{a * math.Cos(t), -a * math.Sin(t)} }
	}
	for _, test := range []struct {
		name, column string
		motion       func(t float64) []float64
		marked       bool
		severity     Severity
		want         string
	}{
		{"radians", "theta", turning(2 * math.Pi), false, -1, ""},
		{"noisy radians", "theta", noisy(turning(2*math.Pi), 0.05), false, -1, ""},
		{"degrees", "theta", turning(360), false, Refusal, "jumps by 360"},
		{"noisy degrees", "theta", noisy(turning(360), 2), false, Refusal, "360"},
		{"counts", "q", turning(4096), false, Refusal, "within 4096, as an encoder's counts are"},
		{"turns", "q", turning(1), false, Refusal, "within 1, as turns are"},
		{"half turns", "q", turning(2), false, Refusal, "within 2, as half turns are"},
		{"gradians", "q", turning(400), false, Refusal, "gradians"},
		{"a periodic box", "x", turning(7.3), false, Refusal, "jumps by about 7.3"},
		{"degrees by name", "theta_deg", swing(40), true, Refusal, "in degrees by its name"},
		{"degrees by range", "theta", swing(40), true, Refusal, "seems to be in degrees"},
		{"a wide swing that is no angle", "x", swing(40), false, -1, ""},
		{"an angle that swings", "theta", swing(2.5), true, -1, ""},
	} {
		s := motion(1000, 0.05, []string{test.column, "p"}, test.motion)
		severity, text := gravest(s, Options{Angles: []bool{test.marked, false}})
		if severity != test.severity || !strings.Contains(text, test.want) {
			t.Errorf("%s: %v %q, want %v %q", test.name, severity, text, test.severity, test.want)
		}
	}
	// The step over a gap says nothing.
	s := motion(1000, 0.05, []string{"theta", "p"}, turning(2*math.Pi))
	for i := 300; i < s.Rows(); i++ {
		s.T[i] += 2.2
		s.X[2*i] = turning(2 * math.Pi)(s.T[i])[0]
		s.X[2*i+1] = turning(2 * math.Pi)(s.T[i])[1]
	}
	if _, text := gravest(s, Options{}); text != "" || !s.Wrapped(2 * math.Pi)[0] {
		t.Errorf("a gap: %q", text)
	}
	// Two swings by 172: too few to tell degrees from an angle in radians that turned over.
	if r := Observations(motion(120, 0.1, []string{"theta", "p"}, swing(172)), Options{}); !strings.Contains(r.Angles[0], "if it is in degrees, convert") {
		t.Errorf("an angle that spans 344: %q", r.Angles[0])
	}
	coarse := motion(100, 1.3, []string{"theta", "p"}, turning(2*math.Pi))
	if _, text := gravest(coarse, Options{}); !strings.Contains(text, "too coarsely") && !coarse.Wrapped(2 * math.Pi)[0] {
		t.Errorf("a turn in two and a half rows: %q", text)
	}
}

// A motion that dies down in a few turns is said to, one that does not is not.
func TestSwings(t *testing.T) {
	for _, test := range []struct {
		friction, turns float64
		want            bool
	}{{0.05, 3.5, true}, {0.2, 3, true}, {0, 3.5, false}, {0.3, 3, true}, {0.005, 3.5, false}} {
		s := motion(int(test.turns*20), 2*math.Pi/20, qp, func(t float64) []float64 {
			a := math.Exp(-test.friction * t)
			return []float64{a * math.Sin(t), a * (math.Cos(t) - test.friction*math.Sin(t))}
		})
		if _, text := gravest(s, Options{}); strings.Contains(text, "dies down") != test.want {
			t.Errorf("friction %v in %v turns: %q", test.friction, test.turns, text)
		}
		if _, text := gravest(s, Options{Dissipation: true}); text != "" {
			t.Errorf("with a model of friction: %q", text)
		}
	}
}

// The arms of a double pendulum turn each other over, to and fro.
func TestAnglesOfSeveral(t *testing.T) {
	s := motion(1000, 0.05, []string{"theta1", "theta2", "p1", "p2"}, func(t float64) []float64 {
		return []float64{math.Cos(t), 20 * math.Sin(0.7*t), -2 * math.Sin(t), 5 * math.Cos(0.7*t)}
	})
	if severity, text := gravest(s, Options{Angles: []bool{true, true, false, false}, Canonical: true}); severity != Warning || !strings.Contains(text, "is it in degrees?") {
		t.Errorf("%v %q", severity, text)
	}
}

// An input is told from the state only if the state does not determine it.
func TestInputs(t *testing.T) {
	rng := stream.New(1, "inputs")
	for _, test := range []struct {
		name  string
		input func(t float64, x []float64) float64
		want  string
	}{
		{"a spring", func(t float64, x []float64) float64 { return -4 * x[0] }, "linear function of"},
		{"feedback", func(t float64, x []float64) float64 { return 1 - 2*x[0] - 0.3*x[1] + 0.01*rng.NormFloat64() }, "linear function of"},
		{"a cubic spring", func(t float64, x []float64) float64 { return -4 * x[0] * x[0] * x[0] }, "smooth function of"},
		{"gravity", func(t float64, x []float64) float64 { return -math.Sin(3 * x[0]) }, "smooth function of"},
		{"a drive", func(t float64, x []float64) float64 { return math.Cos(1.7 * t) }, ""},
		{"noise", func(t float64, x []float64) float64 { return rng.NormFloat64() }, ""},
		{"feedback and a drive", func(t float64, x []float64) float64 { return math.Cos(1.7*t) - x[0] }, ""},
	} {
		// The amplitude falls, so that the rows fill an area.
		s := motion(800, 0.1, qp, func(t float64) []float64 {
			x, a := oscillation(t), math.Exp(-0.02*t)
			return []float64{a * x[0], a * x[1]}
		})
		s.InputNames = []string{"u"}
		for i, v := range s.T {
			s.Inputs = append(s.Inputs, test.input(v, s.X[2*i:2*i+2]))
		}
		_, text := gravest(s, Options{})
		if !strings.Contains(text, test.want) || (text == "") != (test.want == "") {
			t.Errorf("%s: %q, want %q", test.name, text, test.want)
		}
	}
}

// Rows that are no motion are left out by the set that is said to be without them, refused where they are more than a tenth, and
// kept where the user says so.
func TestBadRows(t *testing.T) {
	spikes := motion(400, 0.05, qp, oscillation)
	for _, i := range []int{60, 200, 201, 330} { // one, two on end, one
		spikes.X[2*i+1] += 3
	}
	frozen := motion(400, 0.05, qp, oscillation)
	for i := 100; i < 105; i++ {
		copy(frozen.X[2*i:2*i+2], frozen.X[2*99:2*100])
	}
	stuck := motion(400, 0.05, qp, oscillation)
	for i := 100; i < 130; i++ {
		stuck.X[2*i] = stuck.X[2*100]
	}
	often := motion(400, 0.05, qp, oscillation)
	for i := range 400 {
		copy(often.X[2*i:2*i+2], often.X[2*(i-i%3):2*(i-i%3)+2])
	}
	for _, test := range []struct {
		name     string
		s        *data.Set
		bad      int
		severity Severity
	}{{"spikes", spikes, 4, Warning}, {"frozen", frozen, 5, Warning}, {"stuck", stuck, 30, Warning}, {"thrice", often, 266, Refusal}} {
		r := Observations(test.s, Options{})
		if len(r.Bad) != test.bad || !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Bad && f.Severity == test.severity }) {
			t.Errorf("%s: %v of rows %v", test.name, r.Findings, r.Bad)
			continue
		}
		if left := Observations(test.s.Without(r.Bad), Options{}); len(left.Findings) > 0 {
			t.Errorf("%s: without these rows %v", test.name, left.Findings)
		}
		if kept := Observations(test.s, Options{KeepBadRows: true}); kept.Refused() != nil || !strings.Contains(strings.Join(kept.Warnings(Warning), " "), "kept, as") {
			t.Errorf("%s: kept, %v", test.name, kept.Findings)
		}
	}
}

// A wrong row where trials begin or end is named and left out, and no jump within them.
func TestWrongEnds(t *testing.T) {
	clean := func() *data.Set {
		s := motion(360, 0.05, qp, func(t float64) []float64 {
			a := 1 + 0.1*math.Floor(t/3)
			return []float64{a * math.Cos(2*t), -2 * a * math.Sin(2*t)}
		})
		s.Offsets = []int{0, 60, 120, 180, 240, 300, 360}
		for i := range s.T {
			s.T[i] = 0.05 * float64(i%60)
		}
		return s
	}
	if r := Observations(clean(), Options{}); len(r.Bad)+len(r.Jumps) > 0 {
		t.Fatalf("rows %v of the motion are taken for bad, %v for jumps", r.Bad, r.Jumps)
	}
	for _, at := range []int{0, 59} {
		s := clean()
		var want []int
		for k := range s.Trials() {
			row := s.Offsets[k] + at
			s.X[2*row], s.X[2*row+1] = 9, 9
			want = append(want, row)
		}
		r := Observations(s, Options{})
		if slices.Sort(r.Bad); !slices.Equal(slices.Compact(r.Bad), want) || r.Jumps != nil {
			t.Errorf("row %d of each trial: rows %v are bad, want %v; jumps %v", at, r.Bad, want, r.Jumps)
		}
	}
}

// Of rows on steps that differ a bend over long steps is no outlier, and a row that is off still is.
func TestOutliersOfUnevenRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, off := range []float64{0, 0.8} {
		s := &data.Set{Dim: 2, Offsets: []int{0}}
		for range 8 {
			at, first := 0.0, len(s.T)
			for len(s.T)-first < 110 {
				at += 0.01 + 0.09*rng.ExpFloat64()
				s.T = append(s.T, at)
				s.X = append(s.X, math.Cos(4*at)+0.3*math.Sin(7*at), -4*math.Sin(4*at)+2.1*math.Cos(7*at))
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		const row = 300
		s.X[2*row] += off
		r := Observations(s, Options{})
		if found := slices.Contains(r.Bad, row); len(r.Bad) > 1 || found != (off != 0) {
			t.Errorf("off by %v: rows %v are bad: %v", off, r.Bad, r.Findings)
		}
	}
}
