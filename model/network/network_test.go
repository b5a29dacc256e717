package network_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/internal/golden"
	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
	"hnn/nn"
)

// trained returns the authors' trained weights.
func trained(t testing.TB, name, kind string, dim int) *network.Network[float64] {
	n := modeltest.New[float64](t, network.Architecture{Kind: kind, Dim: dim, Hidden: []int{200, 200}, Activation: "tanh"})
	copy(n.Params(), golden.Load(t, name+"-final").Weights(t, "", 3, kind == network.KindHNN))
	n.Refresh()
	return n
}

// The fields and the energies of the authors' trained networks, in float64.
func TestGoldenPairs(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		dim        int
	}{{"spring-hnn", network.KindHNN, 2}, {"spring-baseline", network.KindBaseline, 2}, {"2body-hnn", network.KindHNN, 8}} {
		t.Run(c.name, func(t *testing.T) {
			m := trained(t, c.name, c.kind, c.dim)
			a := golden.Load(t, c.name+"-pairs")
			x, want := a.Get(t, "f64/x"), a.Get(t, "f64/dx")
			rows := len(x) / c.dim
			batch, single := make([]float64, len(x)), make([]float64, len(x))
			m.Field().FreeMany()(nil, x, batch, rows)
			field := m.Field().Free()
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
			if m.Field().Energy == nil {
				return
			}
			energy := m.Field().Energy()
			for r, w := range a.Get(t, "f64/H") {
				if h := energy(x[r*c.dim : (r+1)*c.dim]); math.Abs(h-w) > tol {
					t.Fatalf("row %d: H = %.17g, want %.17g", r, h, w)
				}
			}
		})
	}
}

// The pass's adjoint against differences: that of the network is tested in nn,
// here it is what a model makes of it.
func TestPassAdjoint(t *testing.T) {
	for name, a := range modeltest.Architectures() {
		n := modeltest.New[float64](t, a)
		rng := rand.New(rand.NewPCG(3, 4))
		const rows = 3
		x, bar := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		for i := range x {
			x[i], bar[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		dx, xbar := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		pass := n.NewPass(rows + 1) // larger than the block at hand
		if a.Inputs > 0 {
			pass.Drive(modeltest.Normal(rng, rows*a.Inputs))
		}
		loss := func() (s float64) {
			n.Refresh()
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
	for name, a := range modeltest.Architectures() {
		n := modeltest.New[float64](t, a)
		rng := rand.New(rand.NewPCG(7, 8))
		const rows = 200 // more than two blocks
		x, batch := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		pass, single := make([]float64, rows*a.Dim), make([]float64, a.Dim)
		n.NewPass(rows).Field(x, pass, rows)
		n.Field().FreeMany()(make([]float64, rows), x, batch, rows)
		field := n.Field().Free()
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
	for name, a := range modeltest.Architectures() {
		net := modeltest.New[float32](t, a)
		const rows = 20
		x, dx, grad := make([]float32, rows*a.Dim), make([]float32, rows*a.Dim), make([]float32, net.Parameters())
		for i := range x {
			x[i] = float32(i%7) + float32(i)/9
		}
		pass := net.NewPass(rows)
		if a.Inputs > 0 {
			pass.Drive(make([]float32, rows*a.Inputs))
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
	for _, kind := range network.Kinds() {
		a, ok := modeltest.Architectures()[kind+" with an angle"]
		if !ok {
			continue
		}
		field := modeltest.New[float64](t, a).Field().Free()
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
	m := trained(t, "2body-hnn", network.KindHNN, 8)
	rng := rand.New(rand.NewPCG(5, 6))
	field, energy := m.Field().Free(), m.Field().Energy()
	for range 20 {
		x, f := make([]float64, 8), make([]float64, 8)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		field(0, x, f)
		rate := modeltest.EnergyRate(energy, x, f)
		if math.Abs(rate) > 1e-10 {
			t.Fatalf("dH/dt = %g at %v", rate, x)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		a    network.Architecture
		want string
	}{
		{network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{200}, Activation: "relu"}, "second derivative"},
		{network.Architecture{Kind: network.KindHNN, Dim: 3, Hidden: []int{200}, Activation: "tanh"}, "even"},
		{network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{200, -1}, Activation: "tanh"}, "hidden layer 2 has width -1"},
		{network.Architecture{Kind: network.KindHNN, Dim: 2, Activation: "tanh"}, "no hidden layer"},
		{network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{9}, Activation: "tanh", Angles: []bool{true}}, "1 components"},
		{network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{9}, Activation: "tanh", Angles: []bool{false, true}}, "momentum"},
		{network.Architecture{Kind: "lnn", Dim: 2, Hidden: []int{200}, Activation: "tanh"}, `"lnn"`},
		{network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{200}, Activation: "tahn"}, `"tahn"`},
	} {
		_, err := network.New[float32](c.a, rand.New(rand.NewPCG(1, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.a, err, c.want)
		}
	}
	if _, err := network.New[float32](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{9}, Activation: "relu"}, nil); !errors.Is(err, nn.ErrNoSecondDerivative) {
		t.Errorf("relu: %v", err)
	}
	if _, err := network.New[float32](network.Architecture{Kind: network.KindBaseline, Dim: 2, Hidden: []int{9}, Activation: "relu"}, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Errorf("a baseline may use relu: %v", err)
	}
	if w := (network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{9}, Activation: "selu"}).Warning(); !strings.Contains(w, "jumps") {
		t.Errorf("selu: warning %q", w)
	}
}

// The Jacobian against differences of the field, also under inputs, in units of a user's, and
// of a mean.
func TestJacobian(t *testing.T) {
	for name, a := range modeltest.Architectures() {
		n := modeltest.New[float64](t, a)
		for i := range n.Params() {
			n.Params()[i] += 0.03 * float64(i%7-3)
		}
		n.Refresh()
		scales := &data.Scales{State: make([]float64, a.Dim), Origin: make([]float64, a.Dim), Time: 2}
		for i := range scales.State {
			scales.State[i] = float64(2 + i)
		}
		for i := range a.Inputs {
			scales.Input = append(scales.Input, float64(3+i))
		}
		mean, err := model.Mean([]*model.Form[float64]{n.Form(), n.Form()})
		if err != nil {
			t.Fatal(err)
		}
		form, err := model.WithScales(mean, scales)
		if err != nil {
			t.Fatal(err)
		}
		for way, m := range map[string]*model.Field{"itself": n.Field(), "the mean in units": form.Field()} {
			rng := rand.New(rand.NewPCG(3, 4))
			x, u := drivenStates(rng, a, 1), modeltest.Normal(rng, a.Inputs)
			if a.Inputs == 0 {
				u = nil
			}
			d := a.Dim
			jacobian, field := make([]float64, d*d), m.One()
			m.Jacobian()(x, u, jacobian)
			for j := range d {
				const h = 1e-3
				y, dx, column := slices.Clone(x), make([]float64, d), make([]float64, d)
				for _, k := range []struct{ shift, weight float64 }{{-2, 1}, {-1, -8}, {1, 8}, {2, -1}} {
					y[j] = x[j] + k.shift*h
					field(0, y, u, dx)
					for i, v := range dx {
						column[i] += k.weight * v / (12 * h)
					}
				}
				for i, want := range column {
					// Five points at 1e-3 of sums of some ten terms of order one.
					if got := jacobian[i*d+j]; math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
						t.Fatalf("%s, %s: df_%d/dx_%d is %v, by differences %v", name, way, i, j, got, want)
					}
				}
			}
		}
	}
}
