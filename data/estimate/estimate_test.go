package estimate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
	"hnn/data/internal/datatest"
)

// withoutDerivatives hides the truth; the true derivatives ride along as clean states,
// so that they stay with their rows.
func withoutDerivatives(s *data.Set) *data.Set {
	return &data.Set{Dim: s.Dim, Offsets: s.Offsets, T: s.T, X: s.X, Clean: s.DX}
}

// The table of docs/derivatives.md (go test ./data/estimate -run TestDerivatives -v): the root
// mean square error of the derivatives over all rows and columns, those at the ends
// included. Wherever there is noise, local polynomials are to be better than both
// differences; the factors are those of the table, less a tenth.
func TestDerivatives(t *testing.T) {
	for _, test := range []struct {
		system string
		random bool
		noise  float64
		// The least ratio of the error of the better difference to that of the polynomial.
		ratio float64
	}{
		{"spring", false, 0, 1000}, {"spring", false, 0.01, 2.4}, {"spring", false, 0.1, 3.8},
		{"spring", true, 0, 200}, {"spring", true, 0.01, 157}, {"spring", true, 0.1, 250},
		{"pendulum", false, 0, 43}, {"pendulum", false, 0.01, 1.8}, {"pendulum", false, 0.1, 3.6},
		{"pendulum", true, 0, 27}, {"pendulum", true, 0.01, 66}, {"pendulum", true, 0.1, 148},
		// Its fast turns are sampled so coarsely that of even times every point counts.
		{"double-pendulum", false, 0, 1}, {"double-pendulum", false, 0.01, 1}, {"double-pendulum", false, 0.1, 2.5},
		{"double-pendulum", true, 0, 1.2}, {"double-pendulum", true, 0.01, 32}, {"double-pendulum", true, 0.1, 120},
	} {
		times := map[bool]string{false: "even", true: "random"}[test.random]
		t.Run(fmt.Sprintf("%s, %s times, noise %v", test.system, times, test.noise), func(t *testing.T) {
			s := withoutDerivatives(datatest.Observed(t, test.system, test.random, test.noise))
			errs := make(map[Method]float64)
			var e *Estimator
			for _, method := range []Method{Forward, Central, LocalPolynomial} {
				var err error
				if e, err = New(s, Options{Derivatives: method}); err != nil {
					t.Fatal(err)
				}
				got, err := e.Apply(s)
				if err != nil {
					t.Fatal(err)
				}
				errs[method] = datatest.RootMeanSquare(got.DX, got.Clean)
			}
			t.Logf("| %s | %s | %v | %.2g | %.2g | %.2g |", test.system, times, test.noise, errs[Forward], errs[Central], errs[LocalPolynomial])
			if ratio := min(errs[Forward], errs[Central]) / errs[LocalPolynomial]; ratio < test.ratio {
				t.Errorf("the error is %.3g, that of the better difference %.3g: %.2f times, want %v", errs[LocalPolynomial], min(errs[Forward], errs[Central]), ratio, test.ratio)
			}
		})
	}
}

