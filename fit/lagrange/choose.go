package lagrange

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// bearing are the functions of the positions at the centres of some windows (centres x library), for M there.
type bearing struct {
	form   *lagrangian.Form
	phi    []float64
	speeds []float64
}

// newBearing takes some four hundred of the centres (windows x N).
func newBearing(f *lagrangian.Form, centre, speeds []float64) *bearing {
	n, k := f.N, f.Library.Size()
	out := &bearing{form: f, speeds: speeds}
	windows := len(centre) / n
	for i := 0; i < windows; i += max(1, windows/400) {
		out.phi = append(out.phi, make([]float64, k)...)
		f.Library.At(centre[i*n:(i+1)*n], out.phi[len(out.phi)-k:], nil, nil)
	}
	return out
}

// definite says whether M is positive definite at the centres, none of its directions lighter than 1/200 of the median heaviest,
// in units of the spreads of the velocities.
func (d *bearing) definite(theta []float64) bool {
	n, k := d.form.N, d.form.Library.Size()
	pairs := d.form.MassPairs()
	s := mat.NewSymDense(n, nil)
	var used []int
	for c, v := range theta[:k*len(pairs)] {
		if v != 0 {
			used = append(used, c)
		}
	}
	var least, largest []float64
	for at := 0; at < len(d.phi); at += k {
		s.Zero()
		for _, c := range used {
			i, j := pairs[c/k][0], pairs[c/k][1]
			s.SetSym(i, j, s.At(i, j)+theta[c]*d.phi[at+c%k]*d.speeds[i]*d.speeds[j])
		}
		for i := range n {
			for j := i; j < n; j++ {
				if v := s.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
					return false
				}
			}
		}
		lo, hi, ok := extremes(s)
		if !ok {
			return false
		}
		least, largest = append(least, lo), append(largest, hi)
	}
	return slices.Min(least) > 0.005*sparse.Median(largest)
}

// extremes are the least and the largest eigenvalue of a symmetric matrix, of up to three rows within 1e-7 of the largest (three:
// O. K. Smith, "Eigenvalues of a symmetric 3 x 3 matrix", 1961); false where there are none.
func extremes(s *mat.SymDense) (least, largest float64, ok bool) {
	switch n := s.SymmetricDim(); n {
	case 1:
		return s.At(0, 0), s.At(0, 0), true
	case 2:
		middle, half := (s.At(0, 0)+s.At(1, 1))/2, math.Hypot((s.At(0, 0)-s.At(1, 1))/2, s.At(0, 1))
		return middle - half, middle + half, true
	case 3:
		a, b, c := s.At(0, 1), s.At(0, 2), s.At(1, 2)
		mean := (s.At(0, 0) + s.At(1, 1) + s.At(2, 2)) / 3
		x, y, z := s.At(0, 0)-mean, s.At(1, 1)-mean, s.At(2, 2)-mean
		size := math.Sqrt((x*x + y*y + z*z + 2*(a*a+b*b+c*c)) / 6)
		if size == 0 {
			return mean, mean, true
		}
		half := (x*(y*z-c*c) - a*(a*z-b*c) + b*(a*c-b*y)) / (2 * size * size * size)
		angle := math.Acos(min(max(half, -1), 1)) / 3
		return mean + 2*size*math.Cos(angle+2*math.Pi/3), mean + 2*size*math.Cos(angle), true
	default:
		var e mat.EigenSym
		if !e.Factorize(s, false) {
			return 0, 0, false
		}
		v := e.Values(nil)
		return v[0], v[n-1], true
	}
}
