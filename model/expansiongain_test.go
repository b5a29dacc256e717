package model

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data"
	"hnn/internal/safetensors"
	"hnn/nn"
)

// drivenExpansion has friction and three inputs.
func drivenExpansion(t *testing.T) *Expansion {
	m := expansions(t)["sum"]
	g := NewExpansionGain(2, 3, nil, nn.Tanh, nil, nil)
	g.SetCoefficients([]float64{1, 2, 3, -4, 5, 0.5})
	m.SetGain(g)
	return m
}

// Under inputs the momenta feel G u and nothing else changes, at one state and at many, also
// from its file, in units of a user's and as the mean of two; H changes by what the inputs
// supply and friction takes.
func TestDrivenExpansion(t *testing.T) {
	e := drivenExpansion(t)
	loaded := reloaded(t, e)
	mean, err := NewEnsemble([]Model{e.Damped(), loaded})
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Parameters() != e.Parameters() || e.Parameters() != e.Size()+7 {
		t.Errorf("%d parameters, loaded %d, of %d features", e.Parameters(), loaded.Parameters(), e.Size())
	}
	const rows = 200 // more than two blocks
	rng := rand.New(rand.NewPCG(3, 4))
	x, u, batch, dx := normal(rng, rows*4), normal(rng, rows*3), make([]float64, rows*4), make([]float64, 4)
	alone := make([]float64, 4)
	for name, m := range map[string]Model{"expansion": e, "damped": e.Damped(), "loaded": loaded, "mean": mean} {
		if Inputs(m) != 3 {
			t.Fatalf("%s: %d inputs", name, Inputs(m))
		}
		if _, ok := SplitOf(m); ok {
			t.Errorf("%s: has a split", name)
		}
		field := m.(Driven).DrivenField()
		m.(Driven).DrivenBatchField()(x, u, batch, rows)
		supply, lost := Supply(m.(Energetic)), func([]float64) float64 { return 0 }
		if d, ok := m.(Dissipating); ok {
			lost = d.Power()
		}
		for r := range rows {
			xr, ur := x[r*4:(r+1)*4], u[r*3:(r+1)*3]
			m.Field()(0, xr, alone)
			field(xr, ur, dx)
			want := []float64{alone[0], alone[1], alone[2] + ur[0] + 2*ur[1] + 3*ur[2], alone[3] - 4*ur[0] + 5*ur[1] + 0.5*ur[2]}
			if d := max(difference(dx, want), difference(batch[r*4:(r+1)*4], want)); d > 1e-12 {
				t.Fatalf("%s: row %d is off by %v", name, r, d)
			}
			if r > 10 || name == "expansion" { // which does not tell its friction apart
				continue
			}
			rate := energyRate(m.(Energetic).Energy(), xr, dx)
			if p := supply(xr, ur) + lost(xr); math.Abs(p-rate) > 1e-7*(1+math.Abs(rate)) {
				t.Errorf("%s: dH/dt = %v, supplied and lost %v", name, rate, p)
			}
		}
	}
	if g, want := loaded.(dampedExpansion).Gain().Coefficients(), e.Gain().Coefficients(); difference(g, want) != 0 {
		t.Errorf("gain %v, saved %v", g, want)
	}
	// Units: a force of one input unit, in those of time and momentum.
	sc := &data.Scales{State: []float64{1, 1, 2, 2}, Origin: make([]float64, 4), Time: 4, Input: []float64{10, 1, 1}}
	WithScales(e, sc).(Driven).DrivenField()(make([]float64, 4), []float64{1, 0, 0}, dx)
	WithScales(e, sc).Field()(0, make([]float64, 4), alone)
	if d := dx[2] - alone[2]; math.Abs(d-1.*2/4/10) > 1e-13 {
		t.Errorf("in units the force is %v", d)
	}
	if m := expansions(t)["sum"]; Inputs(m) != 0 || m.Gain() != nil {
		t.Errorf("an expansion without inputs has %d", Inputs(m))
	}
}

// A learned gain is the sum that its coefficients say, of features that see an angle's cosine
// and sine, and is the same from its file.
func TestLearnedExpansionGain(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const k = 3
	w, b := normal(rng, k*3), normal(rng, k)
	g := NewExpansionGain(2, 1, []bool{true, false}, nn.Tanh, w, b)
	c := normal(rng, g.Size())
	g.SetCoefficients(c)
	if g.Size() != 2*(1+k) || g.Features() != k || g.Inputs() != 1 || difference(g.Coefficients(), c) != 0 {
		t.Errorf("%d coefficients %v, want %v", g.Size(), g.Coefficients(), c)
	}
	e := expansions(t)["sum"]
	e.SetGain(g)
	loaded := reloaded(t, e)
	same, functions := loaded.(dampedExpansion).Gain().At(), g.Functions()
	at, got, back, phi := g.At(), make([]float64, 2), make([]float64, 2), make([]float64, 1+k)
	for range 10 {
		q := normal(rng, 4)
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
		if difference(got, want) > 1e-13 || difference(back, got) != 0 {
			t.Errorf("G = %v, want %v, loaded %v", got, want, back)
		}
	}
}

func TestLoadDrivenExpansionRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := SaveExpansion(path, drivenExpansion(t), nil); err != nil {
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
		f.Metadata[metaArchitecture] = strings.Replace(f.Metadata[metaArchitecture], `"inputs":3`, `"inputs":`+inputs, 1)
		bad := filepath.Join(t.TempDir(), "bad.safetensors")
		if err := safetensors.WriteFile(bad, f); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Load(bad); !errors.Is(err, safetensors.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s inputs: %v, want %q", inputs, err, want)
		}
	}
}
