// Package lattice is Hamiltonians of sites on a given graph, with one law for all sites and one for all bonds of a kind,
//
//	H = sum over sites and components of T(p)/m + U(q) + sum over bonds of W(q_J - q_I),
//
// or, of bodies in two or three dimensions, W of the distance |q_J - q_I|. T, U and W are linear in tens of coefficients
// whatever the number of sites, so that a law that was learned on a few runs on any number. Chains of springs, lattices and fields on
// a grid of points are such (E. Fermi, J. Pasta, S. Ulam, "Studies of nonlinear problems", 1955). No matrix of the number of
// sites is made: a field costs one evaluation of W a bond and of U a site. It fits nothing: see fit/lattice.
package lattice

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"hnn/model"
	"hnn/ode"
)

// Kind is the kind of these models.
const Kind = "hnn-lattice"

// bounds of what a file can ask for.
const (
	mostSites = 1_000_000
	mostKinds = 16
	mostTerms = 200
)

// System is the Hamiltonian of a graph.
type System struct {
	// Shape is the lattice, nil where Graph was read from edges and so has no other size.
	Shape *Shape
	Sites int
	Bonds []Bond
	// Space is the number of components of a site: 1, of whose differences W is a function, or that of a body in a
	// plane or in space, whose distances W takes.
	Space int
	// Interleaved says that the components of a site are neighbours in a state (x1, y1, x2, y2), which else has all first ones
	// before all second ones (x1, x2, y1, y2).
	Interleaved bool

	Kinetic Function   // T
	Site    Function   // U, of size 0 for none
	Bond    []Function // W of each kind

	// Masses are of each site, T(p)/mass; nil for one law of all. A system that has them has another size only where they repeat.
	Masses []float64
	// Cell are the sides of the unit cell in which the masses repeat, one for each axis of Shape; nil where none does.
	Cell []int
	// Flow is how the gradient of H moves the states where there are no momenta of their own: see Flow's values.
	Flow Flow
	// Friction is the rate at which momenta are lost, dp/dt = -dV/dq - Friction p; 0 for none.
	Friction float64
}

// Of is the system that a form is made of, nil for another.
func Of(f *model.Form[float64]) *System {
	s, _ := f.Source.(*System)
	return s
}

// Half is the number of positions.
func (s *System) Half() int { return s.Sites * s.Space }

// Place is where component a of a site is among the positions.
func (s *System) Place(site, a int) int {
	if s.Interleaved {
		return site*s.Space + a
	}
	return a*s.Sites + site
}

// Stretch is the difference of the ends of a bond, or their distance, at positions q; delta (Space) takes the difference.
func (s *System) Stretch(b Bond, q, delta []float64) float64 {
	square := 0.0
	for a := range delta {
		delta[a] = 0
		if b.J != Wall {
			delta[a] = q[s.Place(b.J, a)]
		}
		if b.I != Wall {
			delta[a] -= q[s.Place(b.I, a)]
		}
		square += delta[a] * delta[a]
	}
	if s.Space == 1 {
		return delta[0]
	}
	return math.Sqrt(square)
}

// KeepsMomentum reports whether the total momentum is conserved: there are no one-site terms, no walls and no
// friction.
func (s *System) KeepsMomentum() bool {
	if s.Site.Size() > 0 || s.Friction != 0 || s.Flow != Mechanical {
		return false
	}
	for _, b := range s.Bonds {
		if b.I == Wall || b.J == Wall {
			return false
		}
	}
	return true
}

// Level takes away the linear part of every law of bonds that end as often as they begin at each site, as on rings and
// between walls: their pulls cancel, so that it is no part of the motion. Of laws that do so together, as of two kinds in turn on a
// ring, it takes away what they have in common. It says of which kinds of bonds, in groups.
func (s *System) Level() (leveled [][]int) {
	if s.Space > 1 {
		return nil
	}
	if s.Flow == Shift && s.Site.Size() > 0 {
		s.Site.Level(s.Site.Slope(0)) // a constant gradient, whose differences are zero
	}
	balance := make([]int, s.Sites*len(s.Bond))
	for _, b := range s.Bonds {
		if b.I != Wall {
			balance[b.I*len(s.Bond)+b.Kind]++
		}
		if b.J != Wall {
			balance[b.J*len(s.Bond)+b.Kind]--
		}
	}
	even := func(kinds ...int) bool {
		for i := range s.Sites {
			sum := 0
			for _, k := range kinds {
				sum += balance[i*len(s.Bond)+k]
			}
			if sum != 0 {
				return false
			}
		}
		return true
	}
	var rest []int
	for k := range s.Bond {
		if even(k) {
			leveled = append(leveled, []int{k})
		} else {
			rest = append(rest, k)
		}
	}
	if len(rest) > 1 && even(rest...) {
		leveled = append(leveled, rest)
	}
	for _, group := range leveled {
		slope := 0.0
		for _, k := range group {
			slope += s.Bond[k].Slope(0) / float64(len(group))
		}
		for _, k := range group {
			s.Bond[k].Level(slope)
		}
	}
	return leveled
}

