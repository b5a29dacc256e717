package unroll

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
	"hnn/ode"
)

// separable is H = T(p) + V(q) from two networks, with the parameters of T first.
type separable struct {
	kinetic, potential *nn.MLP[float64]
}

func (m *separable) Dim() int { return 2 * m.kinetic.Spec().In }

func (m *separable) refresh() {
	for _, net := range []*nn.MLP[float64]{m.kinetic, m.potential} {
		for i := range net.Refreshes() {
			net.RefreshPart(i)
		}
	}
}

func (m *separable) NewPass(rows int) *model.Pass[float64] {
	p := &separablePass{m, m.kinetic.NewTape(rows), m.potential.NewTape(rows)}
	return &model.Pass[float64]{
		Field: p.Field, Velocity: p.Velocity, VelocityAdjoint: p.VelocityAdjoint, Force: p.Force, ForceAdjoint: p.ForceAdjoint,
	}
}

type separablePass struct {
	m                  *separable
	kinetic, potential *nn.Tape[float64]
}

func (p *separablePass) Velocity(x, dq []float64, rows int) { p.kinetic.Gradient(x, dq, nil, rows) }

func (p *separablePass) VelocityAdjoint(bar, grad, pbar []float64) {
	if grad != nil {
		grad = grad[:len(p.m.kinetic.Params())]
	}
	p.kinetic.GradientAdjoint(bar, nil, grad, pbar)
}

func (p *separablePass) Force(q, dp []float64, rows int) {
	p.potential.Gradient(q, dp, nil, rows)
	for i := range dp[:rows*p.m.Dim()/2] {
		dp[i] = -dp[i]
	}
}

func (p *separablePass) ForceAdjoint(bar, grad, qbar []float64) {
	for i := range bar {
		bar[i] = -bar[i]
	}
	if grad != nil {
		grad = grad[len(p.m.kinetic.Params()):]
	}
	p.potential.GradientAdjoint(bar, nil, grad, qbar)
}

func (p *separablePass) Field(x, dx []float64, rows int) {
	n := p.m.Dim() / 2
	for r := range rows {
		p.Velocity(x[2*r*n+n:2*(r+1)*n], dx[2*r*n:2*r*n+n], 1)
		p.Force(x[2*r*n:2*r*n+n], dx[2*r*n+n:2*(r+1)*n], 1)
	}
}

// passer is a model as far as a roll needs it.
type passer interface {
	NewPass(rows int) *model.Pass[float64]
}

// testNetwork is what a method is tested on, its parameters and what follows a change of them.
func testNetwork(t testing.TB, m Method) (net passer, params [][]float64, refresh func()) {
	rng := rand.New(rand.NewPCG(1, 2))
	if m != Leapfrog {
		net, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{9, 7}, Activation: "tanh"}, rng)
		if err != nil {
			t.Fatal(err)
		}
		return net, [][]float64{net.Params()}, func() { net.Refresh() }
	}
	s := &separable{}
	for _, half := range []**nn.MLP[float64]{&s.kinetic, &s.potential} {
		mlp, err := nn.New[float64](nn.Spec{In: 2, Out: 1, Hidden: []int{8, 6}, Activation: nn.Tanh})
		if err != nil {
			t.Fatal(err)
		}
		mlp.Init(rng, 1)
		*half = mlp
	}
	return s, [][]float64{s.kinetic.Params(), s.potential.Params()}, s.refresh
}

var methods = []Method{Midpoint, RK4, Leapfrog, Euler}

