package particles

import (
	"errors"
	"math"
)

// build makes the lists at X.
func (s *System) build() error {
	for i := range s.X {
		k := i % 3
		s.shift[i] = 0
		if s.Box.Periodic[k] {
			s.shift[i] = math.Floor(s.X[i]/s.Box.Side[k]) * s.Box.Side[k]
		}
		s.at[i] = s.X[i] - s.shift[i]
		if math.Abs(s.X[i]) > 1e12 || math.IsNaN(s.at[i]) { // places would no longer be told apart
			return errors.New("the motion runs away: a particle is too far out; take a shorter step")
		}
		s.built[i] = s.at[i]
	}
	s.Builds++
	if len(s.Tables) == 0 { // nothing to list: positions are brought into the box alone
		return nil
	}
	s.cells.sort(&s.Box, s.at, s.Cutoff+s.skin, 1)
	s.pool.Run(s.blocks, s.listTask)
	if s.triples != nil {
		s.listTriples()
	}
	return nil
}

// blockList lists the neighbours of a block's particles.
func (s *System) blockList(_, b int) {
	lo, hi := s.block(b)
	g, at := &s.cells, s.at
	reach := (s.Cutoff + s.skin) * (s.Cutoff + s.skin)
	list := s.lists[b][:0]
	var hx, hy, hz [2*mostSpan + 1]int
	side, half := s.Box.halves()
	for i := lo; i < hi; i++ {
		mark := len(list)
		list = append(list, 0)
		cx, cy, cz := g.place(int(g.of[i]))
		zs, ys := g.around(2, cz, hz[:]), g.around(1, cy, hy[:])
		x, y, z := at[3*i], at[3*i+1], at[3*i+2]
		for _, a := range g.around(0, cx, hx[:]) {
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
