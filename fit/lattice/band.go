package lattice

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/model/lattice"
)

// Bands gives the laws standard errors of their values (lattice.Function.Errors): the root mean square of two. One is how far the law
// moves without one part of the rows or another: trials, or tenths of them where they are few, so that equations of one part may err together, as those
// of neighbours and of overlapping test functions do (the jackknife over clusters: J. MacKinnon, M. Nielsen, M. Webb, J. Econometrics 232, 272,
// 2023). The other is how far it moves when noise like that of the rows is added once more, which has the bias of noise in positions in
// it: see stirring. Where noise is taken out of all trials together, whose laws then err together, the larger of the two is taken, and of rows without
// noise the first alone. The rows are gathered anew, five times or more where they are noisy.
func (r *Report) Bands() {
	if r.bands != nil {
		r.bands()
	}
}

// scores gathers the equations of the velocities and of the forces part by part, in the columns of two laws.
type scores struct {
	of    [2]*chosen
	parts [2][]*triangle
	part  int
}

// tenths is how many parts a trial has where there are few.
const tenths = 10

// at says to which part the rows that follow belong.
func (s *scores) at(set *data.Set, trial, row, rows int) {
	if s == nil {
		return
	}
	part := 1 + trial
	if set.Trials() < tenths {
		part = 1 + trial*tenths + row*tenths/max(rows, 1)
	}
	if part == s.part {
		return
	}
	s.part = part
	for i, c := range s.of {
		if n := len(s.parts[i]); n > 0 {
			s.parts[i][n-1].close()
		}
		if c.c != nil {
			s.parts[i] = append(s.parts[i], newTriangle(len(c.use)+1))
		}
	}
}

func (s *scores) add(which int, features []float64, size int, rates []float64) {
	if s == nil || s.of[which].c == nil {
		return
	}
	t := s.parts[which][len(s.parts[which])-1]
	for i, y := range rates {
		row := t.next()
		for k, u := range s.of[which].use {
			row[k] = features[i*size+u]
		}
		row[t.columns-1] = y
	}
}

// deviation makes the standard error of b times the coefficients c of a law.
func deviation(parts []*triangle, c []float64) func(b []float64) float64 {
	every, use := newTriangle(len(c)+1), counted(0, len(c))
	for _, part := range parts {
		every.add(part)
	}
	_, whiten, ok := every.factored(use)
	if !ok {
		return nil
	}
	white := whiten()
	_, rank := white.Dims()
	moves := mat.NewDense(len(parts), rank, nil) // of the coefficients without each part, in directions that the rows say as much of
	for i, part := range parts {
		m := part.matrix()
		rows, _ := m.Dims()
		rest := mat.NewVecDense(rows, nil)
		for r := range rows {
			y := m.At(r, len(c))
			for k, v := range c {
				y -= float64(v * m.At(r, k))
			}
			rest.SetVec(r, y)
		}
		var columns, hat mat.Dense
		var score mat.VecDense
		columns.Mul(m.Slice(0, rows, 0, len(c)), white)
		score.MulVec(columns.T(), rest)
		hat.Mul(columns.T(), &columns)
		others := mat.NewSymDense(rank, nil)
		for r := range rank {
			for k := r; k < rank; k++ {
				others.SetSym(r, k, -hat.At(r, k))
			}
			others.SetSym(r, r, 1-hat.At(r, r))
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(others, true) {
			return nil
		}
		var v mat.Dense
		eigen.VectorsTo(&v)
		var along mat.VecDense
		along.MulVec(v.T(), &score)
		for k, value := range eigen.Values(nil) {
			along.SetVec(k, along.AtVec(k)/max(value, leastOthers))
		}
		score.MulVec(&v, &along)
		moves.SetRow(i, score.RawVector().Data)
	}
	return func(b []float64) float64 {
		var z, move mat.VecDense
		z.MulVec(white.T(), mat.NewVecDense(len(b), b))
		move.MulVec(moves, &z)
		n := float64(len(parts))
		return mat.Norm(&move, 2) * math.Sqrt((n-1)/n)
	}
}

// leastOthers is which share of what is known of a direction is the other parts' at least.
const leastOthers = 0.01

// bands are those of Report.Bands.
func (f *features) bands(again equations, kinetic, potential *chosen, leveled [][]int, noise stirring) {
	parts := &scores{of: [2]*chosen{kinetic, potential}}
	f.scores = parts
	v := again(f).v
	f.scores = nil
	rest, size := v.all().residual(potential.use, potential.c)
	moves := noise.moves(f, parts.of, rest/size)
	var deviations [2]func(b []float64) float64
	for i, c := range parts.of {
		if c.c == nil {
			continue
		}
		trials := deviation(parts.parts[i], c.c)
		if trials == nil {
			return
		}
		deviations[i] = func(b []float64) float64 {
			square := 0.0
			for _, m := range moves[i] {
				along := floats.Dot(m, b)
				square += float64(along*along) / float64(len(moves[i]))
			}
			of := trials(b)
			switch {
			case moves[i] == nil:
				return of
			case noise.quiet:
				return max(of, math.Sqrt(square))
			}
			return math.Sqrt((float64(of*of) + square) / 2)
		}
	}
	s := f.s
	if s.Masses == nil && deviations[0] != nil {
		band(&s.Kinetic, deviations[0], make([]float64, len(kinetic.c)), 0, nil)
	}
	b, first := make([]float64, len(potential.c)), f.count()
	band(&s.Site, deviations[1], b, 0, nil)
	for k := range s.Bond {
		// The slope that was taken away, of all laws of a group.
		flat := make([]float64, len(b))
		for _, group := range leveled {
			if slices.Contains(group, k) {
				for _, j := range group {
					part := flat[first[1+j] : first[1+j]+s.Bond[j].Size()]
					s.Bond[j].Slopes(0, part)
					floats.Scale(1/float64(len(group)), part)
				}
			}
		}
		band(&s.Bond[k], deviations[1], b, first[1+k], flat)
	}
}

// band gives a function, whose coefficients begin at a place among all (b), the standard errors of its values less the least of them; of a
// function less a slope, if that is given.
func band(f *lattice.Function, deviation func(b []float64) float64, b []float64, first int, flat []float64) {
	f.Errors = nil
	n := f.Size()
	if n == 0 {
		return
	}
	var places [lattice.Grid + 1]float64
	values := make([][]float64, len(places))
	least := 0
	for i := range places {
		places[i] = f.Middle + f.Half*(2*float64(i)/lattice.Grid-1)
		values[i] = make([]float64, n)
		f.Values(places[i], values[i])
		if f.Value(places[i]) < f.Value(places[least]) {
			least = i
		}
	}
	for i := range places {
		clear(b)
		for k := range n {
			b[first+k] = values[i][k] - values[least][k]
		}
		for k, v := range flat {
			b[k] -= v * (places[i] - places[least])
		}
		f.Errors = append(f.Errors, deviation(b))
	}
}
