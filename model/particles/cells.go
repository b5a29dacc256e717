package particles

import "math"

// grid is the cells that particles are sorted into.
type grid struct {
	n          [3]int
	wraps      [3]bool
	span       int // how many cells to each side a distance of reach may go
	low, width [3]float64
	start      []int32 // of each cell in order, one more than there are cells
	order      []int32 // particles by their cells, and by their index within one
	of         []int32 // the cell of each particle
}

// mostCells bounds a grid of particles that fly apart.
const mostCells = 1 << 21

// mostSpan bounds grid.span.
const mostSpan = 3

// sort puts particles, N x 3 and within the box, into cells at least reach/span wide.
func (g *grid) sort(box *Box, at []float64, reach float64, span int) {
	n := len(at) / 3
	g.wraps, g.span = box.Periodic, span
	reach /= float64(span)
	total := 1
	for k := range 3 {
		lo, hi := 0.0, box.Side[k]
		if !box.Periodic[k] {
			lo, hi = math.Inf(1), math.Inf(-1)
			for i := k; i < len(at); i += 3 {
				lo, hi = min(lo, at[i]), max(hi, at[i])
			}
		}
		g.low[k] = lo
		g.n[k] = int(max(1, min((hi-lo)/reach, 1000)))
		g.width[k] = (hi - lo) / float64(g.n[k])
		if !(g.width[k] > 0) {
			g.width[k] = 1
		}
		total *= g.n[k]
	}
	for total > mostCells || total > 8*n+27 { // sparse: fewer, larger cells
		k := 0
		for c := range 3 {
			if g.n[c] > g.n[k] {
				k = c
			}
		}
		total /= g.n[k]
		half := g.n[k] / 2
		g.width[k] *= float64(g.n[k]) / float64(half)
		g.n[k] = half
		total *= half
	}
	if len(g.of) != n {
		g.of, g.order = make([]int32, n), make([]int32, n)
	}
	if len(g.start) < total+1 {
		g.start = make([]int32, total+1)
	}
	g.start = g.start[:total+1]
	clear(g.start)
	for i := range n {
		c := 0
		for k := range 3 {
			c = c*g.n[k] + min(max(int((at[3*i+k]-g.low[k])/g.width[k]), 0), g.n[k]-1)
		}
		g.of[i] = int32(c)
		g.start[c+1]++
	}
	for c := range total {
		g.start[c+1] += g.start[c]
	}
	for i := n - 1; i >= 0; i-- { // from the back: start[c+1] counts down to where cell c begins
		c := g.of[i]
		g.start[c+1]--
		g.order[g.start[c+1]] = int32(i)
	}
	copy(g.start, g.start[1:])
	g.start[total] = int32(n)
}

// around is a coordinate of a cell along an axis and those within the span, each once.
func (g *grid) around(k, c int, out []int) []int {
	out = out[:0]
	for d := -g.span; d <= g.span; d++ {
		m := c + d
		if g.wraps[k] {
			m = ((m % g.n[k]) + g.n[k]) % g.n[k]
		} else if m < 0 || m >= g.n[k] {
			continue
		}
		seen := false
		for _, o := range out {
			seen = seen || o == m
		}
		if !seen {
			out = append(out, m)
		}
	}
	return out
}

// place is where a cell is along the axes.
func (g *grid) place(c int) (x, y, z int) {
	return c / (g.n[2] * g.n[1]), c / g.n[2] % g.n[1], c % g.n[2]
}

// Pairs calls f once with every pair of the positions x, N x 3, nearer than reach: i > j, x_i - x_j by nearest images and its
// square. The time is linear in the number of particles of one density. Half the box is the farthest for which the pairs are all.
func (b *Box) Pairs(x []float64, reach float64, f func(i, j int, d [3]float64, r2 float64)) {
	if !(reach > 0) {
		return
	}
	at := make([]float64, len(x))
	for i, v := range x {
		if at[i] = v; b.Periodic[i%3] {
			side := b.Side[i%3]
			at[i] -= math.Floor(v/side) * side
		}
	}
	var g grid
	g.sort(b, at, reach, mostSpan)
	var hx, hy, hz [2*mostSpan + 1]int
	square := reach * reach
	side, half := b.halves()
	for i := range len(at) / 3 {
		cx, cy, cz := g.place(int(g.of[i]))
		zs, ys := g.around(2, cz, hz[:]), g.around(1, cy, hy[:])
		for _, a := range g.around(0, cx, hx[:]) {
			for _, e := range ys {
				for _, h := range zs {
					c := (a*g.n[1]+e)*g.n[2] + h
					for _, j := range g.order[g.start[c]:g.start[c+1]] {
						if int(j) >= i {
							break // a cell's particles are in their order
						}
						var d [3]float64
						r2 := 0.0
						for k := range 3 {
							d[k] = nearest(at[3*i+k]-at[3*int(j)+k], side[k], half[k])
							r2 += d[k] * d[k]
						}
						if r2 < square {
							f(i, int(j), d, r2)
						}
					}
				}
			}
		}
	}
}
