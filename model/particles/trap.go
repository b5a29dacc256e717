package particles

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/internal/elementary"
)

// Field is an external potential: an energy of one body by where it is. With it neither momentum nor angular momentum is kept.
type Field interface {
	// Room is how many numbers At needs to work in.
	Room() int
	// At is the energy of a body of a kind at a place, and its derivatives.
	At(kind uint8, x [3]float64, room []float64) (u float64, du [3]float64)
}

// Axis says what functions of one coordinate x a Trap has: where Period is positive, waves cos(2 pi k x / Period) and sin(2 pi k x / Period);
// else where Half is, Chebyshev's polynomials T_n((x - Middle) / Half), which go on beyond [Middle - Half, Middle + Half]; else none.
type Axis struct{ Middle, Half, Period float64 }

// Trap is a Field that is linear in its coefficients,
//
//	U(x) = sum over t of C[kind, t] f_a(x) f_b(y) f_c(z),  (a, b, c) = Terms[t],
//
// the products of functions of the axes whose orders, n of a polynomial and k of a wave, add up to at most Degree, and waves of one axis
// alone up to the order Waves. Terms are in the order of their order, without the constant, which Level chooses.
type Trap struct {
	Kinds         int
	Axes          [3]Axis
	Degree, Waves int
	Terms         [][3]int // of each axis the function's index: n of a polynomial, 2k-1 and 2k of waves, 0 for 1
	C             []float64
	Zero          []float64 // of each kind, taken from U
	stride        int       // functions of an axis that it has room for
}

// bounds of what a file can ask for.
const (
	mostTrapDegree = 10
	mostTrapWaves  = 64
	mostTrapTerms  = 4000
)

// NewTrap has all coefficients 0.
func NewTrap(kinds int, axes [3]Axis, degree, waves int) (*Trap, error) {
	t := &Trap{Kinds: kinds, Axes: axes, Degree: degree, Waves: waves}
	if degree < 0 || degree > mostTrapDegree || waves < 0 || waves > mostTrapWaves || kinds < 1 || kinds > 100 {
		return nil, fmt.Errorf("a trap of degree %d with waves to the order %d, of %d kinds: the degree is 0 to %d, the order 0 to %d", degree, waves, kinds, mostTrapDegree, mostTrapWaves)
	}
	count := [3]int{1, 1, 1}
	for k, a := range axes {
		for _, v := range []float64{a.Middle, a.Half, a.Period} {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 && v != a.Middle {
				return nil, errors.New("a trap's axis has a middle, and a half or a period that are positive or 0")
			}
		}
		if a.Period > 0 {
			count[k] += 2 * max(degree, waves)
		} else if a.Half > 0 {
			count[k] += degree
		}
		t.stride = max(t.stride, count[k])
	}
	for a := range count[0] {
		for b := range count[1] {
			for c := range count[2] {
				term := [3]int{a, b, c}
				order, alone := t.Order(term)
				if order > 0 && (order <= degree || alone && order <= waves) {
					t.Terms = append(t.Terms, term)
				}
			}
		}
	}
	if kinds*len(t.Terms) > mostTrapTerms {
		return nil, fmt.Errorf("a trap of %d coefficients: at most %d; take a lower degree or fewer waves", kinds*len(t.Terms), mostTrapTerms)
	}
	slices.SortStableFunc(t.Terms, func(a, b [3]int) int {
		m, _ := t.Order(a)
		n, _ := t.Order(b)
		return m - n
	})
	t.C, t.Zero = make([]float64, kinds*len(t.Terms)), make([]float64, kinds)
	return t, nil
}

// Order is that of a term, and whether it is a wave of one axis alone.
func (t *Trap) Order(term [3]int) (order int, wave bool) {
	axes := 0
	for k, i := range term {
		if i == 0 {
			continue
		}
		axes++
		if wave = t.Axes[k].Period > 0; wave {
			i = (i + 1) / 2
		}
		order += i
	}
	return order, wave && axes == 1
}

// Room is that of the functions of three axes and their derivatives.
func (t *Trap) Room() int { return 6 * t.stride }

// Functions writes those of the axes at a place and their derivatives, which Value and Slope take.
func (t *Trap) Functions(x [3]float64, room []float64) {
	for k, a := range t.Axes {
		f, df := room[2*k*t.stride:][:t.stride], room[(2*k+1)*t.stride:][:t.stride]
		f[0], df[0] = 1, 0
		switch {
		case a.Period > 0:
			w := 2 * math.Pi / a.Period
			s, c := elementary.Sincos(w * x[k])
			sk, ck := 0.0, 1.0
			for i := 1; i+1 < len(f); i += 2 {
				sk, ck = float64(sk*c)+float64(ck*s), float64(ck*c)-float64(sk*s)
				wk := w * float64((i+1)/2)
				f[i], f[i+1], df[i], df[i+1] = ck, sk, -wk*sk, wk*ck
			}
		case a.Half > 0:
			u := (x[k] - a.Middle) / a.Half
			if len(f) > 1 {
				f[1], df[1] = u, 1/a.Half
			}
			for n := 2; n <= t.Degree && n < len(f); n++ {
				f[n] = float64(2*u*f[n-1]) - f[n-2]
				df[n] = float64(2*f[n-1]/a.Half) + float64(2*u*df[n-1]) - df[n-2]
			}
		}
	}
}

