package model

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data"
)

// The ways to a field under inputs: a pass, a batch, a single state, a signal; also in units
// of the user's and as the mean of two.
func TestDrivenFieldsAgree(t *testing.T) {
	for name, a := range architectures() {
		if a.Inputs == 0 {
			if m := newNetwork[float64](t, a); Inputs(m) != 0 {
				t.Errorf("%s has %d inputs", name, Inputs(m))
			}
			continue
		}
		n, other := newNetwork[float64](t, a), newNetwork[float64](t, a)
		rng := rand.New(rand.NewPCG(7, 8))
		for i := range n.Params() { // a constant gain is zero at first
			n.Params()[i] += 0.1 * rng.NormFloat64()
		}
		Refresh(n)
		const rows = 200 // more than two blocks
		x, u := drivenStates(rng, a, rows), normal(rng, rows*a.Inputs)
		pass, want := n.NewPass(rows).(DrivenPass[float64]), make([]float64, rows*a.Dim)
		pass.Drive(u)
		pass.Field(x, want, rows)
		mean, err := NewEnsemble([]Model{n, n})
		if err != nil {
			t.Fatal(err)
		}
		sc := &data.Scales{Time: 3}
		for i := range a.Dim {
			sc.State, sc.Origin = append(sc.State, 2), append(sc.Origin, float64(1-i/(a.Dim/2)))
		}
		for i := range a.Inputs {
			sc.Input = append(sc.Input, float64(i+2))
		}
		scaled := WithScales(n, sc)
		got, z, v := make([]float64, a.Dim), make([]float64, a.Dim), make([]float64, a.Inputs)
		batch := make([]float64, rows*a.Dim)
		check := func(way string, r int, got []float64) {
			t.Helper()
			for i, w := range want[r*a.Dim : (r+1)*a.Dim] {
				// Sums of some ten terms of order one in another order, and of rounded units.
				if math.Abs(got[i]-w) > 1e-13 {
					t.Fatalf("%s: row %d: %s gives %v, want %v", name, r, way, got, want[r*a.Dim:(r+1)*a.Dim])
				}
			}
		}
		single, both, units := n.(Driven).DrivenField(), mean.(Driven).DrivenField(), scaled.(Driven).DrivenField()
		n.(Driven).DrivenBatchField()(x, u, batch, rows)
		for r := range rows {
			xr, ur := x[r*a.Dim:(r+1)*a.Dim], u[r*a.Inputs:(r+1)*a.Inputs]
			single(xr, ur, got)
			check("one state", r, got)
			both(xr, ur, got)
			check("an ensemble", r, got)
			check("a batch", r, batch[r*a.Dim:(r+1)*a.Dim])
			sc.Restore(z, xr)
			for j := range v {
				v[j] = ur[j] * sc.Input[j]
			}
			units(z, v, got)
			for i := range got {
				got[i] *= 3. / 2
			}
			check("a user's units", r, got)
			field, _ := Under(n, data.Constant(ur...))
			field(0)(5, xr, got)
			check("a signal", r, got)
		}
		// Without input it is the field, and the two differ.
		pass.Drive(nil)
		pass.Field(x, want, rows)
		alone := n.Field()
		for r := range rows {
			alone(0, x[r*a.Dim:(r+1)*a.Dim], got)
			check("no input", r, got)
		}
		single(x[:a.Dim], u[:a.Inputs], got)
		if difference(got, want[:a.Dim]) < 1e-3 {
			t.Errorf("%s: inputs change nothing", name)
		}
		if _, err := NewEnsemble([]Model{n, other}); err != nil {
			t.Error(err)
		}
	}
}

// drivenStates are rows states, in which bodies are not near each other.
func drivenStates(rng *rand.Rand, a Architecture, rows int) []float64 {
	x := normal(rng, rows*a.Dim)
	for r := 0; a.Structure&Pairwise != 0 && r < rows; r++ {
		x[r*a.Dim] += 8
	}
	return x
}

