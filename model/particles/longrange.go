package particles

import (
	"fmt"
	"math"
)

// LongRange is the energy of a pair over all distances for a unit of the product of what both have, their charges or masses:
//
//	U(r) = integral from r to infinity of g(log s) / s^2 ds,
//
// so that g is 1 for Coulomb's law and -G for gravity. g is a B-spline of degree 5 over log r between the closest and the
// farthest pair seen and constant beyond; nearer it goes on as a power of r, that of its slope there, from 0, as Coulomb's law has it,
// to 3, as a softened one.
type LongRange struct {
	First, Last float64
	C           []float64 // coefficients of g
	bspline
	sum []float64 // U at each of the knots from First to Last
}

// NewLongRange has so many coefficients, all 0.
func NewLongRange(first, last float64, n int) (*LongRange, error) {
	l := &LongRange{First: first, Last: last, C: make([]float64, n)}
	return l, l.Complete()
}

// Complete makes what belongs to coefficients that were set or read.
func (l *LongRange) Complete() error {
	n := len(l.C)
	if !(l.First > 0) || !(l.Last > l.First) || math.IsInf(l.Last, 0) || n < degree+1 || n > 10000 {
		return fmt.Errorf("a law of all distances from %v to %v with %d coefficients: distances must be positive and rising, and the coefficients 6 to 10000", l.First, l.Last, n)
	}
	l.bspline = newBspline(l.First, l.Last, n)
	cells := n - degree
	l.sum = make([]float64, cells+1)
	g, _ := l.g(l.Last)
	l.sum[cells] = g / l.Last
	for i := cells - 1; i >= 0; i-- {
		l.sum[i] = l.sum[i+1] + l.integral(l.knots[degree+i], l.knots[degree+i+1])
	}
	return nil
}

// g is the spline and its derivative by r at a distance from First to Last.
func (l *LongRange) g(r float64) (g, dg float64) {
	first, b, db, _ := l.Basis(r)
	for j, c := range l.C[first : first+degree+1] {
		g += c * b[j]
		dg += c * db[j]
	}
	return g, dg
}

// gauss is the places and weights of Gauss's rule with 8 places on [-1, 1], those above 0.
var gauss = [4][2]float64{{0.1834346424956498, 0.3626837833783620}, {0.5255324099163290, 0.3137066458778873}, {0.7966664774136267, 0.2223810344533745}, {0.9602898564975363, 0.1012285362903763}}

// integral is that of g(u) exp(-u) du between two logarithms with no knot between them.
func (l *LongRange) integral(a, b float64) (sum float64) {
	for _, w := range gauss {
		for _, sign := range [2]float64{-1, 1} {
			u := (a+b)/2 + sign*w[0]*(b-a)/2
			g, _ := l.g(math.Exp(u))
			sum += w[1] * g * math.Exp(-u)
		}
	}
	return sum * (b - a) / 2
}

// At is U, U' and U”.
func (l *LongRange) At(r float64) (v, dv, ddv float64) {
	g, dg := l.g(min(max(r, l.First), l.Last))
	cells := len(l.sum) - 1
	switch {
	case r >= l.Last:
		v, dg = g/r, 0
	case r <= l.First:
		n := 0.0
		if g != 0 {
			n = min(max(l.First*dg/g, 0), 3)
		}
		if x := r / l.First; math.Abs(n-1) < 1e-9 {
			v = l.sum[0] - g/l.First*math.Log(x)
			g *= x
		} else {
			v = l.sum[0] + g/l.First*(1-math.Pow(x, n-1))/(n-1)
			g *= math.Pow(x, n)
		}
		dg = n * g / r
	default:
		u := math.Log(r)
		a, b := l.knots[degree], l.knots[degree+cells]
		i := min(max(int((u-a)/(b-a)*float64(cells)), 0), cells-1)
		v = l.sum[i+1] + l.integral(u, l.knots[degree+i+1])
	}
	return v, -g / (r * r), 2*g/(r*r*r) - dg/(r*r)
}

// Reach adds to the energy that of all pairs at all distances by nearest images, weight_i weight_j U(r): charges of their bodies, or
// masses. The law is tabulated from one distance to another and asked itself outside.
func (s *System) Reach(law Law, first, last float64, weight []float64) error {
	if len(weight) != s.N {
		return fmt.Errorf("%d charges or masses of %d particles", len(weight), s.N)
	}
	s.long, s.weight = newTable(law, first, last, true), weight
	return s.Forces()
}

// tile is how many particles all others of a block meet before the next are looked at: their places stay in the cache.
const tile = 512

// blockLong adds the forces of all pairs at all distances on the particles of a block.
func (s *System) blockLong(_, b int) {
	lo, hi := s.block(b)
	side, half := s.Box.halves()
	total := 0.0
	for from := 0; from < s.N; from += tile {
		to := min(from+tile, s.N)
		for i := lo; i < hi; i++ {
			x, y, z := s.at[3*i], s.at[3*i+1], s.at[3*i+2]
			var fx, fy, fz, e float64
			for j := from; j < to; j++ {
				if j == i {
					continue
				}
				p := s.at[3*j : 3*j+3 : 3*j+3]
				dx, dy, dz := nearest(x-p[0], side[0], half[0]), nearest(y-p[1], side[1], half[1]), nearest(z-p[2], side[2], half[2])
				r2 := dx*dx + dy*dy + dz*dz
				if r2 == 0 {
					s.bad[b] = i
					continue
				}
				v, f := s.long.At(r2)
				w := s.weight[j]
				f *= w
				e += w * v
				fx += f * dx
				fy += f * dy
				fz += f * dz
			}
			w := s.weight[i]
			s.F[3*i] += w * fx
			s.F[3*i+1] += w * fy
			s.F[3*i+2] += w * fz
			total += w * e
		}
	}
	s.energy[b] += total
}
