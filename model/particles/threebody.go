package particles

import (
	"fmt"
	"math"
)

// ThreeBody is an energy of two pairs that share a body, of their distances and of the cosine between them. What belongs to one pair
// is prepared once and used with every other.
type ThreeBody interface {
	// Reach is the distance from which it is 0, smoothly.
	Reach() float64
	// Room is how many numbers Prepare writes.
	Room() int
	// Prepare writes what belongs to a body of kind other at the distance r from one of kind centre.
	Prepare(centre, other uint8, r float64, room []float64)
	// At is the energy of two that were prepared for one centre, and its derivatives by both distances and by the cosine.
	At(a, b []float64, cos float64) (v, da, db, dcos float64)
}

// Angles is a ThreeBody that is linear in its coefficients,
//
//	Phi(r, s, c) = sum over l, m, n of C[l, m, n] B_m(r) B_n(s) P_l(c),
//
// with P_l the polynomials of Legendre and B the functions of degree 5 over log r between the closest pair seen and the cut-off, those
// left out that with their first two derivatives are not 0 there. Nearer they go on as straight lines. Of two bodies of one
// kind C is symmetric.
type Angles struct {
	First, Cutoff float64
	Kinds         int
	Radial        int // functions of a distance
	Degree        int // of the polynomials of the cosine
	// C is kinds x kinds x kinds x (Degree+1) x Radial x Radial: the centre's kind and those of the two others.
	C []float64
	bspline
}

// bounds of what a file can ask for.
const (
	mostRadial = 30
	mostDegree = 10
)

// NewAngles has all coefficients 0.
func NewAngles(first, cutoff float64, kinds, radial, degree int) (*Angles, error) {
	a := &Angles{First: first, Cutoff: cutoff, Kinds: kinds, Radial: radial, Degree: degree}
	if err := a.check(); err != nil {
		return nil, err
	}
	a.C = make([]float64, kinds*kinds*kinds*a.block())
	return a, a.Complete()
}

func (a *Angles) check() error {
	if !(a.First > 0) || !(a.Cutoff > a.First) || math.IsInf(a.Cutoff, 0) || a.Kinds < 1 || a.Kinds > 100 || a.Radial < degree+1-Vanish || a.Radial > mostRadial || a.Degree < 0 || a.Degree > mostDegree {
		return fmt.Errorf("a law of angles from %v to %v with %d functions of a distance and degree %d of the cosine: distances must be positive and rising, functions %d to %d, the degree 0 to %d", a.First, a.Cutoff, a.Radial, a.Degree, degree+1-Vanish, mostRadial, mostDegree)
	}
	return nil
}

// Complete makes the knots of a law that was read from a file.
func (a *Angles) Complete() error {
	if err := a.check(); err != nil {
		return err
	}
	if n := a.Kinds * a.Kinds * a.Kinds * a.block(); len(a.C) != n {
		return fmt.Errorf("a law of angles of %d coefficients, and it has %d", n, len(a.C))
	}
	a.bspline = newBspline(a.First, a.Cutoff, a.Radial+Vanish)
	return nil
}

// block is how many coefficients belong to three kinds.
func (a *Angles) block() int { return (a.Degree + 1) * a.Radial * a.Radial }

// Index is where the coefficient is of three kinds, a polynomial and two functions.
func (a *Angles) Index(centre, j, k, l, m, n int) int {
	return ((((centre*a.Kinds+j)*a.Kinds+k)*(a.Degree+1)+l)*a.Radial+m)*a.Radial + n
}

// Functions is the functions of a distance that are not 0, from the index first on, those at first+e >= Radial left out, and
// their derivatives.
func (a *Angles) Functions(r float64) (first int, b, db [degree + 1]float64) {
	at := max(r, a.First)
	first, b, db, _ = a.Basis(at)
	for e := range b {
		b[e] += db[e] * (r - at)
	}
	return first, b, db
}

