package closedform

import (
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// panelWidth is the number of columns that one block reflector takes together.
const panelWidth = 32

// leastSquares minimises |M c - y|^2 over c by Householder's QR factorisation in
// blocks (the compact WY form of R. Schreiber, C. Van Loan, SIAM J. Sci. Stat. Comput. 10,
// 1989: Q = I - V T V^T), which keeps the digits that the normal equations, whose
// condition is squared, lose. M has rows >= m.cols rows and is overwritten, as is y.
//
// A block of columns is reflected by two products of the project's kernels, each
// block by one goroutine, so the bits do not depend on how many there are. The
// condition is the ratio of the largest and smallest diagonal elements of R. It reports
// false where R is singular.
func leastSquares(pool *parallel.Pool, m *columns, y []float64, rows int) (c []float64, condition float64, ok bool) {
	triangularise(pool, m, y, rows)
	n := m.cols
	least, most := math.Inf(1), 0.0
	for j := range n {
		r := math.Abs(m.column(j)[j])
		least, most = min(least, r), max(most, r)
	}
	if !(least > 0) || math.IsInf(most, 0) {
		return nil, math.Inf(1), false
	}
	c = append([]float64(nil), y[:n]...)
	for j := n - 1; j >= 0; j-- {
		r := m.column(j)
		c[j] /= r[j]
		subtract(c[:j], r, c[j])
	}
	return c, most / least, true
}

// triangularise replaces the upper triangle of M by R and y by Q^T y.
func triangularise(pool *parallel.Pool, m *columns, y []float64, rows int) {
	n := m.cols
	ld := m.ld
	const (
		stripe = 48  // columns that a task reflects
		slab   = 256 // rows that its products take at once, to stay in cache
	)
	slabs := (rows + slab - 1) / slab
	var (
		tau = make([]float64, n)
		// V^T of the panel, explicit: zeros above the diagonal, ones on it.
		vt = make([]float64, panelWidth*rows)
		// Slabs of V and of V^T as right factors.
		packV  = make([]float64, slabs*kernel.PackedLen[float64](slab, panelWidth))
		packVT = make([]float64, slabs*kernel.PackedLen[float64](panelWidth, slab))
		tri    = make([]float64, panelWidth*panelWidth) // T
		w      = make([][]float64, pool.Workers())
	)
	sizeV, sizeVT := len(packV)/slabs, len(packVT)/slabs
	for i := range w {
		w[i] = make([]float64, stripe*panelWidth)
	}
	for k := 0; k < n; k += panelWidth {
		width := min(panelWidth, n-k)
		left := rows - k
		for j := k; j < k+width; j++ {
			tau[j] = reflector(m.column(j)[j:rows])
			for l := j + 1; l < k+width; l++ {
				reflect(m.column(j)[j:rows], tau[j], m.column(l)[j:rows])
			}
		}
		for j := range width {
			v := vt[j*left : (j+1)*left]
			clear(v[:j])
			v[j] = 1
			copy(v[j+1:], m.column(k + j)[k+j+1:rows])
		}
		triangle(tri, vt, tau[k:k+width], left)
		pool.Run((left+slab-1)/slab, func(_, i int) {
			at := i * slab
			kernel.PackT(packV[i*sizeV:], vt[at:], left, min(slab, left-at), width)
			kernel.Pack(packVT[i*sizeVT:], vt[at:], left, width, min(slab, left-at))
		})
		// Q^T = I - V T^T V^T acts on columns of M, which are rows c here: on those it is
		// c - ((c V) T) V^T.
		apply := func(c []float64, ld, count int, w []float64) {
			for i, at := 0, 0; at < left; i, at = i+1, at+slab {
				kernel.MulPacked(w, panelWidth, c[at:], ld, packV[i*sizeV:], count, width, min(slab, left-at), at > 0)
			}
			for r := range count {
				row := w[r*panelWidth : r*panelWidth+width]
				for j := width - 1; j >= 0; j-- {
					sum := 0.0
					for i := range j + 1 {
						sum += float64(row[i] * tri[i*panelWidth+j])
					}
					row[j] = -sum
				}
			}
			for i, at := 0, 0; at < left; i, at = i+1, at+slab {
				kernel.MulPacked(c[at:], ld, w, panelWidth, packVT[i*sizeVT:], count, min(slab, left-at), width, true)
			}
		}
		rest := n - k - width
		pool.Run((rest+stripe-1)/stripe, func(worker, task int) {
			j := k + width + task*stripe
			apply(m.data[j*ld+k:], ld, min(stripe, n-j), w[worker])
		})
		apply(y[k:], rows, 1, w[0])
	}
}

// reflector replaces x by (beta, v_1, v_2, ...) such that H = I - tau v v^T, v_0 = 1, maps
// x to (beta, 0, ...), and returns tau (LAPACK's dlarfg).
func reflector(x []float64) (tau float64) {
	square := kernel.SumSquares(x[1:])
	if square == 0 {
		return 0
	}
	alpha := x[0]
	beta := -math.Copysign(math.Sqrt(float64(alpha*alpha)+square), alpha)
	scale := 1 / (alpha - beta)
	for i := range x[1:] {
		x[1+i] *= scale
	}
	x[0] = beta
	return (beta - alpha) / beta
}

// reflect applies the reflector that v holds (v_0 is taken as 1) to c.
func reflect(v []float64, tau float64, c []float64) {
	n := len(v) - 1
	sum := c[0]
	if n > 0 {
		var dot [1]float64
		kernel.Gemv(dot[:], v[1:], n, c[1:], 1, n, false)
		sum += dot[0]
	}
	sum *= tau
	c[0] -= sum
	if n > 0 {
		factor := [1]float64{-sum}
		kernel.GemvT(c[1:], v[1:], n, factor[:], 1, n, true)
	}
}

// triangle stores T of the block reflector (LAPACK's dlarft, forward, column-wise).
func triangle(t, vt, tau []float64, left int) {
	width := len(tau)
	dots := make([]float64, width)
	for j := range width {
		t[j*panelWidth+j] = tau[j]
		if j == 0 {
			continue
		}
		kernel.Gemv(dots, vt, left, vt[j*left:], j, left, false)
		for i := range j {
			sum := 0.0
			for l := i; l < j; l++ {
				sum += float64(t[i*panelWidth+l] * dots[l])
			}
			t[i*panelWidth+j] = -tau[j] * sum
		}
	}
}
