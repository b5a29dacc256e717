package system_test

import (
	"slices"
	"testing"
)

func TestAngles(t *testing.T) {
	for name, s := range systems() {
		x := make([]float64, s.Dim())
		for i := range x {
			x[i] = 0.3 + 0.1*float64(i*i)
		}
		h := s.Hamiltonian(x)
		for i, c := range s.Coordinates() {
			moved := slices.Clone(x)
			moved[i] += 2 * 3.141592653589793
			diff := s.Hamiltonian(moved) - h
			if periodic := diff > -1e-12 && diff < 1e-12; periodic != c.Angle {
				t.Errorf("%s: H is periodic in %s: %v, but Angle is %v", name, c.Name, periodic, c.Angle)
			}
		}
	}
}
