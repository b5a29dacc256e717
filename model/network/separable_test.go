package network_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// separables are the modeltest.Architectures whose H is T(p) + V(q) and nothing else.
func separables() map[string]network.Architecture {
	all := map[string]network.Architecture{}
	for name, a := range modeltest.Architectures() {
		if a.Structure&network.Separable != 0 && a.Dissipation == "" && a.Inputs == 0 {
			all[name] = a
		}
	}
	return all
}

// join puts halves of rows states together.
func join(q, p, x []float64, n, rows int) {
	for r := range rows {
		copy(x[2*r*n:], q[r*n:(r+1)*n])
		copy(x[(2*r+1)*n:], p[r*n:(r+1)*n])
	}
}

// The halves are those of the field, in every way to evaluate them, and their adjoints
// those of the pass.
func TestSplit(t *testing.T) {
	for name, a := range separables() {
		net := modeltest.New[float64](t, a)
		rng := rand.New(rand.NewPCG(1, 2))
		n := a.Dim / 2
		const rows = 130
		q, p := modeltest.Normal(rng, rows*n), modeltest.Normal(rng, rows*n)
		x, want := make([]float64, rows*a.Dim), make([]float64, rows*a.Dim)
		join(q, p, x, n, rows)
		net.Field().FreeMany()(nil, x, want, rows)

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
		batch := net.Field().SplitMany()
		batch.Velocity(p, v, rows)
		batch.Force(q, f, rows)
		same("batch", 0)
		single := net.Field().Split()
		for r := range rows {
			single.Velocity(p[r*n:(r+1)*n], v[r*n:(r+1)*n])
			single.Force(q[r*n:(r+1)*n], f[r*n:(r+1)*n])
		}
		same("single", 1e-12) // another order of sums; forces of near bodies are of order 100
		pass := net.NewPass(rows)
		pass.Velocity(p, v, rows)
		pass.Force(q, f, rows)
		same("pass", 0)

		bar := modeltest.Normal(rng, rows*a.Dim)
		vbar, fbar := make([]float64, rows*n), make([]float64, rows*n)
		for r := range rows {
			copy(vbar[r*n:(r+1)*n], bar[2*r*n:])
			copy(fbar[r*n:(r+1)*n], bar[(2*r+1)*n:])
		}
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
	net := modeltest.New[float64](t, modeltest.Architectures()["constant masses"])
	copy(net.Params(), []float64{-3, 40, 2}) // L = (e^-3, 0; 40, e^2)
	v := net.Field().Split().Velocity
	energy := net.Form().H.(*model.Sum[float64]).T.NewPoint().Value
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		p, dq := modeltest.Normal(rng, 2), make([]float64, 2)
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
