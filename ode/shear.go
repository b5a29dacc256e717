package ode

import "math"

// begin starts the state after the step with that before it.
func (w *work) begin() {
	copy(w.next[:w.n*w.d], w.x)
	copy(w.lostNext, w.lost)
}

// shear adds c h v to the n components from at on of the next state of every running row;
// v is rows x n. On a grid the sum is exact, and what is added odd in h, so that a step
// back takes away what a step added.
func (w *work) shear(at int, c float64, v []float64, n int) {
	for r, h := range w.h[:w.n] {
		x := w.next[r*w.d+at:][:n]
		v, c := v[r*n:][:n], c*h
		switch {
		case w.grid > 0:
			for i := range x {
				x[i] += w.grid * math.RoundToEven(c*v[i]/w.grid)
			}
		case w.lostNext != nil:
			// W. Kahan, "Further remarks on reducing truncation errors", CACM 8, 1965.
			lost := w.lostNext[r*w.d+at:][:n]
			for i := range x {
				add := c*v[i] - lost[i]
				sum := x[i] + add
				lost[i] = (sum - x[i]) - add
				x[i] = sum
			}
		default:
			for i := range x {
				x[i] += c * v[i]
			}
		}
	}
}
