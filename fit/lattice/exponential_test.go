package lattice

import (
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
	"hnn/model/lattice"
	"hnn/ode"
)

func knownLaw(t *testing.T, shape string, sites int, bonds []lattice.Bond, site lattice.Function, w ...lattice.Function) *lattice.System {
	t.Helper()
	s := &lattice.System{Sites: sites, Space: 1, Bonds: bonds, Kinetic: lattice.Function{Half: 1, Polynomial: []float64{0, 0.25}}, Site: site, Bond: w}
	if bonds == nil {
		p, err := lattice.ParseShape(shape)
		if err == nil {
			p, err = p.Of(sites)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.Shape, s.Bonds = &p, p.Bonds()
	}
	return s
}

// rowsOf are trials of a law from states of a spread, with derivatives.
func rowsOf(t *testing.T, s *lattice.System, trials int, spread float64) *data.Set {
	t.Helper()
	const rows, step = 120, 0.05
	times := make([]float64, rows)
	for i := range times {
		times[i] = step * float64(i)
	}
	rng, set := rand.New(rand.NewPCG(7, 8)), &data.Set{Dim: s.Dim(), Offsets: []int{0}}
	field := s.ModelForm().Field().Free()
	for range trials {
		x0 := make([]float64, s.Dim())
		for i := range x0 {
			x0[i] = spread * rng.NormFloat64()
		}
		x, _, err := ode.Solve(field, x0, times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-11, ATol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		set.X, set.T = append(set.X, x...), append(set.T, times...)
		for r := range rows {
			dx := make([]float64, s.Dim())
			field(0, x[r*s.Dim():(r+1)*s.Dim()], dx)
			set.DX = append(set.DX, dx...)
		}
		set.Offsets = append(set.Offsets, len(set.T))
	}
	return set
}

// Laws of exponentials are found as such, with their rates: Morse's, of sites as in M. Peyrard and A. Bishop's chain (Phys. Rev. Lett. 62,
// 2755, 1989) and of bonds, and two kinds of bonds with a rate each; what is no exponential stays a polynomial.
func TestExponentials(t *testing.T) {
	spring := lattice.Function{Half: 1, Polynomial: []float64{0, 0.25}}
	morse := lattice.Function{Half: 1, Exponentials: []float64{-1.3, -1, 0.5}} // (1 - exp(-1.3 s))^2/2
	toda := func(rate float64) lattice.Function {
		return lattice.Function{Half: 1, Polynomial: []float64{-rate}, Exponentials: []float64{rate, 1}}
	}
	sextic := lattice.Function{Half: 2, Polynomial: []float64{0, 1.6, 0, 0.4, 0, 0.2}}
	two := []lattice.Bond{{I: 0, J: 1}, {I: 1, J: 2, Kind: 1}, {I: 2, J: 3}, {I: 3, J: 4, Kind: 1}, {I: 4, J: 5}, {I: 5, J: 0, Kind: 1}}
	for _, c := range []struct {
		name  string
		truth *lattice.System
		words []string
	}{
		{"Peyrard and Bishop", knownLaw(t, "ring", 8, nil, morse, spring), []string{"U(q) = -exp(-1.3 q) + 0.5 exp(-2.6 q)", "W(d) = 0.5 d^2"}},
		{"Morse bonds", knownLaw(t, "fixed-chain", 8, nil, lattice.Function{}, morse), []string{"W(d) = -exp(-1.3 d) + 0.5 exp(-2.6 d)"}},
		{"two kinds", knownLaw(t, "", 6, two, lattice.Function{}, toda(-1), toda(0.7)), []string{"W1(d) = exp(-d) + d", "W2(d) = exp(0.7 d) - 0.7 d"}},
		{"a polynomial", knownLaw(t, "ring", 6, nil, lattice.Function{}, sextic), []string{"d^6"}},
	} {
		set := rowsOf(t, c.truth, 20, 0.3)
		for _, alone := range []bool{false, true} {
			limit := 1e-12
			if alone {
				set.DX, limit = nil, 1e-6
			}
			s := &lattice.System{Shape: c.truth.Shape, Sites: c.truth.Sites, Space: 1, Bonds: c.truth.Bonds}
			r, err := Fit(s, set)
			if err != nil {
				t.Fatal(err)
			}
			text := s.Text(5)
			for _, want := range c.words {
				if !strings.Contains(text, want) {
					t.Errorf("%s, states alone %v: no %q in\n%s", c.name, alone, want, text)
				}
			}
			if r.Forces > limit {
				t.Errorf("%s, states alone %v: leaves %v of the forces", c.name, alone, r.Forces)
			}
			r.Bands()
			for _, e := range s.Bond[0].Errors {
				if !(e < 1e-5) {
					t.Fatalf("%s: an error of %v", c.name, e)
				}
			}
			t.Logf("%s, states alone %v: leaves %.2g\n%s", c.name, alone, r.Forces, text)
		}
	}
}
