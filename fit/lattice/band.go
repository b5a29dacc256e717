package lattice

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"hnn/data"
	"hnn/model/lattice"
)

// Bands gives the laws standard errors of their values (lattice.Function.Errors), from how far what the equations leave sums up to in
// one part of the rows and in another: trials, or tenths of them where they are few. So equations of one part may err together, as those of
// neighbours and of overlapping test functions do (K.-Y. Liang and S. Zeger, Biometrika 73, 13, 1986). It gathers the rows anew. Bias, as noise in
// positions leaves, is no part of them.
func (r *Report) Bands() {
	if r.bands != nil {
		r.bands()
	}
}

// scores are, for the velocities and for the forces, sums over the rows of a part of their columns times what coefficients leave.
type scores struct {
	of   [2]*chosen
	sums [2]map[int][]float64
	part int
}

// tenths is how many parts a trial has where there are few.
const tenths = 10

// at says to which part the rows that follow belong.
func (s *scores) at(set *data.Set, trial, row, rows int) {
	if s == nil {
		return
	}
	if s.part = trial; set.Trials() < tenths {
		s.part = trial*tenths + row*tenths/max(rows, 1)
	}
}

func (s *scores) add(which int, features []float64, size int, rates []float64) {
	if s == nil || s.of[which].c == nil {
		return
	}
	c := s.of[which]
	sum := s.sums[which][s.part]
	if sum == nil {
		sum = make([]float64, len(c.use))
		s.sums[which][s.part] = sum
	}
	for i, y := range rates {
		row := features[i*size : (i+1)*size]
		for k, u := range c.use {
			y -= c.c[k] * row[u]
		}
		for k, u := range c.use {
			sum[k] += y * row[u]
		}
	}
}

// bands are those of Report.Bands.
func (f *features) bands(again equations, kinetic, potential *chosen, leveled [][]int) {
	f.scores = &scores{of: [2]*chosen{kinetic, potential}, sums: [2]map[int][]float64{{}, {}}}
	defer func() { f.scores = nil }()
	var sides [2]*problem
	sides[0], sides[1] = again(f)
	var deviation [2]func(b []float64) float64
	for i, p := range sides {
		c := f.scores.of[i]
		if c.c == nil {
			continue
		}
		every := newTriangle(p.fit.columns)
		every.add(p.fit)
		every.add(p.held)
		_, inverse, ok := every.factored(c.use)
		if !ok {
			return
		}
		sums := f.scores.sums[i]
		deviation[i] = func(b []float64) float64 {
			w, total := inverse(b), 0.0
			for _, g := range sums {
				along := 0.0
				for k, v := range w {
					along += v * g[k]
				}
				total += along * along
			}
			n := float64(len(sums))
			return math.Sqrt(total * n / max(n-1, 1))
		}
	}
	s := f.s
	if s.Masses == nil && deviation[0] != nil {
		band(&s.Kinetic, deviation[0], make([]float64, len(kinetic.c)), 0, nil)
	}
	b, first := make([]float64, len(potential.c)), f.count()
	band(&s.Site, deviation[1], b, 0, nil)
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
		band(&s.Bond[k], deviation[1], b, first[1+k], flat)
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