// Legendre writes P_0 to P_n, n = len(p)-1, and their derivatives.
func Legendre(c float64, p, dp []float64) {
	p[0], dp[0] = 1, 0
	if len(p) > 1 {
		p[1], dp[1] = c, 1
	}
	for l := 1; l+1 < len(p); l++ {
		n := float64(l)
		p[l+1] = ((2*n+1)*c*p[l] - n*p[l-1]) / (n + 1)
		dp[l+1] = dp[l-1] + (2*n+1)*p[l]
	}
}

// Reach is the cut-off.
func (a *Angles) Reach() float64 { return a.Cutoff }

// head is kind, first function, functions and derivatives; sums over the coefficients follow, for each other kind.
const head = 2 + 2*(degree+1)

// Room is a head, and for each kind of the other body and each l the sum over m of C B_m and of C B_m'.
func (a *Angles) Room() int { return head + a.Kinds*(a.Degree+1)*2*a.Radial }

// Prepare sums over the functions of one distance.
func (a *Angles) Prepare(centre, other uint8, r float64, room []float64) {
	first, b, db := a.Functions(r)
	room[0], room[1] = float64(other), float64(first)
	copy(room[2:], b[:])
	copy(room[2+degree+1:], db[:])
	n := a.Radial
	sums := room[head:a.Room()]
	clear(sums)
	last := min(degree+1, n-first)
	for k := range a.Kinds {
		for l := range a.Degree + 1 {
			w, dw := sums[:n], sums[n:2*n]
			sums = sums[2*n:]
			c := a.C[a.Index(int(centre), int(other), k, l, first, 0):]
			for e := range last {
				row := c[e*n : e*n+n]
				for i, v := range row {
					w[i] += b[e] * v
					dw[i] += db[e] * v
				}
			}
		}
	}
}

// At is Phi and its derivatives.
func (a *Angles) At(x, y []float64, cos float64) (v, dx, dy, dcos float64) {
	var p, dp [mostDegree + 1]float64
	Legendre(cos, p[:a.Degree+1], dp[:a.Degree+1])
	n, first := a.Radial, int(y[1])
	last := min(degree+1, n-first)
	b, db := y[2:2+last], y[2+degree+1:2+degree+1+last]
	sums := x[head+int(y[0])*(a.Degree+1)*2*n:]
	for l := range a.Degree + 1 {
		w, dw := sums[2*l*n+first:2*l*n+first+last], sums[(2*l+1)*n+first:(2*l+1)*n+first+last]
		var s, sx, sy float64
		for e := range b {
			s += w[e] * b[e]
			sx += dw[e] * b[e]
			sy += w[e] * db[e]
		}
		v += p[l] * s
		dx += p[l] * sx
		dy += p[l] * sy
		dcos += dp[l] * s
	}
	return v, dx, dy, dcos
}

// triples is what a System keeps of its three-body energy: near pairs are those of its lists within the reach and the skin.
type triples struct {
	law  ThreeBody
	from []int32 // where each particle's near ones begin, one more than there are particles
	near []int32
	back []int32     // where the near one has the particle itself
	pull []float64   // of each near one: the derivative of the centre's energy by where it is (3)
	room [][]float64 // one a block
}

// Bend adds a three-body energy: of every body and two others nearer than the law's reach, which is at most the cut-off of the pairs.
func (s *System) Bend(law ThreeBody) error {
	if len(s.Tables) == 0 || !(law.Reach() <= s.Cutoff) {
		return fmt.Errorf("angles reach to %v: at most to the cut-off of the pairs, %v", law.Reach(), s.Cutoff)
	}
	s.triples = &triples{law: law, room: make([][]float64, s.blocks)}
	s.listTriples()
	return s.Forces()
}

