package model

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/internal/golden"
	"hnn/internal/kernel"
	"hnn/internal/safetensors"
	"hnn/nn"
)

func newNetwork[T kernel.Float](t testing.TB, a Architecture) Network[T] {
	t.Helper()
	n, err := New[T](a, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// trained returns the authors' trained weights.
func trained(t testing.TB, name, kind string, dim int) Network[float64] {
	n := newNetwork[float64](t, Architecture{Kind: kind, Dim: dim, Hidden: []int{200, 200}, Activation: "tanh"})
	copy(n.Params(), golden.Load(t, name+"-final").Weights(t, "", 3, kind == KindHNN))
	Refresh[float64](n)
	return n
}

// The fields and the energies of the authors' trained networks, in float64.
func TestGoldenPairs(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		dim        int
	}{{"spring-hnn", KindHNN, 2}, {"spring-baseline", KindBaseline, 2}, {"2body-hnn", KindHNN, 8}} {
		t.Run(c.name, func(t *testing.T) {
			m := trained(t, c.name, c.kind, c.dim)
			a := golden.Load(t, c.name+"-pairs")
			x, want := a.Get(t, "f64/x"), a.Get(t, "f64/dx")
			rows := len(x) / c.dim
			batch, single := make([]float64, len(x)), make([]float64, len(x))
			m.BatchField()(nil, x, batch, rows)
			field := m.Field()
			for r := range rows {
				field(0, x[r*c.dim:(r+1)*c.dim], single[r*c.dim:(r+1)*c.dim])
			}
			// Two summation orders of 200 terms of order one: 200 units of rounding.
			const tol = 200 * 0x1p-52
			for i, w := range want {
				if math.Abs(batch[i]-w) > tol || math.Abs(single[i]-w) > tol {
					t.Fatalf("component %d: batch %.17g, single %.17g, want %.17g", i, batch[i], single[i], w)
				}
			}
			e, ok := Model(m).(Energetic)
			if !ok {
				return
			}
			energy := e.Energy()
			for r, w := range a.Get(t, "f64/H") {
				if h := energy(x[r*c.dim : (r+1)*c.dim]); math.Abs(h-w) > tol {
					t.Fatalf("row %d: H = %.17g, want %.17g", r, h, w)
				}
			}
		})
	}
}

// architectures are one of every kind and option, small.
func architectures() map[string]Architecture {
	all := map[string]Architecture{}
	for _, kind := range Kinds() {
		all[kind] = Architecture{Kind: kind, Dim: 4, Hidden: []int{9, 7}, Activation: "softplus", Skew: skewOf(kind)}.Complete()
		if kind == KindPairwise {
			a := all[kind]
			a.Dim = 12 // three bodies in a plane
			all[kind] = a
			continue
		}
		a := all[kind]
		a.Angles = []bool{true, false, false, false}
		all[kind+" with an angle"] = a
	}
	add := func(name string, change func(a *Architecture)) {
		a := all[KindHNN]
		change(&a)
		all[name] = a.Complete()
	}
	for kind, a := range map[string]Architecture{"hnn": all[KindHNN], "baseline": all[KindBaseline], "second-order baseline": all[KindSecondOrder],
		"separable": all[KindSeparable], "dissipative": all[KindDissipative], "helmholtz": all[KindHelmholtz],
		"hnn with an angle": all[KindHNN+" with an angle"], "baseline with an angle": all[KindBaseline+" with an angle"]} {
		a.Inputs = 3
		all["driven "+kind] = a.Complete()
	}
	add("driven, constant gain", func(a *Architecture) { a.Inputs, a.InputGain = 1, GainConstant })
	add("driven bodies", func(a *Architecture) { a.Structure, a.Masses, a.Inputs = Pairwise, []float64{1, 3}, 2 })
	add("constant masses", func(a *Architecture) { a.Structure = Separable | QuadraticKinetic })
	add("bodies on a line", func(a *Architecture) { a.Structure, a.Masses = Pairwise, []float64{1, 3} })
	add("bodies nearer than seen", func(a *Architecture) { a.Structure, a.Masses, a.Nearest = Pairwise, []float64{1, 3}, 1.5 })
	add("friction", func(a *Architecture) { a.Dissipation = DissipationLinear })
	add("convex dissipation", func(a *Architecture) { a.Dissipation = DissipationConvex })
	add("separable with dissipation", func(a *Architecture) { a.Structure, a.Dissipation = Separable, DissipationLearned })
	add("bodies with friction", func(a *Architecture) {
		a.Structure, a.Masses, a.Dissipation = Pairwise, []float64{2, 1}, DissipationLinear
	})
	return all
}

// The pass's adjoint against differences: that of the network is tested in nn,
// here it is what a model makes of it.
func TestPassAdjoint(t *testing.T) {
	for name, a := range architectures() {
		n := newNetwork[float64](t, a)
		rng := rand.New(rand.NewPCG(3, 4))
		const rows = 3
		x, bar := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		for i := range x {
			x[i], bar[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		dx, xbar := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		pass := n.NewPass(rows + 1) // larger than the block at hand
		if a.Inputs > 0 {
			pass.(DrivenPass[float64]).Drive(normal(rng, rows*a.Inputs))
		}
		loss := func() (s float64) {
			Refresh[float64](n)
			pass.Field(x, dx, rows)
			for i := range dx {
				s += dx[i] * bar[i]
			}
			return s
		}
		loss()
		grad, alone := make([]float64, n.Parameters()), make([]float64, n.Parameters())
		// An adjoint leaves the pass ready for another, whatever is asked of it.
		pass.Adjoint(slices.Clone(bar), nil, xbar)
		pass.Adjoint(slices.Clone(bar), alone, nil)
		clear(xbar)
		pass.Adjoint(slices.Clone(bar), grad, xbar)
		if !slices.Equal(grad, alone) {
			t.Errorf("%s: the gradient by the parameters depends on whether that by the states is asked for", name)
		}
		check := func(what string, v, analytic []float64) {
			for i := range v {
				const h = 1e-4
				at, d := v[i], 0.0
				for _, k := range []struct{ shift, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
					v[i] = at + k.shift*h
					d += k.weight * loss() / (12 * h)
				}
				v[i] = at
				// Five points at 1e-4: rounding of 1e-12, of sums of order 10.
				if math.Abs(d-analytic[i]) > 1e-9 {
					t.Fatalf("%s: %s %d: %.12g, by differences %.12g", name, what, i, analytic[i], d)
				}
			}
		}
		check("parameter", n.Params(), grad)
		check("input", x, xbar)
	}
}

// The three ways to a field: a pass, a batch, a single state.
func TestFieldsAgree(t *testing.T) {
	for name, a := range architectures() {
		n := newNetwork[float64](t, a)
		rng := rand.New(rand.NewPCG(7, 8))
		const rows = 200 // more than two blocks
		x, batch := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		pass, single := make([]float64, rows*a.Dim), make([]float64, a.Dim)
		n.NewPass(rows).Field(x, pass, rows)
		n.BatchField()(make([]float64, rows), x, batch, rows)
		field := n.Field()
		for r := range rows {
			at := r * a.Dim
			field(0, x[at:at+a.Dim], single)
			for i, v := range single {
				// Sums of ten terms of order one in another order.
				if math.Abs(pass[at+i]-v) > 1e-14 || batch[at+i] != pass[at+i] {
					t.Fatalf("%s: row %d: pass %v, batch %v, single %v", name, r, pass[at:at+a.Dim], batch[at:at+a.Dim], single)
				}
			}
		}
	}
}

func TestPassDoesNotAllocate(t *testing.T) {
	for name, a := range architectures() {
		net := newNetwork[float32](t, a)
		const rows = 20
		x, dx, grad := make([]float32, rows*a.Dim), make([]float32, rows*a.Dim), make([]float32, net.Parameters())
		for i := range x {
			x[i] = float32(i%7) + float32(i)/9
		}
		pass := net.NewPass(rows)
		if a.Inputs > 0 {
			pass.(DrivenPass[float32]).Drive(make([]float32, rows*a.Inputs))
		}
		if n := testing.AllocsPerRun(5, func() {
			pass.Field(x, dx, rows)
			pass.Adjoint(dx, grad, nil)
		}); n != 0 {
			t.Errorf("%s: %v allocations in a pass and its adjoint", name, n)
		}
	}
}

// A full turn of an angle changes nothing.
func TestAnglesArePeriodic(t *testing.T) {
	for _, kind := range Kinds() {
		a, ok := architectures()[kind+" with an angle"]
		if !ok {
			continue
		}
		field := newNetwork[float64](t, a).Field()
		want, got := make([]float64, a.Dim), make([]float64, a.Dim)
		field(0, []float64{0.4, 0.3, -1, 0.2}, want)
		field(0, []float64{0.4 + 2*math.Pi, 0.3, -1, 0.2}, got)
		for i := range want {
			// cos and sin at an argument rounded to 2^-50.
			if math.Abs(got[i]-want[i]) > 1e-14 {
				t.Errorf("%s: %v after a turn, %v before", kind, got, want)
			}
		}
		field(0, []float64{0.4, 0.3 + 2*math.Pi, -1, 0.2}, got)
		if slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-3 }) {
			t.Errorf("%s: a component that is no angle has a period too", kind)
		}
	}
}

// The learned energy is constant along the learned field: dH/dt = grad H . f = 0.
func TestFieldConservesEnergy(t *testing.T) {
	m := trained(t, "2body-hnn", KindHNN, 8).(*HNN[float64])
	rng := rand.New(rand.NewPCG(5, 6))
	field, energy := m.Field(), m.Energy()
	for range 20 {
		x, f := make([]float64, 8), make([]float64, 8)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		field(0, x, f)
		rate := energyRate(energy, x, f)
		if math.Abs(rate) > 1e-10 {
			t.Fatalf("dH/dt = %g at %v", rate, x)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		a    Architecture
		want string
	}{
		{Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{200}, Activation: "relu"}, "second derivative"},
		{Architecture{Kind: KindHNN, Dim: 3, Hidden: []int{200}, Activation: "tanh"}, "even"},
		{Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{200, -1}, Activation: "tanh"}, "hidden layer 2 has width -1"},
		{Architecture{Kind: KindHNN, Dim: 2, Activation: "tanh"}, "no hidden layer"},
		{Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{9}, Activation: "tanh", Angles: []bool{true}}, "1 components"},
		{Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{9}, Activation: "tanh", Angles: []bool{false, true}}, "momentum"},
		{Architecture{Kind: "lnn", Dim: 2, Hidden: []int{200}, Activation: "tanh"}, `"lnn"`},
		{Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{200}, Activation: "tahn"}, `"tahn"`},
	} {
		_, err := New[float32](c.a, rand.New(rand.NewPCG(1, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.a, err, c.want)
		}
	}
	if _, err := New[float32](Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{9}, Activation: "relu"}, nil); !errors.Is(err, nn.ErrNoSecondDerivative) {
		t.Errorf("relu: %v", err)
	}
	if _, err := New[float32](Architecture{Kind: KindBaseline, Dim: 2, Hidden: []int{9}, Activation: "relu"}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Errorf("a baseline may use relu: %v", err)
	}
	if w := (Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{9}, Activation: "selu"}).Warning(); !strings.Contains(w, "jumps") {
		t.Errorf("selu: warning %q", w)
	}
}

