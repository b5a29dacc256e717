package particles

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/model/particles"
)

// Left is what laws leave of the forces at some moments, for pairs within a cut-off.
type Left struct {
	Box    particles.Box
	Kind   []uint8
	Kinds  int
	Cutoff float64
	Flat   bool // in the plane of x and y
	// X are the positions of moments and F what is left of the forces there, N x 3.
	X, F [][]float64
}

// Seen is a direction on which what is left depends.
type Seen struct {
	Axis [3]float64 // of length 1
	// Share is the part of the squares of held-out moments that an energy of pairs V_2(r) P_2(cos) from the axis explains.
	Share float64
}

// seenRadial is how many functions of distance V_2 has, and seenKinds how many species may have their own.
const seenRadial, seenKinds = 8, 3

// seenShare is the least Share that is said. Chance explains parts of some thousandths.
const seenShare = 0.3

// quadrupoles are an orthonormal basis of symmetric matrices without trace.
var quadrupoles = [5][3][3]float64{
	{{math.Sqrt2 / 2, 0, 0}, {0, -math.Sqrt2 / 2, 0}, {0, 0, 0}},
	{{-1 / sqrt6, 0, 0}, {0, -1 / sqrt6, 0}, {0, 0, 2 / sqrt6}},
	{{0, math.Sqrt2 / 2, 0}, {math.Sqrt2 / 2, 0, 0}, {0, 0, 0}},
	{{0, 0, 0}, {0, 0, math.Sqrt2 / 2}, {0, math.Sqrt2 / 2, 0}},
	{{0, 0, math.Sqrt2 / 2}, {0, 0, 0}, {math.Sqrt2 / 2, 0, 0}},
}

const sqrt6 = 2.449489742783178

// equations are normal equations, of the moments that are fitted and of those held out.
type equations struct {
	a      *mat.SymDense
	b      *mat.VecDense
	square float64
}

func newEquations(n int) *equations {
	return &equations{a: mat.NewSymDense(n, nil), b: mat.NewVecDense(n, nil)}
}

// take adds rows of functions, and what they are to explain.
func (e *equations) take(rows *mat.Dense, right []float64) {
	var square mat.SymDense
	square.SymOuterK(1, rows.T())
	e.a.AddSym(e.a, &square)
	v := mat.NewVecDense(len(right), right)
	var b mat.VecDense
	b.MulVec(rows.T(), v)
	e.b.AddVec(e.b, &b)
	e.square += mat.Dot(v, v)
}

// shareExplained is the part of the squares of held that coefficients explain which fit decides.
func shareExplained(fit, held *equations) (share float64, c *mat.VecDense) {
	n := fit.b.Len()
	a := mat.NewSymDense(n, nil)
	a.CopySym(fit.a)
	ridge := 1e-9 * mat.Trace(a) / float64(n)
	for i := range n {
		a.SetSym(i, i, a.At(i, i)+ridge)
	}
	var chol mat.Cholesky
	c = mat.NewVecDense(n, nil)
	if ridge == 0 || !chol.Factorize(a) || chol.SolveVecTo(c, fit.b) != nil && !finite(c) || held.square == 0 {
		return 0, mat.NewVecDense(n, nil)
	}
	var ac mat.VecDense
	ac.MulVec(held.a, c)
	return (2*mat.Dot(c, held.b) - mat.Dot(c, &ac)) / held.square, c
}

