// Package lattice fits the Hamiltonians of model/lattice: the laws of all sites and of all bonds at once, which are linear in
// tens of coefficients whatever the number of sites, by one least-squares problem whose degree held-out rows choose.
package lattice

import (
	"errors"
	"fmt"
	"math"

	"hnn/data"
	"hnn/model/lattice"
)

// Report says how good a fit is.
type Report struct {
	// Velocities and Forces are what the law leaves of dq/dt and dp/dt in held-out rows, relative to their root mean squares.
	Velocities, Forces float64
	// Candidates counts the coefficients of the largest law that was tried.
	Candidates int
	// Window is the number of rows of a test function, 0 where time derivatives were given.
	Window int
	// Quiet says that noise was taken out of the rows first.
	Quiet bool

	bands func()
}

// ErrRows says that there is too little to learn from.
var ErrRows = errors.New("lattice: there are too few rows: give trials of nine rows or more on equal steps, or time derivatives")

// Limits of the problem.
const (
	mostRows  = 60_000 // equations that are gathered
	mostWaves = 3
	margin    = 1.05 // of the interval of a polynomial, beyond the rows
)

// The degrees that are tried; 0 is for no one-site terms.
var (
	kineticDegrees = []int{2, 4, 8}
	siteDegrees    = []int{0, 2, 3, 4, 6, 8, 12}
	bondDegrees    = []int{2, 3, 4, 6, 8, 12, 16}
)

// problem is the equations of one side, dq/dt or dp/dt: those that are fitted and those held out.
type problem struct {
	fit, held *triangle
	masses    *masses // of the velocities alone
	moved     bool    // the rows were put on equal steps
}

func newProblem(features int) *problem {
	return &problem{fit: newTriangle(features + 1), held: newTriangle(features + 1)}
}

// all are the equations of both.
func (p *problem) all() *triangle {
	every := newTriangle(p.fit.columns)
	every.add(p.fit)
	every.add(p.held)
	return every
}

// Fit finds T, U and W of a system whose graph is given. The set's states are positions and momenta of its sites; its time
// derivatives are used where it has them, else the equations are integrated against test functions, in which no derivative of the rows is
// taken. Trials whose steps differ are put on equal ones.
func Fit(s *lattice.System, set *data.Set) (*Report, error) {
	if set.Dim != s.Dim() {
		return nil, fmt.Errorf("lattice: states of length %d for %d sites of %d components", set.Dim, s.Sites, s.Space)
	}
	mechanical := s.Flow == lattice.Mechanical
	s.Bond = make([]lattice.Function, kinds(s))
	r := &Report{}
	f, err := newFeatures(s, set)
	if err != nil {
		return nil, err
	}
	r.Candidates = f.kinetic.Size() + f.width()
	var b sides
	var trials [][]float64
	var step float64
	how := asMeasured
	if set.DX == nil {
		if trials, step, how, err = even(set, asMeasured); err != nil {
			return nil, err
		}
	}
	if set.DX != nil {
		b = f.derivatives(set)
	} else if b, r.Window, err = f.windows(set, trials, step); err != nil {
		return nil, err
	}
	p, v := b.p, b.v
	p.moved, v.moved = how != asMeasured, how != asMeasured
	if v.fit.rows == 0 || v.held.rows == 0 {
		return nil, ErrRows
	}
	kinetic := &chosen{}
	if mechanical {
		if kinetic, err = p.choose(f.kineticChoices(), nil); err != nil {
			return nil, err
		}
	}
	potential, err := f.forces(v, kinetic)
	if err != nil {
		return nil, err
	}
	halves := 2 // of columns, positions and momenta
	if s.Flow == lattice.Shift {
		halves = 1
	}
	calm := quiet(trials, set.Dim/halves, halves)
	if calm != nil {
		calmed, window, err := f.windows(set, calm, step)
		p2, v2 := calmed.p, calmed.v
		if err == nil {
			kinetic2, potential2, same := &chosen{}, (*chosen)(nil), true
			// The law of the rows as they are explains these best by construction; one of rows that lost more than noise is far behind.
			const behind = 1.15
			p2.moved, v2.moved = p.moved, v.moved
			if mechanical {
				kinetic2, err = p2.choose(f.kineticChoices(), nil)
				same = err == nil && p.leaves(kinetic2) < behind*kinetic.left
			}
			if same {
				potential2, err = f.forces(v2, kinetic2)
			}
			if same && err == nil && v.leaves(potential2) < behind*potential.left {
				kinetic, potential, r.Window, r.Quiet = kinetic2, potential2, window, true
				p.masses, v = p2.masses, v2
			}
		}
	}
	if !r.Quiet {
		calm = trials
	}
	again := func(f *features) sides {
		if set.DX != nil {
			return f.derivatives(set)
		}
		return f.weak(set, calm, step, r.Window/2)[0]
	}
	f, potential = f.withExponentials(v, potential, again)
	r.Velocities, r.Forces = kinetic.left, potential.left
	s.Kinetic, s.Masses, s.Cell, s.Friction = lattice.Function{}, nil, nil, 0
	if mechanical {
		s.Kinetic = f.kinetic
		s.Kinetic.Polynomial = kinetic.c
		s.Kinetic.Waves = nil
		if m, cell, left := p.masses.find(); m != nil && left < ownMasses*kinetic.left && kinetic.left > digits {
			s.Masses, s.Cell, r.Velocities = m, cell, left
			s.Kinetic.Polynomial = []float64{0, s.Kinetic.Half * s.Kinetic.Half / 4} // p^2/2 and a constant
		}
	}
	s.Site = f.site
	copy(s.Bond, f.bonds)
	if len(potential.c) > f.potential {
		s.Friction = potential.c[f.potential]
	}
	leveled := s.Level()
	r.bands = func() {
		f.bands(again, kinetic, potential, leveled, stirring{set, halves, r.Quiet, func(rows *data.Set) equations {
			return func(f *features) sides {
				if rows.DX != nil {
					return f.derivatives(rows)
				}
				trials, step, _, err := even(rows, how)
				if err != nil {
					return again(f)
				}
				if r.Quiet {
					if calm := quiet(trials, set.Dim/halves, halves); calm != nil {
						trials = calm
					}
				}
				return f.weak(rows, trials, step, r.Window/2)[0]
			}
		}})
	}
	return r, nil
}

