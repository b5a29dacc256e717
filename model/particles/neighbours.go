package particles

import (
	"errors"
	"math"
)

// grid is the cells that particles are sorted into, each at least the cut-off and the skin wide.
type grid struct {
	n          [3]int
	low, width [3]float64
	start      []int32 // of each cell in order, one more than there are cells
	order      []int32 // particles by their cells, and by their index within one
	of         []int32 // the cell of each particle
}

// mostCells bounds a grid of particles that fly apart.
const mostCells = 1 << 21

// build makes the lists at X.
func (s *System) build() error {
	for i := range s.X {
		k := i % 3
		s.shift[i] = 0
		if s.Box.Periodic[k] {
			s.shift[i] = math.Floor(s.X[i]/s.Box.Side[k]) * s.Box.Side[k]
		}
		s.at[i] = s.X[i] - s.shift[i]
		if math.Abs(s.at[i]) > 1e15 || math.IsNaN(s.at[i]) {
			return errors.New("the motion runs away: a particle is too far out; take a shorter step")
		}
		s.built[i] = s.at[i]
	}
	s.cells.sort(s)
	s.pool.Run(s.blocks, s.listTask)
	s.Builds++
	return nil
}

// sort puts the particles into cells.
func (g *grid) sort(s *System) {
	reach := s.Cutoff + s.skin
	total := 1
	for k := range 3 {
		lo, hi := 0.0, s.Box.Side[k]
		if !s.Box.Periodic[k] {
			lo, hi = math.Inf(1), math.Inf(-1)
			for i := k; i < len(s.at); i += 3 {
				lo, hi = min(lo, s.at[i]), max(hi, s.at[i])
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
	for total > mostCells || total > 8*s.N+27 { // sparse: fewer, larger cells
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
	if len(g.of) != s.N {
		g.of, g.order = make([]int32, s.N), make([]int32, s.N)
	}
	if len(g.start) < total+1 {
		g.start = make([]int32, total+1)
	}
	g.start = g.start[:total+1]
	clear(g.start)
	for i := range s.N {
		c := 0
		for k := range 3 {
			c = c*g.n[k] + min(max(int((s.at[3*i+k]-g.low[k])/g.width[k]), 0), g.n[k]-1)
		}
		g.of[i] = int32(c)
		g.start[c+1]++
	}
	for c := range total {
		g.start[c+1] += g.start[c]
	}
	for i := s.N - 1; i >= 0; i-- { // from the back: start[c+1] counts down to where cell c begins
		c := g.of[i]
		g.start[c+1]--
		g.order[g.start[c+1]] = int32(i)
	}
	copy(g.start, g.start[1:])
	g.start[total] = int32(s.N)
}

// around is the cells next to a coordinate of a cell along an axis, each once.
func (g *grid) around(k, c int, periodic bool, out []int) []int {
	out = out[:0]
	for d := -1; d <= 1; d++ {
		m := c + d
		if periodic {
			m = (m + g.n[k]) % g.n[k]
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

// blockList lists the neighbours of a block's particles.
func (s *System) blockList(_, b int) {
	lo, hi := s.block(b)
	g, at := &s.cells, s.at
	reach := (s.Cutoff + s.skin) * (s.Cutoff + s.skin)
	list := s.lists[b][:0]
	var hx, hy, hz [3]int
	var side, half [3]float64
	for k := range 3 {
		half[k] = math.Inf(1)
		if s.Box.Periodic[k] {
			side[k], half[k] = s.Box.Side[k], s.Box.Side[k]/2
		}
	}
	for i := lo; i < hi; i++ {
		mark := len(list)
		list = append(list, 0)
		c := int(g.of[i])
		cz := c % g.n[2]
		cy := c / g.n[2] % g.n[1]
		cx := c / (g.n[2] * g.n[1])
		zs := g.around(2, cz, s.Box.Periodic[2], hz[:])
		ys := g.around(1, cy, s.Box.Periodic[1], hy[:])
		x, y, z := at[3*i], at[3*i+1], at[3*i+2]
		for _, a := range g.around(0, cx, s.Box.Periodic[0], hx[:]) {
			for _, e := range ys {
				for _, f := range zs {
					c := (a*g.n[1]+e)*g.n[2] + f
					for _, j := range g.order[g.start[c]:g.start[c+1]] {
						p := at[3*j : 3*j+3 : 3*j+3]
						dx, dy, dz := math.Abs(x-p[0]), math.Abs(y-p[1]), math.Abs(z-p[2])
						if dx > half[0] {
							dx -= side[0]
						}
						if dy > half[1] {
							dy -= side[1]
						}
						if dz > half[2] {
							dz -= side[2]
						}
						if dx*dx+dy*dy+dz*dz < reach && int(j) != i {
							list = append(list, j)
						}
					}
				}
			}
		}
		list[mark] = int32(len(list) - mark - 1)
	}
	s.lists[b] = list
}
