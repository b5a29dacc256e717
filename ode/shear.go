package ode

import "math"

// begin starts the state after the step with that before it.
func (w *work) begin() {
	copy(w.next[:w.n*w.d], w.x)
	copy(w.lostNext, w.lost)
}

// shear adds c h v to the n components from at on of the next state of every running row.
// Row r of v is v[r*stride+from:].
func (w *work) shear(at, n int, c float64, v []float64, from, stride int) {
	for r, h := range w.h[:w.n] {
		w.shearRow(r, at, c*h, v[r*stride+from:][:n])
	}
}

// shearRow adds c v to the components from at on of row r of the next state. On a grid the
// sum is exact, and what is added odd in c, so that a step back takes away what a step
// added.
func (w *work) shearRow(r, at int, c float64, v []float64) {
	x := w.next[r*w.d+at:][:len(v)]
	switch {
	case w.grid > 0:
		for i := range x {
			x[i] += float64(w.grid * math.RoundToEven(c*v[i]/w.grid))
		}
	case w.lostNext != nil:
		// W. Kahan, "Further remarks on reducing truncation errors", CACM 8, 1965.
		lost := w.lostNext[r*w.d+at:][:len(v)]
		for i := range x {
			add := float64(c*v[i]) - lost[i]
			sum := x[i] + add
			lost[i] = (sum - x[i]) - add
			x[i] = sum
		}
	default:
		for i := range x {
			x[i] += float64(c * v[i])
		}
	}
}
