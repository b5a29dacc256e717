package lattice

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
	"hnn/model/lattice"
	"hnn/model/program"
	"hnn/ode"
	"hnn/system"
)

func ring(t *testing.T, flow lattice.Flow, n int) *lattice.System {
	t.Helper()
	shape, err := lattice.ParseShape("ring")
	if err == nil {
		shape, err = shape.Of(n)
	}
	if err != nil {
		t.Fatal(err)
	}
	g := &lattice.System{Shape: &shape, Sites: n, Space: 1, Bonds: shape.Bonds(), Flow: flow}
	if flow == lattice.Turn {
		g.Space = 2
	}
	return g
}

var exactly = &ode.Settings{Method: ode.DOP853, RTol: 1e-11, ATol: 1e-12}

// paths draws trials of a field with so many rows, dt apart.
func paths(t *testing.T, field ode.Field, start func() []float64, trials, rows int, dt float64, rates bool) *data.Set {
	t.Helper()
	set := &data.Set{Offsets: []int{0}}
	times := make([]float64, rows)
	for i := range times {
		times[i] = dt * float64(i)
	}
	for range trials {
		x0 := start()
		set.Dim = len(x0)
		x, _, err := ode.Solve(field, x0, times, nil, exactly)
		if err != nil {
			t.Fatal(err)
		}
		set.X, set.T = append(set.X, x...), append(set.T, times...)
		if rates {
			dx := make([]float64, len(x))
			for r := range rows {
				field(0, x[r*set.Dim:(r+1)*set.Dim], dx[r*set.Dim:(r+1)*set.Dim])
			}
			set.DX = append(set.DX, dx...)
		}
		set.Offsets = append(set.Offsets, len(set.T))
	}
	return set
}

// last is the end of a rollout over a time.
func last(t *testing.T, field ode.Field, x0 []float64, time float64) []float64 {
	t.Helper()
	x, _, err := ode.Solve(field, x0, []float64{0, time}, nil, exactly)
	if err != nil {
		t.Fatal(err)
	}
	return x[len(x0):]
}

func apart(a, b []float64) float64 {
	off, size := 0.0, 0.0
	for i, v := range b {
		off, size = math.Hypot(off, a[i]-v), math.Hypot(size, v)
	}
	return off / size
}

// written checks that the model's program is its field and energy.
func written(t *testing.T, g *lattice.System, x []float64) {
	t.Helper()
	b := program.NewBuilder()
	in := b.Input(len(x))
	field, energy, err := g.LowerField(b, in, program.None)
	if err != nil {
		t.Fatal(err)
	}
	got, want := b.Function(b.Concat(field, energy)).Run()(x), make([]float64, len(x))
	f := g.ModelForm().Field()
	f.One()(0, x, nil, want)
	for i, v := range append(want, f.Energy()(x)) {
		if math.Abs(got[i]-v) > 1e-9*(1+math.Abs(v)) {
			t.Fatalf("element %d written out is %v, want %v", i, got[i], v)
		}
	}
}

// The nonlinear Schroedinger equation is learned from two solitons on 64 points and carries one soliton on 128, which keeps the
// norm, the energy and, as far as points go, its form.
func TestSchroedinger(t *testing.T) {
	s := system.NewSchroedinger(64)
	rng := rand.New(rand.NewPCG(1, 2))
	field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
	start := func() []float64 {
		x := make([]float64, s.Dim())
		s.Sample(rng, x)
		return x
	}
	for _, rates := range []bool{true, false} {
		set := paths(t, field, start, 10, 81, 0.05, rates)
		g := ring(t, lattice.Turn, 64)
		r, err := Fit(g, set)
		if err != nil {
			t.Fatal(err)
		}
		big, err := g.Resize(128)
		if err != nil {
			t.Fatal(err)
		}
		wide := system.NewSchroedinger(128)
		x0, line := make([]float64, 256), make([]float64, 256)
		const time = 5
		wide.Soliton(0.8, 0.5, 12, 0, x0)
		wide.Soliton(0.8, 0.5, 12, time, line)
		model := big.ModelForm().Field()
		got := last(t, model.Free(), x0, time)
		want := last(t, func(_ float64, x, dx []float64) { wide.Field(x, dx) }, x0, time)
		off := apart(got, want)
		norm := func(x []float64) (sum float64) {
			for _, v := range x {
				sum += v * v
			}
			return sum
		}
		energy := model.Energy()
		t.Logf("derivatives %v: %+v, soliton on 128 points off by %.2g of that of the points, %.2g of that of the line\n%s", rates, *r, off, apart(got, line), g.Text(4))
		limit := 1e-9
		if !rates {
			limit = 1e-5
		}
		if !(off < limit) {
			t.Errorf("derivatives %v: off by %v, want at most %v", rates, off, limit)
		}
		if !(apart(got, line) < 0.2) {
			t.Errorf("off by %v of the soliton of the line", apart(got, line))
		}
		if a, b := norm(x0), norm(got); math.Abs(a/b-1) > 1e-8 {
			t.Errorf("the norm went from %v to %v", a, b)
		}
		if a, b := energy(x0), energy(got); math.Abs(a-b) > 1e-7*math.Abs(a) {
			t.Errorf("the energy went from %v to %v", a, b)
		}
		written(t, g, set.X[:128])
	}
}