// drivenNetwork is what a method is tested on with inputs: 2 of them.
func drivenNetwork(t testing.TB, kind string) *network.Network[float64] {
	net, err := network.New[float64](network.Architecture{Kind: kind, Dim: 4, Hidden: []int{9, 7}, Activation: "tanh", Inputs: 2}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// The gradient by every parameter and initial state, through a whole rollout of uneven
// steps in which some rows stop before the others, against differences of the rollout.
func TestBackward(t *testing.T) {
	active := []int{5, 5, 4, 2, 2, 1}
	const rows, dim = 5, 4
	cases := map[string]Method{"driven midpoint": Midpoint, "driven rk4": RK4, "kept rk4": RK4, "kept euler": Euler}
	for _, m := range methods {
		cases[m.String()] = m
	}
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			net, params, refresh := testNetwork(t, m)
			driven, kept := strings.HasPrefix(name, "driven"), strings.HasPrefix(name, "kept")
			if driven {
				n := drivenNetwork(t, network.KindHNN)
				net, params, refresh = n, [][]float64{n.Params()}, func() { n.Refresh() }
			}
			rng := rand.New(rand.NewPCG(3, 4))
			normal := func(n int) []float64 {
				v := make([]float64, n)
				for i := range v {
					v[i] = rng.NormFloat64()
				}
				return v
			}
			x, weights := normal(rows*dim), normal((len(active)+1)*rows*dim)
			h := make([]float64, len(active)*rows)
			for i := range h {
				h[i] = 0.05 + 0.3*rng.Float64()
			}
			h[3] = -0.2 // backwards in time is as good
			for k := range active {
				clear(weights[((k+1)*rows+active[k])*dim : (k+2)*rows*dim])
			}
			passes := []*model.Pass[float64]{net.NewPass(8)}
			for kept && len(passes) < (len(active)+2)*m.Stages() {
				passes = append(passes, net.NewPass(8))
			}
			roll, err := New(m, dim, 8, len(active)+2, passes...)
			if err != nil {
				t.Fatal(err)
			}
			if driven {
				roll.Drive(normal(2*rows*len(active)), normal(2*rows*len(active)))
			}
			loss := func() (s float64) {
				refresh()
				states, err := roll.Forward(x, rows, h, active)
				if err != nil {
					t.Fatal(err)
				}
				for i, w := range weights {
					if w != 0 {
						s += w * math.Sin(states[i])
					}
				}
				return s
			}
			loss()
			states, _ := roll.Forward(x, rows, h, active)
			bar := make([]float64, len(weights))
			for i, w := range weights {
				if w != 0 {
					bar[i] = w * math.Cos(states[i])
				}
			}
			count := 0
			for _, p := range params {
				count += len(p)
			}
			grad := make([]float64, count)
			grad[1] = 3 // it adds
			if err := roll.Backward(bar, grad); err != nil {
				t.Fatal(err)
			}
			grad[1] -= 3
			check := func(what string, v, analytic []float64) {
				for i := range v {
					const h = 1e-3
					at, d := v[i], 0.0
					for _, k := range []struct{ shift, weight float64 }{{-3, -1}, {-2, 9}, {-1, -45}, {1, 45}, {2, -9}, {3, 1}} {
						v[i] = at + k.shift*h
						d += k.weight * loss() / (60 * h)
					}
					v[i] = at
					// Seven points at 1e-3: rounding of 1e-15 in sums of order 30, over h,
					// and 1e-18 times the seventh derivative.
					if math.Abs(d-analytic[i]) > 2e-10 {
						t.Errorf("%s %d: %.12g, by differences %.12g", what, i, analytic[i], d)
					}
				}
			}
			for _, p := range params {
				check("parameter", p, grad[:len(p)])
				grad = grad[len(p):]
			}
			check("initial state", x, bar[:rows*dim])
		})
	}
}

// The empirical order against a solution to 1e-13, and no allocation on the way.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		m     Method
		order float64
	}{{Midpoint, 2}, {RK4, 4}, {Leapfrog, 2}, {Euler, 1}} {
		net, _, refresh := testNetwork(t, c.m)
		refresh()
		x0 := []float64{0.3, -0.4, 0.5, 0.2}
		pass := net.NewPass(1)
		want, _, err := ode.Solve(func(_ float64, x, dx []float64) { pass.Field(x, dx, 1) }, x0, []float64{0, 3}, nil,
			&ode.Settings{Method: ode.DOP853, RTol: 1e-13, ATol: 1e-13})
		if err != nil {
			t.Fatal(err)
		}
		distance := func(steps int) float64 {
			roll, err := New(c.m, 4, 1, steps, net.NewPass(1))
			if err != nil {
				t.Fatal(err)
			}
			h, active := make([]float64, steps), make([]int, steps)
			for k := range h {
				h[k], active[k] = 3/float64(steps), 1
			}
			states, err := roll.Forward(x0, 1, h, active)
			if err != nil {
				t.Fatal(err)
			}
			d := 0.0
			for i, v := range states[steps*4:] {
				d = math.Max(d, math.Abs(v-want[4+i]))
			}
			return d
		}
		if order := math.Log2(distance(20) / distance(40)); math.Abs(order-c.order) > 0.15 {
			t.Errorf("%v: order %.3f, want %v", c.m, order, c.order)
		}
	}
}

