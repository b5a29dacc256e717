// Package qr gathers the rows of least-squares problems in the triangle of their QR factors, which keeps the digits that normal equations lose.
package qr

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/kernel"
)

// absorbed is how many rows Absorb takes at once: so many of some hundred columns stay in a processor's second cache.
const absorbed = 128

// Absorb makes r, an upper triangle with as many columns as rows has, that of the QR factors of r over rows. The reflection of a column
// (A. S. Householder, J. ACM 5, 339, 1958) acts on one row of r and on rows alone. gonum's QR is not used: what it makes of zeros at
// the end of columns, which rows of splines have, is wrong (Dlarft of v0.17, whose prevlastv forgets the first column of a block).
func Absorb(r, rows *mat.Dense) {
	m, n := rows.Dims()
	t, stride := r.RawMatrix().Data, r.RawMatrix().Stride
	in := rows.RawMatrix()
	buffer, w := make([]float64, min(m, absorbed)*n), make([]float64, n)
	for from := 0; from < m; from += absorbed {
		h := min(absorbed, m-from)
		for i := range h {
			for j, v := range in.Data[(from+i)*in.Stride : (from+i)*in.Stride+n] {
				buffer[j*h+i] = v
			}
		}
		for j := range n {
			x := buffer[j*h : (j+1)*h]
			square := kernel.SumSquares(x)
			if square == 0 {
				continue
			}
			row := t[j*stride : j*stride+n]
			alpha := row[j]
			beta := -math.Copysign(math.Sqrt(float64(alpha*alpha)+square), alpha)
			tau, scale := (beta-alpha)/beta, 1/(alpha-beta)
			for i := range x {
				x[i] *= scale
			}
			row[j] = beta
			behind := n - j - 1
			if behind == 0 {
				continue
			}
			others := buffer[(j+1)*h:]
			kernel.Gemv(w, others, h, x, behind, h, false)
			for l := range behind {
				sum := (row[j+1+l] + w[l]) * tau
				row[j+1+l] -= sum
				w[l] = -sum
			}
			for l := range behind {
				if w[l] != 0 {
					kernel.GemvT(others[l*h:(l+1)*h], x, h, w[l:], 1, h, true)
				}
			}
		}
	}
}

// Stacked is the triangle of another and more rows.
func Stacked(r, rows *mat.Dense) *mat.Dense {
	out := mat.DenseCopyOf(r)
	Absorb(out, rows)
	return out
}

// Solve gives the coefficients c that minimise the squares of a triangle times (c, -1), whose last column is the right side; -1 follows them.
// Of those that the triangle says nothing of 0 is taken.
func Solve(r *mat.Dense) []float64 {
	_, n := r.Dims()
	c := make([]float64, n)
	c[n-1] = -1
	for i := n - 2; i >= 0; i-- {
		row, sum := r.RawRowView(i), 0.0
		for j := i + 1; j < n; j++ {
			sum += row[j] * c[j]
		}
		if row[i] != 0 {
			c[i] = -sum / row[i]
		}
	}
	return c
}