// kinds is how many laws of bonds there are.
func kinds(s *lattice.System) int {
	n := 1
	for _, b := range s.Bonds {
		n = max(n, b.Kind+1)
	}
	return n
}

// features are the functions of the largest law, over the intervals of the rows.
type features struct {
	s             *lattice.System
	kinetic, site lattice.Function
	bonds         []lattice.Function
	potential     int     // features of U and of all W
	scores        *scores // nil but for bands
	// Room of one goroutine, while equations are gathered.
	room, delta []float64
}

func newFeatures(s *lattice.System, set *data.Set) (*features, error) {
	n := s.Half()
	f := &features{s: s, bonds: make([]lattice.Function, len(s.Bond))}
	momenta, sites := newSpan(), newSpan()
	stretches := make([]*span, len(s.Bond))
	for k := range stretches {
		stretches[k] = newSpan()
	}
	delta := make([]float64, s.Space)
	for r := range set.Rows() {
		x := set.X[r*set.Dim : (r+1)*set.Dim]
		for i := range n {
			switch s.Flow {
			case lattice.Turn:
				sites.take(s.Square(x, i%s.Sites))
			case lattice.Shift:
				sites.take(x[i])
			default:
				sites.take(x[i])
				momenta.take(math.Abs(x[n+i]))
				momenta.take(-math.Abs(x[n+i]))
			}
		}
		for _, b := range s.Bonds {
			stretches[b.Kind].take(s.Stretch(b, x[:n], delta))
		}
	}
	var err error
	make1 := func(s *span, degree, waves int, what string) (out lattice.Function) {
		out = lattice.Function{Middle: (s.hi + s.lo) / 2, Half: margin * (s.hi - s.lo) / 2, Polynomial: make([]float64, degree), Waves: make([]float64, 2*waves)}
		if !(out.Half > 0) || math.IsInf(out.Half, 0) {
			err = fmt.Errorf("lattice: %s do not change in the rows, so that there is no law to be learned of them", what)
		}
		return out
	}
	last := func(list []int) int { return list[len(list)-1] }
	degree := last(kineticDegrees)
	if s.Space > 1 {
		degree = 2 // the only one that no axis is special to
	}
	if s.Flow == lattice.Mechanical {
		f.kinetic = make1(momenta, degree, 0, "the momenta")
	}
	waves, siteDegree := mostWaves, last(siteDegrees)
	switch {
	case s.Flow != lattice.Mechanical:
		waves = 0
	case s.Space > 1:
		waves, siteDegree = 0, 2
	}
	f.site = make1(sites, siteDegree, waves, "the positions")
	f.potential = f.site.Size()
	for k := range f.bonds {
		f.bonds[k] = make1(stretches[k], last(bondDegrees), waves, fmt.Sprintf("the bonds of kind %d", k+1))
		f.potential += f.bonds[k].Size()
	}
	return f, err
}

// span is the interval of numbers.
type span struct{ lo, hi float64 }

func newSpan() *span { return &span{math.Inf(1), math.Inf(-1)} }

func (s *span) take(v float64) { s.lo, s.hi = min(s.lo, v), max(s.hi, v) }

func (f *features) kineticChoices() (all []choice) {
	for _, d := range kineticDegrees {
		if d <= len(f.kinetic.Polynomial) {
			all = append(all, choice{[]int{d}, counted(0, d)})
		}
	}
	return all
}

// potentialChoices are all pairs of a law of sites and one of bonds, all kinds of bonds to the same degree.
func (f *features) potentialChoices() (all []choice) {
	type law struct{ degree, waves int }
	list := func(degrees []int, of *lattice.Function) (laws []law) {
		for _, d := range degrees {
			if d <= len(of.Polynomial) {
				laws = append(laws, law{d, 0})
			}
		}
		for w := 1; w <= len(of.Waves)/2; w++ {
			laws = append(laws, law{0, w}, law{2, w})
		}
		return laws
	}
	for _, site := range list(siteDegrees, &f.site) {
		for _, bond := range list(bondDegrees, &f.bonds[0]) {
			c := choice{degrees: []int{site.degree, site.waves, bond.degree, bond.waves}}
			c.use = append(counted(0, site.degree), counted(len(f.site.Polynomial), 2*site.waves)...)
			at := f.site.Size()
			for k := range f.bonds {
				c.use = append(append(c.use, counted(at, bond.degree)...), counted(at+len(f.bonds[k].Polynomial), 2*bond.waves)...)
				at += f.bonds[k].Size()
			}
			all = append(all, c)
		}
	}
	return all
}

// counted are n numbers from one on.
func counted(from, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = from + i
	}
	return out
}
