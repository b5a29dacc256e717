package particles

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hnn/internal/parallel"
)

// blockParticles is how many particles are worked on as one: what is summed together depends on it and not on the cores.
const blockParticles = 64

// System is N particles in motion. Its lists are of all pairs within the cut-off and a skin, and are made anew when a
// particle has moved half the skin (L. Verlet, Phys. Rev. 159, 98, 1967). Every particle sums its own forces in the order of its list.
// Vectors are N x 3. One goroutine uses a System.
type System struct {
	N      int
	Box    Box
	Mass   []float64 // N
	Kind   []uint8   // index of the species of each
	Tables []*Table  // kinds x kinds, symmetric; none where all forces are those of Reach
	Cutoff float64   // beyond which Tables act no more

	X, V   []float64 // positions, unwrapped, and velocities
	F      []float64 // forces at X, once Forces was called
	Energy float64   // potential energy at X, as F

	Fixed []bool // of each particle, whether Hold holds it; nil for none

	Builds int // how often lists were made

	kinds, blocks int
	skin          float64
	at            []float64 // X within the box, shifted by whole sides when lists are made
	shift         []float64 // X - at, whole sides
	built         []float64 // at, when the lists were made
	lists         [][]int32 // one a block: for each of its particles a count, then neighbours
	energy        []float64 // one a block
	moved         []float64
	bad           []int        // one a block: a particle at the place of another, -1 for none
	long          *Table       // of all distances, nil for none
	triples       *triples     // nil for no three-body energy
	outside       *confinement // nil for no external potential
	directed      *directed    // nil for no energy that depends on direction
	weight        []float64    // of each particle in it
	pool          *parallel.Pool
	cells         grid
	forceTask     func(worker, task int)
	listTask      func(worker, task int)
	moveTask      func(worker, task int)
	longTask      func(worker, task int)
	pullTask      func(worker, task int)
	gatherTask    func(worker, task int)
	outsideTask   func(worker, task int)
	directedTask  func(worker, task int)
}

// NewSystem has the particles at x, unwrapped or not, with velocities v. The laws are kinds x kinds by the index of species.
// Without laws, for forces of Reach alone, the cut-off is 0. workers is that of parallel.NewPool. Close it when done.
func NewSystem(box Box, mass []float64, kind []uint8, laws []*Table, cutoff float64, x, v []float64, workers int) (*System, error) {
	n := len(mass)
	if n < 2 || len(kind) != n || len(x) != 3*n || len(v) != 3*n {
		return nil, fmt.Errorf("%d masses, %d kinds, %d coordinates and %d velocities: of N particles there must be N, N, 3N and 3N, of at least two", n, len(kind), len(x), len(v))
	}
	if len(laws) > 0 || cutoff != 0 {
		if err := box.Check(cutoff); err != nil {
			return nil, err
		}
	}
	s := &System{N: n, Box: box, Mass: mass, Kind: kind, Tables: laws, Cutoff: cutoff,
		X: append([]float64(nil), x...), V: append([]float64(nil), v...), F: make([]float64, 3*n),
		at: make([]float64, 3*n), shift: make([]float64, 3*n), built: make([]float64, 3*n)}
	for s.kinds*s.kinds < len(laws) {
		s.kinds++
	}
	for i, k := range kind {
		if int(k) >= s.kinds && len(laws) > 0 {
			return nil, fmt.Errorf("particle %d is of kind %d, and there are laws for %d", i+1, k, s.kinds)
		}
	}
	s.skin = 0.12 * cutoff // of a Lennard-Jones liquid, lists then last some 20 steps
	s.blocks = (n + blockParticles - 1) / blockParticles
	s.lists, s.energy, s.moved, s.bad = make([][]int32, s.blocks), make([]float64, s.blocks), make([]float64, s.blocks), make([]int, s.blocks)
	s.pool = parallel.NewPool(workers)
	s.forceTask, s.listTask, s.moveTask, s.longTask = s.blockForces, s.blockList, s.blockMoved, s.blockLong
	s.pullTask, s.gatherTask, s.outsideTask = s.blockPulls, s.blockGather, s.blockOutside
	s.directedTask = s.blockDirected
	return s, s.Forces()
}

// Close ends the workers.
func (s *System) Close() { s.pool.Close() }

func (s *System) block(b int) (lo, hi int) {
	return b * blockParticles, min((b+1)*blockParticles, s.N)
}

