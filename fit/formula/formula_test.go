package formula

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hnn/data"
	"hnn/fit/shoot"
	"hnn/model/expr"
)

// example is a Hamiltonian written down by hand.
type example struct {
	n       int
	angles  []bool
	text    string // H
	drag    float64
	start   func(u func(lo, hi float64) float64) []float64
	step    float64
	library []string // besides the default one
}

var columns = map[int][]string{1: {"q", "p"}, 2: {"q1", "q2", "p1", "p2"}}

var examples = map[string]example{
	"spring":   {1, nil, "q^2 + p^2", 0, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1, 1), u(-1, 1)} }, 0.1, nil},
	"pendulum": {1, []bool{true}, "3*(1 - cos(q)) + p^2", 0, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-2, 2), u(-1, 1)} }, 0.06, nil},
	"damped":   {1, []bool{true}, "1.5*p^2/2 - 2*cos(q)", 0.1, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-2, 2), u(-1, 1)} }, 0.08, nil},
	"Duffing":  {1, nil, "p^2/2 - q^2/2 + q^4/4", 0, func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1.5, 1.5), u(-1, 1)} }, 0.1, nil},
	"Henon-Heiles": {2, nil, "(p1^2 + p2^2)/2 + (q1^2 + q2^2)/2 + q1^2*q2 - q2^3/3", 0,
		func(u func(lo, hi float64) float64) []float64 {
			return []float64{u(-.3, .3), u(-.3, .3), u(-.3, .3), u(-.3, .3)}
		}, 0.1, nil},
	"Kepler": {2, nil, "(p1^2 + p2^2)/2 - 1/sqrt(q1^2 + q2^2)", 0,
		func(u func(lo, hi float64) float64) []float64 {
			r := u(.8, 1.3)
			return []float64{r, 0, 0, u(.8, 1.1) / math.Sqrt(r)}
		}, 0.05, []string{"1/sqrt(q1^2 + q2^2)"}},
}

func (e example) draw(t *testing.T, trials int, seed uint64, noise float64) *data.Set {
	h, err := expr.Parse(e.text, columns[e.n])
	if err != nil {
		t.Fatal(err)
	}
	f := &Formula{N: e.n, Terms: []Term{{Expr: h, Coefficient: 1}}}
	if e.drag > 0 {
		for range e.n {
			f.Friction = append(f.Friction, e.drag)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 3))
	set := &data.Set{Dim: 2 * e.n, Offsets: []int{0}}
	const rows = 150
	var system *shoot.System = f.system()
	for range trials {
		x := make([]float64, rows*2*e.n)
		system.Roll(e.start(func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }), nil, e.step, 20, x)
		for r := range rows {
			set.T = append(set.T, e.step*float64(r))
		}
		set.X = append(set.X, x...)
		set.Offsets = append(set.Offsets, len(set.T))
	}
	for i, spread := range set.Spread() {
		for r := i; r < len(set.X); r += set.Dim {
			set.X[r] += noise * spread * rng.NormFloat64()
		}
	}
	return set
}

// The terms of known Hamiltonians are found among those of the default library, coefficients exactly without noise and within
// four standard errors with it.
func TestFit(t *testing.T) {
	for name, e := range examples {
		truth, err := expr.Parse(e.text, columns[e.n])
		if err != nil {
			t.Fatal(err)
		}
		for _, noise := range []float64{0, 0.01} {
			set := e.draw(t, 16, 5, noise)
			list := Default(e.n, e.angles)
			for _, text := range e.library {
				one, err := expr.Parse(text, columns[e.n])
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, one)
			}
			from := time.Now()
			f, r, err := Fit(set, list, Options{Angles: e.angles, Names: columns[e.n]})
			if err != nil {
				t.Errorf("%s, noise %v: %v", name, noise, err)
				continue
			}
			fitted := time.Since(from)
			Polish(f, set, r)
			got := f.H()
			t.Logf("%s, noise %v: H = %s, friction %.4g, %d of %d, held-out %.1e, %v and %v, cost %.3g", name, noise, got.Write(expr.Text, columns[e.n], 5), f.Friction, len(f.Terms), r.Candidates, r.Error, fitted.Round(time.Millisecond), (time.Since(from) - fitted).Round(time.Millisecond), r.Polish.After)
			rng := rand.New(rand.NewPCG(1, 1))
			off := 0.0
			for range 50 { // a constant is free: differences of H
				a, b := set.X[rng.IntN(set.Rows())*set.Dim:], set.X[rng.IntN(set.Rows())*set.Dim:]
				off = math.Max(off, math.Abs(got.Eval(a)-got.Eval(b)-truth.Eval(a)+truth.Eval(b)))
			}
			limit := 1e-6
			if noise > 0 {
				limit = 0.02
			}
			if off > limit {
				t.Errorf("%s, noise %v: H is wrong by %.1e", name, noise, off)
			}
			if (f.Friction != nil) != (e.drag > 0) {
				t.Errorf("%s, noise %v: friction %v", name, noise, f.Friction)
			}
		}
	}
}

// Terms that cannot serve are refused by name.
func TestFitRefuses(t *testing.T) {
	e := examples["spring"]
	set := e.draw(t, 8, 1, 0)
	for text, want := range map[string]string{
		"q^2, p^2, 2*q^2":            "told apart",
		"q^2, p^2, log(q)":           "log(q)",
		"q^2, p^2, q^0 + 1":          "does not change",
		"q^2, 1/(q - q), p^2":        "Inf",
		"sin(q)^2, cos(q)^2, p^2, q": "told apart",
	} {
		list, err := expr.ParseList(text, columns[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Fit(set, list, Options{Names: columns[1]}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a word on %q", text, err, want)
		}
	}
}
