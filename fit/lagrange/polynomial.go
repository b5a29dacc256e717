package lagrange

import "math"

// positive says whether a polynomial, its coefficients from the constant up, is nowhere negative.
func positive(p []float64) bool {
	degree := len(p) - 1
	if degree == 0 {
		return p[0] >= 0
	}
	if p[degree] < 0 || degree%2 == 1 {
		return false
	}
	for _, x := range roots(derivative(p)) {
		if horner(p, x) < 0 {
			return false
		}
	}
	return true
}

// roots are the real roots of odd multiplicity of a polynomial whose highest coefficient is not zero, increasing:
// between neighbouring ones of its derivative there is one or none, which bisection finds.
func roots(p []float64) []float64 {
	degree := len(p) - 1
	if degree == 0 {
		return nil
	}
	bound := 0.0
	for _, c := range p[:degree] {
		bound = math.Max(bound, math.Abs(c/p[degree]))
	}
	ends := append(append([]float64{-1 - bound}, roots(derivative(p))...), 1+bound)
	var out []float64
	for i := 1; i < len(ends); i++ {
		lo, hi := ends[i-1], ends[i]
		if horner(p, lo) < 0 == (horner(p, hi) < 0) {
			continue
		}
		for range 200 {
			middle := lo + (hi-lo)/2
			if middle == lo || middle == hi {
				break
			}
			if horner(p, lo) < 0 == (horner(p, middle) < 0) {
				lo = middle
			} else {
				hi = middle
			}
		}
		out = append(out, hi)
	}
	return out
}

func derivative(p []float64) []float64 {
	d := make([]float64, len(p)-1)
	for i := range d {
		d[i] = float64(i+1) * p[i+1]
	}
	return d
}

func horner(p []float64, x float64) float64 {
	v := 0.0
	for i := len(p) - 1; i >= 0; i-- {
		v = v*x + p[i]
	}
	return v
}
