package terms

import (
	"math"
	"testing"
)

// An evaluator agrees with the library's own, and both with central differences.
func TestEvaluator(t *testing.T) {
	l := New(3, []bool{true, false, false}, Options{Waves: 2, Degree: 3})
	l.Features = append(l.Features, New(3, nil, Options{Degree: 0, Distances: true}).Features[1:]...)
	n, k := 3, l.Size()
	e := NewEvaluator(l)
	q := []float64{0.7, -1.3, 0.4}
	make3 := func() (a, b, c []float64) { return make([]float64, k), make([]float64, k*n), make([]float64, k*n*n) }
	phi, d, dd := make3()
	e.At(q, phi, d, dd)
	p2, d2, dd2 := make3()
	l.At(q, p2, d2, dd2)
	close := func(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*(1+math.Abs(b)) }
	for i := range phi {
		if !close(phi[i], p2[i], 1e-14) {
			t.Errorf("feature %d is %v, want %v", i, phi[i], p2[i])
		}
	}
	for i := range d {
		if !close(d[i], d2[i], 1e-14) {
			t.Errorf("derivative %d is %v, want %v", i, d[i], d2[i])
		}
	}
	for i := range dd {
		if !close(dd[i], dd2[i], 1e-14) {
			t.Errorf("second derivative %d is %v, want %v", i, dd[i], dd2[i])
		}
	}
	for c := range n {
		const h = 1e-5
		ahead, dAhead, _ := make3()
		behind, dBehind, _ := make3()
		q[c] += h
		e.At(q, ahead, dAhead, nil)
		q[c] -= 2 * h
		e.At(q, behind, dBehind, nil)
		q[c] += h
		for i := range k {
			// Central differences at 1e-5 are good to 1e-10 of the third derivative.
			if want := (ahead[i] - behind[i]) / (2 * h); !close(d[i*n+c], want, 1e-7) {
				t.Errorf("feature %d by %d is %v, differences give %v", i, c, d[i*n+c], want)
			}
			for b := range n {
				if want := (dAhead[i*n+b] - dBehind[i*n+b]) / (2 * h); !close(dd[(i*n+b)*n+c], want, 1e-7) {
					t.Errorf("feature %d by %d and %d is %v, differences give %v", i, b, c, dd[(i*n+b)*n+c], want)
				}
			}
		}
	}
}
