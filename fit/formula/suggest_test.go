package formula

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/fit/design"
	"hnn/model/expr"
)

var (
	suggestRuns  = flag.Int("suggest-runs", 0, "repetitions of the comparison of suggested with random trials, 0 for a few of one system")
	firstSuggest = flag.Int("first-suggest", 0, "seed of the first of these")
)

const (
	suggestRows  = 60 // of a trial
	suggestFirst = 4  // trials that both begin with
	suggestMost  = 12 // and end with
)

// suggestTerms are how many of the first terms are the right ones, which are given.
var suggestTerms = map[string]int{"pendulum": 2, "duffing": 3}

// box draws a first state of a system, the same box for the random and the suggested ones.
func (k swung) box(rng *rand.Rand) []float64 {
	return k.start(func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() })
}

// trialFrom is a trial from a first state, with noise of the columns.
func (k swung) trialFrom(t testing.TB, x0, noise []float64, rows int, rng *rand.Rand) *data.Set {
	set := &data.Set{Dim: len(x0), Offsets: []int{0, rows}, X: make([]float64, rows*len(x0))}
	motion(k.truth(t)).Roll(x0, nil, k.step, 20, set.X)
	for r := range rows {
		set.T = append(set.T, k.step*float64(r))
	}
	for i := range set.X {
		set.X[i] += noise[i%len(x0)] * rng.NormFloat64()
	}
	return set
}

// errorsBy adds trials by suggestion or at random, and returns the root mean square error of the median rollout from 30
// first states of the box, relative to the columns' spread, with suggestFirst trials and with each one more.
func (k swung) errorsBy(t testing.TB, seed uint64, suggested bool) (errors []float64) {
	names := strings.Fields(k.names)
	terms := strings.Split(k.terms, ", ")[:suggestTerms[k.name]]
	list, err := expr.ParseList(strings.Join(terms, ", "), names)
	if err != nil {
		t.Fatal(err)
	}
	d := len(names)
	angles := make([]bool, d/2)
	for i := range k.angles {
		angles[i] = true
	}
	// The same in both ways: the test, the noise and the first trials.
	fixed := rand.New(rand.NewPCG(1, 2))
	var tests [][]float64
	whole := new(data.Set)
	for range 30 {
		x0 := k.box(fixed)
		tests = append(tests, x0)
		if err := whole.Append(k.trialFrom(t, x0, make([]float64, d), suggestRows, fixed)); err != nil {
			t.Fatal(err)
		}
	}
	spread := whole.Spread()
	noise := make([]float64, d)
	for j := range noise {
		noise[j] = 0.05 * spread[j]
	}
	rng := rand.New(rand.NewPCG(seed, 7))
	set := new(data.Set)
	for range suggestFirst {
		if err := set.Append(k.trialFrom(t, k.box(rng), noise, suggestRows, rng)); err != nil {
			t.Fatal(err)
		}
	}
	var f *Formula
	var r *Report
	for {
		var next []float64
		if f == nil || len(f.Terms) < len(list) { // with all terms there is nothing to choose any more
			f, r, err = Fit(set, list, Options{Angles: angles, Names: names, Conservative: true})
		}
		off := math.Inf(1)
		if err == nil {
			Polish(f, set, r)
			var each []float64
			out := make([]float64, suggestRows*d)
			for i, x0 := range tests {
				motion(f).Roll(x0, nil, k.step, 20, out)
				square := 0.0
				for j, v := range out {
					e := (v - whole.X[i*len(out)+j]) / spread[j%d]
					square += e * e / float64(len(out))
				}
				each = append(each, math.Sqrt(square))
			}
			slices.Sort(each)
			if off = each[len(each)/2]; suggested {
				next = k.suggest(t, f, noise, rng)
			}
		}
		if errors = append(errors, off); set.Trials() == suggestMost {
			return errors
		}
		if next == nil { // nothing says how sure the formula is, or trials are random
			next = k.box(rng)
		}
		if err := set.Append(k.trialFrom(t, next, noise, suggestRows, rng)); err != nil {
			t.Fatal(err)
		}
	}
}

// suggest is the first state in the box whose trial leaves least unknown by samples of the coefficients.
func (k swung) suggest(t testing.TB, f *Formula, noise []float64, rng *rand.Rand) []float64 {
	samples := f.Samples(rng, 25)
	if samples == nil {
		return nil
	}
	var candidates []design.Candidate
	var starts [][]float64
	for range 60 {
		x0 := k.box(rng)
		var c design.Candidate
		for _, one := range samples {
			x := make([]float64, suggestRows*len(x0))
			motion(one).Roll(x0, nil, k.step, 4, x)
			for i := range x {
				x[i] /= noise[i%len(x0)]
			}
			c = append(c, x)
		}
		if slices.ContainsFunc(c, func(x []float64) bool {
			return slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
		}) {
			continue
		}
		candidates, starts = append(candidates, c), append(starts, x0)
	}
	choice, err := design.Choose(candidates, 1/math.Sqrt(float64(len(samples)-1)), 1)
	if err != nil {
		return nil
	}
	return starts[choice[0].Index]
}

// Suggested trials reach the error of random ones from the same box, of the same length; with how many is printed. Errors are
// medians over repetitions.
func TestSuggested(t *testing.T) {
	runs := *suggestRuns
	for _, k := range swings {
		if k.name != "pendulum" && k.name != "duffing" || runs == 0 && k.name != "pendulum" || *only != "" && *only != k.name {
			continue
		}
		count := max(runs, 3)
		var random, chosen [][]float64
		for run := range count {
			random = append(random, k.errorsBy(t, uint64(*firstSuggest+run), false))
			chosen = append(chosen, k.errorsBy(t, uint64(*firstSuggest+run), true))
		}
		medians := func(all [][]float64) (m []float64) {
			for i := range all[0] {
				var v []float64
				for _, one := range all {
					v = append(v, one[i])
				}
				slices.Sort(v)
				m = append(m, (v[(count-1)/2]+v[count/2])/2)
			}
			return m
		}
		a, b := medians(random), medians(chosen)
		target := a[suggestMost-suggestFirst]
		needed := "more than any"
		if i := slices.IndexFunc(b, func(v float64) bool { return v <= target }); i >= 0 {
			needed = fmt.Sprint(suggestFirst + i)
		}
		t.Logf("%s, %d repetitions: an error of %.3g with %d random trials and %s suggested ones; by the number of trials from %d on, random %.3g, suggested %.3g",
			k.name, count, target, suggestMost, needed, suggestFirst, a, b)
		if last := len(a) - 1; !(b[last] < 2*a[last]) {
			t.Errorf("%s: random trials come to %.3g, suggested ones to %.3g", k.name, a, b)
		}
	}
}