// Resize returns the same law on so many sites; sides are as Shape.Of has them. It is an error where the graph is that of a file, which
// has no other size, where masses do not repeat, and where a closed lattice is no whole number of their cells.
func (s *System) Resize(sites int, sides ...int) (*System, error) {
	if sites == s.Sites && (sides == nil || s.Shape == nil || slices.Equal(sides, s.Shape.Sides)) {
		return s, nil
	}
	if s.Shape == nil {
		return nil, fmt.Errorf("the graph of %d sites was read from a file of edges: it has no other size", s.Sites)
	}
	if sites > mostSites {
		return nil, fmt.Errorf("%d sites: there are at most %d", sites, mostSites)
	}
	shape, err := s.Shape.Of(sites, sides...)
	if err != nil {
		return nil, err
	}
	out := *s
	out.Shape, out.Sites, out.Bonds = &shape, sites, shape.Bonds()
	if err := s.resizeMasses(&out); err != nil {
		return nil, err
	}
	return &out, nil
}

// workers are the goroutines of one evaluation: more than one pay where there are many sites.
func (s *System) workers() int {
	const worth = 2048 // sites a goroutine, about 20 microseconds
	return max(1, min(runtime.GOMAXPROCS(0), s.Half()/worth))
}

// share calls task for parts of n elements, side by side where that pays. An element does not depend on the parts.
func share(workers, n int, task func(lo, hi int)) {
	if workers == 1 {
		task(0, n)
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { task(w*n/workers, (w+1)*n/workers) })
	}
	wg.Wait()
}

// velocity writes dT/dp, of as many rows as p has.
func (s *System) velocity(p, v []float64) {
	n := s.Half()
	share(s.workers(), len(p), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			v[i] = s.Kinetic.Slope(p[i])
			if s.Masses != nil {
				v[i] /= s.Masses[s.SiteOf(i%n)]
			}
		}
	})
}

// SiteOf is the site of a position's place.
func (s *System) SiteOf(place int) int {
	if s.Interleaved {
		return place / s.Space
	}
	return place % s.Sites
}

// force makes what writes -dV/dq. Every bond's pull is found once, and every site adds those of its bonds in their
// order, so that the sums are the same however the work is shared.
func (s *System) force() func(q, f []float64) {
	pulls := make([]float64, len(s.Bonds)*s.Space)
	ends := s.ends()
	workers := s.workers()
	return func(q, f []float64) {
		share(workers, len(s.Bonds), func(lo, hi int) {
			var room [3]float64
			delta := room[:s.Space]
			for b := lo; b < hi; b++ {
				r := s.Stretch(s.Bonds[b], q, delta)
				slope := s.Bond[s.Bonds[b].Kind].Slope(r)
				if s.Space == 1 {
					pulls[b] = slope
					continue
				}
				if r == 0 {
					r = 1 // no direction, and delta is zero
				}
				for a, d := range delta {
					pulls[b*s.Space+a] = slope * d / r
				}
			}
		})
		share(workers, s.Sites, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				for a := range s.Space {
					at, sum := s.Place(i, a), 0.0
					if s.Site.Size() > 0 {
						sum = s.sitePull(q, i, at)
					}
					for _, e := range ends.of[ends.from[i]:ends.from[i+1]] {
						if e >= 0 {
							sum += pulls[e*s.Space+a] // the site is I
						} else {
							sum -= pulls[^e*s.Space+a]
						}
					}
					f[at] = sum
				}
			}
		})
	}
}

// ends are the bonds of every site: number b where it is I, ^b where it is J.
type ends struct{ from, of []int }

func (s *System) ends() ends {
	e := ends{from: make([]int, s.Sites+1)}
	each := func(visit func(site, bond int)) {
		for b, bond := range s.Bonds {
			if bond.I != Wall {
				visit(bond.I, b)
			}
			if bond.J != Wall {
				visit(bond.J, ^b)
			}
		}
	}
	each(func(site, _ int) { e.from[site+1]++ })
	for i := range s.Sites {
		e.from[i+1] += e.from[i]
	}
	e.of = make([]int, e.from[s.Sites])
	next := append([]int(nil), e.from...)
	each(func(site, bond int) {
		e.of[next[site]] = bond
		next[site]++
	})
	return e
}

// energy is H at a state.
func (s *System) energy(x []float64) float64 {
	n := s.Half()
	sum := 0.0
	if s.Flow != Mechanical {
		return s.potential(x)
	}
	for i := range n {
		kinetic := s.Kinetic.Value(x[n+i])
		if s.Masses != nil {
			kinetic /= s.Masses[s.SiteOf(i)]
		}
		sum += kinetic
		if s.Site.Size() > 0 {
			sum += s.Site.Value(x[i])
		}
	}
	return sum + s.bondEnergy(x[:n])
}

func (s *System) bondEnergy(q []float64) float64 {
	sum, delta := 0.0, make([]float64, s.Space)
	for _, b := range s.Bonds {
		sum += s.Bond[b.Kind].Value(s.Stretch(b, q, delta))
	}
	return sum
}

