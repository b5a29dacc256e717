package particles

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/model/particles"
)

// Direction is what was learned of how the energies of pairs depend on direction: the coefficients of each V_l of a particles.Direction.
type Direction struct {
	Axis   [3]float64
	Degree int
	Of     []*particles.Spline // V_1 to V_Degree, kinds x kinds x Degree, those of species a <= b alone; nil for none
	// Gain is by how many times direction lowers what the laws leave of held-out moments, 0 where none are held out.
	Gain float64
	// Errors are standard errors of the whole V of a pair, at each of Cosines and at Grid equal steps from Near to the cut-off, kinds x
	// kinds; Near is that of the laws.
	Errors [][][]float64
}

// Cosines are those of the angles from the axis at which Direction has errors.
var Cosines = []float64{1, 0, -1}

// degreesTried are those that held-out moments choose from.
var degreesTried = []int{2, 4}

// slightGain is by which part at most a lower degree may leave more of held-out moments than a higher one and still be taken, and
// slightForce the part of the equations' right sides that neither needs to explain: splines leave about as much of exact forces.
const slightGain, slightForce = 0.01, 1e-6

// turning is what a problem has of direction.
type turning struct {
	at     []int // where the coefficients of each V_l begin, as Direction.Of has them for the highest degree; -1 for none
	of     []*particles.Spline
	n      int // coefficients of each
	most   int // the highest degree
	degree int // that is allowed
	choose bool
	gain   float64
}

// turn makes laws of direction for the pairs of species that were seen.
func (p *problem) turn(o *Options) error {
	axis, err := particles.UnitAxis(o.Axis)
	if err != nil {
		return err
	}
	if o.Cutoff == 0 {
		return errors.New("direction is of pairs within a cut-off: give --cutoff")
	}
	t := &turning{n: o.DirectionCoefficients, most: o.DirectionDegree, choose: o.DirectionDegree == 0}
	if t.choose {
		t.most = degreesTried[len(degreesTried)-1]
	}
	if t.most%2 != 0 || t.most < 2 || t.most > particles.MostDegree {
		return fmt.Errorf("a degree of direction of %d: two bodies of one species have even ones alone, since their exchange changes no energy; from 2 to %d", t.most, particles.MostDegree)
	}
	k := p.data.Kinds
	p.laws.Direction = &Direction{Axis: axis}
	t.degree = t.most
	t.at, t.of = make([]int, k*k*t.most), make([]*particles.Spline, k*k*t.most)
	for q := range t.at {
		t.at[q] = -1
		a, b, l := q/t.most/k, q/t.most%k, q%t.most+1
		s := p.laws.Of[a*k+b]
		if s == nil || a > b || a == b && l%2 == 1 {
			continue
		}
		if t.of[q], err = particles.NewSpline(s.First, s.Cutoff, t.n); err != nil {
			return err
		}
		t.at[q] = p.m
		p.m += t.n
	}
	p.direction = t
	return nil
}

// addDirection is add for the laws of direction: of a function B of V_l the force on the first of a pair is
// -B' P_l(c) d/r - B P_l'(c) (n - c d/r)/r with c = n d / r.
func (p *problem) addDirection(raw []float64, stride, top int, x []float64, weight float64) {
	d, t := p.data, p.direction
	var values, slopes [particles.MostDegree + 1]float64
	legendre, slope := values[:t.most+1], slopes[:t.most+1]
	cutoff := 0.0
	for _, s := range t.of {
		if s != nil {
			cutoff = s.Cutoff
		}
	}
	d.Box.Pairs(x, cutoff, func(i, j int, v [3]float64, r2 float64) {
		if r2 == 0 {
			return
		}
		if d.Kind[i] > d.Kind[j] {
			i, j = j, i
			v = [3]float64{-v[0], -v[1], -v[2]}
		}
		r, c := math.Sqrt(r2), 0.0
		for k, n := range p.laws.Direction.Axis {
			v[k] /= r
			c += float64(n * v[k])
		}
		particles.Legendre(c, legendre, slope)
		q := (int(d.Kind[i])*d.Kinds + int(d.Kind[j])) * t.most
		s := t.of[q+1] // the others have the same functions, and where there is no V_2 there are none
		if s == nil {
			return
		}
		first, b, db, _ := s.Basis(max(r, s.First))
		for l := 1; l <= t.most; l++ {
			if t.of[q+l-1] == nil {
				continue
			}
			for e := 0; e < len(b) && first+e < t.n; e++ {
				radial := -weight * db[e] * legendre[l]
				turn := -weight * (b[e] + float64(db[e]*min(r-s.First, 0))) * slope[l] / r
				column := t.at[q+l-1] + first + e
				for k, n := range p.laws.Direction.Axis {
					f := float64(radial*v[k]) + float64(turn*(n-float64(c*v[k])))
					raw[(top+3*i+k)*stride+column] += f
					raw[(top+3*j+k)*stride+column] -= f
				}
			}
		}
	})
}

