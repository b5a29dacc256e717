package estimate

import "math"

// TestFunction returns psi(s) = (1 - s^2)^power on 2 half + 1 samples that are step apart, and its derivative by
// time, for the weak form of equations of motion. Scale is the inverse norm of the derivative: rows times it are
// equally sure under white noise.
func TestFunction(half, power int, step float64) (psi, rate []float64, scale float64) {
	psi, rate = make([]float64, 2*half+1), make([]float64, 2*half+1)
	norm, p := 0.0, float64(power)
	for k := range psi {
		s := float64(k-half) / float64(half)
		psi[k] = math.Pow(1-float64(s*s), p)
		rate[k] = -2 * p * s * math.Pow(1-float64(s*s), p-1) / (float64(half) * step)
		norm += float64(rate[k] * rate[k])
	}
	return psi, rate, 1 / math.Sqrt(norm)
}
