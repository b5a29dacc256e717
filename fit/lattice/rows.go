package lattice

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
	"hnn/internal/qr"
)

// triangle gathers the rows of a least-squares problem of many rows in its triangular factor, so that any choice of the
// unknowns is solved from as many rows as there are unknowns, without squaring the condition. The last column is what
// is to be explained.
type triangle struct {
	columns int
	rows    int       // all that came
	full    int       // rows that came since the factor
	staged  []float64 // those, one after the other
	r       []float64 // the factor, column by column, each ld long with room for a batch below
	ld      int
	work    *qr.Work
	// Room for the columns of a choice and for their factor.
	chosen, square []float64
}

// batch is how many rows are reduced at once: few enough to stay in the cache of a core.
const batch = 512

// newWork is the room in which triangles of at most so many columns are made, one at a time. Problems are small: one goroutine factors.
func newWork(columns int) *qr.Work { return qr.NewWork(parallel.NewPool(1), columns+batch) }

func newTriangle(columns int, work *qr.Work) *triangle {
	return &triangle{columns: columns, ld: kernel.Stride[float64](columns + batch), work: work}
}

// next is the room of one more row, cleared.
func (t *triangle) next() []float64 {
	if t.full == batch {
		t.reduce()
	}
	if t.staged == nil {
		t.staged = make([]float64, batch*t.columns)
	}
	if t.r == nil {
		t.r = make([]float64, t.columns*t.ld)
	}
	row := t.staged[t.full*t.columns : (t.full+1)*t.columns]
	clear(row)
	t.full++
	t.rows++
	return row
}

// reduce takes the rows into the factor.
func (t *triangle) reduce() {
	if t.full == 0 {
		return
	}
	c := t.columns
	for j := range c {
		column := t.r[j*t.ld : j*t.ld+c+t.full]
		clear(column[j+1 : c]) // the reflectors of the last time
		for i := range t.full {
			column[c+i] = t.staged[i*c+j]
		}
	}
	t.work.Triangularise(t.r, c, t.ld, c+t.full, nil)
	t.full = 0
}

// close gives back the room of rows that do not come.
func (t *triangle) close() {
	t.reduce()
	t.staged, t.chosen, t.square = nil, nil, nil
}

// matrix is the factor, columns x columns.
func (t *triangle) matrix() *mat.Dense {
	t.reduce()
	m := mat.NewDense(t.columns, t.columns, nil)
	if t.r != nil {
		for i := range t.columns {
			row := m.RawRowView(i)
			for j := i; j < t.columns; j++ {
				row[j] = t.r[j*t.ld+i]
			}
		}
	}
	return m
}

// add gathers the rows of another.
func (t *triangle) add(o *triangle) {
	m := o.matrix()
	for i := range o.columns {
		copy(t.next(), m.RawRowView(i))
	}
	t.rows += o.rows - o.columns
}

// picked gathers the same rows with the given columns alone, in their order, and what is to be explained.
func (t *triangle) picked(use []int) *triangle {
	m, out := t.matrix(), newTriangle(len(use)+1, t.work)
	for i := range t.columns {
		row, to := m.RawRowView(i), out.next()
		for j, u := range use {
			to[j] = row[u]
		}
		to[len(use)] = row[t.columns-1]
	}
	return out
}

// sound is the reciprocal of the condition above which all directions are within digits.
const sound = 1e-10

// solve finds the unknowns at the given columns. Directions in which the rows say less than digits can hold stay zero.
func (t *triangle) solve(use []int) ([]float64, bool) {
	if x, ok := t.substituted(use); ok {
		return x, true
	}
	x, _, ok := t.factored(use)
	return x, ok
}