// directionRows are those of smooth for the laws of direction, in rows that begin top later and columns that begin shift earlier than their
// coefficients: a degree above what is allowed leaves its coefficients 0.
func (p *problem) directionRows(rows *mat.Dense, top, shift int, largest float64, set func(i int, v float64)) {
	t := p.direction
	finer := math.Pow(float64(t.n)/float64(p.n), 2.5) // coefficients farther apart differ more
	for q, at := range t.at {
		switch {
		case at < 0:
		case q%t.most+1 > t.degree:
			for i := at; i < at+t.n; i++ {
				set(i, 1e6*largest)
			}
		default:
			s := t.of[q]
			thirdDifferences(rows, at+top, at-shift, t.n, particles.Vanish, func(i int) float64 { return largest * finer * p.weigh(&p.tension, q/t.most, s, i) })
			for i := at; i < at+t.n; i++ {
				set(i, least*largest)
			}
		}
	}
}

// chooseDegree takes the lowest degree that explains held-out moments about as well as the best.
func (p *problem) chooseDegree(weight, largest float64) {
	t := p.direction
	if !t.choose {
		return
	}
	if p.fit == nil || p.held == nil {
		t.degree = degreesTried[0]
		return
	}
	leaves := func(degree int) float64 {
		t.degree = degree
		return p.leaves(weight, largest)
	}
	left, best := make([]float64, len(degreesTried)), math.Inf(1)
	for i, degree := range degreesTried {
		left[i] = leaves(degree)
		best = min(best, left[i])
	}
	none := leaves(0)
	for i, degree := range degreesTried {
		if left[i] <= (1+slightGain)*best+slightForce*mat.Norm(p.held.ColView(p.m), 2) {
			t.degree, t.gain = degree, none/left[i]
			return
		}
	}
}

// directionSolved gives the laws their coefficients, and what all laws leave of the equations.
func (p *problem) directionSolved(c []float64) {
	t, k := p.direction, p.data.Kinds
	d := &Direction{Axis: p.laws.Direction.Axis, Degree: t.degree, Gain: t.gain, Of: make([]*particles.Spline, k*k*t.degree)}
	for q, s := range t.of {
		l := q%t.most + 1
		if s == nil {
			continue
		}
		for i := range s.C {
			if l > t.degree {
				c[t.at[q]+i] = 0
			}
			s.C[i] = c[t.at[q]+i]
		}
		if l <= t.degree {
			d.Of[q/t.most*t.degree+l-1] = s
		}
	}
	p.laws.Direction = d
	var left mat.VecDense
	left.MulVec(p.r, mat.NewVecDense(p.m+1, c))
	norm := mat.Norm(&left, 2)
	p.laws.RMS = norm / math.Sqrt(float64(p.rows))
	p.laws.Left = norm / mat.Norm(p.r.ColView(p.m), 2) * math.Sqrt(float64(p.rows)/float64(p.rows-p.m))
}

// directionErrors are of the whole V at each of Cosines.
func (p *problem) directionErrors(r *mat.Dense) {
	t, k := p.direction, p.data.Kinds
	d := p.laws.Direction
	d.Errors = make([][][]float64, k*k)
	legendre, slope := make([]float64, t.degree+1), make([]float64, t.degree+1)
	y := make([]float64, p.m)
	for q, s := range p.laws.Of {
		if s == nil || q/k > q%k {
			continue
		}
		for _, c := range Cosines {
			particles.Legendre(c, legendre, slope)
			var of []float64
			for i := range Grid + 1 {
				clear(y)
				x := p.laws.Near[q] + (s.Cutoff-p.laws.Near[q])*float64(i)/Grid
				put := func(at, n int, s *particles.Spline, w float64) {
					first, b, _, _ := s.Basis(x)
					for e := 0; e < len(b) && first+e < n; e++ {
						y[at+first+e] = w * b[e]
					}
				}
				put(p.at[q], p.n, s, 1)
				for l := 1; l <= t.degree; l++ {
					if s := t.of[q*t.most+l-1]; s != nil {
						put(t.at[q*t.most+l-1], t.n, s, legendre[l])
					}
				}
				of = append(of, p.deviation(r, p.at[q], y))
			}
			d.Errors[q] = append(d.Errors[q], of)
		}
	}
}

// Law is what was learned, for running.
func (d *Direction) Law(kinds int) *particles.Direction {
	out := &particles.Direction{Axis: d.Axis, Degree: d.Degree, Kinds: kinds, Tables: make([]*particles.Table, len(d.Of))}
	for q, s := range d.Of {
		if s != nil {
			out.Tables[q] = particles.NewTable(particles.Straight{Spline: s}, s.First, s.Cutoff)
		}
	}
	return out
}