// listTriples makes the lists of near pairs of those of pairs.
func (s *System) listTriples() {
	t := s.triples
	t.from, t.near = append(t.from[:0], 0), t.near[:0]
	reach := t.law.Reach() + s.skin
	side, half := s.Box.halves()
	for b := range s.blocks {
		lo, hi := s.block(b)
		list := s.lists[b]
		for i := lo; i < hi; i++ {
			near := list[1 : 1+list[0]]
			list = list[1+list[0]:]
			for _, j := range near {
				r2 := 0.0
				for k := range 3 {
					d := nearest(s.built[3*i+k]-s.built[3*int(j)+k], side[k], half[k])
					r2 += d * d
				}
				if r2 < reach*reach {
					t.near = append(t.near, j)
				}
			}
			t.from = append(t.from, int32(len(t.near)))
		}
	}
	if n := len(t.near); cap(t.back) < n {
		t.back, t.pull = make([]int32, n), make([]float64, 3*n)
	}
	t.back, t.pull = t.back[:len(t.near)], t.pull[:3*len(t.near)]
	for i := range s.N {
		for e := t.from[i]; e < t.from[i+1]; e++ {
			j := t.near[e]
			for o := t.from[j]; o < t.from[j+1]; o++ {
				if int(t.near[o]) == i {
					t.back[e] = o
				}
			}
		}
	}
}

// bendForces adds the three-body energy and its forces: first every centre's pulls, then every particle sums its own.
func (s *System) bendForces() {
	s.pool.Run(s.blocks, s.pullTask)
	s.pool.Run(s.blocks, s.gatherTask)
}

// blockPulls finds the energies of a block's particles as centres and their derivatives.
func (s *System) blockPulls(_, b int) {
	lo, hi := s.block(b)
	t := s.triples
	side, half := s.Box.halves()
	size := 4 + t.law.Room() // unit vector, distance, room
	reach := t.law.Reach()
	total := 0.0
	for i := lo; i < hi; i++ {
		from, near := t.from[i], t.near[t.from[i]:t.from[i+1]]
		if len(t.room[b]) < len(near)*size {
			t.room[b] = make([]float64, len(near)*size)
		}
		room := t.room[b]
		clear(t.pull[3*from : 3*from+int32(3*len(near))])
		for e, j := range near {
			p := room[e*size : (e+1)*size]
			r2 := 0.0
			for k := range 3 {
				p[k] = nearest(s.at[3*int(j)+k]-s.at[3*i+k], side[k], half[k])
				r2 += p[k] * p[k]
			}
			p[3] = math.Sqrt(r2)
			if p[3] >= reach || p[3] == 0 {
				p[3] = 0
				continue
			}
			for k := range 3 {
				p[k] /= p[3]
			}
			t.law.Prepare(s.Kind[i], s.Kind[j], p[3], p[4:])
		}
		for e := range near {
			x := room[e*size : (e+1)*size]
			if x[3] == 0 {
				continue
			}
			for o := range e {
				y := room[o*size : (o+1)*size]
				if y[3] == 0 {
					continue
				}
				c := x[0]*y[0] + x[1]*y[1] + x[2]*y[2]
				v, dx, dy, dc := t.law.At(x[4:], y[4:], c)
				total += v
				px, py := t.pull[3*(from+int32(e)):][:3], t.pull[3*(from+int32(o)):][:3]
				for k := range 3 { // d cos / d x_e = (y - c x) / |x_e|, of unit vectors
					px[k] += dx*x[k] + dc*(y[k]-c*x[k])/x[3]
					py[k] += dy*y[k] + dc*(x[k]-c*y[k])/y[3]
				}
			}
		}
	}
	s.energy[b] += 2 * total // pairs count twice there
}

// blockGather adds the pulls on a block's particles: as a centre, and by the centres that they are near to.
func (s *System) blockGather(_, b int) {
	lo, hi := s.block(b)
	t := s.triples
	for i := lo; i < hi; i++ {
		for e := t.from[i]; e < t.from[i+1]; e++ {
			for k := range int32(3) {
				s.F[3*int32(i)+k] += t.pull[3*e+k] - t.pull[3*t.back[e]+k]
			}
		}
	}
}

// Bent is Phi of three kinds at two distances and a cosine, 0 from the cut-off on.
func (a *Angles) Bent(centre, j, k uint8, r, s, cos float64) float64 {
	if r >= a.Cutoff || s >= a.Cutoff {
		return 0
	}
	room := make([]float64, 2*a.Room())
	x, y := room[:a.Room()], room[a.Room():]
	a.Prepare(centre, j, r, x)
	a.Prepare(centre, k, s, y)
	v, _, _, _ := a.At(x, y, cos)
	return v
}
