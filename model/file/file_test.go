package file

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

	"hnn/data"
	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
	"hnn/model/safetensors"
)

func TestSaveLoad(t *testing.T) {
	for name, a := range modeltest.Architectures() {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		n := modeltest.New[float32](t, a)
		if err := Save(path, n, map[string]string{"task": "spring"}); err != nil {
			t.Fatal(err)
		}
		m, meta, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if meta["task"] != "spring" || m.Kind != a.Kind || m.Dim != a.Dim || m.Parameters != n.Parameters() {
			t.Errorf("%s: loaded %s of dimension %d with %d parameters, metadata %v", name, m.Kind, m.Dim, m.Parameters, meta)
		}
		want, got := make([]float64, a.Dim), make([]float64, a.Dim)
		x := []float64{0.3, -0.7, 1.1, 0.2, -0.4, 0.9, 0.5, 0.1, -0.2, 0.8, 0.6, -1.3}[:a.Dim]
		network.Widen(n).Field().Free()(0, x, want)
		m.Field().Free()(0, x, got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: field %v after loading, %v before", name, got, want)
		}
	}
}

func saved(t testing.TB, change func(f *safetensors.File)) []byte {
	f, err := Pack(modeltest.New[float32](t, network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh"}), nil)
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

// An ensemble's file keeps all of its members.
func TestEnsembleFile(t *testing.T) {
	for _, kind := range []string{network.KindBaseline, network.KindSeparable} {
		nets, mean := ensembleOf(t, network.Architecture{Kind: kind, Dim: 4, Hidden: []int{7}, Activation: "tanh"})
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := SaveEnsemble(path, nets, map[string]string{"task": "spring"}); err != nil {
			t.Fatal(err)
		}
		loaded, meta, err := Load(path)
		if err != nil || meta["task"] != "spring" || len(loaded.Members) != 3 {
			t.Fatalf("%s: loaded %v, %v", kind, meta, err)
		}
		x, want, got := modeltest.Normal(rand.New(rand.NewPCG(5, 6)), 4), make([]float64, 4), make([]float64, 4)
		mean.Field().Free()(0, x, want)
		loaded.Field().Free()(0, x, got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: field %v after loading, %v before", kind, got, want)
		}
	}
}

// ensembleOf is three networks of an architecture with different parameters, and their mean.
func ensembleOf(t *testing.T, a network.Architecture) ([]*network.Network[float64], *model.Form[float64]) {
	t.Helper()
	var nets []*network.Network[float64]
	var members []*model.Form[float64]
	for seed := range uint64(3) {
		n, err := network.New[float64](a, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		nets, members = append(nets, n), append(members, n.Form())
	}
	mean, err := model.Mean(members)
	if err != nil {
		t.Fatal(err)
	}
	return nets, mean
}

func TestEnsembleFileRefuses(t *testing.T) {
	nets, _ := ensembleOf(t, network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh"})
	path := filepath.Join(t.TempDir(), "model.safetensors")
	for _, count := range []string{"", "1", "4", "100000000"} {
		if err := SaveEnsemble(path, nets, nil); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Metadata[metaMembers] = count
		if err := safetensors.WriteFile(path, f); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(path); !errors.Is(err, safetensors.ErrFormat) {
			t.Errorf("%q members: %v", count, err)
		}
	}
}

var pictures = model.Pixels{Width: 5, Height: 3, Stack: 2, Hidden: []int{9, 9, 7}, Activation: "relu"}

// A pixel model that was saved and loaded encodes, decodes and moves as before, and
// widening a float32 model changes nothing but the rounding.
func TestPixelFile(t *testing.T) {
	for _, kind := range []string{network.KindBaseline, network.KindHNN} {
		net, err := network.New[float32](network.Architecture{Kind: kind, Dim: 2, Hidden: []int{8, 6}, Activation: "tanh", Pixels: &pictures}, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := Save(path, net, nil); err != nil {
			t.Fatal(err)
		}
		loaded, _, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if energetic := loaded.Field().Energy != nil; energetic != (kind == network.KindHNN) {
			t.Errorf("%s: it has an energy: %v", kind, energetic)
		}
		wide := network.Widen(net).Field()
		for name, m := range map[string]*model.Field{"loaded": loaded.Field(), "narrow": net.Field()} {
			x := make([]float64, 150*pictures.Len()) // more than a block of rows
			for i := range x {
				x[i] = float64(float32(math.Abs(math.Sin(float64(i)))))
			}
			tol := 0.0
			if name == "narrow" {
				tol = 1e-5
			}
			run := func(m *model.Field) (z, y, dz []float64) {
				z, y, dz = make([]float64, 300), make([]float64, len(x)), make([]float64, 2)
				m.Encode()(x, z, 150)
				m.Decode()(z, y, 150)
				m.Free()(0, z[:2], dz)
				return z, y, dz
			}
			z, y, dz := run(m)
			wz, wy, wdz := run(wide)
			for _, c := range [][2][]float64{{z, wz}, {y, wy}, {dz, wdz}} {
				for i := range c[0] {
					if d := math.Abs(c[0][i] - c[1][i]); !(d <= tol) {
						t.Fatalf("%s %s: %v, want %v", kind, name, c[0][i], c[1][i])
					}
				}
			}
		}
	}
}

func TestDrivenFiles(t *testing.T) {
	for name, a := range modeltest.Architectures() {
		if a.Inputs == 0 {
			continue
		}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		n := modeltest.New[float32](t, a)
		sc := &data.Scales{Time: 2}
		for range a.Dim {
			sc.State, sc.Origin = append(sc.State, 2), append(sc.Origin, 0)
		}
		if err := Save(path, n, ScalesMetadata(sc)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(path); err == nil || !strings.Contains(err.Error(), "inputs") {
			t.Errorf("%s: scales without those of its inputs give %v", name, err)
		}
		for range a.Inputs {
			sc.Input = append(sc.Input, 3)
		}
		if err := Save(path, n, ScalesMetadata(sc)); err != nil {
			t.Fatal(err)
		}
		m, _, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(7, 8))
		x, u, want, got := modeltest.Normal(rng, a.Dim), modeltest.Normal(rng, a.Inputs), make([]float64, a.Dim), make([]float64, a.Dim)
		scaled, err := model.WithScales(network.Widen(n).Form(), sc)
		if err != nil {
			t.Fatal(err)
		}
		scaled.Field().One()(0, x, u, want)
		m.Field().One()(0, x, u, got)
		if modeltest.Difference(want, got) != 0 || m.Inputs != a.Inputs {
			t.Errorf("%s: %d inputs and %v after loading, %d and %v before", name, m.Inputs, got, a.Inputs, want)
		}
	}
}

func TestDamagedScales(t *testing.T) {
	n, err := network.New[float32](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{}", `{"state":[1,-1],"origin":[0,0],"time":1}`, `{"state":[1,1,1,1],"origin":[0,0,0,0],"time":1}`} {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := Save(path, n, map[string]string{metaScales: text}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(path); !errors.Is(err, safetensors.ErrFormat) {
			t.Errorf("scales %q: got %v", text, err)
		}
	}
}
