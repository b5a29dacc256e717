package lagrangian

import "math"

// timed returns the form's inputs at a time: the model's own, zero where u is nil, and those of the forces that depend on the
// time alone. What it returns is overwritten by the next call. Without such forces it is u.
func (l *Lagrangian) timed() func(t float64, u []float64) []float64 {
	if len(l.Harmonics) == 0 {
		return func(_ float64, u []float64) []float64 { return u }
	}
	all, own := make([]float64, l.Inputs), l.Inputs-2*len(l.Harmonics)
	return func(t float64, u []float64) []float64 {
		if copy(all[:own], u) == 0 {
			clear(all[:own])
		}
		for i, w := range l.Harmonics {
			all[own+2*i+1], all[own+2*i] = math.Sincos(w * t)
		}
		return all
	}
}

// forcing makes an evaluator of the power of the forces that depend on the time alone.
func (l *Lagrangian) forcing() func(t float64, x []float64) float64 {
	inputs, gain := l.timed(), l.gains(l.Layout())
	own := l.Inputs - 2*len(l.Harmonics)
	return func(t float64, x []float64) float64 {
		sum := 0.0
		for j, u := range inputs(t, nil) {
			for i := 0; j >= own && i < l.N; i++ {
				sum += gain[i*l.Inputs+j] * u * x[l.N+i]
			}
		}
		return sum
	}
}
