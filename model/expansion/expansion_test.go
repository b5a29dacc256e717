package expansion_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/model"
	"hnn/model/expansion"
	"hnn/model/file"
	"hnn/model/internal/modeltest"
	"hnn/model/safetensors"
	"hnn/nn"
)

// reloaded is an expansion from its file.
func reloaded(t *testing.T, e *expansion.Model) *model.Form[float64] {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := file.SaveExpansion(path, e, nil); err != nil {
		t.Fatal(err)
	}
	m, _, err := file.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The field must be J grad H by finite differences of the energy, less the friction;
// every feature's column must be the gradient with its coefficient alone; a row of a batch
// must not depend on the others.
func TestField(t *testing.T) {
	for name, m := range modeltest.Expansions(t) {
		rng := rand.New(rand.NewPCG(3, 4))
		d := m.Dim()
		const rows = 7
		x, batch := modeltest.Normal(rng, rows*d), make([]float64, rows*d)
		can := m.Field()
		many := can.FreeMany()
		many(make([]float64, rows), x, batch, rows)
		field, energy := can.Free(), can.Energy()
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
			many([]float64{0}, state, one, 1)
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

func TestEnergyIsZeroWhereAsked(t *testing.T) {
	for name, m := range modeltest.Expansions(t) {
		x := modeltest.Normal(rand.New(rand.NewPCG(9, 9)), m.Dim())
		m.SetZero(x)
		if h := m.Field().Energy()(x); math.Abs(h) > 1e-13 {
			t.Errorf("%s: H = %v", name, h)
		}
	}
}

func TestFile(t *testing.T) {
	for name, m := range modeltest.Expansions(t) {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := file.SaveExpansion(path, m, map[string]string{"task": name}); err != nil {
			t.Fatal(err)
		}
		form, meta, err := file.Load(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		loaded := form.Field()
		if meta["task"] != name || loaded.Kind != expansion.Kind || loaded.Parameters != m.Parameters() {
			t.Errorf("%s: loaded %s with %d parameters, metadata %v", name, loaded.Kind, loaded.Parameters, meta)
		}
		x := modeltest.Normal(rand.New(rand.NewPCG(5, 6)), m.Dim())
		want, got := make([]float64, m.Dim()), make([]float64, m.Dim())
		m.Field().Free()(0, x, want)
		loaded.Free()(0, x, got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: field %v after loading, %v before", name, got, want)
		}
		if a, b := m.Field().Energy()(x), loaded.Energy()(x); a != b {
			t.Errorf("%s: energy %v after loading, %v before", name, b, a)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	term := expansion.NewQuadratic(4, []expansion.Monomial{{3, 3}})
	for _, c := range []struct {
		dim   int
		terms []expansion.Term
		want  string
	}{
		{3, []expansion.Term{term}, "even"},
		{4, nil, "without terms"},
		{2, []expansion.Term{term}, "length 4"},
		{6, []expansion.Term{expansion.NewNetwork(4, nil, nn.Tanh, make([]float64, 4), make([]float64, 1))}, "length 4"},
	} {
		if _, err := expansion.New(c.dim, c.terms...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: %v, want %q", c.dim, err, c.want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.safetensors")
	if err := file.SaveExpansion(good, modeltest.Expansions(t)["sum"], nil); err != nil {
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
		f.Metadata["hnn.architecture"] = c.architecture
		path := filepath.Join(dir, "bad.safetensors")
		if err := safetensors.WriteFile(path, f); err != nil {
			t.Fatal(err)
		}
		if _, _, err := file.Load(path); err == nil || !errors.Is(err, safetensors.ErrFormat) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: %v, want %q", i, err, c.want)
		}
	}
}
