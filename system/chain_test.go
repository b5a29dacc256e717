package system

import (
	"math"
	"testing"
)

// A field is that of its equation: its waves have the frequencies of the discretised equation, and more points are as far
// apart as fewer.
func TestFieldOfPoints(t *testing.T) {
	const n = 64
	dx := 20.0 / 64
	k := 2 * math.Pi / (n * dx)
	for _, c := range []struct {
		s    *Chain
		mass float64 // U''(0)
	}{{NewWave(n), 0}, {NewSineGordon(n), 1}} {
		big, err := c.s.OfSize(2 * n)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []System{c.s, big} {
			d := s.Dim()
			x, f := make([]float64, d), make([]float64, d)
			const small = 1e-6
			for i := range d / 2 {
				x[i] = small * math.Sin(k*dx*float64(i))
			}
			s.Field(x, f)
			// p = dx u_t, so that u_tt = f/dx = -w^2 u; w^2 = U''(0) + (2 sin(k dx/2)/dx)^2.
			half := 2 * math.Sin(k*dx/2) / dx
			want := -(c.mass + half*half)
			for i := range d / 2 {
				if got := f[d/2+i] / dx; math.Abs(got-want*x[i]) > 1e-12 {
					t.Fatalf("%s with %d points: u_tt is %v at point %d, want %v", s.Name(), d/2, got, i, want*x[i])
				}
			}
		}
	}
}

// The energies of all normal modes sum to that of linear springs between walls.
func TestModes(t *testing.T) {
	c := &Chain{name: "springs", n: 7, mass: 1, bond: spring(0, 0)}
	x := make([]float64, 14)
	for i := range x {
		x[i] = math.Sin(float64(3 * i))
	}
	sum := 0.0
	for k := 1; k <= 7; k++ {
		sum += c.ModeEnergy(k, x)
	}
	if h := c.Hamiltonian(x); math.Abs(sum-h) > 1e-12*h {
		t.Errorf("modes have %v, the chain %v", sum, h)
	}
	c.Mode(2, 0.5, x)
	if e, h := c.ModeEnergy(2, x), c.Hamiltonian(x); math.Abs(e-h) > 1e-12*h {
		t.Errorf("mode 2 alone has %v of %v", e, h)
	}
}

// A number of sites that a system has not is an error.
func TestOfSize(t *testing.T) {
	for _, n := range []int{-1, 0, 2, 1 << 40} {
		if _, err := NewToda(16).OfSize(n); err == nil {
			t.Errorf("a Toda chain of %d", n)
		}
	}
	for _, n := range []int{-4, 0, 1, 10, 1 << 42} {
		if _, err := (SpringLattice{3}).OfSize(n); err == nil {
			t.Errorf("a square of %d", n)
		}
	}
}
