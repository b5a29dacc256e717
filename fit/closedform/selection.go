package closedform

import (
	"math"
	"math/rand/v2"

	"hnn/data"
	"hnn/model"
)

const (
	// The scale is chosen by models of so many features, or a third of those asked
	// for: the best scale grows with the number, as steeper features then overlap.
	smallFeatures = 200
	// testedRows is the number of rows that they are compared on.
	testedRows = 1000
)

// chooseScale fits models of a part of the features with each of Scales and takes the
// scale with the least residual on rows of trajectories that had no part in the fit.
func (f *fit) chooseScale(rng *rand.Rand, r *rows) (float64, error) {
	if f.o.Scale > 0 {
		return f.o.Scale, nil
	}
	k := max(min(f.features, smallFeatures), f.features/3)
	train, held := heldOut(rng, f.train)
	fitted := r.pick(choose(rng, train, f.rowCount(k)))
	tested := r.pick(choose(rng, held, testedRows))
	best, least := 0.0, 0.0
	for _, scale := range Scales {
		b, err := newBasis(rng, fitted, k, scale, f.o)
		if err != nil {
			return 0, err
		}
		fitted, tested := fitted, tested
		if b.rotate != nil {
			fitted, tested = fitted.turned(rng, b.rotate), tested.turned(rng, b.rotate)
		}
		s, err := newProblem(f.pool, b, fitted, f.solver).solve(f.lambda())
		if err != nil {
			return 0, err
		}
		b.fill(s.c)
		residual := residualOf(b.h.Field(), tested)
		if best == 0 || residual < least {
			best, least = scale, residual
		}
	}
	f.report.Residual = least
	return best, nil
}

// all is the row numbers below n.
func all(n int) []int {
	picks := make([]int, n)
	for i := range picks {
		picks[i] = i
	}
	return picks
}

// heldOut splits the row numbers of a set into those of four fifths of the
// trajectories, drawn at random, and the rest; of fewer than five, it splits the rows.
func heldOut(rng *rand.Rand, s *data.Set) (train, held []int) {
	trials := s.Trials()
	if trials < 5 {
		for i := range s.Rows() {
			if i%5 == 4 {
				held = append(held, i)
			} else {
				train = append(train, i)
			}
		}
		return train, held
	}
	out := make([]bool, trials)
	for _, t := range rng.Perm(trials)[:trials/5] {
		out[t] = true
	}
	for t := range trials {
		for i := s.Offsets[t]; i < s.Offsets[t+1]; i++ {
			if out[t] {
				held = append(held, i)
			} else {
				train = append(train, i)
			}
		}
	}
	return train, held
}

// residualOf is the root mean square of the weighted error of the model's field.
func residualOf(h *model.Field, r *rows) float64 {
	d, n := r.dim, r.len()
	dx := make([]float64, len(r.x))
	fieldOf(h, r)(r.x, dx)
	sum := 0.0
	for s := range n {
		square := 0.0
		for i := range d / 2 {
			q, p := s*d+i, s*d+d/2+i
			eq, ep := dx[q]-r.g[p], dx[p]+r.g[q]
			square += float64(eq*eq) + float64(ep*ep)
		}
		if r.weight != nil {
			square *= r.weight[s] * r.weight[s]
		}
		sum += square
	}
	return math.Sqrt(sum / float64(len(r.x)))
}
