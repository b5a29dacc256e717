package search

import (
	"math"
	"slices"
	"testing"
)

// Two points of 21 dimensions without the shift, by scipy.stats.qmc.Sobol(21, scramble=False, bits=32).
func TestSobolIsScipys(t *testing.T) {
	s, err := NewSobol(21, 1)
	if err != nil {
		t.Fatal(err)
	}
	for d := range s.shift {
		s.shift[d] = 0
	}
	for number, want := range sobolOfScipy {
		if got := s.Point(number); !slices.Equal(got, want) {
			t.Errorf("point %d is %v, scipy's %v", number, got, want)
		}
	}
}

// With the shift, any 2^m points from a multiple of it on have one in each of 2^m equal parts of each coordinate.
func TestSobolIsEven(t *testing.T) {
	s, err := NewSobol(21, 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []int{0, 64, 128} {
		for d := range 21 {
			var seen [64]bool
			for n := range 64 {
				seen[int(64*s.Point(from + n)[d])] = true
			}
			if slices.Contains(seen[:], false) {
				t.Errorf("dimension %d, points from %d: a 64th part is empty", d, from)
			}
		}
	}
	if _, err := NewSobol(22, 0); err == nil {
		t.Error("22 dimensions are taken")
	}
}

// branin has three minima of 0.397887 (Dixon and Szego 1978).
func branin(u []float64) float64 {
	x, y := 15*u[0]-5, 15*u[1]
	return math.Pow(y-5.1/(4*math.Pi*math.Pi)*x*x+5/math.Pi*x-6, 2) + 10*(1-1/(8*math.Pi))*math.Cos(x) + 10
}

// hartmann6 has the minimum -3.32237 (Dixon and Szego 1978).
func hartmann6(x []float64) float64 {
	a := [4][6]float64{{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}}
	p := [4][6]float64{{1312, 1696, 5569, 124, 8283, 5886}, {2329, 4135, 8307, 3736, 1004, 9991}, {2348, 1451, 3522, 2883, 3047, 6650}, {4047, 8828, 8732, 5743, 1091, 381}}
	sum := 0.0
	for i, alpha := range []float64{1, 1.2, 3, 3.2} {
		e := 0.0
		for j := range 6 {
			e += a[i][j] * math.Pow(x[j]-1e-4*p[i][j], 2)
		}
		sum -= alpha * math.Exp(-e)
	}
	return sum
}

func TestTheFunctionsHaveTheirMinima(t *testing.T) {
	for _, x := range [][2]float64{{-math.Pi, 12.275}, {math.Pi, 2.275}, {9.42478, 2.475}} {
		if v := branin([]float64{(x[0] + 5) / 15, x[1] / 15}); math.Abs(v-0.397887) > 1e-5 {
			t.Errorf("Branin at %v is %v", x, v)
		}
	}
	if v := hartmann6([]float64{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}); math.Abs(v+3.32237) > 1e-5 {
		t.Errorf("Hartmann's minimum is %v", v)
	}
}

// run tries so many points, with so many at a time, and returns the least value.
func run(next func(int, []Trial) []float64, f func([]float64) float64, budget, workers int) float64 {
	least := math.Inf(1)
	var trials []Trial
	for n := range budget {
		if n >= workers { // the oldest that runs ends
			tr := &trials[n-workers]
			tr.Value, tr.Running = f(tr.Point), false
			least = less(least, tr.Value)
		}
		trials = append(trials, Trial{Point: next(n, trials), Running: true})
	}
	for _, tr := range trials[budget-workers:] {
		least = less(least, f(tr.Point))
	}
	return least
}

// less is the lesser of two, of which the second may have failed.
func less(a, b float64) float64 {
	if b < a {
		return b
	}
	return a
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// A mixed function: a quadratic of one number whose place depends on a choice among four.
func mixed(u []float64) float64 {
	choice := Dimension{4}.Choice(u[1])
	return math.Pow(u[0]-[]float64{0.2, 0.8, 0.5, 0.35}[choice], 2) + []float64{0.3, 0, 0.2, 0.5}[choice] + 0.1*math.Abs(u[2]-0.6)
}

// failing fails in half of the space.
func failing(u []float64) float64 {
	if u[0] > 0.5 {
		return math.NaN()
	}
	return branin(u)
}

// problem is a function whose least value is looked for, so many points at a time.
type problem struct {
	name    string
	space   Space
	f       func([]float64) float64
	workers int
}

// beatsRandom says that a method finds lower values than independent draws do with the same budget, in the median over seeds.
func beatsRandom(t *testing.T, method string, begin func(space Space, seed uint64) (func(n int, past []Trial) []float64, error), problems []problem, budget, seeds int) {
	t.Helper()
	for _, c := range problems {
		var own, random []float64
		for seed := range uint64(seeds) {
			next, err := begin(c.space, seed)
			if err != nil {
				t.Fatal(err)
			}
			own = append(own, run(next, c.f, budget, c.workers))
			random = append(random, run(func(n int, _ []Trial) []float64 { return Random(len(c.space), seed, n) }, c.f, budget, c.workers))
		}
		t.Logf("%s, %d at a time: %s %.4f, random %.4f", c.name, c.workers, method, median(own), median(random))
		if !(median(own) < median(random)) {
			t.Errorf("%s, %d at a time: the median of %s's least values is %v, of random's %v", c.name, c.workers, method, median(own), median(random))
		}
	}
}

// TPE beats random with one worker and with eight, and where half of the space fails.
func TestTPEBeatsRandom(t *testing.T) {
	beatsRandom(t, "TPE", func(space Space, seed uint64) (func(int, []Trial) []float64, error) {
		s, err := NewTPE(space, seed)
		if err != nil {
			return nil, err
		}
		return s.Next, nil
	}, []problem{
		{"Branin", make(Space, 2), branin, 1},
		{"Branin", make(Space, 2), branin, 8},
		{"Hartmann", make(Space, 6), hartmann6, 1},
		{"Hartmann", make(Space, 6), hartmann6, 8},
		{"mixed", Space{{}, {4}, {}}, mixed, 4},
		{"failing", make(Space, 2), failing, 4},
	}, 60, 20)
}

// The density of a mixture is one over the unit cube.
func TestDensityIntegratesToOne(t *testing.T) {
	s, err := NewTPE(Space{{}, {3}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := s.parzen([]Trial{{Point: []float64{0.02, 0.1}}, {Point: []float64{0.9, 0.5}}, {Point: []float64{0.5, 0.9}}})
	sum := 0.0
	const n = 3000
	for i := range n {
		for c := range 3 {
			sum += math.Exp(p.log([]float64{(float64(i) + 0.5) / n, (float64(c) + 0.5) / 3})) / n / 3
		}
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Errorf("it integrates to %v", sum)
	}
}

// The same seed, number and past give the same point; another number, another.
func TestProposalsRepeat(t *testing.T) {
	s, err := NewTPE(make(Space, 2), 3)
	if err != nil {
		t.Fatal(err)
	}
	var past []Trial
	for n := range 20 {
		p := s.Next(n, past)
		past = append(past, Trial{Point: p, Value: branin(p)})
	}
	if !slices.Equal(s.Next(20, past), s.Next(20, past)) || slices.Equal(s.Next(20, past), s.Next(21, past)) {
		t.Error("a proposal is not that of its number")
	}
}

func TestHalving(t *testing.T) {
	h := Halving{First: 100, Last: 1000, Factor: 3}
	if got := h.Rungs(); !slices.Equal(got, []int{100, 300, 900, 1000}) {
		t.Errorf("the rungs are %v", got)
	}
	at := func(trial int, value float64, promoted bool) At { return At{trial, value, promoted} }
	nan := math.NaN()
	for _, c := range []struct {
		name  string
		rungs [][]At
		trial int
		rung  int
		ok    bool
	}{
		{"two of three are there", [][]At{{at(0, 1, false), at(1, 2, false)}}, 0, 0, false},
		{"the best of three", [][]At{{at(0, 3, false), at(1, 1, false), at(2, 2, false)}}, 1, 1, true},
		{"it went on", [][]At{{at(0, 3, false), at(1, 1, true), at(2, 2, false)}, {at(1, 1, false)}}, 0, 0, false},
		{"the second of six, though a better came after one went on", [][]At{{at(0, 3, true), at(1, 4, false), at(2, 5, false), at(3, 1, false), at(4, 2, false), at(5, 6, false)}}, 3, 1, true},
		{"the higher rung first", [][]At{
			{at(0, 1, true), at(1, 2, true), at(2, 3, true), at(3, 0, false), at(4, 9, false), at(5, 9, false), at(6, 9, false), at(7, 9, false), at(8, 9, false)},
			{at(0, 5, false), at(1, 4, false), at(2, 6, false)},
		}, 1, 2, true},
		{"one that failed does not go on", [][]At{{at(0, nan, false), at(1, nan, false), at(2, nan, false)}}, 0, 0, false},
		{"none goes beyond the last", [][]At{nil, nil, nil, {at(0, 1, false), at(1, 2, false), at(2, 3, false)}}, 0, 0, false},
	} {
		trial, rung, ok := h.Next(c.rungs)
		if trial != c.trial || rung != c.rung || ok != c.ok {
			t.Errorf("%s: trial %d to rung %d (%v), want %d to %d (%v)", c.name, trial, rung, ok, c.trial, c.rung, c.ok)
		}
	}
	for _, h := range []Halving{{0, 10, 3}, {10, 10, 3}, {1, 10, 1}} {
		if h.Validate() == nil {
			t.Errorf("%+v is taken", h)
		}
	}
}

var sobolOfScipy = map[int][]float64{
	37: {0.921875, 0.640625, 0.578125, 0.921875, 0.765625, 0.296875, 0.171875, 0.796875, 0.609375, 0.171875, 0.015625, 0.078125, 0.578125, 0.859375, 0.109375, 0.484375, 0.796875, 0.421875, 0.046875, 0.140625, 0.953125},
	63: {0.015625, 0.796875, 0.359375, 0.453125, 0.859375, 0.140625, 0.578125, 0.140625, 0.828125, 0.578125, 0.421875, 0.671875, 0.546875, 0.765625, 0.328125, 0.765625, 0.078125, 0.390625, 0.953125, 0.234375, 0.234375},
}
