package network_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/internal/modeltest"
	"hnn/model/network"
)

// dissipatives are the modeltest.Architectures that lose energy.
func dissipatives() map[string]network.Architecture {
	all := map[string]network.Architecture{}
	for name, a := range modeltest.Architectures() {
		if a.Dissipation != "" && a.Kind != network.KindLagrangian { // whose states have no momenta
			all[name] = a
		}
	}
	return all
}

// The two parts add up to the field, the conservative one keeps H, and the power is the
// rate at which H changes along the field.
func TestPartsAndPower(t *testing.T) {
	for name, a := range dissipatives() {
		net := modeltest.New[float64](t, a)
		for i := range net.Params() {
			net.Params()[i] += 0.1 // a rate of zero would show nothing
		}
		net.Refresh()
		m := net.Field()
		field, gradient, loss := m.Free(), m.Grad(), m.Loss()
		energy, power := m.Energy(), m.Power()
		rng := rand.New(rand.NewPCG(1, 2))
		for range 10 {
			x := modeltest.Normal(rng, a.Dim)
			if a.Masses != nil {
				x[0] += 4 // apart, where derivatives are of order one
			}
			f, g, c, d := make([]float64, a.Dim), make([]float64, a.Dim), make([]float64, a.Dim), make([]float64, a.Dim)
			field(0, x, f)
			gradient(x, g)
			for i := range c {
				c[i] = g[(i+a.Dim/2)%a.Dim]
				if i >= a.Dim/2 {
					c[i] = -c[i]
				}
			}
			loss(x, d)
			for i := range f {
				if f[i] != c[i]+d[i] {
					t.Fatalf("%s: field %v, parts %v and %v", name, f, c, d)
				}
				if i < a.Dim/2 && d[i] != 0 && a.Kind != network.KindHelmholtz {
					t.Errorf("%s: friction acts on the positions: %v", name, d)
				}
			}
			tol := 1e-8 * (1 + math.Abs(power(x)))
			if r := modeltest.EnergyRate(energy, x, c); math.Abs(r) > tol {
				t.Errorf("%s: the conservative part changes H at a rate of %g", name, r)
			}
			if r := modeltest.EnergyRate(energy, x, f); math.Abs(r-power(x)) > tol {
				t.Errorf("%s: H changes at a rate of %.12g, the power is %.12g", name, r, power(x))
			}
		}
	}
}

// A convex and even D never drives: p.dD/dp >= 0, and its gradient is monotone.
func TestConvexNeverDrives(t *testing.T) {
	net := modeltest.New[float64](t, modeltest.Architectures()["convex dissipation"])
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range net.Params() {
		net.Params()[i] = 3 * rng.NormFloat64()
	}
	net.Refresh()
	d := net.Form().Loss.D.NewPoint()
	for range 200 {
		p, q := modeltest.Normal(rng, 2), modeltest.Normal(rng, 2)
		g, h := make([]float64, 2), make([]float64, 2)
		d.Gradient(p, g)
		d.Gradient(q, h)
		drive := p[0]*g[0] + p[1]*g[1]
		monotone := (p[0]-q[0])*(g[0]-h[0]) + (p[1]-q[1])*(g[1]-h[1])
		if drive < 0 || monotone < 0 {
			t.Fatalf("at %v and %v: p.dD/dp = %g, (p-q).(dD(p)-dD(q)) = %g", p, q, drive, monotone)
		}
	}
	zero, g := make([]float64, 2), make([]float64, 2)
	if d.Gradient(zero, g); math.Hypot(g[0], g[1]) > 1e-14 {
		t.Errorf("dD/dp = %v at rest", g)
	}
}