// ModelForm is the model that moves by the system.
func (s *System) ModelForm() *model.Form[float64] {
	n := s.Half()
	if s.Flow != Mechanical {
		return s.flowForm()
	}
	field := &model.Field{
		Kind: Kind, Parameters: len(s.Coefficients()), Dim: 2 * n, Canonical: true,
		One: func() func(t float64, x, u, dx []float64) {
			force := s.force()
			return func(_ float64, x, _, dx []float64) {
				s.velocity(x[n:], dx[:n])
				force(x[:n], dx[n:])
				if s.Friction != 0 {
					for i, p := range x[n:] {
						dx[n+i] -= s.Friction * p
					}
				}
			}
		},
		Energy: func() func(x []float64) float64 { return s.energy },
		Grad: func() func(x, g []float64) {
			force := s.force()
			return func(x, g []float64) {
				s.velocity(x[n:], g[n:])
				force(x[:n], g[:n])
				for i := range n {
					g[i] = -g[i]
				}
			}
		},
		Split: func() ode.Split { return ode.Split{Velocity: s.velocity, Force: s.force()} },
		SplitMany: func() ode.BatchSplit {
			force := s.force()
			return ode.BatchSplit{
				Velocity: func(p, v []float64, rows int) { s.velocity(p[:rows*n], v) },
				Force: func(q, f []float64, rows int) {
					for r := range rows {
						force(q[r*n:(r+1)*n], f[r*n:(r+1)*n])
					}
				},
			}
		},
	}
	if s.Friction != 0 {
		field.Split, field.SplitMany = nil, nil
		field.Loss = func() func(x, dx []float64) {
			return func(x, dx []float64) {
				clear(dx[:n])
				for i, p := range x[n:] {
					dx[n+i] = -s.Friction * p
				}
			}
		}
	}
	return model.Whole(field, s)
}

// Text writes T, U and W.
func (s *System) Text(digits int) string {
	var b strings.Builder
	if s.Flow != Mechanical {
		s.flowText(&b, digits)
	} else if s.Masses == nil {
		fmt.Fprintf(&b, "T(p) = %s, of every component of the momenta\n", s.Kinetic.Text("p", digits))
	} else {
		fmt.Fprintf(&b, "T(p) = (%s)/m, of every component of the momenta, the masses m being\n  %s\n", s.Kinetic.Text("p", digits), s.MassText(digits))
	}
	if s.Friction != 0 {
		fmt.Fprintf(&b, "friction: dp/dt = -dV/dq - %.*g p\n", digits, s.Friction)
	}
	if s.Site.Size() > 0 && s.Flow == Mechanical {
		fmt.Fprintf(&b, "U(q) = %s, of every site\n", s.Site.Text("q", digits))
	}
	for k := range s.Bond {
		name := "W"
		if len(s.Bond) > 1 {
			name = fmt.Sprintf("W%d", k+1)
		}
		variable, of := "d", "the difference along a bond"
		if s.Space > 1 {
			variable, of = "r", "the distance along a bond"
		}
		fmt.Fprintf(&b, "%s(%s) = %s, %s\n", name, variable, s.Bond[k].Text(variable, digits), of)
	}
	return b.String()
}

// functions are all in the order of a file.
func (s *System) functions() []*Function {
	all := []*Function{&s.Kinetic, &s.Site}
	for k := range s.Bond {
		all = append(all, &s.Bond[k])
	}
	return all
}

// Coefficients are those of T, U and W.
func (s *System) Coefficients() []float64 {
	var c []float64
	for _, f := range s.functions() {
		c = append(append(append(c, f.Polynomial...), f.Waves...), f.Exponentials...)
	}
	return c
}

// check reports a system that cannot be.
func (s *System) check() error {
	if s.Sites < 1 || s.Sites > mostSites || s.Space < 1 || s.Space > 3 || len(s.Bond) < 1 || len(s.Bond) > mostKinds {
		return fmt.Errorf("a lattice of %d sites in %d dimensions with %d kinds of bonds", s.Sites, s.Space, len(s.Bond))
	}
	for _, b := range s.Bonds {
		if b.I < Wall || b.I >= s.Sites || b.J < Wall || b.J >= s.Sites || b.I == b.J || b.Kind < 0 || b.Kind >= len(s.Bond) {
			return fmt.Errorf("a bond of kind %d between sites %d and %d of %d", b.Kind+1, b.I+1, b.J+1, s.Sites)
		}
	}
	if err := s.checkFlow(); err != nil {
		return err
	}
	if s.Masses != nil && len(s.Masses) != s.Sites {
		return fmt.Errorf("%d masses of %d sites", len(s.Masses), s.Sites)
	}
	for _, m := range s.Masses {
		if !(m > 0) || math.IsInf(m, 0) {
			return fmt.Errorf("a mass of %v", m)
		}
	}
	if err := s.checkCell(); err != nil {
		return err
	}
	if !(s.Friction >= 0) || math.IsInf(s.Friction, 0) {
		return fmt.Errorf("a friction of %v", s.Friction)
	}
	for _, f := range s.functions() {
		if f.Size() > 0 && !(f.Half > 0) || len(f.Waves)%2 != 0 || f.Size() > mostTerms {
			return errors.New("a function over no interval, or of half a wave")
		}
	}
	return nil
}