// substituted is solve by the triangular factor of the columns, which takes a tenth of the time of their singular values; it reports false where their
// condition asks for these.
func (t *triangle) substituted(use []int) ([]float64, bool) {
	t.reduce()
	c, k := t.columns, len(use)
	if t.r == nil || k >= c {
		return nil, false
	}
	if t.chosen == nil {
		t.chosen, t.square = make([]float64, c*t.ld), make([]float64, c*c)
	}
	unit := make([]float64, k)
	for j, u := range use {
		column := t.chosen[j*t.ld : j*t.ld+c]
		from := t.r[u*t.ld : u*t.ld+u+1]
		unit[j] = math.Sqrt(kernel.SumSquares(from))
		if !(unit[j] > 0) || math.IsInf(unit[j], 0) {
			return nil, false
		}
		clear(column[copy(column, from):])
		for i := range from {
			column[i] /= unit[j]
		}
	}
	copy(t.chosen[k*t.ld:k*t.ld+c], t.r[(c-1)*t.ld:])
	t.work.Triangularise(t.chosen, k+1, t.ld, c, nil)
	square := blas64.Triangular{N: k, Stride: k, Data: t.square[:k*k], Uplo: blas.Upper, Diag: blas.NonUnit}
	for i := range k {
		for j := i; j < k; j++ {
			square.Data[i*k+j] = t.chosen[j*t.ld+i]
		}
	}
	if !(lapack64.Trcon(lapack.MaxColumnSum, square, make([]float64, 3*k), make([]int, k)) > sound) {
		return nil, false
	}
	x := make([]float64, k)
	copy(x, t.chosen[k*t.ld:])
	blas64.Trsv(blas.NoTrans, square, blas64.Vector{N: k, Inc: 1, Data: x})
	for j := range x {
		x[j] /= unit[j]
	}
	return x, true
}

// factored is solve, with W (unknowns x directions) whose W W^T is (A^T A)^-1 of those rows A, in the directions in which they say anything.
func (t *triangle) factored(use []int) (x []float64, white func() *mat.Dense, ok bool) {
	m := t.matrix()
	r, c := m.Dims()
	part, y := mat.NewDense(r, len(use), nil), mat.NewVecDense(r, nil)
	unit := make([]float64, len(use))
	for k, u := range use {
		for i := range r {
			unit[k] = math.Hypot(unit[k], m.At(i, u))
		}
		for i := range r {
			if unit[k] > 0 {
				part.Set(i, k, m.At(i, u)/unit[k])
			}
		}
	}
	for i := range r {
		y.SetVec(i, m.At(i, c-1))
	}
	var svd mat.SVD
	if !svd.Factorize(part, mat.SVDThin) {
		return nil, nil, false
	}
	const digits = 1e-12
	rank := svd.Rank(digits)
	if rank == 0 {
		return nil, nil, false
	}
	var v mat.VecDense
	svd.SolveVecTo(&v, y, rank)
	out := make([]float64, len(use))
	for k := range out {
		if unit[k] > 0 {
			out[k] = v.AtVec(k) / unit[k]
		}
	}
	return out, func() *mat.Dense {
		var right mat.Dense
		svd.VTo(&right)
		w := mat.NewDense(len(use), rank, nil)
		for i, s := range svd.Values(nil)[:rank] {
			for k := range use {
				if unit[k] > 0 {
					w.Set(k, i, right.At(k, i)/(s*unit[k]))
				}
			}
		}
		return w
	}, true
}

// residual is the root of the sum of squares that unknowns leave, and that of what is to be explained.
func (t *triangle) residual(use []int, x []float64) (left, all float64) {
	t.reduce()
	if t.r == nil {
		return 0, 0
	}
	c := t.columns
	y := t.r[(c-1)*t.ld : (c-1)*t.ld+c]
	rest := slices.Clone(y)
	for k, u := range use {
		for i, a := range t.r[u*t.ld : u*t.ld+u+1] {
			rest[i] -= float64(a * x[k])
		}
	}
	return math.Sqrt(kernel.SumSquares(rest)), math.Sqrt(kernel.SumSquares(y))
}