func finite(c *mat.VecDense) bool {
	return !slices.ContainsFunc(c.RawVector().Data, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// along are the equations of V_2(r) P_2(cos) from one axis alone, of those of all quadrupoles.
func (e *equations) along(n [3]float64) *equations {
	var q [5]float64
	for i, m := range quadrupoles {
		for j := range 3 {
			for k := range 3 {
				q[i] += m[j][k] * n[j] * n[k]
			}
		}
	}
	s := mat.NewDense(e.b.Len(), e.b.Len()/5, nil)
	for i := range e.b.Len() {
		s.Set(i, i/5, q[i%5])
	}
	out := newEquations(e.b.Len() / 5)
	var as, a mat.Dense
	as.Mul(e.a, s)
	a.Mul(s.T(), &as)
	for i := range e.b.Len() / 5 {
		for j := i; j < e.b.Len()/5; j++ {
			out.a.SetSym(i, j, a.At(i, j))
		}
	}
	out.b.MulVec(s.T(), e.b)
	out.square = e.square
	return out
}

// FindDirection says whether a law of direction explains what laws leave, nil where it does not. A force outside, linear in where a
// particle is along the axes that are not periodic, must explain less: such a force on bodies around one place is that of pairs.
func FindDirection(l *Left) *Seen {
	first := math.Inf(1)
	for _, x := range l.X {
		l.Box.Pairs(x, l.Cutoff, func(_, _ int, _ [3]float64, r2 float64) {
			if r2 > 0 {
				first = min(first, math.Sqrt(r2))
			}
		})
	}
	s, err := particles.NewSpline(first, l.Cutoff, seenRadial)
	if err != nil || len(l.X) < 2 {
		return nil
	}
	kinds := l.Kinds
	if kinds > seenKinds {
		kinds = 1
	}
	fit, held := newEquations(kinds*kinds*seenRadial*5), newEquations(kinds*kinds*seenRadial*5)
	open := 0
	for k := range 3 {
		if !l.Box.Periodic[k] {
			open++
		}
	}
	outside, heldOutside := newEquations(3*(1+open)), newEquations(3*(1+open))
	for f, x := range l.X {
		directions, places := fit, outside
		if f%5 == 1 {
			directions, places = held, heldOutside
		}
		directions.take(l.quadrupoles(s, x, kinds), l.F[f])
		places.take(l.affine(x, open), l.F[f])
	}
	_, c := shareExplained(fit, fit)
	best, axis := -1.0, [3]float64{}
	share := func(n [3]float64) float64 {
		e := fit.along(n)
		s, _ := shareExplained(e, e)
		return s
	}
	try := func(n [3]float64, margin float64) {
		if l.Flat {
			n[2] = 0
		}
		if n, err := particles.UnitAxis(n); err == nil {
			if s := share(n); s > best*margin {
				best, axis = s, n
			}
		}
	}
	for at := 0; at < c.Len(); at += 5 {
		q := mat.NewSymDense(3, nil)
		for i, m := range quadrupoles {
			for j := range 3 {
				for k := j; k < 3; k++ {
					q.SetSym(j, k, q.At(j, k)+c.AtVec(at+i)*m[j][k])
				}
			}
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(q, true) {
			continue
		}
		var v mat.Dense
		eigen.VectorsTo(&v)
		for k := range 3 {
			try([3]float64{v.At(0, k), v.At(1, k), v.At(2, k)}, 1)
		}
	}
	for step := 0.1; step > 1e-5; step /= 2 {
		from := axis
		for k := range 3 {
			for _, sign := range []float64{-1, 1} {
				n := from
				n[k] += sign * step
				try(n, 1)
			}
		}
	}
	for k := range 3 { // one of the coordinates' is what is meant, where it explains as much
		var n [3]float64
		n[k] = 1
		try(n, 0.99)
	}
	if k := slices.IndexFunc(axis[:], func(v float64) bool { return math.Abs(v) > 1e-6 }); k >= 0 && axis[k] < 0 {
		for j := range axis {
			axis[j] = -axis[j]
		}
	}
	part, _ := shareExplained(fit.along(axis), held.along(axis))
	other, _ := shareExplained(outside, heldOutside)
	if !(part >= seenShare) || other > 0.8*part {
		return nil
	}
	return &Seen{Axis: axis, Share: part}
}

// quadrupoles are the forces of energies B(r) d^T Q d / r^2 of pairs, of each pair of species, function and Q.
func (l *Left) quadrupoles(s *particles.Spline, x []float64, kinds int) *mat.Dense {
	n := kinds * kinds * seenRadial * 5
	rows := mat.NewDense(len(x), n, nil)
	raw := rows.RawMatrix().Data
	l.Box.Pairs(x, l.Cutoff, func(i, j int, d [3]float64, r2 float64) {
		if r2 == 0 {
			return
		}
		r, at := math.Sqrt(r2), 0
		if kinds > 1 {
			at = int(min(l.Kind[i], l.Kind[j]))*kinds + int(max(l.Kind[i], l.Kind[j]))
		}
		first, b, db, _ := s.Basis(r)
		for q, m := range quadrupoles {
			var qd [3]float64
			t := 0.0
			for a := range 3 {
				qd[a] = m[a][0]*d[0] + m[a][1]*d[1] + m[a][2]*d[2]
				t += qd[a] * d[a] / r2
			}
			for e := 0; e < len(b) && first+e < seenRadial; e++ {
				column := (at*seenRadial+first+e)*5 + q
				for a := range 3 {
					f := -db[e]*t*d[a]/r - 2*b[e]*(qd[a]-t*d[a])/r2
					raw[(3*i+a)*n+column] += f
					raw[(3*j+a)*n+column] -= f
				}
			}
		}
	})
	return rows
}

// affine are forces that are constant or linear in where a particle is.
func (l *Left) affine(x []float64, open int) *mat.Dense {
	rows := mat.NewDense(len(x), 3*(1+open), nil)
	for i := range x {
		column := i % 3 * (1 + open)
		rows.Set(i, column, 1)
		for k := range 3 {
			if !l.Box.Periodic[k] {
				column++
				rows.Set(i, column, x[i/3*3+k])
			}
		}
	}
	return rows
}
