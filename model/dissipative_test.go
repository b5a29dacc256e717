package model

import (
	"math"
	"math/rand/v2"
	"testing"
)

// dissipatives are the architectures that lose energy.
func dissipatives() map[string]Architecture {
	all := map[string]Architecture{}
	for name, a := range architectures() {
		if a.Dissipation != "" {
			all[name] = a
		}
	}
	return all
}

// The two parts add up to the field, the conservative one keeps H, and the power is the
// rate at which H changes along the field.
func TestPartsAndPower(t *testing.T) {
	for name, a := range dissipatives() {
		net := newNetwork[float64](t, a)
		for i := range net.Params() {
			net.Params()[i] += 0.1 // a rate of zero would show nothing
		}
		Refresh[float64](net)
		m := Model(net).(Dissipating)
		field, conservative, dissipation := m.Field(), m.Conservative(), m.Dissipation()
		energy, power := m.Energy(), m.Power()
		rng := rand.New(rand.NewPCG(1, 2))
		for range 10 {
			x := normal(rng, a.Dim)
			if a.Masses != nil {
				x[0] += 4 // apart, where derivatives are of order one
			}
			f, c, d := make([]float64, a.Dim), make([]float64, a.Dim), make([]float64, a.Dim)
			field(0, x, f)
			conservative(0, x, c)
			dissipation(0, x, d)
			for i := range f {
				if f[i] != c[i]+d[i] {
					t.Fatalf("%s: field %v, parts %v and %v", name, f, c, d)
				}
				if i < a.Dim/2 && d[i] != 0 && a.Kind != KindHelmholtz {
					t.Errorf("%s: friction acts on the positions: %v", name, d)
				}
			}
			tol := 1e-8 * (1 + math.Abs(power(x)))
			if r := energyRate(energy, x, c); math.Abs(r) > tol {
				t.Errorf("%s: the conservative part changes H at a rate of %g", name, r)
			}
			if r := energyRate(energy, x, f); math.Abs(r-power(x)) > tol {
				t.Errorf("%s: H changes at a rate of %.12g, the power is %.12g", name, r, power(x))
			}
		}
	}
}

// energyRate is dH/dt at x along a direction, by five points at 1e-3: its error is 1e-13 times
// a fifth derivative, and rounding of 1e-13 times H.
func energyRate(energy func(x []float64) float64, x, along []float64) float64 {
	const h = 1e-3
	at := func(k float64) float64 {
		y := make([]float64, len(x))
		for i := range y {
			y[i] = x[i] + k*h*along[i]
		}
		return energy(y)
	}
	return (8*(at(1)-at(-1)) - (at(2) - at(-2))) / (12 * h)
}

// A convex and even D never drives: p.dD/dp >= 0, and its gradient is monotone.
func TestConvexNeverDrives(t *testing.T) {
	net := newNetwork[float64](t, architectures()["convex dissipation"])
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range net.Params() {
		net.Params()[i] = 3 * rng.NormFloat64()
	}
	Refresh[float64](net)
	d := net.(*Dissipative[float64]).d.newPoint()
	for range 200 {
		p, q := normal(rng, 2), normal(rng, 2)
		g, h := make([]float64, 2), make([]float64, 2)
		d.gradient(p, g)
		d.gradient(q, h)
		drive := p[0]*g[0] + p[1]*g[1]
		monotone := (p[0]-q[0])*(g[0]-h[0]) + (p[1]-q[1])*(g[1]-h[1])
		if drive < 0 || monotone < 0 {
			t.Fatalf("at %v and %v: p.dD/dp = %g, (p-q).(dD(p)-dD(q)) = %g", p, q, drive, monotone)
		}
	}
	zero, g := make([]float64, 2), make([]float64, 2)
	if d.gradient(zero, g); math.Hypot(g[0], g[1]) > 1e-14 {
		t.Errorf("dD/dp = %v at rest", g)
	}
}
