package lattice

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// triangle gathers the rows of a least-squares problem of many rows in its triangular factor, so that any choice of the
// unknowns is solved from as many rows as there are unknowns, without squaring the condition. The last column is what
// is to be explained.
type triangle struct {
	columns int
	full    int       // rows of buffer that are in use
	buffer  []float64 // row-major
	rows    int       // all that came
}

// batch is how many rows are reduced at once.
const batch = 2048

func newTriangle(columns int) *triangle {
	return &triangle{columns: columns, buffer: make([]float64, (batch+columns)*columns)}
}

// next is the room of one more row, cleared.
func (t *triangle) next() []float64 {
	if (t.full+1)*t.columns > len(t.buffer) {
		t.reduce()
	}
	row := t.buffer[t.full*t.columns : (t.full+1)*t.columns]
	clear(row)
	t.full++
	t.rows++
	return row
}

// reduce replaces the rows by their triangle.
func (t *triangle) reduce() {
	c := t.columns
	if t.full <= c {
		return
	}
	a := blas64.General{Rows: t.full, Cols: c, Stride: c, Data: t.buffer}
	tau, work := make([]float64, c), make([]float64, 1)
	lapack64.Geqrf(a, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(a, tau, work, len(work))
	for i := range c {
		clear(t.buffer[i*c : i*c+i])
	}
	t.full = c
}

// close gives back the room of rows that do not come.
func (t *triangle) close() {
	t.reduce()
	t.buffer = slices.Clone(t.buffer[:t.full*t.columns])
}

// matrix is the triangle, or the rows where they are fewer.
func (t *triangle) matrix() *mat.Dense {
	t.reduce()
	return mat.NewDense(max(t.full, 1), t.columns, t.buffer[:max(t.full, 1)*t.columns])
}

// add gathers the rows of another.
func (t *triangle) add(o *triangle) {
	m := o.matrix()
	for i := range o.full {
		copy(t.next(), m.RawRowView(i))
	}
	t.rows += o.rows - o.full
}

// picked gathers the same rows with the given columns alone, in their order, and what is to be explained.
func (t *triangle) picked(use []int) *triangle {
	m, out := t.matrix(), newTriangle(len(use)+1)
	for i := range t.full {
		row, to := m.RawRowView(i), out.next()
		for j, u := range use {
			to[j] = row[u]
		}
		to[len(use)] = row[t.columns-1]
	}
	return out
}

// solve finds the unknowns at the given columns. Directions in which the rows say less than digits can hold stay zero.
func (t *triangle) solve(use []int) ([]float64, bool) {
	x, _, ok := t.factored(use)
	return x, ok
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
	m := t.matrix()
	r, c := m.Dims()
	for i := range r {
		y := m.At(i, c-1)
		all = math.Hypot(all, y)
		for k, u := range use {
			y -= m.At(i, u) * x[k]
		}
		left = math.Hypot(left, y)
	}
	return left, all
}
