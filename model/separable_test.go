package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/ode"
)

// separables are the architectures whose H is T(p) + V(q) and nothing else.
func separables() map[string]Architecture {
	all := map[string]Architecture{}
	for name, a := range architectures() {
		if a.Structure&Separable != 0 && a.Dissipation == "" && a.Inputs == 0 {
			all[name] = a
		}
	}
	return all
}

// The halves are those of the field, in every way to evaluate them, and their adjoints
// those of the pass.
func TestSplit(t *testing.T) {
	for name, a := range separables() {
		net := newNetwork[float64](t, a)
		rng := rand.New(rand.NewPCG(1, 2))
		n := a.Dim / 2
		const rows = 130
		q, p := normal(rng, rows*n), normal(rng, rows*n)
		x, want := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		join(q, p, x, n, rows)
		net.BatchField()(nil, x, want, rows)

		v, f := make([]float64, rows*n), make([]float64, rows*n)
		same := func(what string, tol float64) {
			t.Helper()
			got := make([]float64, rows*a.Dim)
			join(v, f, got, n, rows)
			for i, w := range want {
				if math.Abs(got[i]-w) > tol {
					t.Fatalf("%s: %s: component %d is %v, of the field %v", name, what, i, got[i], w)
				}
			}
			clear(v)
			clear(f)
		}
		batch := net.(ode.Separable).BatchSplit()
		batch.Velocity(p, v, rows)
		batch.Force(q, f, rows)
		same("batch", 0)
		single := net.(ode.Separable).Split()
		for r := range rows {
			single.Velocity(p[r*n:(r+1)*n], v[r*n:(r+1)*n])
			single.Force(q[r*n:(r+1)*n], f[r*n:(r+1)*n])
		}
		same("single", 1e-12) // another order of sums; forces of near bodies are of order 100
		pass := net.NewPass(rows).(SplitPass[float64])
		pass.Velocity(p, v, rows)
		pass.Force(q, f, rows)
		same("pass", 0)

		bar := normal(rng, rows*a.Dim)
		vbar, fbar := make([]float64, rows*n), make([]float64, rows*n)
		halve(bar, vbar, fbar, n, rows)
		grad, qbar, pbar := make([]float64, net.Parameters()), make([]float64, rows*n), make([]float64, rows*n)
		pass.VelocityAdjoint(slices.Clone(vbar), grad, pbar)
		pass.ForceAdjoint(slices.Clone(fbar), grad, qbar)
		got := make([]float64, rows*a.Dim)
		join(qbar, pbar, got, n, rows)
		wantGrad, xbar := make([]float64, net.Parameters()), make([]float64, rows*a.Dim)
		pass.Field(x, make([]float64, len(x)), rows)
		pass.Adjoint(bar, wantGrad, xbar)
		if !slices.Equal(got, xbar) || !slices.Equal(grad, wantGrad) {
			t.Errorf("%s: the adjoints of the halves are not that of the field", name)
		}
	}
}

// The mass matrix is positive definite and the velocities are its inverse times the
// momenta, whatever the parameters are.
func TestConstantMasses(t *testing.T) {
	net := newNetwork[float64](t, architectures()["constant masses"])
	m := net.(*SeparableHNN[float64])
	copy(m.piece(0, m.params), []float64{-3, 40, 2}) // L = (e^-3, 0; 40, e^2)
	v := m.Split().Velocity
	energy := m.t.newPoint().value
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		p, dq := normal(rng, 2), make([]float64, 2)
		v(p, dq)
		l00, l11 := math.Exp(-3), math.Exp(2)
		y := []float64{l00*p[0] + 40*p[1], l11 * p[1]}
		want := []float64{l00 * y[0], 40*y[0] + l11*y[1]}
		for i := range dq {
			if math.Abs(dq[i]-want[i]) > 1e-12*(1+math.Abs(want[i])) {
				t.Fatalf("velocities %v of momenta %v, want %v", dq, p, want)
			}
		}
		if twice := p[0]*dq[0] + p[1]*dq[1]; twice <= 0 || math.Abs(energy(p)-twice/2) > 1e-12*twice {
			t.Errorf("T = %v at %v, where p.v/2 = %v", energy(p), p, twice/2)
		}
	}
}