// The order under inputs that change within the steps, as sin and cos, which the steps take
// for linear: an error of the second order.
func TestOrderOfDriven(t *testing.T) {
	for _, kind := range []string{network.KindHNN, network.KindBaseline, network.KindSecondOrder} {
		for _, m := range []Method{Midpoint, RK4} {
			net := drivenNetwork(t, kind)
			input := func(time float64) []float64 { return []float64{math.Sin(3 * time), 2 * math.Cos(time)} }
			field := net.Field().One()
			x0 := []float64{0.3, -0.4, 0.5, 0.2}
			want, _, err := ode.Solve(func(time float64, x, dx []float64) { field(time, x, input(time), dx) }, x0, []float64{0, 3}, nil,
				&ode.Settings{Method: ode.DOP853, RTol: 1e-13, ATol: 1e-13})
			if err != nil {
				t.Fatal(err)
			}
			distance := func(steps int) float64 {
				roll, err := New(m, 4, 1, steps, net.NewPass(1))
				if err != nil {
					t.Fatal(err)
				}
				h, active := make([]float64, steps), make([]int, steps)
				var from, to []float64
				for k := range h {
					h[k], active[k] = 3/float64(steps), 1
					from, to = append(from, input(float64(k)*h[k])...), append(to, input(float64(k+1)*h[k])...)
				}
				roll.Drive(from, to)
				states, err := roll.Forward(x0, 1, h, active)
				if err != nil {
					t.Fatal(err)
				}
				d := 0.0
				for i, v := range states[steps*4:] {
					d = math.Max(d, math.Abs(v-want[4+i]))
				}
				return d
			}
			if order := math.Log2(distance(40) / distance(80)); math.Abs(order-2) > 0.15 {
				t.Errorf("%s by %v: order %.3f, want 2", kind, m, order)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	for _, m := range methods {
		net, params, refresh := testNetwork(t, m)
		refresh()
		const rows, steps = 7, 5
		roll, err := New(m, 4, rows, steps, net.NewPass(rows))
		if err != nil {
			t.Fatal(err)
		}
		x, h, active := make([]float64, rows*4), make([]float64, rows*steps), make([]int, steps)
		for i := range x {
			x[i] = 0.1 * float64(i%5)
		}
		for k := range active {
			active[k] = rows - k
		}
		for i := range h {
			h[i] = 0.1
		}
		bar, grad := make([]float64, (steps+1)*rows*4), make([]float64, 1000)
		if len(params[0]) > len(grad) {
			t.Fatal("more parameters than room")
		}
		n := 0
		for _, p := range params {
			n += len(p)
		}
		if a := testing.AllocsPerRun(10, func() {
			states, err := roll.Forward(x, rows, h, active)
			if err != nil {
				t.Error(err)
				return
			}
			copy(bar, states)
			if err := roll.Backward(bar, grad[:n]); err != nil {
				t.Error(err)
			}
		}); a != 0 {
			t.Errorf("%v: %v allocations", m, a)
		}
	}
}

// A step of the midpoint rule too long for its iteration is refused, as is leapfrog for a
// model that is not separable.
func TestRefusals(t *testing.T) {
	net, params, refresh := testNetwork(t, Midpoint)
	for i := range params[0] {
		params[0][i] *= 3 // a field that bends
	}
	refresh()
	roll, err := New(Midpoint, 4, 1, 1, net.NewPass(1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := roll.Forward([]float64{0.3, -0.4, 0.5, 0.2}, 1, []float64{30}, []int{1}); !errors.Is(err, ErrNotSolved) {
		t.Errorf("a step of 30: %v", err)
	}
	if _, err := roll.Forward([]float64{math.NaN(), 0, 0, 0}, 1, []float64{0.1}, []int{1}); !errors.Is(err, ErrNotSolved) {
		t.Errorf("a state that is not a number: %v", err)
	}
	if _, err := New(Leapfrog, 4, 1, 1, net.NewPass(1)); !errors.Is(err, ErrNotSeparable) {
		t.Errorf("leapfrog: %v", err)
	}
	if _, err := New(Leapfrog, 4, 1, 1, drivenNetwork(t, network.KindSeparable).NewPass(1)); !errors.Is(err, ErrDriven) {
		t.Errorf("leapfrog with inputs: %v", err)
	}
	for _, m := range []Method{Midpoint, RK4, Leapfrog} {
		if got, err := ParseMethod(m.String()); err != nil || got != m {
			t.Errorf("%v parses as %v, %v", m, got, err)
		}
	}
}
