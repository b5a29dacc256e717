package system

import (
	"math"
	"testing"

	"hnn/internal/stream"
)

// Momentum and angular momentum are linear and bilinear in the state, so their
// rates along the field are sums of forces and torques: zero to rounding, whatever
// the masses and the softening. Along an integrated trajectory they hold to the
// integration's error.
func TestNBodyConservesMomenta(t *testing.T) {
	for name, s := range map[string]*NBody{
		"three equal":    NewNBody(3),
		"six equal":      NewNBody(6),
		"unequal":        {Mass: []float64{5, 0.2, 1, 2.5}, G: 1},
		"soft, unequal":  {Mass: []float64{5, 0.2, 1, 2.5}, G: 1.7, Softening: 0.3},
		"soft two-body":  {Mass: []float64{1, 4}, G: 1, Softening: 0.5},
		"heavy softened": {Mass: []float64{100, 1, 1}, G: 0.1, Softening: 0.01},
	} {
		rng := stream.New(3, name)
		x, dx := make([]float64, s.Dim()), make([]float64, s.Dim())
		for range 20 {
			for i := range x {
				x[i] = rng.NormFloat64()
			}
			s.Field(x, dx)
			qx, qy, _, _ := s.split(x)
			_, _, fx, fy := s.split(dx)
			var forceX, forceY, torque, scale float64
			for i := range qx {
				forceX += fx[i]
				forceY += fy[i]
				torque += qx[i]*fy[i] - qy[i]*fx[i]
				scale += math.Abs(fx[i]) + math.Abs(fy[i])
			}
			if worst := max(math.Abs(forceX), math.Abs(forceY), math.Abs(torque)); worst > 1e-14*scale {
				t.Errorf("%s: forces of %.3g leave %.2g", name, scale, worst)
			}
		}
		s.Sample(rng, x)
		states := solve(t, s, x, 0, 0.5, 1)
		px0, py0 := s.Momentum(x)
		l0 := s.AngularMomentum(x)
		for _, end := range []int{1, 2} {
			state := states[end*s.Dim() : (end+1)*s.Dim()]
			px, py := s.Momentum(state)
			if worst := max(math.Abs(px-px0), math.Abs(py-py0), math.Abs(s.AngularMomentum(state)-l0)); worst > 1e-11*math.Max(1, math.Abs(l0)) {
				t.Errorf("%s: momentum or angular momentum %v drifts by %.2g", name, l0, worst)
			}
		}
	}
}

// Softening by eps replaces 1/r by 1/sqrt(r^2 + eps^2), so two bodies that touch
// still have a finite energy and no force.
func TestSofteningAtContact(t *testing.T) {
	s := &NBody{Mass: []float64{2, 3}, G: 0.5, Softening: 0.25}
	x, dx := make([]float64, 8), make([]float64, 8)
	if h, want := s.Hamiltonian(x), -0.5*2*3/0.25; math.Abs(h-want) > 1e-12 {
		t.Errorf("energy at contact is %v, want %v", h, want)
	}
	s.Field(x, dx)
	wantState(t, "force at contact", dx, make([]float64, 8), 0)
}

func TestNewNBodyRefusesOne(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("NewNBody(1) did not panic")
		}
	}()
	NewNBody(1)
}
