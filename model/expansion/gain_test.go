package expansion_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data"
	"hnn/model"
	"hnn/model/expansion"
	"hnn/model/file"
	"hnn/model/internal/modeltest"
	"hnn/model/safetensors"
	"hnn/nn"
)

// drivenExpansion has friction and three inputs.
func drivenExpansion(t *testing.T) *expansion.Model {
	m := modeltest.Expansions(t)["sum"]
	g := expansion.NewGain(2, 3, nil, nn.Tanh, nil, nil)
	g.SetCoefficients([]float64{1, 2, 3, -4, 5, 0.5})
	m.SetGain(g)
	return m
}

// Under inputs the momenta feel G u and nothing else changes, at one state and at many, also
// from its file, in units of a user's and as the mean of two; H changes by what the inputs
// supply and friction takes.
func TestDriven(t *testing.T) {
	e := drivenExpansion(t)
	loaded := reloaded(t, e)
	mean, err := model.Mean([]*model.Form[float64]{e.Form(), loaded})
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Parameters != e.Parameters() || e.Parameters() != e.Size()+7 {
		t.Errorf("%d parameters, loaded %d, of %d features", e.Parameters(), loaded.Parameters, e.Size())
	}
	const rows = 200 // more than two blocks
	rng := rand.New(rand.NewPCG(3, 4))
	x, u, batch, dx := modeltest.Normal(rng, rows*4), modeltest.Normal(rng, rows*3), make([]float64, rows*4), make([]float64, 4)
	alone := make([]float64, 4)
	for name, m := range map[string]*model.Field{"expansion": e.Field(), "loaded": loaded.Field(), "mean": mean.Field()} {
		if m.Inputs != 3 {
			t.Fatalf("%s: %d inputs", name, m.Inputs)
		}
		if m.Split != nil {
			t.Errorf("%s: has a split", name)
		}
		field, free := m.One(), m.Free()
		m.Many()(nil, x, u, batch, rows)
		supply, lost := m.Supply(), m.Power()
		for r := range rows {
			xr, ur := x[r*4:(r+1)*4], u[r*3:(r+1)*3]
			free(0, xr, alone)
			field(0, xr, ur, dx)
			want := []float64{alone[0], alone[1], alone[2] + ur[0] + 2*ur[1] + 3*ur[2], alone[3] - 4*ur[0] + 5*ur[1] + 0.5*ur[2]}
			if d := max(modeltest.Difference(dx, want), modeltest.Difference(batch[r*4:(r+1)*4], want)); d > 1e-12 {
				t.Fatalf("%s: row %d is off by %v", name, r, d)
			}
			if r > 10 {
				continue
			}
			rate := modeltest.EnergyRate(m.Energy(), xr, dx)
			if p := supply(xr, ur) + lost(xr); math.Abs(p-rate) > 1e-7*(1+math.Abs(rate)) {
				t.Errorf("%s: dH/dt = %v, supplied and lost %v", name, rate, p)
			}
		}
	}
	if g, want := expansion.Of(loaded).Gain().Coefficients(), e.Gain().Coefficients(); modeltest.Difference(g, want) != 0 {
		t.Errorf("gain %v, saved %v", g, want)
	}
	// Units: a force of one input unit, in those of time and momentum.
	sc := &data.Scales{State: []float64{1, 1, 2, 2}, Origin: make([]float64, 4), Time: 4, Input: []float64{10, 1, 1}}
	scaled, err := model.WithScales(e.Form(), sc)
	if err != nil {
		t.Fatal(err)
	}
	scaled.Field().One()(0, make([]float64, 4), []float64{1, 0, 0}, dx)
	scaled.Field().Free()(0, make([]float64, 4), alone)
	if d := dx[2] - alone[2]; math.Abs(d-1.*2/4/10) > 1e-13 {
		t.Errorf("in units the force is %v", d)
	}
	if m := modeltest.Expansions(t)["sum"]; m.Field().Inputs != 0 || m.Gain() != nil {
		t.Errorf("an expansion without inputs has %d", m.Inputs())
	}
}

// A learned gain is the sum that its coefficients say, of features that see an angle's cosine
// and sine, and is the same from its file.
func TestLearnedGain(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const k = 3
	w, b := modeltest.Normal(rng, k*3), modeltest.Normal(rng, k)
	g := expansion.NewGain(2, 1, []bool{true, false}, nn.Tanh, w, b)
	c := modeltest.Normal(rng, g.Size())
	g.SetCoefficients(c)
	if g.Size() != 2*(1+k) || g.Features() != k || g.Inputs() != 1 || modeltest.Difference(g.Coefficients(), c) != 0 {
		t.Errorf("%d coefficients %v, want %v", g.Size(), g.Coefficients(), c)
	}
	e := modeltest.Expansions(t)["sum"]
	e.SetGain(g)
	loaded := reloaded(t, e)
	same, functions := expansion.Of(loaded).Gain().NewPoint(), g.Functions()
	at, got, back, phi := g.NewPoint(), make([]float64, 2), make([]float64, 2), make([]float64, 1+k)
	for range 10 {
		q := modeltest.Normal(rng, 4)
		want := []float64{c[0], c[1+k]}
		functions(q, phi)
		for f := range k {
			s := math.Tanh(w[f*3]*math.Cos(q[0]) + w[f*3+1]*math.Sin(q[0]) + w[f*3+2]*q[1] + b[f])
			want[0] += c[1+f] * s
			want[1] += c[2+k+f] * s
			if math.Abs(phi[1+f]-s) > 1e-14 || phi[0] != 1 {
				t.Errorf("functions %v, feature %d is %v", phi, f, s)
			}
		}
		at(q, got)
		same(q, back)
		if modeltest.Difference(got, want) > 1e-13 || modeltest.Difference(back, got) != 0 {
			t.Errorf("G = %v, want %v, loaded %v", got, want, back)
		}
	}
}

func TestReadGainRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := file.SaveExpansion(path, drivenExpansion(t), nil); err != nil {
		t.Fatal(err)
	}
	for inputs, want := range map[string]string{
		"-1": "-1 inputs", "5000000000": "inputs", "2": "shape", `3,"size":2`: "0 positions",
		`3,"size":-2`: "-2 features", `3,"size":2,"angles":[true,false]`: "activation",
		`3,"size":2,"angles":[true,false],"activation":"sin"`: "weight",
	} {
		f, err := safetensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Metadata["hnn.architecture"] = strings.Replace(f.Metadata["hnn.architecture"], `"inputs":3`, `"inputs":`+inputs, 1)
		bad := filepath.Join(t.TempDir(), "bad.safetensors")
		if err := safetensors.WriteFile(bad, f); err != nil {
			t.Fatal(err)
		}
		if _, _, err := file.Load(bad); !errors.Is(err, safetensors.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s inputs: %v, want %q", inputs, err, want)
		}
	}
}
