package particles

import "math"

// Table is a law for running: quintic polynomials of s = r^2 that agree with V, V' and V” where they meet, so that no root
// is taken and the force is the derivative of the energy to rounding. An octave of s has so many cells as cellBits says, which
// are found by the bits of s: a table serves a law over decades of distance as one over a factor of three.
type Table struct {
	base      uint64  // bits of the first cell's lower end, shifted
	low, high float64 // of s
	c         [][6]float64
	law       Law
	far       bool // whether the law goes on beyond high
}

// cellBits: with 256 cells an octave a Lennard-Jones law is met within 1e-9 of its depth.
const cellBits = 8

const cellShift = 52 - cellBits

// NewTable tabulates a law from the distance first to the cut-off, where it ends. Nearer the law itself is asked.
func NewTable(l Law, first, cutoff float64) *Table { return newTable(l, first, cutoff, false) }

// newTable tabulates a law that ends at a distance, or one that is asked itself beyond it.
func newTable(l Law, first, last float64, far bool) *Table {
	t := &Table{base: math.Float64bits(first*first)>>cellShift + 1, high: last * last, law: l, far: far}
	t.low = math.Float64frombits(t.base << cellShift)
	derivatives := func(s float64) (v, d, dd float64) { // by s
		if s >= t.high && !t.far {
			return 0, 0, 0
		}
		r := math.Sqrt(s)
		v, dv, ddv := l.At(r)
		return v, dv / (2 * r), (ddv - dv/r) / (4 * s)
	}
	s0 := t.low
	for i := uint64(1); s0 < t.high; i++ {
		s1 := min(math.Float64frombits((t.base+i)<<cellShift), t.high)
		h := s1 - s0
		v0, d0, e0 := derivatives(s0)
		v1, d1, e1 := derivatives(s1)
		d0, d1, e0, e1 = d0*h, d1*h, e0*h*h, e1*h*h
		a, b, c := v1-v0-d0-e0/2, d1-d0-e0, e1-e0
		cell := [6]float64{v0, d0, e0 / 2, 10*a - 4*b + c/2, -15*a + 7*b - c, 6*a - 3*b + c/2}
		for k, w := 1, 1/h; k < 6; k, w = k+1, w/h {
			cell[k] *= w
		}
		t.c = append(t.c, cell)
		s0 = s1
	}
	return t
}

// At is V and -V'/r, the force on the first of a pair over their difference, of a squared distance.
func (t *Table) At(s float64) (v, f float64) {
	bits := math.Float64bits(s) >> cellShift
	i := bits - t.base
	if i >= uint64(len(t.c)) || s >= t.high {
		return t.outside(s)
	}
	c := &t.c[i]
	x := s - math.Float64frombits(bits<<cellShift)
	v = c[0] + x*(c[1]+x*(c[2]+x*(c[3]+x*(c[4]+x*c[5]))))
	f = -2 * (c[1] + x*(2*c[2]+x*(3*c[3]+x*(4*c[4]+x*5*c[5]))))
	return v, f
}

// outside is At nearer or farther than the cells.
func (t *Table) outside(s float64) (v, f float64) {
	if s >= t.low && !t.far {
		return 0, 0
	}
	r := math.Sqrt(s)
	v, dv, _ := t.law.At(r)
	return v, -dv / r
}