// Value is a term's product of the functions.
func (t *Trap) Value(term int, room []float64) float64 {
	i := t.Terms[term]
	return room[i[0]] * room[2*t.stride+i[1]] * room[4*t.stride+i[2]]
}

// Slope is the term's derivatives.
func (t *Trap) Slope(term int, room []float64) [3]float64 {
	i, n := t.Terms[term], t.stride
	x, y, z := room[i[0]], room[2*n+i[1]], room[4*n+i[2]]
	return [3]float64{room[n+i[0]] * y * z, x * room[3*n+i[1]] * z, x * y * room[5*n+i[2]]}
}

// At is U and its derivatives.
func (t *Trap) At(kind uint8, x [3]float64, room []float64) (u float64, du [3]float64) {
	t.Functions(x, room)
	u = -t.Zero[kind]
	for i, c := range t.C[int(kind)*len(t.Terms):][:len(t.Terms)] {
		u += float64(c * t.Value(i, room))
		for k, s := range t.Slope(i, room) {
			du[k] += float64(c * s)
		}
	}
	return u, du
}

// Level makes U 0 at Centre.
func (t *Trap) Level() {
	for kind := range t.Zero {
		u, _ := t.At(uint8(kind), t.Centre(), make([]float64, t.Room()))
		t.Zero[kind] += u
	}
}

// Lowest is where U of a kind is lowest within the range of its axes, as steps of Newton along the axes find it from a place, and its second
// derivatives there. It is false where U has no lowest place there.
func (t *Trap) Lowest(kind uint8, from [3]float64) (x, curvature [3]float64, ok bool) {
	room := make([]float64, t.Room())
	at := func(x [3]float64, k int, d float64) float64 {
		x[k] += d
		_, du := t.At(kind, x, room)
		return du[k]
	}
	x = from
	for range 200 {
		far := 0.0
		for k, a := range t.Axes {
			size := max(a.Half, a.Period/(2*math.Pi*float64(max(1, t.Waves))))
			if size == 0 || len(t.Terms) == 0 {
				continue
			}
			h := 1e-4 * size // beside it U is close to its second order, and differences keep 12 digits
			slope := at(x, k, 0)
			curvature[k] = (at(x, k, h) - at(x, k, -h)) / (2 * h)
			step := -slope / math.Abs(curvature[k])
			if curvature[k] == 0 {
				step = 0
				if slope != 0 {
					return x, curvature, false
				}
			}
			step = min(max(step, -size/2), size/2)
			x[k] += step
			if a.Period == 0 && math.Abs(x[k]-a.Middle) > a.Half {
				return x, curvature, false
			}
			far = max(far, math.Abs(step)/size)
		}
		if far < 1e-10 {
			break
		}
	}
	for k, a := range t.Axes {
		if (a.Half > 0 || a.Period > 0) && !(curvature[k] > 0) {
			return x, curvature, false
		}
	}
	return x, curvature, len(t.Terms) > 0
}

// Range is where the axis has functions: between the ends of its polynomials, or over a period. Both ends are equal where it has none.
func (a Axis) Range() (low, high float64) {
	if a.Period > 0 {
		return 0, a.Period
	}
	return a.Middle - a.Half, a.Middle + a.Half
}

// Centre is the middle of the open axes, and 0 of periodic ones.
func (t *Trap) Centre() (x [3]float64) {
	for k, a := range t.Axes {
		if a.Period == 0 {
			x[k] = a.Middle
		}
	}
	return x
}

// Along is a place on a line along an axis through the centre, at a part of the axis's range.
func (t *Trap) Along(axis int, part float64) [3]float64 {
	x := t.Centre()
	low, high := t.Axes[axis].Range()
	x[axis] = low + float64(part*(high-low))
	return x
}

// Beyond says whether a place is beyond the range of the axes, where polynomials go on.
func (t *Trap) Beyond(x [3]float64) bool {
	for k, a := range t.Axes {
		if a.Period == 0 && a.Half > 0 && math.Abs(x[k]-a.Middle) > a.Half {
			return true
		}
	}
	return false
}

// confinement is what a System keeps of its external potential.
type confinement struct {
	field  Field
	weight []float64
	room   [][]float64 // one a block
}

// Confine adds the energies of an external potential, times the weight of each body where weights are given: its mass or charge; then
// all are of kind 0 to it. Any field before is gone.
func (s *System) Confine(field Field, weight []float64) error {
	if weight != nil && len(weight) != s.N {
		return fmt.Errorf("%d charges or masses of %d particles", len(weight), s.N)
	}
	c := &confinement{field: field, weight: weight, room: make([][]float64, s.blocks)}
	for b := range c.room {
		c.room[b] = make([]float64, field.Room())
	}
	s.outside = c
	return s.Forces()
}

// Confined says whether there is an external potential, or particles are held, so that momentum is not kept.
func (s *System) Confined() bool { return s.outside != nil || s.Fixed != nil }

// blockOutside adds the external potential's energies and forces of a block's particles.
func (s *System) blockOutside(_, b int) {
	lo, hi := s.block(b)
	c := s.outside
	total := 0.0
	for i := lo; i < hi; i++ {
		kind, w := s.Kind[i], 1.0
		if c.weight != nil {
			kind, w = 0, c.weight[i]
		}
		u, du := c.field.At(kind, [3]float64(s.at[3*i:3*i+3]), c.room[b])
		total += float64(w * u)
		for k, d := range du {
			s.F[3*i+k] -= float64(w * d)
		}
	}
	s.energy[b] += 2 * total // pairs count twice there
}