// Forces brings F and Energy to X.
func (s *System) Forces() error {
	s.pool.Run(s.blocks, s.moveTask)
	far := 0.0
	for _, m := range s.moved {
		if !(m <= far) {
			far = m
		}
	}
	if math.IsNaN(far) || math.IsInf(far, 0) {
		return fmt.Errorf("the motion runs away: positions are not finite; take a shorter step")
	}
	if s.Builds == 0 || 4*far > s.skin*s.skin {
		if err := s.build(); err != nil {
			return err
		}
	}
	if len(s.Tables) > 0 {
		s.pool.Run(s.blocks, s.forceTask)
	} else {
		clear(s.F)
		clear(s.energy)
		for b := range s.bad {
			s.bad[b] = -1
		}
	}
	if s.directed != nil {
		s.pool.Run(s.blocks, s.directedTask)
	}
	if s.long != nil {
		s.pool.Run(s.blocks, s.longTask)
	}
	if s.triples != nil {
		s.bendForces()
	}
	if s.outside != nil {
		s.pool.Run(s.blocks, s.outsideTask)
	}
	s.Energy = 0
	for b, e := range s.energy {
		if s.bad[b] >= 0 {
			i := s.bad[b]
			for j := range s.N {
				if d := s.Box.Difference(s.X, i, j); j != i && d == [3]float64{} {
					return &OverlapError{min(i, j), max(i, j)}
				}
			}
		}
		s.Energy += e
	}
	s.Energy /= 2
	return nil
}

// blockMoved brings the positions within the box to X and finds the farthest that one has moved since the lists.
func (s *System) blockMoved(_, b int) {
	lo, hi := s.block(b)
	far := 0.0
	for i := lo; i < hi; i++ {
		d := 0.0
		for k := 3 * i; k < 3*i+3; k++ {
			s.at[k] = s.X[k] - s.shift[k]
			m := s.at[k] - s.built[k]
			d += m * m
		}
		if !(d <= far) {
			far = d
		}
	}
	s.moved[b] = far
}

// blockForces sums the forces on the particles of a block.
func (s *System) blockForces(_, b int) {
	lo, hi := s.block(b)
	at, list := s.at, s.lists[b]
	side, half := s.Box.halves()
	square := s.Cutoff * s.Cutoff
	total := 0.0
	s.bad[b] = -1
	single := s.Tables[0]
	if s.kinds > 1 {
		single = nil
	}
	for i := lo; i < hi; i++ {
		count := int(list[0])
		near := list[1 : 1+count]
		list = list[1+count:]
		x, y, z := at[3*i], at[3*i+1], at[3*i+2]
		var fx, fy, fz, e float64
		table := single
		row := int(s.Kind[i]) * s.kinds
		for _, j := range near {
			p := at[3*j : 3*j+3 : 3*j+3]
			dx, dy, dz := nearest(x-p[0], side[0], half[0]), nearest(y-p[1], side[1], half[1]), nearest(z-p[2], side[2], half[2])
			r2 := dx*dx + dy*dy + dz*dz
			if r2 >= square {
				continue
			}
			if r2 == 0 {
				s.bad[b] = i
				continue
			}
			if single == nil {
				table = s.Tables[row+int(s.Kind[j])]
			}
			v, f := table.At(r2)
			e += v
			fx += f * dx
			fy += f * dy
			fz += f * dz
		}
		s.F[3*i], s.F[3*i+1], s.F[3*i+2] = fx, fy, fz
		total += e
	}
	s.energy[b] = total
}

// Hold keeps particles at their places, at rest; nil lets all move.
func (s *System) Hold(fixed []bool) {
	s.Fixed = fixed
	s.stop()
}

// stop takes the velocities of held particles.
func (s *System) stop() {
	for i, held := range s.Fixed {
		if held {
			clear(s.V[3*i : 3*i+3])
		}
	}
}

// Warm draws the velocities anew as they fall at a temperature: see Thermal.
func (s *System) Warm(dim int, temperature float64, rng *rand.Rand) {
	copy(s.V, Thermal(s.Mass, dim, temperature, rng))
	s.stop()
}

// Kinetic is sum m v^2 / 2.
func (s *System) Kinetic() float64 {
	k := 0.0
	for i, v := range s.V {
		k += s.Mass[i/3] * v * v
	}
	return k / 2
}

// Momentum is sum m v.
func (s *System) Momentum() (p [3]float64) {
	for i, v := range s.V {
		p[i%3] += s.Mass[i/3] * v
	}
	return p
}

// AngularMomentum is sum m x cross v, which is kept in open space alone.
func (s *System) AngularMomentum() (l [3]float64) {
	for i, m := range s.Mass {
		for k := range 3 {
			a, b := (k+1)%3, (k+2)%3
			l[k] += m * (s.X[3*i+a]*s.V[3*i+b] - s.X[3*i+b]*s.V[3*i+a])
		}
	}
	return l
}
