package closedform

import (
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// panelWidth is the number of columns that one block reflector takes together.
const panelWidth = 32

// bundle is the number of a panel's columns that are reflected by all before them, one after the
// other, before the next are: few enough to stay in cache meanwhile.
const bundle = 8

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

// A panel is panelWidth columns, or what is left of them, from k on, and their reflectors together.
type panel struct {
	k, width int
	tau      []float64
	vt       []float64 // V^T, explicit: zeros above the diagonal, ones on it
	tri      []float64 // T, zero below the diagonal
}

func newPanel(rows int) *panel {
	return &panel{tau: make([]float64, panelWidth), vt: make([]float64, panelWidth*rows), tri: make([]float64, panelWidth*panelWidth)}
}

// triangularise replaces the upper triangle of M by R and y by Q^T y. While the columns behind
// a panel are reflected, the one that reflects those of the next panel goes on to factor it.
func triangularise(pool *parallel.Pool, m *columns, y []float64, rows int) {
	n := m.cols
	ld := m.ld
	const (
		stripe = 48  // columns that a task reflects
		slab   = 256 // rows that its products take at once, to stay in cache
	)
	slabs := (rows + slab - 1) / slab
	var (
		now, next = newPanel(rows), newPanel(rows)
		// Slabs of V and of V^T as right factors.
		packV  = make([]float64, slabs*kernel.PackedLen[float64](slab, panelWidth))
		packVT = make([]float64, slabs*kernel.PackedLen[float64](panelWidth, slab))
		w      = make([][]float64, pool.Workers())
	)
	sizeV, sizeVT := len(packV)/slabs, len(packVT)/slabs
	for i := range w {
		w[i] = make([]float64, stripe*panelWidth)
	}
	for now.factor(m, 0, rows); ; now, next = next, now {
		k, width, left := now.k, now.width, rows-now.k
		pool.Run((left+slab-1)/slab, func(_, i int) {
			at := i * slab
			kernel.PackT(packV[i*sizeV:], now.vt[at:], left, min(slab, left-at), width)
			kernel.Pack(packVT[i*sizeVT:], now.vt[at:], left, width, min(slab, left-at))
		})
		// Q^T = I - V T^T V^T acts on columns of M, which are rows c here: on those it is
		// c - ((c V) T) V^T.
		apply := func(c []float64, ld, count int, w []float64) {
			for i, at := 0, 0; at < left; i, at = i+1, at+slab {
				kernel.MulPacked(w, panelWidth, c[at:], ld, packV[i*sizeV:], count, width, min(slab, left-at), at > 0)
			}
			for r := range count {
				var sum [panelWidth]float64
				row := w[r*panelWidth : r*panelWidth+width]
				kernel.AddRounded(sum[:], now.tri, panelWidth, row, width, width)
				for j := range row {
					row[j] = -sum[j]
				}
			}
			for i, at := 0, 0; at < left; i, at = i+1, at+slab {
				kernel.MulPacked(c[at:], ld, w, panelWidth, packVT[i*sizeVT:], count, min(slab, left-at), width, true)
			}
		}
		// The first task is the next panel, the last y.
		first := k + width
		behind := min(n, first+panelWidth)
		stripes := (n - behind + stripe - 1) / stripe
		pool.Run(stripes+2, func(worker, task int) {
			switch {
			case task > stripes:
				apply(y[k:], rows, 1, w[worker])
			case task > 0:
				j := behind + (task-1)*stripe
				apply(m.data[j*ld+k:], ld, min(stripe, n-j), w[worker])
			case first < n:
				apply(m.data[first*ld+k:], ld, behind-first, w[worker])
				next.factor(m, first, rows)
			}
		})
		if first == n {
			return
		}
	}
}

// factor reflects the panel's own columns, from column k of m on, and forms V and T.
func (p *panel) factor(m *columns, k, rows int) {
	p.k, p.width = k, min(panelWidth, m.cols-k)
	left, end := rows-k, k+p.width
	for at := k; at < end; at += bundle {
		behind := min(end, at+bundle)
		for j := k; j < at; j++ {
			reflect(m, j, at, behind, rows, p.tau[j-k])
		}
		for j := at; j < behind; j++ {
			p.tau[j-k] = reflector(m.column(j)[j:rows])
			reflect(m, j, j+1, behind, rows, p.tau[j-k])
		}
	}
	for j := range p.width {
		v := p.vt[j*left : (j+1)*left]
		clear(v[:j])
		v[j] = 1
		copy(v[j+1:], m.column(k + j)[k+j+1:rows])
	}
	triangle(p.tri, p.vt, p.tau[:p.width], left)
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

// reflect applies the reflector that column j of m holds from its diagonal on, whose first
// element is taken as 1, to columns lo to hi behind it.
func reflect(m *columns, j, lo, hi, rows int, tau float64) {
	count, n := hi-lo, rows-j-1
	if count == 0 {
		return
	}
	var factor [bundle]float64
	v, c := m.data[j*m.ld+j+1:], m.data[lo*m.ld+j:]
	if n > 0 {
		kernel.Gemv(factor[:], c[1:], m.ld, v, count, n, false)
	}
	for l := range count {
		sum := (c[l*m.ld] + factor[l]) * tau
		c[l*m.ld] -= sum
		factor[l] = -sum
	}
	for l := range count {
		if n > 0 {
			kernel.GemvT(c[l*m.ld+1:], v, n, factor[l:], 1, n, true)
		}
	}
}

// triangle stores T of the block reflector (LAPACK's dlarft, forward, column-wise).
func triangle(t, vt, tau []float64, left int) {
	width := len(tau)
	var dots [panelWidth][bundle]float64 // of V's columns with those of a bundle
	for at := 0; at < width; at += bundle {
		behind := min(width, at+bundle)
		for i := range behind - 1 {
			kernel.Gemv(dots[i][:], vt[at*left:], left, vt[i*left:], behind-at, left, false)
		}
		for j := at; j < behind; j++ {
			t[j*panelWidth+j] = tau[j]
			for i := range j {
				sum := 0.0
				for l := i; l < j; l++ {
					sum += float64(t[i*panelWidth+l] * dots[l][j-at])
				}
				t[i*panelWidth+j] = -tau[j] * sum
			}
		}
	}
}