// Smoothed states are nearer to the truth than the observed ones; about the integral of
// exact derivatives all the rows of a trajectory share one offset, so that the noise falls
// by about the root of their number.
func TestSmoothing(t *testing.T) {
	for _, test := range []struct {
		system string
		given  bool
		factor float64 // least ratio of the noise to the error that is left
	}{
		{"spring", false, 2.0}, {"spring", true, 5.0}, // at most the root of 30, 5.5
		{"pendulum", false, 2.2}, {"pendulum", true, 6.0}, // of 45, 6.7
		{"double-pendulum", false, 2.0}, {"double-pendulum", true, 7.5}, // of 100, 10
	} {
		s := datatest.Observed(t, test.system, false, 0.1)
		o := Options{Derivatives: LocalPolynomial}
		if test.given {
			o.Derivatives = Auto
		}
		e, err := New(s, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Apply(s)
		if err != nil {
			t.Fatal(err)
		}
		if !e.Smoothed {
			t.Fatalf("%s: the noise went unnoticed: %v", test.system, e.Noise)
		}
		if test.given && !cmp.Equal(got.DX, s.DX) {
			t.Errorf("%s: given derivatives were changed", test.system)
		}
		if ratio := 0.1 / datatest.RootMeanSquare(got.X, got.Clean); ratio < test.factor {
			t.Errorf("%s, derivatives given: %v: the error falls %.2f times, want %v (windows %v)", test.system, test.given, ratio, test.factor, e.Windows)
		}
	}
}

// Of data without noise the states stay what they are.
func TestNoSmoothingWithoutNoise(t *testing.T) {
	s := withoutDerivatives(datatest.Observed(t, "spring", false, 0))
	e, err := New(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Apply(s)
	if err != nil {
		t.Fatal(err)
	}
	if e.Smoothed || !cmp.Equal(got.X, s.X) {
		t.Errorf("smoothed: %v, though the noise is %v", e.Smoothed, e.Noise)
	}
}

// Nothing that happens on one side of a gap, or in another trial, changes an estimate on
// the other.
func TestNothingCrossesAGap(t *testing.T) {
	s := withoutDerivatives(datatest.Observed(t, "pendulum", true, 0.01))
	s.Clean = nil
	s = s.SliceTrials(0, 2)
	half := s.Offsets[1] / 2
	s.T = slices.Clone(s.T)
	for i := half; i < s.Offsets[1]; i++ {
		s.T[i] += 5
	}
	changed := *s
	changed.X = slices.Clone(s.X)
	for i := half * s.Dim; i < s.Offsets[1]*s.Dim; i++ {
		changed.X[i] = 7 - 2*changed.X[i]
	}
	for _, method := range []Method{LocalPolynomial, Central, Forward} {
		e, err := New(s, Options{Derivatives: method, Smooth: "yes"})
		if err != nil {
			t.Fatal(err)
		}
		if e.Gaps != 1 {
			t.Fatalf("%d gaps, want 1", e.Gaps)
		}
		a, err := e.Apply(s)
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.Apply(&changed)
		if err != nil {
			t.Fatal(err)
		}
		if a.Trials() != 3 {
			t.Errorf("%s: %d trials, want the two pieces of the first and the second", method, a.Trials())
		}
		n := a.Offsets[1] * a.Dim
		m := a.Offsets[2] * a.Dim
		if !cmp.Equal(a.DX[:n], b.DX[:n]) || !cmp.Equal(a.X[:n], b.X[:n]) || !cmp.Equal(a.DX[m:], b.DX[m:]) {
			t.Errorf("%s: estimates changed on the other side of a gap", method)
		}
		if cmp.Equal(a.DX[n:m], b.DX[n:m]) {
			t.Errorf("%s: estimates did not change where the states did", method)
		}
	}
}

// Positions alone: velocities are the momenta of the masses. The tolerance is what
// central differences, twice, are off by at these steps.
func TestPositionsOnly(t *testing.T) {
	full := datatest.Observed(t, "pendulum", false, 0) // p = dq/dt / 2, so that the mass is 1/2
	s := &data.Set{Dim: 1, Names: []string{"q"}, Offsets: full.Offsets, T: full.T, PositionsOnly: true}
	velocity := make([]float64, 0, full.Rows())
	for i := range full.Rows() {
		s.X = append(s.X, full.X[2*i])
		velocity = append(velocity, full.DX[2*i])
	}
	for _, test := range []struct {
		method          Method
		given           bool
		state, momentum float64 // errors allowed, of the states and of their derivatives
	}{
		{LocalPolynomial, false, 2e-4, 1e-2}, {Central, false, 2e-2, 0.2}, {LocalPolynomial, true, 1e-12, 2e-3},
	} {
		of := *s
		if test.given {
			of.DX = velocity
		}
		e, err := New(&of, Options{Derivatives: test.method, Masses: []float64{0.5}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Apply(&of)
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(got.Names, []string{"q", "p_q"}) || got.PositionsOnly {
			t.Errorf("%s: names %q", test.method, got.Names)
		}
		if x, dx := datatest.RootMeanSquare(got.X, full.X), datatest.RootMeanSquare(got.DX, full.DX); x > test.state || dx > test.momentum {
			t.Errorf("%s, velocities given: %v: errors %.2g of states and %.2g of derivatives, want %v and %v", test.method, test.given, x, dx, test.state, test.momentum)
		}
	}
}

func TestEstimateErrors(t *testing.T) {
	line := func(n int) *data.Set {
		s := &data.Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, n}}
		for i := range n {
			s.T, s.X = append(s.T, float64(i)), append(s.X, float64(i*i), float64(i))
		}
		return s
	}
	positions := line(9)
	positions.PositionsOnly = true
	for _, test := range []struct {
		name string
		s    *data.Set
		o    Options
		want string
	}{
		{"a single row", line(1), Options{}, "has 1 rows, fewer than the window of 3"},
		{"a single row, central differences", line(1), Options{Derivatives: Central}, "no trial has two rows"},
		{"fewer rows than the window", line(9), Options{Window: 11}, "has 9 rows, fewer than the window of 11"},
		{"a window of two", line(9), Options{Window: 2}, "at least 3"},
		{"an unknown method", line(9), Options{Derivatives: "centrl"}, `did you mean "central"`},
		{"an unknown smoothing", line(9), Options{Smooth: "maybe"}, "auto, yes, no"},
		{"a mass of nothing", positions, Options{Masses: []float64{0}}, "a mass is a positive number"},
		{"three masses", positions, Options{Masses: []float64{1, 2, 3}}, "3 masses for 2 positions"},
	} {
		e, err := New(test.s, test.o)
		if err == nil {
			_, err = e.Apply(test.s)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
	e, err := New(line(9), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Apply(&data.Set{Dim: 1, Names: []string{"q"}, Offsets: []int{0, 1}, T: []float64{0}, X: []float64{0}}); err == nil || !strings.Contains(err.Error(), "give the same columns") {
		t.Errorf("other columns: %v", err)
	}
}
