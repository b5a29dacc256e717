package particles

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A common velocity changes no temperature, however large it is, and Heat keeps it.
func TestTemperatureOfDrift(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	mass := make([]float64, 64)
	for i := range mass {
		mass[i] = 1 + rng.Float64()
	}
	v := Velocities(mass, 3, 0.7, rng)
	for _, drift := range []float64{0, 0.1, 3, 1e4} {
		w := make([]float64, len(v))
		for i := range v {
			w[i] = v[i] + drift*float64(i%3)
		}
		if got := Temperature(mass, w, 3); math.Abs(got-0.7) > 1e-10*(1+drift) { // rounding of velocities
			t.Errorf("with a drift of %v the temperature is %v, was 0.7", drift, got)
		}
		if got := HeldTemperature(mass, w, nil, 3); drift > 0.05 && got < 0.7 {
			t.Errorf("held bodies with a drift of %v have the temperature %v", drift, got)
		}
		s := &System{N: len(mass), Mass: mass, V: w}
		before := s.Momentum()
		s.Heat(2)
		if got := s.Temperature(3); math.Abs(got-2.8) > 1e-9*(1+drift) {
			t.Errorf("twice as fast about a drift of %v the temperature is %v, want 2.8", drift, got)
		}
		for k, p := range s.Momentum() {
			if math.Abs(p-before[k]) > 1e-10*(1+math.Abs(before[k])) {
				t.Errorf("Heat changes the momentum %v to %v", before[k], p)
			}
		}
	}
}
