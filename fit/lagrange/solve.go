package lagrange

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// errUndetermined is where the normal equations have no solution.
var errUndetermined = errors.New("lagrange: the rows do not determine a Lagrangian")

// kinetic is the linear form that fixes the scale where no force is known: the mean over the rows of the
// sum of the squared spreads of the velocities times M_ii.
func (f *Form) kinetic(trials []Trial, speeds []float64) []float64 {
	k := f.Library.Size()
	mean := make([]float64, k)
	phi := make([]float64, k)
	count := 0
	for i := range trials {
		for r := 0; r < trials[i].rows(f.N); r += 5 {
			f.Library.At(trials[i].Q[r*f.N:(r+1)*f.N], phi, nil, nil)
			for c, v := range phi {
				mean[c] += v
			}
			count++
		}
	}
	c := make([]float64, f.Size())
	for b, pair := range f.massPairs() {
		if pair[0] == pair[1] {
			for j, v := range mean {
				c[b*k+j] = v / float64(max(count, 1)) * speeds[pair[0]] * speeds[pair[0]]
			}
		}
	}
	return c
}

// penalty is the ridge of each coefficient relative to its column's norm: more for what changes faster,
// nearly none for the constants of M.
func (f *Form) penalty() []float64 {
	k, at := f.Library.Size(), f.layout()
	w := make([]float64, at.size)
	for i := range w {
		w[i] = 1
	}
	order := func(c int) float64 { o := 1 + float64(f.Library.Features[c].order()); return o * o }
	for b := range f.massPairs() {
		for c := range k {
			w[b*k+c] = order(c)
			if c == f.Library.Constant {
				w[b*k+c] = 1e-3
			}
		}
	}
	for c := range k - 1 {
		w[at.potential+c] = order(f.feature(c))
	}
	for c := at.magnetic; c < at.viscous; c++ {
		w[c] = order(f.feature((c - at.magnetic) % (k - 1)))
	}
	return w
}

// gram is A^T A and A^T y of some windows.
type gram struct {
	n  int // coefficients
	s  []float64
	y  []float64
	yy float64
}

func (w *weak) gram(use func(window int) bool) *gram {
	var rows []int
	for r := range w.y {
		if use == nil || use(r/w.n) {
			rows = append(rows, r)
		}
	}
	a := mat.NewDense(max(len(rows), 1), w.size, nil)
	g := &gram{n: w.size, y: make([]float64, w.size)}
	for i, r := range rows {
		row := w.row(r)
		a.SetRow(i, row)
		g.yy += w.y[r] * w.y[r]
		if w.y[r] != 0 {
			for c, v := range row {
				g.y[c] += v * w.y[r]
			}
		}
	}
	var s mat.Dense
	s.Mul(a.T(), a)
	g.s = s.RawMatrix().Data
	return g
}

// solve minimises |A theta - y|^2 with the ridge times each column's norm, where forced says that y counts;
// else under kinetic.theta = 1.
func (g *gram) solve(kinetic, penalty []float64, ridge float64, forced bool) ([]float64, error) {
	n := g.n
	unit := g.units()
	mean := 0.0
	for _, v := range penalty {
		mean += v / float64(n)
	}
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			v := g.s[i*n+j] * unit[i] * unit[j]
			if i == j {
				v += ridge*penalty[i]/mean + 1e-15
			}
			s.SetSym(i, j, v)
		}
	}
	var chol mat.Cholesky
	for jitter := 1e-15; !chol.Factorize(s); jitter *= 10 {
		if jitter > 1e-8 {
			return nil, errUndetermined
		}
		for i := range n {
			s.SetSym(i, i, s.At(i, i)+jitter)
		}
	}
	right := mat.NewVecDense(n, nil)
	for i := range n {
		if forced {
			right.SetVec(i, g.y[i]*unit[i])
		} else {
			right.SetVec(i, kinetic[i]*unit[i])
		}
	}
	var x mat.VecDense
	if err := chol.SolveVecTo(&x, right); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil, errUndetermined
		}
	}
	theta := make([]float64, n)
	scale := 0.0
	for i := range n {
		theta[i] = x.AtVec(i) * unit[i]
		scale += theta[i] * kinetic[i]
	}
	if !forced {
		if !(scale > 0) {
			return nil, errUndetermined
		}
		for i := range theta {
			theta[i] /= scale
		}
	}
	for _, v := range theta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errUndetermined
		}
	}
	return theta, nil
}

// units are the inverse norms of the columns.
func (g *gram) units() []float64 {
	n, trace := g.n, 0.0
	for i := range n {
		trace += g.s[i*n+i] / float64(n)
	}
	u := make([]float64, n)
	for i := range n {
		u[i] = 1 / math.Sqrt(math.Max(g.s[i*n+i], 1e-14*trace+1e-300))
	}
	return u
}

// whiten multiplies the rows of every window by the inverse of S M(q) S, S the spreads of the velocities, so that
// they are errors of accelerations: eigenvalues below a twentieth of the median largest are raised to that.
func (w *weak) whiten(l *Lagrangian, speeds []float64) {
	n := w.n
	motion := l.NewMotion()
	eigens := make([]mat.EigenSym, w.windows())
	largest := make([]float64, 0, w.windows())
	m := make([]float64, n*n)
	for i := range eigens {
		motion.Mass(w.centre[i*n:(i+1)*n], m)
		s := mat.NewSymDense(n, nil)
		for a := range n {
			for b := a; b < n; b++ {
				s.SetSym(a, b, m[a*n+b]*speeds[a]*speeds[b])
			}
		}
		if !eigens[i].Factorize(s, true) {
			return
		}
		largest = append(largest, eigens[i].Values(nil)[n-1])
	}
	floor := 0.05 * median(largest)
	if !(floor > 0) {
		return
	}
	block := make([]float64, n*w.size)
	right := make([]float64, n)
	for i := range eigens {
		values := eigens[i].Values(nil)
		var vectors mat.Dense
		eigens[i].VectorsTo(&vectors)
		clear(block)
		clear(right)
		for a := range n {
			for b := range n {
				v := 0.0
				for k, l := range values {
					v += vectors.At(a, k) * vectors.At(b, k) / math.Max(l, floor)
				}
				row := w.row(i*n + b)
				for c, x := range row {
					block[a*w.size+c] += v * x
				}
				right[a] += v * w.y[i*n+b]
			}
		}
		copy(w.a[i*n*w.size:], block)
		copy(w.y[i*n:], right)
	}
}