func difference(a, b []float64) (d float64) {
	for i := range a {
		d = max(d, math.Abs(a[i]-b[i]))
	}
	return d
}

// H changes along the field by what inputs supply and friction takes: by differences of H.
func TestSupply(t *testing.T) {
	for name, a := range architectures() {
		if a.Inputs == 0 || !LearnsH(a.Kind) {
			continue
		}
		n := newNetwork[float64](t, a)
		rng := rand.New(rand.NewPCG(1, 9))
		for i := range n.Params() {
			n.Params()[i] += 0.1 * rng.NormFloat64()
		}
		Refresh(n)
		var m Model = n
		e := m.(Energetic)
		energy, supply := e.Energy(), Supply(e)
		lost := func([]float64) float64 { return 0 }
		if d, ok := m.(Dissipating); ok {
			lost = d.Power()
		}
		if _, ok := m.(Dissipating); ok != (a.Dissipation != "") {
			t.Errorf("%s: loses energy: %v", name, ok)
		}
		for range 20 {
			x, u, f := drivenStates(rng, a, 1), normal(rng, a.Inputs), make([]float64, a.Dim)
			m.(Driven).DrivenField()(x, u, f)
			rate := energyRate(energy, x, f)
			if want := supply(x, u) + lost(x); math.Abs(rate-want) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("%s: dH/dt = %v, supplied and lost %v", name, rate, want)
			}
		}
	}
}

// Momenta alone feel inputs, and a constant gain is the same everywhere.
func TestGain(t *testing.T) {
	for _, form := range Gains() {
		a := Architecture{Kind: KindHNN, Dim: 4, Hidden: []int{9}, Activation: "tanh", Inputs: 2, InputGain: form}
		n := newNetwork[float64](t, a)
		for i := range n.Params() {
			n.Params()[i] += 0.1 * float64(i%7)
		}
		Refresh(n)
		rng := rand.New(rand.NewPCG(2, 3))
		force := func() []float64 {
			x, f, f0 := normal(rng, 4), make([]float64, 4), make([]float64, 4)
			n.(Driven).DrivenField()(x, []float64{1, -2}, f)
			n.Field()(0, x, f0)
			for i := range f {
				f[i] -= f0[i]
			}
			return f
		}
		one, two := force(), force()
		if one[0] != 0 || one[1] != 0 || one[2] == 0 {
			t.Errorf("%s: inputs act as %v", form, one)
		}
		if same := difference(one, two) < 1e-14; same != (form == GainConstant) {
			t.Errorf("%s: %v and %v at two states", form, one, two)
		}
	}
}

func TestDrivenFiles(t *testing.T) {
	for name, a := range architectures() {
		if a.Inputs == 0 {
			continue
		}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		n := newNetwork[float32](t, a)
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
		x, u, want, got := normal(rng, a.Dim), normal(rng, a.Inputs), make([]float64, a.Dim), make([]float64, a.Dim)
		WithScales(Widen(n), sc).(Driven).DrivenField()(x, u, want)
		m.(Driven).DrivenField()(x, u, got)
		if difference(want, got) != 0 || Inputs(m) != a.Inputs {
			t.Errorf("%s: %d inputs and %v after loading, %d and %v before", name, Inputs(m), got, a.Inputs, want)
		}
	}
}

func TestDrivenRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(*Architecture)
		want   string
	}{
		{func(a *Architecture) { a.Inputs = -1 }, "-1 inputs"},
		{func(a *Architecture) { a.InputGain = "linear" }, `"linear"`},
		{func(a *Architecture) { a.Inputs = 0; a.InputGain = GainConstant }, "no inputs"},
		{func(a *Architecture) { a.Kind = KindBaseline; a.InputGain = GainConstant }, "no Hamiltonian"},
		{func(a *Architecture) { a.Skew = []float64{0, 1, -1, 0} }, "skew"},
	} {
		a := Architecture{Kind: KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh", Inputs: 1}
		c.change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", a, err, c.want)
		}
	}
}
