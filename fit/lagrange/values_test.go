package lagrange

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/fit/sparse"
)

// What is given is kept to the bit and fixes the scale of the rest; signs that are known are those of what is found; names that there
// are not are refused with those that there are.
func TestValues(t *testing.T) {
	s := mass(10, 8, func(x, v, u float64) float64 { return (-4*x - 0.4*v + 2*u) / 0.5 }, func(t, _, _ float64) float64 {
		return math.Sin(0.9*t) + 0.7*math.Sin(2.3*t+1) + 0.5*math.Sin(3.7*t+2)
	}, func(rng *rand.Rand) (x, v float64) { return uniform(rng, 1), uniform(rng, 1) }, 0.01)
	values, err := ParseValues("M[x,x] = 0.5, R>=0")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Values: values, Names: []string{"x"}, Inputs: s.InputNames}
	l, r, err := Fit(s, o)
	if err != nil {
		t.Fatal(err)
	}
	Polish(l, s, r)
	names := l.Names(o.Names, o.Inputs)
	t.Log(l.Text(o.Names, 6))
	for _, want := range []struct {
		name            string
		value, relative float64
	}{{"M[x,x]", 0.5, 0}, {"V*x^2", 2, 0.01}, {"R[x]", 0.4, 0.03}, {"G[x,u]", 2, 0.01}} {
		got := l.Coefficients[slices.Index(names, want.name)]
		if !(math.Abs(got-want.value) <= want.relative*want.value) {
			t.Errorf("%s = %v, want %v within %v", want.name, got, want.value, want.relative)
		}
	}
	if !r.Forced {
		t.Error("a mass does not fix the scale")
	}
	if o.Values, err = ParseValues("R<=0"); err != nil {
		t.Fatal(err)
	}
	if l, r, err = Fit(s, o); err != nil {
		t.Fatal(err)
	}
	Polish(l, s, r)
	if got := l.Coefficients[slices.Index(names, "R[x]")]; got > 0 {
		t.Errorf("R[x] = %v, and it is at most zero", got)
	}
	o.Values = []Value{{Name: "M[y,y]", Number: 1}}
	if _, _, err := Fit(s, o); err == nil || !strings.Contains(err.Error(), "M[y,y]; there are M[x,x]") {
		t.Errorf("an unknown name: %v", err)
	}
	for _, text := range []string{"", "M[x,x]=1+-0", "M[x,x]=1+-heavy", "R>=0+-1", "M[x,x]", "R>0", "M[x,x]=heavy", "=1", "M[x,x]=NaN"} {
		if v, err := ParseValues(text); err == nil {
			t.Errorf("%q is taken for %v", text, v)
		}
	}
}

// A bound that the rows respect changes nothing, one that they break is kept to the bit and the rest is fitted beside it; while
// the scale of all is free, or where none is within them, bounds are refused.
func TestBounds(t *testing.T) {
	s := mass(10, 8, func(x, v, u float64) float64 { return (-4*x - 0.4*v + 2*u) / 0.5 }, func(t, _, _ float64) float64 {
		return math.Sin(0.9*t) + 0.7*math.Sin(2.3*t+1) + 0.5*math.Sin(3.7*t+2)
	}, func(rng *rand.Rand) (x, v float64) { return uniform(rng, 1), uniform(rng, 1) }, 0.01)
	for _, c := range []struct {
		values, name    string
		value, relative float64
	}{
		{"M[x,x]>=0.1, R<=5", "M[x,x]", 0.5, 0.005},
		{"M[x,x]>=0.6", "M[x,x]", 0.6, 0},
		{"V*x^2<=1.5", "V*x^2", 1.5, 0},
		{"R[x]<=0.3", "R[x]", 0.3, 0},
		{"R<=0", "R[x]", 0, 0},
	} {
		values, err := ParseValues(c.values)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Values: values, Names: []string{"x"}, Inputs: s.InputNames, Gain: []float64{2}}
		l, r, err := Fit(s, o)
		if err != nil {
			t.Errorf("%s: %v", c.values, err)
			continue
		}
		Polish(l, s, r)
		names := l.Names(o.Names, o.Inputs)
		if got := l.Coefficients[slices.Index(names, c.name)]; !(math.Abs(got-c.value) <= c.relative*c.value) {
			t.Errorf("%s: %s = %v, want %v", c.values, c.name, got, c.value)
		}
	}
	for _, c := range []struct {
		values string
		gain   []float64
		want   string
	}{
		{"M[x,x]>=0.1", nil, "the scale of all is free"},
		{"M[x,x]>=0.1, M[x,x]<=0.05", []float64{2}, "no number is"},
		{"M[x,x]=1, M[x,x]<=0.05", []float64{2}, "bounds that exclude it"},
	} {
		values, err := ParseValues(c.values)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Fit(s, Options{Values: values, Names: []string{"x"}, Inputs: s.InputNames, Gain: c.gain}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.values, err)
		}
	}
}

