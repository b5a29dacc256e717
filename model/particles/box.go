// Package particles is of many particles with radial laws for pairs, and for two pairs that share a body and an external potential where they
// are asked for,
//
//	H = sum_i |p_i|^2 / (2 m_i) + sum_{i<j, r_ij < r_c} V_{s_i s_j}(r_ij) + sum_i sum_{j<k} Phi(r_ij, r_ik, cos jik) + sum_i U_{s_i}(x_i),
//
// in open space or in a box that is periodic along some of its axes: their laws, lists of neighbours, motion and measures.
// Laws come from fit/particles or from a formula, as system.LennardJones. Momentum is kept by construction: a pair's
// forces are opposite to the bit; an external potential alone changes it.
package particles

import (
	"errors"
	"fmt"
	"math"
)

// Box has right angles. A side of an axis that is not periodic has no meaning.
type Box struct {
	Side     [3]float64 // lengths, in the unit of positions
	Periodic [3]bool
}

// Cube is periodic along all axes.
func Cube(side float64) Box {
	return Box{[3]float64{side, side, side}, [3]bool{true, true, true}}
}

// Check says whether pairs within a cut-off are those of nearest images alone.
func (b *Box) Check(cutoff float64) error {
	if !(cutoff > 0) || math.IsInf(cutoff, 0) {
		return errors.New("the cut-off must be positive and finite")
	}
	for k := range 3 {
		if b.Periodic[k] && !(b.Side[k] > 0) {
			return fmt.Errorf("the side %c of the box is %v: it must be positive", "xyz"[k], b.Side[k])
		}
		if b.Periodic[k] && cutoff > b.Side[k]/2 {
			return fmt.Errorf("the cut-off %v is larger than half the box, whose side %c is %v: a particle would meet two images of another; take a smaller cut-off or more particles", cutoff, "xyz"[k], b.Side[k])
		}
	}
	return nil
}

// nearest is the difference of a coordinate by its nearest image, of any coordinates.
func (b *Box) nearest(k int, d float64) float64 {
	if b.Periodic[k] {
		d -= b.Side[k] * math.Round(d/b.Side[k])
	}
	return d
}

// Difference is x_i - x_j by nearest images, of x N x 3.
func (b *Box) Difference(x []float64, i, j int) (d [3]float64) {
	for k := range 3 {
		d[k] = b.nearest(k, x[3*i+k]-x[3*j+k])
	}
	return d
}

// halves are the sides and their halves: of an axis that is not periodic no difference is more than half a side.
func (b *Box) halves() (side, half [3]float64) {
	for k := range 3 {
		half[k] = math.Inf(1)
		if b.Periodic[k] {
			side[k], half[k] = b.Side[k], b.Side[k]/2
		}
	}
	return side, half
}

// nearest is a difference of two places in the box, along one axis, as that to the nearest image: see halves.
func nearest(d, side, half float64) float64 {
	if d > half {
		return d - side
	}
	if d < -half {
		return d + side
	}
	return d
}

// Volume is that of the periodic axes: an area where there are two.
func (b *Box) Volume() float64 {
	v := 1.0
	for k := range 3 {
		if b.Periodic[k] {
			v *= b.Side[k]
		}
	}
	return v
}

// An OverlapError says that two particles are at one place.
type OverlapError struct{ I, J int }

func (e *OverlapError) Error() string {
	return fmt.Sprintf("particles %d and %d overlap: no law is defined at distance zero", e.I+1, e.J+1)
}
