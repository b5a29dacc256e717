package formula

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hnn/data"
	"hnn/data/draw"
	"hnn/model/expr"
	"hnn/system"
)

var only = flag.String("system", "", "draws of this system only")

var firstDraw = flag.Int("first", 100, "seed of the first draw: constants were chosen while looking at 100 to 119")

var draws = flag.Int("draws", 0, "so many draws of each system and noise, where three of four systems stand in")

// known is a system with its Hamiltonian as text, term by term.
type known struct {
	system       system.System
	span         float64 // of a trajectory
	rows, trials int
	h            map[string]float64
}

// bodies are the terms of n bodies of mass 1 that attract each other.
func bodies(n int) map[string]float64 {
	h := map[string]float64{}
	for i := 1; i <= n; i++ {
		h[fmt.Sprintf("px%d^2", i)], h[fmt.Sprintf("py%d^2", i)] = 0.5, 0.5
		for j := 1; j < i; j++ {
			h[fmt.Sprintf("1/sqrt((x%d - x%d)^2 + (y%d - y%d)^2)", i, j, i, j)] = -1
		}
	}
	return h
}

var systems = []known{
	{system.Spring{}, 10, 100, 16, map[string]float64{"q^2": 1, "p^2": 1}},
	{system.Pendulum{K: 3}, 10, 150, 16, map[string]float64{"cos(q)": -3, "p^2": 1}},
	{system.Duffing{Alpha: -1, Beta: 1}, 12, 150, 16, map[string]float64{"p^2": 0.5, "q^2": -0.5, "q^4": 0.25}},
	{system.HenonHeiles{Alpha: 1}, 20, 200, 20, map[string]float64{"p1^2": .5, "p2^2": .5, "q1^2": .5, "q2^2": .5, "q1^2*q2": 1, "q2^3": -1. / 3}},
	{system.Kepler{Mu: 1}, 12, 240, 16, map[string]float64{"px^2": .5, "py^2": .5, "1/sqrt(x^2 + y^2)": -1}},
	{system.NewNBody(2), 12, 150, 24, bodies(2)},
	{system.NewNBody(3), 3, 150, 16, bodies(3)},
	{system.NewNBody(4), 2, 120, 16, bodies(4)},
}

func (k known) draw(t testing.TB, seed uint64, noise float64) (*data.Set, []string, []bool) {
	t.Helper()
	split, err := draw.Generate(k.system, rand.New(rand.NewPCG(seed, 19)), draw.Options{Trajectories: k.trials, Points: k.rows, Horizon: k.span, Tolerance: 1e-12})
	if err != nil {
		t.Fatal(err)
	}
	set := split.Train
	rng := rand.New(rand.NewPCG(seed, 20))
	for i, spread := range set.Spread() {
		for r := i; r < len(set.X); r += set.Dim {
			set.X[r] += noise * spread * rng.NormFloat64()
		}
	}
	var names []string
	var angles []bool
	for _, c := range k.system.Coordinates() {
		names, angles = append(names, c.Name), append(angles, c.Angle)
	}
	return set, names, angles
}

// wrong says what is missing or too much in a formula, "" for nothing.
func (k known) wrong(t *testing.T, f *Formula, names []string) string {
	var bad []string
	want := map[string]bool{}
	for text := range k.h {
		e, err := expr.Parse(text, names)
		if err != nil {
			t.Fatal(err)
		}
		want[e.Write(expr.Text, names, 0)] = true
	}
	for _, one := range f.Terms {
		text := one.Expr.Write(expr.Text, names, 0)
		if !want[text] {
			bad = append(bad, fmt.Sprintf("%.4g %s too much", one.Coefficient, text))
		}
		delete(want, text)
	}
	for text := range want {
		bad = append(bad, text+" missing")
	}
	if f.Friction != nil {
		bad = append(bad, fmt.Sprintf("friction %.4g", f.Friction))
	}
	return strings.Join(bad, ", ")
}

// coefficient of the term that is written so.
func (k known) coefficient(t *testing.T, e *expr.Expr, names []string) float64 {
	for text, v := range k.h {
		one, err := expr.Parse(text, names)
		if err != nil {
			t.Fatal(err)
		}
		if one.Equal(e) {
			return v
		}
	}
	return math.NaN()
}

