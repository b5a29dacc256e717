package lattice

import (
	"gonum.org/v1/gonum/floats"

	"hnn/data"
	"hnn/internal/elementary"
	"hnn/internal/stream"
)

// stirring is what is needed to see how noise moves a law: the rows, how many kinds of columns they have, whether noise was taken out of
// them, and how a law's equations follow from rows.
type stirring struct {
	set   *data.Set
	kinds int
	quiet bool
	of    func(rows *data.Set) equations
}

// stirrings is how often noise is added.
const stirrings = 4

// moves are by how much the coefficients of two laws change where noise like that of the rows is added to them once more: by chance and by
// the bias that noise in positions leaves, which grows with its square (J. Cook, L. Stefanski, J. Am. Stat. Assoc. 89, 1314, 1994). left is
// what that of the forces leaves now. There are none where it is no more than digits.
func (s stirring) moves(f *features, of [2]*chosen, left float64) (moves [2][][]float64) {
	if left <= digits {
		return moves
	}
	n := s.set.Dim / s.kinds
	var trials [][]float64
	for k := range s.set.Trials() {
		_, x, _ := s.set.Trial(k)
		trials = append(trials, x)
	}
	sizes, _ := noises(trials, n, s.kinds)
	rng := stream.New(1, "stirring")
	for tries := 0; len(moves[1]) < stirrings && tries < 3*stirrings; tries++ {
		rows := *s.set
		rows.X = make([]float64, len(s.set.X))
		for i, x := range s.set.X {
			rows.X[i] = x + float64(sizes[i%s.set.Dim/n]*elementary.Normal(rng))
		}
		b := s.of(&rows)(f)
		move, now := b.v.move(of[1])
		// As much noise again leaves sqrt(2) times as much; what differences of rows take for noise may be motion.
		const much = 1.6
		if now > much*left {
			for half := range sizes {
				sizes[half] *= left / now
			}
			continue
		}
		moves[1] = append(moves[1], move)
		if of[0].c != nil {
			move, _ = b.p.move(of[0])
			moves[0] = append(moves[0], move)
		}
	}
	return moves
}

// move is by how much the coefficients of a law are others in these rows, and what they leave.
func (p *problem) move(c *chosen) (move []float64, left float64) {
	every := p.all()
	x, ok := every.solve(c.use)
	if !ok {
		return make([]float64, len(c.c)), 0
	}
	rest, size := every.residual(c.use, x)
	floats.Sub(x, c.c)
	return x, rest / size
}
