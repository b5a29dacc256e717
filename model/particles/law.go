package particles

import (
	"fmt"
	"math"
)

// Law is the energy of a pair over its distance: V and its first two derivatives. V is 0 from the cut-off on.
type Law interface {
	At(r float64) (v, dv, ddv float64)
}

// Spline is a law as a B-spline of degree 5 over log r between the closest pair seen and the cut-off, where V, V' and V”
// are 0: two more derivatives than a force needs to be smooth, and knots that are denser where distances are small.
// Below First the force goes on as a power of r, F(r) = F(First) (First/r)^n, whose n is that of the slope there, at least 1.
type Spline struct {
	First, Cutoff float64
	C             []float64 // free coefficients of the spline, in units of energy
	bspline
}

// Vanish is how many of the last functions are left out so that V, V' and V” are 0 at the cut-off.
const Vanish = 3

// NewSpline has so many free coefficients, all 0.
func NewSpline(first, cutoff float64, n int) (*Spline, error) {
	s := &Spline{First: first, Cutoff: cutoff, C: make([]float64, n)}
	return s, s.Complete()
}

// Complete makes the knots of a spline that was read from a file.
func (s *Spline) Complete() error {
	n := len(s.C)
	if !(s.First > 0) || !(s.Cutoff > s.First) || math.IsInf(s.Cutoff, 0) || n < degree+1 || n > 10000 {
		return fmt.Errorf("a law from %v to %v with %d coefficients: distances must be positive and rising, and the coefficients 6 to 10000", s.First, s.Cutoff, n)
	}
	s.bspline = newBspline(s.First, s.Cutoff, n+Vanish)
	return nil
}

// At is V, V' and V”.
func (s *Spline) At(r float64) (v, dv, ddv float64) {
	if r >= s.Cutoff {
		return 0, 0, 0
	}
	if r < s.First {
		return extended(s, s.First, r)
	}
	first, b, db, ddb := s.Basis(r)
	for j := range b {
		if i := first + j; i < len(s.C) {
			v += s.C[i] * b[j]
			dv += s.C[i] * db[j]
			ddv += s.C[i] * ddb[j]
		}
	}
	return v, dv, ddv
}

// power is the exponent with which the force goes on below a distance.
func power(at, dv, ddv float64) float64 {
	if dv == 0 {
		return 1
	}
	return min(max(-at*ddv/dv, 1), 40)
}

// extended is a law below the closest pair that it knows: V' = V'(at) (at/r)^n.
func extended(l Law, at, r float64) (v, dv, ddv float64) {
	v, dv, ddv = l.At(at)
	n := power(at, dv, ddv)
	f := dv * math.Pow(at/r, n)
	if n == 1 {
		v += dv * at * math.Log(r/at)
	} else {
		v += (dv*at - f*r) / (n - 1)
	}
	return v, f, -n * f / r
}

// Repulsive says whether the law pushes apart at its closest distance, and so beyond it.
func (s *Spline) Repulsive() bool {
	_, dv, _ := s.At(s.First)
	return dv < 0
}
