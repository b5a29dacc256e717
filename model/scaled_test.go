package model

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"hnn/data"
	"hnn/internal/safetensors"
)

// In any units the field of an HNN is the symplectic gradient of its energy, and the batch
// gives the same as single states; saved and loaded it is the same model.
func TestScaled(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	scales := &data.Scales{State: []float64{1e3, 0.5, 2e-3, 4}, Origin: []float64{7e3, -1, 0, 0}, Time: 1e-3}
	for _, kind := range Kinds() {
		a := Architecture{Kind: kind, Dim: 4, Hidden: []int{20, 20}, Activation: "tanh"}
		if kind == KindPairwise {
			a.Masses = []float64{1, 2} // of two bodies on a line
		}
		skew := skewOf(kind)
		if skew != nil {
			a.Skew = scales.Skew(skew)
		} else {
			skew = []float64{0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0}
		}
		n, err := New[float64](a, rng)
		if err != nil {
			t.Fatal(err)
		}
		m := WithScales(n, scales)
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := Save(path, n, ScalesMetadata(scales)); err != nil {
			t.Fatal(err)
		}
		loaded, _, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if inner, kept := Dimensionless(loaded); inner.Dim() != 4 || kept == nil || kept.Time != scales.Time {
			t.Errorf("%s: a loaded model has lost its scales", kind)
		}
		x, dx, again, batch := make([]float64, 4), make([]float64, 4), make([]float64, 4), make([]float64, 8)
		for range 20 {
			for j := range x {
				x[j] = scales.Origin[j] + scales.State[j]*rng.NormFloat64()
			}
			m.Field()(0, x, dx)
			loaded.Field()(0, x, again)
			m.BatchField()([]float64{0, 0}, append(append([]float64(nil), x...), x...), batch, 2)
			for j := range x {
				if again[j] != dx[j] {
					t.Errorf("%s: the loaded model differs", kind)
				}
				if math.Abs(batch[4+j]-dx[j]) > 1e-13*scales.State[j]/scales.Time {
					t.Errorf("%s: a batch gives %v, a single state %v", kind, batch[4+j], dx[j])
				}
			}
			if s, ok := SplitOf(m); ok {
				velocity, force := make([]float64, 2), make([]float64, 2)
				s.Split().Velocity(x[2:], velocity)
				s.Split().Force(x[:2], force)
				for j, v := range append(velocity, force...) {
					if math.Abs(v-dx[j]) > 1e-13*scales.State[j]/scales.Time {
						t.Errorf("%s: component %d of the split is %v, of the field %v", kind, j, v, dx[j])
					}
				}
			}
			e, ok := m.(Energetic)
			if !ok {
				continue
			}
			conservative := dx
			if f, ok := m.(Dissipating); ok {
				conservative = make([]float64, 4)
				rest := make([]float64, 4)
				f.Conservative()(0, x, conservative)
				f.Dissipation()(0, x, rest)
				for j := range x {
					if math.Abs(conservative[j]+rest[j]-dx[j]) > 1e-13*scales.State[j]/scales.Time {
						t.Errorf("%s: the parts of component %d add to %v, not %v", kind, j, conservative[j]+rest[j], dx[j])
					}
				}
			}
			total, dx := dx, conservative
			power := 0.0
			h := e.Energy()
			gradient := make([]float64, 4)
			for j := range x {
				// Central differences at 1e-5 of the scale: their error is 1e-10 for smooth
				// networks, and of bodies close to each other, whose forces are large, some 1e-7 of
				// these.
				step, at := 1e-5*scales.State[j], x[j]
				x[j] = at + step
				up := h(x)
				x[j] = at - step
				gradient[j] = (up - h(x)) / (2 * step)
				x[j] = at
				power += gradient[j] * total[j]
			}
			for k := range x {
				want := 0.0
				for j, g := range gradient {
					want += skew[4*k+j] * g
				}
				if math.Abs(dx[k]-want) > 1e-6*max(scales.State[k]/scales.Time, math.Abs(want)) {
					t.Errorf("%s: component %d of the field is %v, the symplectic gradient %v", kind, k, dx[k], want)
				}
			}
			if f, ok := m.(Dissipating); ok && math.Abs(f.Power()(x)-power) > 1e-6*scales.Energy()/scales.Time {
				t.Errorf("%s: the power is %v, and by the gradient %v", kind, f.Power()(x), power)
			}
		}
		if _, ok := m.(Energetic); ok != LearnsH(kind) {
			t.Errorf("%s: energetic: %v", kind, ok)
		}
	}
}

func TestDamagedScales(t *testing.T) {
	n, err := New[float32](Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
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
