package model

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"hnn/internal/safetensors"
)

// ensembleOf is three networks of an architecture with different parameters.
func ensembleOf(t *testing.T, a Architecture) ([]Network[float64], Model) {
	t.Helper()
	var nets []Network[float64]
	var members []Model
	for seed := range uint64(3) {
		n, err := New[float64](a, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		nets, members = append(nets, n), append(members, n)
	}
	e, err := NewEnsemble(members)
	if err != nil {
		t.Fatal(err)
	}
	return nets, e
}

// The mean field is the mean of the members' fields; of Hamiltonians it is the symplectic
// gradient of their mean, by differences; a file keeps all of it.
func TestEnsemble(t *testing.T) {
	for _, kind := range []string{KindBaseline, KindHNN, KindSeparable} {
		nets, e := ensembleOf(t, Architecture{Kind: kind, Dim: 4, Hidden: []int{7}, Activation: "tanh"}.Complete())
		if len(Members(e)) != 3 || Members(nets[0]) != nil || e.Kind() != kind || e.Parameters() != 3*nets[0].Parameters() {
			t.Errorf("%s: kind %s, %d members, %d parameters", kind, e.Kind(), len(Members(e)), e.Parameters())
		}
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := SaveEnsemble(path, nets, map[string]string{"task": "spring"}); err != nil {
			t.Fatal(err)
		}
		loaded, meta, err := Load(path)
		if err != nil || meta["task"] != "spring" || len(Members(loaded)) != 3 {
			t.Fatalf("%s: loaded %d members, %v, %v", kind, len(Members(loaded)), meta, err)
		}
		rng := rand.New(rand.NewPCG(5, 6))
		const rows = 3
		x := normal(rng, rows*4)
		want, one, got := make([]float64, rows*4), make([]float64, rows*4), make([]float64, rows*4)
		for _, n := range nets {
			n.BatchField()(make([]float64, rows), x, one, rows)
			for i, v := range one {
				want[i] += v / 3
			}
		}
		loaded.BatchField()(make([]float64, rows), x, got, rows)
		for r := range rows {
			e.Field()(0, x[4*r:4*r+4], one[4*r:4*r+4])
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-15 || math.Abs(one[i]-want[i]) > 1e-15 {
				t.Fatalf("%s: component %d is %v in a batch and %v alone, the mean %v", kind, i, got[i], one[i], want[i])
			}
		}
		energetic, ok := loaded.(Energetic)
		if ok != (kind != KindBaseline) {
			t.Fatalf("%s: energetic %v", kind, ok)
		}
		if ok {
			h := energetic.Energy()
			for i := range 4 {
				y := append([]float64(nil), x[:4]...)
				const step = 1e-3
				d := 0.0
				for _, k := range []struct{ shift, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
					y[i] = x[i] + k.shift*step
					d += k.weight * h(y) / (12 * step)
				}
				if field := want[(i+2)%4]; i < 2 && math.Abs(field+d) > 1e-10 || i >= 2 && math.Abs(field-d) > 1e-10 {
					t.Errorf("%s: dH/dx_%d is %v by differences, the field %v", kind, i, d, field)
				}
			}
		}
		split, ok := SplitOf(loaded)
		if ok != (kind == KindSeparable) {
			t.Fatalf("%s: separable %v", kind, ok)
		}
		if ok {
			split.Split().Field()(0, x[:4], one[:4])
			for i := range 4 {
				if math.Abs(one[i]-want[i]) > 1e-15 {
					t.Errorf("%s: component %d is %v in its parts, %v whole", kind, i, one[i], want[i])
				}
			}
		}
	}
}

func TestEnsembleRefuses(t *testing.T) {
	nets, _ := ensembleOf(t, Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh"})
	other := newNetwork[float64](t, Architecture{Kind: KindBaseline, Dim: 2, Hidden: []int{5}, Activation: "tanh"})
	for _, members := range [][]Model{nil, {nets[0]}, {nets[0], other}} {
		if _, err := NewEnsemble(members); err == nil {
			t.Errorf("an ensemble of %d", len(members))
		}
	}
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

// An ensemble of models that lose energy loses it: the rate of the mean H along the mean
// field, by differences.
func TestEnsembleDissipates(t *testing.T) {
	a := architectures()[KindDissipative]
	var members []Model
	for seed := range uint64(3) {
		n, err := New[float64](a, rand.New(rand.NewPCG(seed, 2)))
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, n)
	}
	m, err := NewEnsemble(members)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := m.(Dissipating)
	if !ok || len(Members(m)) != 3 {
		t.Fatalf("%T of %d members", m, len(Members(m)))
	}
	rng := rand.New(rand.NewPCG(5, 6))
	x, f := normal(rng, a.Dim), make([]float64, a.Dim)
	m.Field()(0, x, f)
	rate := energyRate(d.Energy(), x, f)
	if p := d.Power()(x); math.Abs(p-rate) > 1e-9 || p == 0 {
		t.Errorf("power %v, by differences %v", p, rate)
	}
}
