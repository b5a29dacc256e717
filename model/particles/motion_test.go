package particles_test

import (
	"errors"
	"math"
	"testing"

	"hnn/model/particles"
)

// byDifferences is by how much at most every stride-th component of the forces, in so many dimensions, is off the central differences of
// the energy, and the largest force.
func byDifferences(t *testing.T, s *particles.System, dim, stride int) (worst, largest float64) {
	t.Helper()
	const h = 1e-5
	energy := func(i int, d float64) float64 {
		x := s.X[i]
		s.X[i] = x + d
		if err := s.Forces(); err != nil {
			t.Fatal(err)
		}
		s.X[i] = x
		return s.Energy
	}
	f := append([]float64(nil), s.F...)
	for i, v := range f {
		largest = max(largest, math.Abs(v))
		if i%stride == 0 && i%3 < dim {
			worst = max(worst, math.Abs(v+(energy(i, h)-energy(i, -h))/(2*h)))
		}
	}
	if err := s.Forces(); err != nil {
		t.Fatal(err)
	}
	return worst, largest
}

// drift is the largest change of the total energy over a time.
func drift(t *testing.T, s *particles.System, m *particles.Stages, dt, time float64) (worst float64) {
	t.Helper()
	e0 := s.Energy + s.Kinetic()
	for range int(math.Round(time / dt)) {
		if err := s.Step(dt, m); err != nil {
			t.Fatal(err)
		}
		worst = max(worst, math.Abs(s.Energy+s.Kinetic()-e0))
	}
	return worst
}

// sameMotion runs two systems that differ in their workers alone: every bit agrees.
func sameMotion(t *testing.T, a, b *particles.System, m *particles.Stages, dt float64, steps int) {
	t.Helper()
	for range steps {
		if err := errors.Join(a.Step(dt, m), b.Step(dt, m)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range a.X {
		if a.X[i] != b.X[i] || a.V[i] != b.V[i] {
			t.Fatalf("coordinate %d is %v with one worker and %v with three", i, a.X[i], b.X[i])
		}
	}
}