// What nothing is said of takes energy away: a push by the velocity's sign is no negative Coulomb friction.
func TestCoulombTakes(t *testing.T) {
	s := mass(10, 8, func(x, v, u float64) float64 { return -4*x - 0.4*v + 0.05*math.Tanh(v/0.02) }, nil,
		func(rng *rand.Rand) (x, v float64) { return uniform(rng, 1), uniform(rng, 1) }, 0.01)
	l, r, err := Fit(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	Polish(l, s, r)
	for c := l.Layout().Coulomb; c < l.Layout().Gain; c++ {
		if l.Coefficients[c] < 0 {
			t.Errorf("%s = %v", l.Names([]string{"x"}, nil)[c], l.Coefficients[c])
		}
	}
}

// A number with a standard error fixes the scale as well as it is known, so that all have its relative error; beside a known
// force it moves to what the rows say.
func TestPriors(t *testing.T) {
	s := mass(10, 8, func(x, v, u float64) float64 { return (-4*x - 0.4*v + 2*u) / 0.5 }, func(t, _, _ float64) float64 {
		return math.Sin(0.9*t) + 0.7*math.Sin(2.3*t+1) + 0.5*math.Sin(3.7*t+2)
	}, func(rng *rand.Rand) (x, v float64) { return uniform(rng, 1), uniform(rng, 1) }, 0.01)
	for _, c := range []struct {
		values         string
		gain           []float64
		mass           float64 // what it comes to
		least, largest float64 // its relative standard error
	}{
		{"M[x,x] = 0.55+-0.05", nil, 0.55, 0.085, 0.095},
		{"M[x,x] = 0.55+-0.05", []float64{2}, 0.5, 1e-5, 5e-3},
		{"M[x,x] = 0.55+-0.05, G[x,u]=2.0±0.001", nil, 0.5, 1e-5, 5e-3},
	} {
		values, err := ParseValues(c.values)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Values: values, Names: []string{"x"}, Inputs: s.InputNames, Gain: c.gain}
		l, r, err := Fit(s, o)
		if err != nil {
			t.Fatal(err)
		}
		free, report := Polish(l, s, r)
		for i, at := range free {
			name := l.Names(o.Names, o.Inputs)[at]
			t.Logf("%s: %s = %.5g +- %.2g", c.values, name, l.Coefficients[at], report.Errors[i])
			if name != "M[x,x]" {
				continue
			}
			if got := l.Coefficients[at]; !(math.Abs(got-c.mass) < 0.01*c.mass) {
				t.Errorf("%s, gain %v: the mass is %v, want %v within 1%%", c.values, c.gain, got, c.mass)
			}
			if e := report.Errors[i] / l.Coefficients[at]; !(e > c.least && e < c.largest) {
				t.Errorf("%s, gain %v: the relative error of the mass is %v, want %v to %v", c.values, c.gain, e, c.least, c.largest)
			}
		}
	}
}

// Known numbers come off the right sides in the order of their places: the same bits each time.
func TestReduceIsOfOneOrder(t *testing.T) {
	b := &bound{fixed: map[int]float64{0: 1, 1: 1e-16, 2: 1e-16, 3: -1, 4: 1e-16}}
	w := &sparse.Rows{Size: 6, Block: 1, A: []float64{1, 1, 1, 1, 1, 7}, Y: []float64{0}, Trial: []int{0}}
	want := 0.0
	for c := range 5 {
		want -= b.fixed[c]
	}
	for range 50 {
		if got, kept := b.reduce(w); got.Y[0] != want || len(kept) != 1 || got.A[0] != 7 {
			t.Fatalf("%v of the columns %v, want %v", got.Y, kept, want)
		}
	}
}