// The Korteweg-de Vries equation u_t = -6 u u_x - u_xxx on points 0.4 apart is learned, its skew matrix a stencil, and carries a soliton on a
// ring twice as long, which keeps the sum of u and the energy.
func TestKortewegDeVries(t *testing.T) {
	const dx = 0.4
	field := func(_ float64, u, du []float64) {
		n := len(u)
		at := func(i int) float64 { return u[(i+2*n)%n] }
		g := func(i int) float64 { return -(at(i+1)-2*at(i)+at(i-1))/(dx*dx) - 3*at(i)*at(i) }
		for i := range du {
			du[i] = (g(i+1) - g(i-1)) / (2 * dx)
		}
	}
	soliton := func(n int, speed, place float64) []float64 {
		u := make([]float64, n)
		for i := range u {
			from := math.Remainder(float64(i)*dx-place, dx*float64(n))
			c := math.Cosh(math.Sqrt(speed) / 2 * from)
			u[i] = speed / 2 / (c * c)
		}
		return u
	}
	rng := rand.New(rand.NewPCG(3, 4))
	start := func() []float64 {
		u := soliton(64, 0.3+0.5*rng.Float64(), 64*dx*rng.Float64())
		for i, v := range soliton(64, 0.3+0.5*rng.Float64(), 64*dx*rng.Float64()) {
			u[i] += v
		}
		return u
	}
	for _, rates := range []bool{true, false} {
		set := paths(t, field, start, 10, 81, 0.1, rates)
		g := ring(t, lattice.Shift, 64)
		r, err := Fit(g, set)
		if err != nil {
			t.Fatal(err)
		}
		big, err := g.Resize(128)
		if err != nil {
			t.Fatal(err)
		}
		const speed, time = 0.5, 20
		u0, line := soliton(128, speed, 12), soliton(128, speed, 12+speed*time)
		model := big.ModelForm().Field()
		got, want := last(t, model.Free(), u0, time), last(t, field, u0, time)
		off := apart(got, want)
		t.Logf("derivatives %v: %+v, soliton on 128 points off by %.2g of that of the points, %.2g of that of the line\n%s", rates, *r, off, apart(got, line), g.Text(4))
		limit := 1e-9
		if !rates {
			limit = 1e-5
		}
		if !(off < limit) {
			t.Errorf("derivatives %v: off by %v, want at most %v", rates, off, limit)
		}
		if !(apart(got, line) < 0.2) {
			t.Errorf("off by %v of the soliton of the line", apart(got, line))
		}
		sum := func(u []float64) (s float64) {
			for _, v := range u {
				s += v
			}
			return s
		}
		if a, b := sum(u0), sum(got); math.Abs(a/b-1) > 1e-11 {
			t.Errorf("the sum went from %v to %v", a, b)
		}
		energy := model.Energy()
		if a, b := energy(u0), energy(got); math.Abs(a-b) > 1e-7*math.Abs(a) {
			t.Errorf("the energy went from %v to %v", a, b)
		}
		written(t, g, set.X[:64])
	}
}
