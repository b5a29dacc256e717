package estimate

import (
	"math"
	"testing"
)

// The derivative agrees with central differences of the function between the samples, and the rates have norm 1.
func TestTestFunction(t *testing.T) {
	const half, power, step, h = 10, 6, 0.02, 1e-6
	psi, rate, scale := TestFunction(half, power, step)
	at := func(time float64) float64 {
		s := time / (half * step)
		return math.Pow(1-s*s, power)
	}
	norm := 0.0
	for k := range psi {
		time := float64(k-half) * step
		norm += rate[k] * rate[k] * scale * scale
		if math.Abs(psi[k]-at(time)) > 1e-14 {
			t.Errorf("sample %d is %v, want %v", k, psi[k], at(time))
		}
		// Central differences at 1e-6 are good to 1e-8 of a rate of some tens.
		if want := (at(time+h) - at(time-h)) / (2 * h); math.Abs(rate[k]-want) > 1e-7 {
			t.Errorf("rate %d is %v, differences give %v", k, rate[k], want)
		}
	}
	if math.Abs(norm-1) > 1e-14 {
		t.Errorf("the scaled rates have the norm %v", math.Sqrt(norm))
	}
}
