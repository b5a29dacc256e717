package closedform

import (
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// cholesky is a factorisation A = U^T U of a positive definite matrix.
type cholesky struct {
	u *symmetric
}

// factorise computes the Cholesky factor of a + shift I tile by tile, from left to
// right (G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed., section 4.2.6, by
// blocks):
//
//	U_kk^T U_kk = A_kk,  U_kj = U_kk^-T A_kj,  A_ij -= U_ki^T U_kj
//
// with the two products by the project's kernels. It reports whether the matrix is
// positive definite to rounding; a is left as it is.
func factorise(pool *parallel.Pool, a *symmetric, shift float64) (*cholesky, bool) {
	u := &symmetric{a.n, append([]float64(nil), a.data...)}
	t := tiles(a.n)
	for i := range t * tileSize {
		if i < a.n {
			*u.at(i, i) += shift
		} else {
			*u.at(i, i) = 1 // the padding, so that every tile is regular
		}
	}
	const size = tileSize * tileSize
	inverse := make([]float64, size)  // U_kk^-T
	packed := make([]float64, t*size) // U_kj as a right factor
	// -U_ki^T, a left factor, whose columns do not fall into few cache sets.
	ld := kernel.Stride[float64](tileSize)
	negated := make([]float64, t*tileSize*ld)
	for k := range t {
		if !factoriseTile(u.tile(k, k)) {
			return nil, false
		}
		invertTile(inverse, u.tile(k, k))
		pool.Run(t-k-1, func(_, task int) {
			j := k + 1 + task
			p, neg, v := packed[j*size:(j+1)*size], negated[j*tileSize*ld:], u.tile(k, j)
			kernel.Pack(p, v, tileSize, tileSize, tileSize)
			kernel.MulPacked(v, tileSize, inverse, tileSize, p, tileSize, tileSize, tileSize, false)
			kernel.Pack(p, v, tileSize, tileSize, tileSize)
			for r := range tileSize {
				for c, x := range v[r*tileSize : (r+1)*tileSize] {
					neg[c*ld+r] = -x
				}
			}
		})
		rest := t - k - 1
		pool.Run(rest*(rest+1)/2, func(_, task int) {
			i, j := upperTile(task)
			i, j = i+k+1, j+k+1
			u.addTile(i, j, negated[i*tileSize*ld:], ld, packed[j*size:], tileSize)
		})
	}
	return &cholesky{u}, true
}

// factoriseTile is the unblocked algorithm on one tile, row by row; the lower triangle
// is neither read nor written. Row i loses what the rows above it have in common with it,
// in their order.
func factoriseTile(a []float64) bool {
	const n = tileSize
	var negated [n]float64 // column i above the diagonal
	for i := range n {
		for k := range i {
			negated[k] = -a[k*n+i]
		}
		row := a[i*n+i : (i+1)*n]
		kernel.AddRounded(row, a[i:], n, negated[:], i, n-i)
		pivot := row[0]
		if !(pivot > 0) || math.IsInf(pivot, 0) {
			return false
		}
		scale := 1 / math.Sqrt(pivot)
		for j := range row {
			row[j] *= scale
		}
	}
	return true
}

// subtract is y -= factor x.
func subtract(y, x []float64, factor float64) {
	x = x[:len(y)]
	for i, v := range x {
		y[i] -= float64(factor * v)
	}
}

// invertTile stores in dst the transpose of the inverse of the upper triangle of u, a
// lower triangle: column by column of the inverse, which are the rows of dst.
func invertTile(dst, u []float64) {
	const n = tileSize
	clear(dst)
	// U^T X = I, X = U^-T lower: row i of X is (e_i - sum over k < i of u_ki X_k) / u_ii.
	var negated [n]float64 // column i of U above the diagonal
	for i := range n {
		for k := range i {
			negated[k] = -u[k*n+i]
		}
		row := dst[i*n : (i+1)*n]
		row[i] = 1
		// Of X_k the elements beyond k are zero.
		kernel.AddRounded(row, dst, n, negated[:], i, i)
		scale := 1 / u[i*n+i]
		for j := range row[:i+1] {
			row[j] *= scale
		}
	}
}

// solve replaces b by A^-1 b.
func (c *cholesky) solve(b []float64) {
	n := c.u.n
	t := tiles(n)
	x := make([]float64, t*tileSize)
	copy(x, b)
	block := func(i int) []float64 { return x[i*tileSize : (i+1)*tileSize] }
	sum := make([]float64, tileSize)
	for j := range t {
		clear(sum)
		for i := range j {
			kernel.GemvT(sum, c.u.tile(i, j), tileSize, block(i), tileSize, tileSize, true)
		}
		y, u := block(j), c.u.tile(j, j)
		for r := range y {
			v := y[r] - sum[r]
			for i := range r {
				v -= float64(u[i*tileSize+r] * y[i])
			}
			y[r] = v / u[r*tileSize+r]
		}
	}
	for i := t - 1; i >= 0; i-- {
		clear(sum)
		for j := i + 1; j < t; j++ {
			kernel.Gemv(sum, c.u.tile(i, j), tileSize, block(j), tileSize, tileSize, true)
		}
		y, u := block(i), c.u.tile(i, i)
		for r := tileSize - 1; r >= 0; r-- {
			v := y[r] - sum[r]
			for j := r + 1; j < tileSize; j++ {
				v -= float64(u[r*tileSize+j] * y[j])
			}
			y[r] = v / u[r*tileSize+r]
		}
	}
	copy(b, x)
}

// condition is the squared ratio of the factor's largest and smallest diagonal
// elements, a lower bound of the condition number of A that costs nothing.
func (c *cholesky) condition() float64 {
	least, most := math.Inf(1), 0.0
	for i := range c.u.n {
		v := *c.u.at(i, i)
		least, most = min(least, v), max(most, v)
	}
	return (most / least) * (most / least)
}
