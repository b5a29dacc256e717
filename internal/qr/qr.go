// Package qr factors tall matrices by Householder's reflections in blocks (the compact WY form of R. Schreiber, C. Van Loan, SIAM J. Sci.
// Stat. Comput. 10, 1989: Q = I - V T V^T), which keeps the digits that the normal equations, whose condition is squared, lose.
package qr

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

// matrix is columns one after the other, ld apart.
type matrix struct {
	data     []float64
	cols, ld int
}

func (m *matrix) column(j int) []float64 { return m.data[j*m.ld : (j+1)*m.ld] }

// Work is the room of factorisations of at most so many rows, one at a time.
type Work struct {
	pool          *parallel.Pool
	rows          int
	now, next     *panel
	packV, packVT []float64 // slabs of V and of V^T as right factors
	sizeV, sizeVT int
	w             [][]float64 // of each worker
}

const (
	stripe = 48  // columns that a task reflects
	slab   = 256 // rows that its products take at once, to stay in cache
)

// NewWork has room for matrices of at most so many rows.
func NewWork(pool *parallel.Pool, rows int) *Work {
	slabs := (rows + slab - 1) / slab
	k := &Work{pool: pool, rows: rows, now: newPanel(rows), next: newPanel(rows),
		sizeV: kernel.PackedLen[float64](slab, panelWidth), sizeVT: kernel.PackedLen[float64](panelWidth, slab),
		w: make([][]float64, pool.Workers())}
	k.packV, k.packVT = make([]float64, slabs*k.sizeV), make([]float64, slabs*k.sizeVT)
	for i := range k.w {
		k.w[i] = make([]float64, stripe*panelWidth)
	}
	return k
}

// Triangularise replaces the upper triangle of M, of rows rows and at most as many columns that begin ld apart, by R, what is below it by the
// reflectors, and y by Q^T y, where it is given. A block of columns is reflected by two products of the project's kernels, each
// block by one goroutine, so the bits do not depend on how many there are. While the columns behind
// a panel are reflected, the one that reflects those of the next panel goes on to factor it.
func (o *Work) Triangularise(data []float64, cols, ld, rows int, y []float64) {
	m := &matrix{data, cols, ld}
	n := cols
	pool, now, next, packV, packVT, sizeV, sizeVT, w := o.pool, o.now, o.next, o.packV, o.packVT, o.sizeV, o.sizeVT, o.w
	factor := func(p *panel, k int) {
		if p.factor(m, k, rows); p.k+p.width < n || y != nil {
			p.join(m, rows)
		}
	}
	for factor(now, 0); ; now, next = next, now {
		k, width, left := now.k, now.width, rows-now.k
		first := k + width
		if first == n && y == nil {
			return
		}
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
		behind := min(n, first+panelWidth)
		stripes := (n - behind + stripe - 1) / stripe
		pool.Run(stripes+2, func(worker, task int) {
			switch {
			case task > stripes:
				if y != nil {
					apply(y[k:], rows, 1, w[worker])
				}
			case task > 0:
				j := behind + (task-1)*stripe
				apply(m.data[j*ld+k:], ld, min(stripe, n-j), w[worker])
			case first < n:
				apply(m.data[first*ld+k:], ld, behind-first, w[worker])
				factor(next, first)
			}
		})
		if first == n {
			return
		}
	}
}

// factor reflects the panel's own columns, from column k of m on.
func (p *panel) factor(m *matrix, k, rows int) {
	p.k, p.width = k, min(panelWidth, m.cols-k)
	end := k + p.width
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
}

// join forms V and T of a panel that was factored.
func (p *panel) join(m *matrix, rows int) {
	k, left := p.k, rows-p.k
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
func reflect(m *matrix, j, lo, hi, rows int, tau float64) {
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
