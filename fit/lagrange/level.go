package lagrange

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hnn/model/lagrangian"
)

// mostLevel is how far, in radians, a rest of an angle may be from its zero for that to be a sensor's; of one farther away the zero
// was chosen.
const mostLevel = 0.5

// Level says where V of the angles is level near their zeros, where that is off these by more than its standard errors: an
// encoder's zero, a tilt and a constant force have the same terms, which is said. It is "" of a law that says nothing of it.
func (r *Report) Level(l *lagrangian.Lagrangian, angles []bool, names []string) string {
	if r.Polished == nil || r.Polished.Covariance == nil || len(r.Free) == 0 {
		return ""
	}
	n := l.N
	if slices.Contains(angles, false) || len(angles) < n {
		return "" // where lengths rest has no zero to compare with
	}
	motion := l.NewMotion()
	still, byQ, byV := make([]float64, n), make([]float64, n), make([]float64, n)
	slope := func(q []float64) []float64 {
		motion.EnergyGradient(q, still, byQ, byV)
		return byQ
	}
	q := make([]float64, n)
	var curve mat.SymDense
	at := func() bool { // curve at q
		const h = 1e-5
		curve.Reset()
		curve.ReuseAsSym(n)
		for i := range n {
			q[i] += h
			up := append([]float64(nil), slope(q)...)
			q[i] -= 2 * h
			down := slope(q)
			q[i] += h
			for j := range i + 1 {
				curve.SetSym(j, i, (up[j]-down[j])/(2*h))
			}
		}
		for i := range n {
			if math.Abs(curve.At(i, i)) < 1e-12 {
				return false // V does not depend on it
			}
		}
		return true
	}
	for range 20 {
		if !at() {
			return ""
		}
		var step mat.VecDense
		if step.SolveVec(&curve, mat.NewVecDense(n, append([]float64(nil), slope(q)...))) != nil {
			return ""
		}
		for i := range q {
			if q[i] -= step.AtVec(i); !(math.Abs(q[i]) < mostLevel) {
				return ""
			}
		}
	}
	if !at() {
		return ""
	}
	var inverse mat.Dense
	if inverse.Inverse(&curve) != nil {
		return ""
	}
	// How the rest moves with each coefficient (n x free): V is linear in these.
	k := len(r.Free)
	moves := mat.NewDense(n, k, nil)
	phi, d := make([]float64, l.Library.Size()), make([]float64, l.Library.Size()*n)
	l.Library.At(q, phi, d, nil)
	layout := l.Layout()
	for c, place := range r.Free {
		if place < layout.Potential || place >= layout.Magnetic {
			continue
		}
		feature := l.Feature(place - layout.Potential)
		for i := range n {
			for j := range n {
				moves.Set(i, c, moves.At(i, c)-inverse.At(i, j)*d[feature*n+j])
			}
		}
	}
	var half, covariance mat.Dense
	half.Mul(moves, mat.NewDense(k, k, r.Polished.Covariance))
	covariance.Mul(&half, moves.T())
	var said []string
	for i, v := range q {
		if e := math.Sqrt(covariance.At(i, i)); math.Abs(v) > sensedErrors*e && e > 0 {
			said = append(said, fmt.Sprintf("%s = %.4g +- %.1g", names[i], v, e))
		}
	}
	if said == nil {
		return ""
	}
	return fmt.Sprintf("V is level at %s: a zero of the column that is off by so much, a tilt and a constant force are one to the rows, and V's terms have it", strings.Join(said, ", "))
}
