package lattice

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"hnn/internal/kernel"
	"hnn/internal/qr"
)

// triangle gathers the rows of a least-squares problem of many rows in its triangular factor, so that any choice of the
// unknowns is solved from as many rows as there are unknowns, without squaring the condition. The last column is what
// is to be explained.
type triangle struct {
	columns int
	rows    int        // all that came
	full    int        // rows that came since the factor
	staged  []float64  // those, one after the other
	r       *mat.Dense // the factor, columns x columns
}

// batch is how many rows are reduced at once: few enough to stay in the cache of a core.
const batch = 512

func newTriangle(columns int) *triangle {
	return &triangle{columns: columns, r: mat.NewDense(columns, columns, nil)}
}

// next is the room of one more row, cleared.
func (t *triangle) next() []float64 {
	if t.full == batch {
		t.reduce()
	}
	if t.staged == nil {
		t.staged = make([]float64, batch*t.columns)
	}
	row := t.staged[t.full*t.columns : (t.full+1)*t.columns]
	clear(row)
	t.full++
	t.rows++
	return row
}

// reduce takes the rows into the factor.
func (t *triangle) reduce() {
	if t.full > 0 {
		qr.Absorb(t.r, mat.NewDense(t.full, t.columns, t.staged[:t.full*t.columns]))
		t.full = 0
	}
}

// close gives back the room of rows that do not come.
func (t *triangle) close() {
	t.reduce()
	t.staged = nil
}

// matrix is the factor, columns x columns.
func (t *triangle) matrix() *mat.Dense {
	t.reduce()
	return t.r
}

// add gathers the rows of another.
func (t *triangle) add(o *triangle) {
	qr.Absorb(t.matrix(), o.matrix())
	t.rows += o.rows
}

// picked gathers the same rows with the given columns alone, in their order, and what is to be explained.
func (t *triangle) picked(use []int) *triangle {
	out := newTriangle(len(use) + 1)
	qr.Absorb(out.r, t.chosen(use, nil))
	out.rows = t.rows
	return out
}

// chosen are the factor's rows with the given columns alone, divided by their lengths where these are given, and what is to be explained.
func (t *triangle) chosen(use []int, unit []float64) *mat.Dense {
	m, out := t.matrix(), mat.NewDense(t.columns, len(use)+1, nil)
	for i := range t.columns {
		row, to := m.RawRowView(i), out.RawRowView(i)
		for j, u := range use {
			if to[j] = row[u]; unit != nil && unit[j] > 0 {
				to[j] /= unit[j]
			}
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
	k := len(use)
	if k == 0 {
		return nil, false
	}
	unit := t.lengths(use)
	for _, u := range unit {
		if !(u > 0) || math.IsInf(u, 0) {
			return nil, false
		}
	}
	r := mat.NewDense(k+1, k+1, nil)
	qr.Absorb(r, t.chosen(use, unit))
	square := blas64.Triangular{N: k, Stride: k + 1, Data: r.RawMatrix().Data, Uplo: blas.Upper, Diag: blas.NonUnit}
	if !(lapack64.Trcon(lapack.MaxColumnSum, square, make([]float64, 3*k), make([]int, k)) > sound) {
		return nil, false
	}
	x := qr.Solve(r)[:k]
	for j := range x {
		x[j] /= unit[j]
	}
	return x, true
}

// lengths are those of the given columns.
func (t *triangle) lengths(use []int) []float64 {
	squares := make([]float64, t.columns)
	m := t.matrix()
	for i := range t.columns {
		for j, v := range m.RawRowView(i) {
			squares[j] += float64(v * v)
		}
	}
	out := make([]float64, len(use))
	for k, u := range use {
		out[k] = math.Sqrt(squares[u])
	}
	return out
}

// factored is solve, with W (unknowns x directions) whose W W^T is (A^T A)^-1 of those rows A, in the directions in which they say anything.
func (t *triangle) factored(use []int) (x []float64, white func() *mat.Dense, ok bool) {
	unit := t.lengths(use)
	rows := t.chosen(use, unit)
	var svd mat.SVD
	if !svd.Factorize(rows.Slice(0, t.columns, 0, len(use)), mat.SVDThin) {
		return nil, nil, false
	}
	const digits = 1e-12
	rank := svd.Rank(digits)
	if rank == 0 {
		return nil, nil, false
	}
	var v mat.VecDense
	svd.SolveVecTo(&v, rows.ColView(len(use)), rank)
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
	m := t.matrix()
	rest, y := make([]float64, t.columns), make([]float64, t.columns)
	for i := range t.columns {
		row := m.RawRowView(i)
		y[i] = row[t.columns-1]
		rest[i] = y[i]
		for k, u := range use {
			rest[i] -= float64(row[u] * x[k])
		}
	}
	return math.Sqrt(kernel.SumSquares(rest)), math.Sqrt(kernel.SumSquares(y))
}
