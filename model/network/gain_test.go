package network_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// The ways to a field under inputs: a pass, a batch, a single state, a signal; also in units
// of the user's and as the mean of two.
func TestDrivenFieldsAgree(t *testing.T) {
	for name, a := range modeltest.Architectures() {
		if a.Inputs == 0 {
			if m := modeltest.New[float64](t, a).Field(); m.Inputs != 0 || m.Supply() != nil {
				t.Errorf("%s has %d inputs", name, m.Inputs)
			}
			continue
		}
		n := modeltest.New[float64](t, a)
		rng := rand.New(rand.NewPCG(7, 8))
		for i := range n.Params() { // a constant gain is zero at first
			n.Params()[i] += 0.1 * rng.NormFloat64()
		}
		n.Refresh()
		const rows = 200 // more than two blocks
		x, u := drivenStates(rng, a, rows), modeltest.Normal(rng, rows*a.Inputs)
		pass, want := n.NewPass(rows), make([]float64, rows*a.Dim)
		pass.Drive(u)
		pass.Field(x, want, rows)
		mean, err := model.Mean([]*model.Form[float64]{n.Form(), n.Form()})
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
		scaled, err := model.WithScales(n.Form(), sc)
		if err != nil {
			t.Fatal(err)
		}
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
		m := n.Field()
		single, both, units := m.One(), mean.Field().One(), scaled.Field().One()
		m.Many()(nil, x, u, batch, rows)
		for r := range rows {
			xr, ur := x[r*a.Dim:(r+1)*a.Dim], u[r*a.Inputs:(r+1)*a.Inputs]
			single(0, xr, ur, got)
			check("one state", r, got)
			both(0, xr, ur, got)
			check("an ensemble", r, got)
			check("a batch", r, batch[r*a.Dim:(r+1)*a.Dim])
			sc.Restore(z, xr)
			for j := range v {
				v[j] = ur[j] * sc.Input[j]
			}
			units(0, z, v, got)
			for i := range got {
				got[i] *= 3. / 2
			}
			check("a user's units", r, got)
			field, _ := m.Under(data.Constant(ur...))
			field(0)(5, xr, got)
			check("a signal", r, got)
		}
		// Without input it is the field, and the two differ.
		pass.Drive(nil)
		pass.Field(x, want, rows)
		alone := m.Free()
		for r := range rows {
			alone(0, x[r*a.Dim:(r+1)*a.Dim], got)
			check("no input", r, got)
		}
		single(0, x[:a.Dim], u[:a.Inputs], got)
		if modeltest.Difference(got, want[:a.Dim]) < 1e-3 {
			t.Errorf("%s: inputs change nothing", name)
		}
	}
}

// drivenStates are rows states, in which bodies are not near each other.
func drivenStates(rng *rand.Rand, a network.Architecture, rows int) []float64 {
	x := modeltest.Normal(rng, rows*a.Dim)
	for r := 0; a.Structure&network.Pairwise != 0 && r < rows; r++ {
		x[r*a.Dim] += 8
	}
	return x
}

// H changes along the field by what inputs supply and friction takes: by differences of H.
func TestSupply(t *testing.T) {
	for name, a := range modeltest.Architectures() {
		if a.Inputs == 0 || !network.LearnsH(a.Kind) {
			continue
		}
		n := modeltest.New[float64](t, a)
		rng := rand.New(rand.NewPCG(1, 9))
		for i := range n.Params() {
			n.Params()[i] += 0.1 * rng.NormFloat64()
		}
		n.Refresh()
		m := n.Field()
		energy, supply := m.Energy(), m.Supply()
		lost := func([]float64) float64 { return 0 }
		if m.Loss != nil {
			lost = m.Power()
		}
		if (m.Loss != nil) != (a.Dissipation != "") {
			t.Errorf("%s: loses energy: %v", name, m.Loss != nil)
		}
		for range 20 {
			x, u, f := drivenStates(rng, a, 1), modeltest.Normal(rng, a.Inputs), make([]float64, a.Dim)
			m.One()(0, x, u, f)
			rate := modeltest.EnergyRate(energy, x, f)
			if want := supply(x, u) + lost(x); math.Abs(rate-want) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("%s: dH/dt = %v, supplied and lost %v", name, rate, want)
			}
		}
	}
}

// Momenta alone feel inputs, and a constant gain is the same everywhere.
func TestGain(t *testing.T) {
	for _, form := range network.Gains() {
		a := network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{9}, Activation: "tanh", Inputs: 2, InputGain: form}
		n := modeltest.New[float64](t, a)
		for i := range n.Params() {
			n.Params()[i] += 0.1 * float64(i%7)
		}
		n.Refresh()
		rng := rand.New(rand.NewPCG(2, 3))
		force := func() []float64 {
			x, f, f0 := modeltest.Normal(rng, 4), make([]float64, 4), make([]float64, 4)
			n.Field().One()(0, x, []float64{1, -2}, f)
			n.Field().Free()(0, x, f0)
			for i := range f {
				f[i] -= f0[i]
			}
			return f
		}
		one, two := force(), force()
		if one[0] != 0 || one[1] != 0 || one[2] == 0 {
			t.Errorf("%s: inputs act as %v", form, one)
		}
		if same := modeltest.Difference(one, two) < 1e-14; same != (form == network.GainConstant) {
			t.Errorf("%s: %v and %v at two states", form, one, two)
		}
	}
}

func TestDrivenRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(*network.Architecture)
		want   string
	}{
		{func(a *network.Architecture) { a.Inputs = -1 }, "-1 inputs"},
		{func(a *network.Architecture) { a.InputGain = "linear" }, `"linear"`},
		{func(a *network.Architecture) { a.Inputs = 0; a.InputGain = network.GainConstant }, "no inputs"},
		{func(a *network.Architecture) { a.Kind = network.KindBaseline; a.InputGain = network.GainConstant }, "no Hamiltonian"},
		{func(a *network.Architecture) { a.Skew = []float64{0, 1, -1, 0} }, "skew"},
	} {
		a := network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{5}, Activation: "tanh", Inputs: 1}
		c.change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", a, err, c.want)
		}
	}
}
