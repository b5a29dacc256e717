package lattice

import (
	"math"
	"slices"

	"hnn/model/lattice"
)

// ownMasses is which part of what one law of all momenta leaves the masses of sites may leave, so that they are taken.
const ownMasses = 0.5

// digits are those that a law from states alone has, and more than sums of squares hold.
const digits = 1e-7

// masses gathers, site by site, the equation dq/dt = p/mass: one unknown each.
type masses struct {
	s     *lattice.System
	scale float64 // of the feature that is linear in p
	fit   []moments
	held  []moments
}

// moments are sums of squares and products of momenta x and velocities y.
type moments struct {
	xx, xy, yy float64
	count      int
}

func (m *moments) add(o moments) {
	m.xx, m.xy, m.yy, m.count = m.xx+o.xx, m.xy+o.xy, m.yy+o.yy, m.count+o.count
}

func newMasses(f *features) *masses {
	// The second feature is T_2'(p/Half)/Half = 4 p/Half^2.
	half := f.kinetic.Half
	return &masses{f.s, half * half / 4, make([]moments, f.s.Sites), make([]moments, f.s.Sites)}
}

func (m *masses) add(held bool, features []float64, size int, rates []float64) {
	to := m.fit
	if held {
		to = m.held
	}
	for place, y := range rates {
		x, site := features[place*size+1]*m.scale, m.s.SiteOf(place)
		to[site].add(moments{x * x, x * y, y * y, 1})
	}
}

// merge adds the sums of other rows.
func (m *masses) merge(o *masses) {
	for site := range m.fit {
		m.fit[site].add(o.fit[site])
		m.held[site].add(o.held[site])
	}
}

// find returns the masses and what those of every site leave of held-out velocities, nil where they are no masses; and the sides of the smallest unit
// cell in which they repeat, twice or more along every axis: one mass for each of its sites explains the held-out velocities as well as
// one for each site. The cell is nil where there is none.
func (m *masses) find() (found []float64, cell []int, left float64) {
	found, left, rows := m.of(m.s.Sites, func(site int) int { return site })
	if found == nil || m.s.Shape == nil {
		return found, nil, left
	}
	limit := max(left*chance(rows), digits)
	for _, c := range cells(m.s.Shape) {
		if pooled, rest, _ := m.of(product(c), func(site int) int { return m.s.Shape.InCell(site, c) }); pooled != nil && rest <= limit {
			for site := range found {
				found[site] = pooled[m.s.Shape.InCell(site, c)]
			}
			return found, c, left
		}
	}
	return found, nil, left
}

// of returns the masses of so many kinds of sites, and what they leave of held-out velocities, of which there are so many.
func (m *masses) of(kinds int, kind func(site int) int) (found []float64, left float64, rows int) {
	fit, held := make([]moments, kinds), make([]moments, kinds)
	for site := range m.fit {
		fit[kind(site)].add(m.fit[site])
		held[kind(site)].add(m.held[site])
	}
	rest, all := 0.0, 0.0
	for i, f := range fit {
		h := held[i]
		if f.xx == 0 || f.xy <= 0 {
			return nil, 0, 0
		}
		inverse := f.xy / f.xx
		rest += max(0, h.yy-2*inverse*h.xy+inverse*inverse*h.xx)
		all += h.yy
		rows += h.count
		found = append(found, (f.xx+h.xx)/(f.xy+h.xy))
	}
	return found, math.Sqrt(rest / all), rows
}

// cells are the unit cells that are there twice or more along every axis of a shape, and whole times where it is closed; smallest first.
func cells(s *lattice.Shape) [][]int {
	all := [][]int{nil}
	for _, side := range s.Sides {
		var longer [][]int
		for _, c := range all {
			for n := 1; n == 1 || 2*n <= side; n++ {
				if !s.Periodic || side%n == 0 {
					longer = append(longer, append(slices.Clip(c), n))
				}
			}
		}
		all = longer
	}
	slices.SortStableFunc(all, func(a, b []int) int { return product(a) - product(b) })
	return all[1:] // the first is one site
}

func product(sides []int) int {
	n := 1
	for _, side := range sides {
		n *= side
	}
	return n
}

// chance is how much larger the error of so many rows may be by chance: its square varies by sqrt(2/rows).
func chance(rows int) float64 { return math.Sqrt(1 + 3*math.Sqrt(2/float64(rows))) }
