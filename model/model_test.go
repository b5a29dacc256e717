package model

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// The pass's adjoint against differences: that of the network is tested in nn,
// here it is J that could have a wrong sign or be transposed the wrong way.
func TestPassAdjoint(t *testing.T) {
	for _, kind := range Kinds() {
		n := newNetwork[float64](t, Architecture{Kind: kind, Dim: 4, Hidden: []int{9, 7}, Activation: "softplus"})
		rng := rand.New(rand.NewPCG(3, 4))
		const rows = 3
		x, bar := make([]float64, rows*4), make([]float64, rows*4)
		for i := range x {
			x[i], bar[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		dx, xbar := make([]float64, rows*4), make([]float64, rows*4)
		pass := n.NewPass(rows)
		loss := func() (s float64) {
			Refresh[float64](n)
			pass.Field(x, dx, rows)
			for i := range dx {
				s += dx[i] * bar[i]
			}
			return s
		}
		loss()
		grad := make([]float64, n.Parameters())
		cotangent := append([]float64(nil), bar...)
		pass.Adjoint(cotangent, nil, xbar) // an adjoint leaves the pass ready for another
		copy(cotangent, bar)
		pass.Adjoint(cotangent, grad, xbar)
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
					t.Fatalf("%s: %s %d: %.12g, by differences %.12g", kind, what, i, analytic[i], d)
				}
			}
		}
		check("parameter", n.Params(), grad)
		check("input", x, xbar)
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
		const h = 1e-3
		at := func(k float64) float64 {
			y := make([]float64, 8)
			for i := range y {
				y[i] = x[i] + k*h*f[i]
			}
			return energy(y)
		}
		rate := (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
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
	for _, kind := range Kinds() {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		n := newNetwork[float32](t, Architecture{Kind: kind, Dim: 2, Hidden: []int{13, 8}, Activation: "silu"})
		if err := Save(path, n, map[string]string{"task": "spring"}); err != nil {
			t.Fatal(err)
		}
		m, meta, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if meta["task"] != "spring" || m.Kind() != kind || m.Dim() != 2 || m.Parameters() != n.Parameters() {
			t.Errorf("loaded %s of dimension %d with %d parameters, metadata %v", m.Kind(), m.Dim(), m.Parameters(), meta)
		}
		want, got := make([]float64, 2), make([]float64, 2)
		Widen(n).Field()(0, []float64{0.3, -0.7}, want)
		m.Field()(0, []float64{0.3, -0.7}, got)
		if want[0] != got[0] || want[1] != got[1] {
			t.Errorf("field %v after loading, %v before", got, want)
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
