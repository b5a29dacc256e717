package lattice

import (
	"math"

	"hnn/model/lattice"
)

// ownMasses is which part of what one law of all momenta leaves the masses of sites may leave, so that they are taken.
const ownMasses = 0.5

// masses gathers, site by site, the equation dq/dt = p/mass: one unknown each.
type masses struct {
	s     *lattice.System
	scale float64 // of the feature that is linear in p
	fit   []moments
	held  []moments
}

// moments are sums of squares and products of momenta x and velocities y.
type moments struct{ xx, xy, yy float64 }

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
		to[site].xx += x * x
		to[site].xy += x * y
		to[site].yy += y * y
	}
}

// find returns the masses and what they leave of held-out velocities, nil where they are no masses.
func (m *masses) find() (found []float64, left float64) {
	rest, all := 0.0, 0.0
	for i, f := range m.fit {
		h := m.held[i]
		if f.xx == 0 || f.xy <= 0 {
			return nil, 0
		}
		inverse := f.xy / f.xx
		rest += max(0, h.yy-2*inverse*h.xy+inverse*inverse*h.xx)
		all += h.yy
		found = append(found, (f.xx+h.xx)/(f.xy+h.xy))
	}
	return found, math.Sqrt(rest / all)
}

// friction reports whether a loss of momentum at one rate explains held-out forces better than the largest law without it, by
// more than chance.
func (f *features) friction(v *problem) bool {
	if f.s.Flow != lattice.Mechanical {
		return false
	}
	var left [2]float64
	for i, use := range [][]int{counted(0, f.potential), counted(0, f.potential+1)} {
		x, ok := v.fit.solve(use)
		if !ok || i == 1 && x[f.potential] <= 0 {
			return false
		}
		rest, size := v.held.residual(use, x)
		left[i] = rest / size
	}
	const digits = 1e-7 // that a law from states alone has
	return left[0] > digits && left[1]*math.Sqrt(1+3*math.Sqrt(2/float64(v.held.rows))) < left[0]
}
