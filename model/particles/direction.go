package particles

import (
	"errors"
	"fmt"
	"math"
)

// MostDegree is the highest degree of a Direction.
const MostDegree = mostDegree

// Direction is the part of the pairs' energies that depends on direction,
//
//	sum over l = 1 .. Degree of V_l(r) P_l(n d / r),  d = x_a - x_b, r = |d|,
//
// with P_l the polynomials of Legendre, n an axis in space and a of the species that comes first. Of two bodies of one species odd l are
// none: they have no order. Momentum is kept, and of the angular momentum in open space the component along n alone. In the plane of x
// and y, with n in it, the even polynomials are those of cos 2 phi, cos 4 phi and so on, phi the angle from n.
type Direction struct {
	Axis   [3]float64 // n, of length 1
	Degree int
	Kinds  int
	Tables []*Table // of V_1 to V_Degree, kinds x kinds x Degree, those of species a <= b alone; nil for none
}

// UnitAxis is a vector of length 1 along another.
func UnitAxis(along [3]float64) ([3]float64, error) {
	most := 0.0
	for _, v := range along {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return along, errors.New("an axis has finite components")
		}
		most = max(most, math.Abs(v))
	}
	if most == 0 {
		return along, errors.New("an axis of length 0 has no direction")
	}
	length := 0.0
	for k := range along {
		along[k] /= most // no square overflows
		length += float64(along[k] * along[k])
	}
	for k := range along {
		along[k] /= math.Sqrt(length)
	}
	return along, nil
}

// Straight is a spline that goes on below its closest pair as a straight line: less steeply than the law without direction does, which
// is therefore what pushes apart there.
type Straight struct{ *Spline }

// At is V, V' and V”.
func (s Straight) At(r float64) (v, dv, ddv float64) {
	if r >= s.First {
		return s.Spline.At(r)
	}
	v, dv, _ = s.Spline.At(s.First)
	return v + float64(dv*(r-s.First)), dv, 0
}

// directed is what a System keeps of a Direction.
type directed struct {
	Direction
	terms [][]directedTerm // kinds x kinds
}

type directedTerm struct {
	l     int
	table *Table
}

// Direct adds energies that depend on direction to those of the pairs within their cut-off.
func (s *System) Direct(d *Direction) error {
	length := 0.0
	for _, v := range d.Axis {
		length += float64(v * v)
	}
	switch {
	case len(s.Tables) == 0:
		return errors.New("laws of direction are of pairs within a cut-off, and there is none")
	case !(math.Abs(length-1) < 1e-12):
		return fmt.Errorf("the axis %v is not of length 1", d.Axis)
	case d.Kinds != s.kinds || d.Degree < 1 || d.Degree > MostDegree || len(d.Tables) != d.Kinds*d.Kinds*d.Degree:
		return fmt.Errorf("%d laws of direction to the degree %d for %d species: there must be kinds x kinds x degree of the %d species here, of a degree from 1 to %d", len(d.Tables), d.Degree, d.Kinds, s.kinds, MostDegree)
	}
	t := &directed{Direction: *d, terms: make([][]directedTerm, d.Kinds*d.Kinds)}
	for q, table := range d.Tables {
		a, b, l := q/d.Degree/d.Kinds, q/d.Degree%d.Kinds, q%d.Degree+1
		if table == nil {
			continue
		}
		if a > b || a == b && l%2 == 1 {
			return fmt.Errorf("a law of direction of the degree %d of species %d and %d: the lower number comes first, and bodies of one species have even degrees alone", l, a+1, b+1)
		}
		t.terms[a*d.Kinds+b] = append(t.terms[a*d.Kinds+b], directedTerm{l, table})
	}
	for a := range d.Kinds {
		for b := range a {
			t.terms[a*d.Kinds+b] = t.terms[b*d.Kinds+a]
		}
	}
	s.directed = t
	return s.Forces()
}

// blockDirected adds the forces of direction on the particles of a block: with c = n d / r and the sums over l
//
//	F = d (sum (-V_l'/r) P_l + c/r^2 sum V_l P_l') - n / r sum V_l P_l'.
//
// Both of a pair take the same products with other signs, so that their forces are opposite to the bit.
func (s *System) blockDirected(_, b int) {
	lo, hi := s.block(b)
	at, list, t := s.at, s.lists[b], s.directed
	side, half := s.Box.halves()
	square := s.Cutoff * s.Cutoff
	total := 0.0
	var values, slopes [mostDegree + 1]float64
	p, dp := values[:t.Degree+1], slopes[:t.Degree+1]
	nx, ny, nz := t.Axis[0], t.Axis[1], t.Axis[2]
	for i := lo; i < hi; i++ {
		near := list[1 : 1+list[0]]
		list = list[1+list[0]:]
		x, y, z := at[3*i], at[3*i+1], at[3*i+2]
		var fx, fy, fz, e float64
		for _, j := range near {
			o := at[3*j : 3*j+3 : 3*j+3]
			dx, dy, dz := nearest(x-o[0], side[0], half[0]), nearest(y-o[1], side[1], half[1]), nearest(z-o[2], side[2], half[2])
			r2 := dx*dx + dy*dy + dz*dz
			if r2 >= square || r2 == 0 {
				continue
			}
			order := 1.0
			if s.Kind[i] > s.Kind[j] {
				order = -1 // d is that of the other order
			}
			inverse := 1 / math.Sqrt(r2)
			c := order * (float64(nx*dx) + float64(ny*dy) + float64(nz*dz)) * inverse
			if t.Degree == 2 { // the most common, without a call
				p[1], p[2], dp[1], dp[2] = c, float64(1.5*c*c)-0.5, 1, 3*c
			} else {
				Legendre(c, p, dp)
			}
			var radial, turn float64
			for _, term := range t.terms[int(s.Kind[i])*s.kinds+int(s.Kind[j])] {
				v, f := term.table.At(r2)
				e += float64(v * p[term.l])
				radial += float64(f * p[term.l])
				turn += float64(v * dp[term.l])
			}
			turn *= inverse
			radial += float64(c * turn * inverse)
			turn *= order
			fx += float64(radial*dx) - float64(turn*nx)
			fy += float64(radial*dy) - float64(turn*ny)
			fz += float64(radial*dz) - float64(turn*nz)
		}
		s.F[3*i] += fx
		s.F[3*i+1] += fy
		s.F[3*i+2] += fz
		total += e
	}
	s.energy[b] += total
}