func TestSaveLoad(t *testing.T) {
	for name, a := range architectures() {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		n := newNetwork[float32](t, a)
		if err := Save(path, n, map[string]string{"task": "spring"}); err != nil {
			t.Fatal(err)
		}
		m, meta, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if meta["task"] != "spring" || m.Kind() != a.Kind || m.Dim() != a.Dim || m.Parameters() != n.Parameters() {
			t.Errorf("%s: loaded %s of dimension %d with %d parameters, metadata %v", name, m.Kind(), m.Dim(), m.Parameters(), meta)
		}
		want, got := make([]float64, a.Dim), make([]float64, a.Dim)
		x := []float64{0.3, -0.7, 1.1, 0.2, -0.4, 0.9, 0.5, 0.1, -0.2, 0.8, 0.6, -1.3}[:a.Dim]
		Widen(n).Field()(0, x, want)
		m.Field()(0, x, got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: field %v after loading, %v before", name, got, want)
		}
	}
}

func saved(t testing.TB, change func(f *safetensors.File)) []byte {
	f, err := Pack(newNetwork[float32](t, Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLoadRefuses(t *testing.T) {
	architecture := func(s string) func(*safetensors.File) {
		return func(f *safetensors.File) { f.Metadata[metaArchitecture] = s }
	}
	good := saved(t, nil)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, ""},
		{"truncated", good[:len(good)-7], ""},
		{"foreign", []byte("t,q,p\n0,1,2\n"), ""},
		{"other program's", saved(t, func(f *safetensors.File) { f.Metadata = nil }), "not written by hnn"},
		{"newer format", saved(t, func(f *safetensors.File) { f.Metadata[metaFormat] = "2" }), "newer"},
		{"architecture no JSON", saved(t, architecture("{")), "architecture"},
		{"unknown kind", saved(t, architecture(`{"kind":"x","dim":2,"hidden":[5],"activation":"tanh"}`)), `"x"`},
		{"wider than its tensors", saved(t, architecture(`{"kind":"hnn","dim":2,"hidden":[16000,16000],"activation":"tanh"}`)), "shape"},
		{"deeper than its tensors", saved(t, architecture(`{"kind":"hnn","dim":2,"hidden":[5,5],"activation":"tanh"}`)), "layers.1"},
		{"not a number", saved(t, func(f *safetensors.File) { f.Tensors[0].Data.([]float32)[3] = float32(math.NaN()) }), "element 3"},
	} {
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := os.WriteFile(path, c.file, 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := Load(path)
		if err == nil || !errors.Is(err, safetensors.ErrFormat) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one with %q and the path", c.name, err, c.want)
		}
	}
}

// FuzzUnpack: no file makes loading panic, and what loads has finite parameters.
func FuzzUnpack(f *testing.F) {
	f.Add(saved(f, nil))
	f.Add(saved(f, func(f *safetensors.File) { f.Metadata[metaArchitecture] = `{"kind":"baseline"}` }))
	f.Add(saved(f, func(f *safetensors.File) {
		f.Metadata[metaArchitecture] = `{"kind":"hnn","dim":2,"hidden":[5],"activation":"tanh","angles":[true,false]}`
	}))
	f.Add([]byte("q,p\n1,2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := safetensors.Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		n, err := Unpack[float32](file)
		if err != nil {
			return
		}
		for _, p := range n.Params() {
			if math.IsNaN(float64(p)) {
				t.Fatal("a parameter that is not a number was loaded")
			}
		}
	})
}
