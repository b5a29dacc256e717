package model

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/internal/safetensors"
	"hnn/nn"
)

func normal(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

// expansions are Hamiltonians of every kind of term, with random coefficients.
func expansions(t testing.TB) map[string]*Expansion {
	rng := rand.New(rand.NewPCG(1, 2))
	angles := []bool{true, false, false, false}
	terms := map[string][]Term{
		"network":   {NewNetworkTerm(4, nil, nn.Tanh, normal(rng, 36), normal(rng, 9))},
		"angles":    {NewNetworkTerm(4, angles, nn.Sin, normal(rng, 45), normal(rng, 9))},
		"quadratic": {NewQuadraticTerm(4, []Monomial{{0, -1}, {1, 1}, {0, 3}, {2, 2}, {3, -1}})},
		"pair":      {NewPairTerm(3, 2, []float64{1, 2, 3}, nn.Tanh, normal(rng, 5), normal(rng, 5))},
		"inertia":   {NewInertiaTerm(2, angles[:2], nn.Softplus, normal(rng, 21), normal(rng, 7))},
	}
	terms["sum"] = []Term{terms["angles"][0], terms["quadratic"][0], terms["inertia"][0]}
	all := map[string]*Expansion{}
	for _, name := range slices.Sorted(maps.Keys(terms)) { // the draws below follow one another
		list, dim := terms[name], 4
		if name == "pair" {
			dim = 12
		}
		m, err := NewExpansion(dim, list...)
		if err != nil {
			t.Fatal(err)
		}
		m.SetCoefficients(normal(rng, m.Size()))
		m.SetZero(normal(rng, dim))
		if name == "sum" {
			m.SetFriction(0.25)
		}
		all[name] = m
	}
	return all
}

// reloaded is an expansion from its file.
func reloaded(t *testing.T, e *Expansion) Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := SaveExpansion(path, e, nil); err != nil {
		t.Fatal(err)
	}
	m, _, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The field must be J grad H by finite differences of the energy, less the friction;
// every feature's column must be the gradient with its coefficient alone; a row of a batch
// must not depend on the others.
func TestExpansionField(t *testing.T) {
	for name, m := range expansions(t) {
		rng := rand.New(rand.NewPCG(3, 4))
		d := m.Dim()
		const rows = 7
		x, batch := normal(rng, rows*d), make([]float64, rows*d)
		m.BatchField()(make([]float64, rows), x, batch, rows)
		field, energy := m.Field(), m.Energy()
		rate, _ := m.Friction()
		one, dx := make([]float64, d), make([]float64, d)
		columns := make([]float64, rows*d*m.Size())
		first := 0
		for _, term := range m.Terms() {
			term.NewPass(rows).Columns(x, columns[first:], m.Size(), rows)
			first += term.Size()
		}
		c := m.Coefficients()
		for r := range rows {
			state := x[r*d : (r+1)*d]
			field(0, state, dx)
			m.BatchField()([]float64{0}, state, one, 1)
			for i := range d {
				if one[i] != batch[r*d+i] {
					t.Fatalf("%s: row %d alone gives %v, in a batch %v", name, r, one[i], batch[r*d+i])
				}
				y := append([]float64(nil), state...)
				v := 0.0
				const h = 1e-2 // six points: about 1e-12 of the seventh derivative
				for _, p := range []struct{ shift, weight float64 }{{-3, -1}, {-2, 9}, {-1, -45}, {1, 45}, {2, -9}, {3, 1}} {
					y[i] = state[i] + p.shift*h
					v += p.weight * energy(y) / (60 * h)
				}
				got := dx[(i+d/2)%d]
				if i < d/2 {
					got = -got - rate*state[i+d/2]
				}
				if math.Abs(got-v) > 1e-7*(1+math.Abs(v)) {
					t.Errorf("%s: dH/dx_%d is %v by the field, %v by differences", name, i, got, v)
				}
				sum := 0.0
				for k, v := range columns[(r*d+i)*m.Size() : (r*d+i+1)*m.Size()] {
					sum += c[k] * v
				}
				if math.Abs(sum-got) > 1e-11*(1+math.Abs(got)) {
					t.Errorf("%s: the columns sum to %v, the gradient is %v", name, sum, got)
				}
			}
		}
	}
}

func TestExpansionEnergyIsZeroWhereAsked(t *testing.T) {
	for name, m := range expansions(t) {
		x := normal(rand.New(rand.NewPCG(9, 9)), m.Dim())
		m.SetZero(x)
		if h := m.Energy()(x); math.Abs(h) > 1e-13 {
			t.Errorf("%s: H = %v", name, h)
		}
	}
}

func TestSaveLoadExpansion(t *testing.T) {
	for name, m := range expansions(t) {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := SaveExpansion(path, m, map[string]string{"task": name}); err != nil {
			t.Fatal(err)
		}
		loaded, meta, err := Load(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if meta["task"] != name || loaded.Kind() != KindExpansion || loaded.Parameters() != m.Parameters() {
			t.Errorf("%s: loaded %s with %d parameters, metadata %v", name, loaded.Kind(), loaded.Parameters(), meta)
		}
		x := normal(rand.New(rand.NewPCG(5, 6)), m.Dim())
		want, got := make([]float64, m.Dim()), make([]float64, m.Dim())
		m.Field()(0, x, want)
		Widen(loaded).Field()(0, x, got)
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: component %d is %v after loading, %v before", name, i, got[i], want[i])
			}
		}
		if a, b := m.Energy()(x), loaded.(Energetic).Energy()(x); a != b {
			t.Errorf("%s: energy %v after loading, %v before", name, b, a)
		}
	}
}