// Without noise the default library gives the terms of eight of the nine known systems and their coefficients. The ninth, the
// double pendulum, has a Hamiltonian that is a quotient of such terms.
func TestKnownSystems(t *testing.T) {
	for _, k := range systems {
		from := time.Now()
		set, names, angles := k.draw(t, 1, 0)
		list := Default(set.Dim/2, angles[:set.Dim/2], names)
		f, r, err := Fit(set, list, Options{Angles: angles[:set.Dim/2], Names: names, Prune: true})
		if err != nil {
			t.Errorf("%s: %v", k.system.Name(), err)
			continue
		}
		fitted := time.Now()
		Polish(f, set, r)
		t.Logf("%s: %d of %d terms, %d left out before, %v and %v, %v", k.system.Name(), len(f.Terms), r.Candidates, len(r.Pruned), fitted.Sub(from).Round(time.Millisecond), time.Since(fitted).Round(time.Millisecond), *r.Polish)
		if bad := k.wrong(t, f, names); bad != "" {
			t.Errorf("%s: %s", k.system.Name(), bad)
			continue
		}
		for _, one := range f.Terms {
			if v := k.coefficient(t, one.Expr, names); math.Abs(one.Coefficient-v) > 1e-6 {
				t.Errorf("%s: %s has %v, want %v", k.system.Name(), one.Expr.Write(expr.Text, names, 0), one.Coefficient, v)
			}
		}
	}
}

// Under noise the terms are right in most draws, and the standard errors say how far the coefficients are off.
func TestDraws(t *testing.T) {
	draws, few := *draws, *draws == 0
	if few {
		draws = 3
	}
	for _, noise := range []float64{0.01, 0.05} {
		for i, k := range systems[:6] {
			if few && (i > 3 || noise > 0.01) || *only != "" && k.system.Name() != *only {
				continue
			}
			right, within, count := 0, 0, 0
			var faults []string
			values, stated := map[string][]float64{}, map[string]float64{}
			for seed := range draws {
				set, names, angles := k.draw(t, uint64(*firstDraw+seed), noise)
				f, r, err := Fit(set, Default(set.Dim/2, angles[:set.Dim/2], names), Options{Angles: angles[:set.Dim/2], Names: names, Prune: true})
				if err != nil {
					t.Fatal(err)
				}
				Polish(f, set, r)
				if bad := k.wrong(t, f, names); bad != "" {
					faults = append(faults, bad)
					continue
				}
				right++
				for _, one := range f.Terms {
					v := k.coefficient(t, one.Expr, names)
					text := one.Expr.Write(expr.Text, names, 0)
					values[text] = append(values[text], one.Coefficient-v)
					stated[text] += one.Error
					count++
					if math.Abs(one.Coefficient-v) < 3*one.Error {
						within++
					}
				}
			}
			line := ""
			for _, text := range slices.Sorted(func(yield func(string) bool) {
				for text := range values {
					if !yield(text) {
						return
					}
				}
			}) {
				mean, square := 0.0, 0.0
				v := values[text]
				for _, x := range v {
					mean += x / float64(len(v))
					square += x * x / float64(len(v))
				}
				spread := math.Sqrt(max(square-mean*mean, 0))
				line += fmt.Sprintf("; %s: bias %.2g, stated over spread %.2f", text, mean/(stated[text]/float64(len(v))), stated[text]/float64(len(v))/spread)
			}
			t.Logf("%s, noise %v: right %d of %d, within 3 standard errors %d of %d%s", k.system.Name(), noise, right, draws, within, count, line)
			for _, f := range faults {
				t.Logf("    %s", f)
			}
			least := 0.9
			if noise > 0.01 {
				least = 0.7
			}
			if float64(right) < least*float64(draws)-1e-9 {
				t.Errorf("%s, noise %v: right terms in %d of %d draws", k.system.Name(), noise, right, draws)
			}
			if float64(within) < 0.97*float64(count)-0.5 {
				t.Errorf("%s, noise %v: %d of %d coefficients within 3 standard errors", k.system.Name(), noise, within, count)
			}
		}
	}
}
