package lagrange

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// kinetic is the linear form that fixes the scale where no force is known: the mean over the rows of the
// sum of the squared spreads of the velocities times M_ii.
func kinetic(f *lagrangian.Form, trials []estimate.Path, speeds []float64) []float64 {
	k := f.Library.Size()
	mean := make([]float64, k)
	phi := make([]float64, k)
	count := 0
	for i := range trials {
		for r := 0; r < trials[i].Rows(f.N); r += 5 {
			f.Library.At(trials[i].Q[r*f.N:(r+1)*f.N], phi, nil, nil)
			for c, v := range phi {
				mean[c] += v
			}
			count++
		}
	}
	c := make([]float64, f.Size())
	for b, pair := range f.MassPairs() {
		if pair[0] == pair[1] {
			for j, v := range mean {
				c[b*k+j] = v / float64(max(count, 1)) * speeds[pair[0]] * speeds[pair[0]]
			}
		}
	}
	return c
}

// penalty is the ridge of each coefficient relative to its column's norm: more for what changes faster,
// nearly none for the constants of M.
func penalty(f *lagrangian.Form) []float64 {
	k, at := f.Library.Size(), f.Layout()
	w := make([]float64, at.Size)
	for i := range w {
		w[i] = 1
	}
	order := func(c int) float64 { o := 1 + float64(f.Library.Features[c].Order()); return o * o }
	for b := range f.MassPairs() {
		for c := range k {
			w[b*k+c] = order(c)
			if c == f.Library.Constant {
				w[b*k+c] = 1e-3
			}
		}
	}
	for c := range k - 1 {
		w[at.Potential+c] = order(f.Feature(c))
	}
	for c := at.Magnetic; c < at.Viscous; c++ {
		w[c] = order(f.Feature((c - at.Magnetic) % (k - 1)))
	}
	for c := at.Viscous; f.Varying && c < at.Coulomb; c++ {
		w[c] = order((c - at.Viscous) % k)
	}
	for c := at.Gain; f.Steered && c < at.Size; c++ {
		w[c] = order((c - at.Gain) % k)
	}
	return w
}

// whiten multiplies the rows of every window by the inverse of S M(q) S, S the spreads of the velocities, so that
// they are errors of accelerations: eigenvalues below a twentieth of the median largest are raised to that.
func whiten(w *sparse.Rows, centre []float64, l *lagrangian.Lagrangian, speeds []float64) {
	n := w.Block
	motion := l.NewMotion()
	eigens := make([]mat.EigenSym, w.Blocks())
	largest := make([]float64, 0, w.Blocks())
	m := make([]float64, n*n)
	for i := range eigens {
		motion.Mass(centre[i*n:(i+1)*n], m)
		s := mat.NewSymDense(n, nil)
		for a := range n {
			for b := a; b < n; b++ {
				s.SetSym(a, b, m[a*n+b]*speeds[a]*speeds[b])
			}
		}
		if !eigens[i].Factorize(s, true) {
			return
		}
		largest = append(largest, eigens[i].Values(nil)[n-1])
	}
	floor := 0.05 * sparse.Median(largest)
	if !(floor > 0) {
		return
	}
	block := make([]float64, n*w.Size)
	right := make([]float64, n)
	for i := range eigens {
		values := eigens[i].Values(nil)
		var vectors mat.Dense
		eigens[i].VectorsTo(&vectors)
		clear(block)
		clear(right)
		for a := range n {
			for b := range n {
				v := 0.0
				for k, l := range values {
					v += vectors.At(a, k) * vectors.At(b, k) / math.Max(l, floor)
				}
				row := w.Row(i*n + b)
				for c, x := range row {
					block[a*w.Size+c] += v * x
				}
				right[a] += v * w.Y[i*n+b]
			}
		}
		copy(w.A[i*n*w.Size:], block)
		copy(w.Y[i*n:], right)
	}
}