func TestNewExpansionRefuses(t *testing.T) {
	term := NewQuadraticTerm(4, []Monomial{{3, 3}})
	for _, c := range []struct {
		dim   int
		terms []Term
		want  string
	}{
		{3, []Term{term}, "even"},
		{4, nil, "without terms"},
		{2, []Term{term}, "length 4"},
		{6, []Term{NewNetworkTerm(4, nil, nn.Tanh, make([]float64, 4), make([]float64, 1))}, "length 4"},
	} {
		if _, err := NewExpansion(c.dim, c.terms...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: %v, want %q", c.dim, err, c.want)
		}
	}
}

func TestLoadExpansionRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.safetensors")
	if err := SaveExpansion(good, expansions(t)["sum"], nil); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		architecture string
		want         string
	}{
		{`{"kind":"expansion","dim":4,"terms":[]}`, "without terms"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"spline","size":3}]}`, `"spline"`},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"network","size":9,"activation":"tanh","angles":[true,false]}]}`, "length 2"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"network","size":8,"activation":"sin","angles":[true,false,false,false]}]}`, "shape"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"network","size":-8,"activation":"sin","angles":[true,false,false,false]}]}`, "-8 features"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"quadratic","size":1,"monomials":[[0,7]]}]}`, "length 8"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"quadratic","size":2,"monomials":[[0,1]]}]}`, "1 monomials"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"pair","size":2,"bodies":1,"space":2,"activation":"tanh"}]}`, "1 bodies"},
		{`{"kind":"expansion","dim":4000000000,"terms":[{"kind":"quadratic","size":0}]}`, "length 4000000000"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"inertia","size":9,"activation":"tanh","angles":[true,false]}]}`, "4 functions"},
		{`{"kind":"expansion","dim":4,"terms":[{"kind":"network","size":9,"activation":"tahn","angles":[true,false,false,false]}]}`, `"tahn"`},
		{`{"kind":"expansion","dim":"four"}`, "architecture"},
	} {
		f, err := safetensors.ReadFile(good)
		if err != nil {
			t.Fatal(err)
		}
		f.Metadata[metaArchitecture] = c.architecture
		path := filepath.Join(dir, "bad.safetensors")
		if err := safetensors.WriteFile(path, f); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(path); err == nil || !errors.Is(err, safetensors.ErrFormat) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: %v, want %q", i, err, c.want)
		}
	}
}
