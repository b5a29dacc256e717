package atoms

import (
	"fmt"
	"math"
	"slices"
)

// conversion is what masses, times and energies of frames in some units are multiplied with for others; lengths are angstrom in all of them.
type conversion struct{ mass, time, energy float64 }

// convert says how frames in units become those in others, of units that have a size.
func convert(from, to Units) (c conversion, ok bool) {
	a, b := scales[from], scales[to]
	if a.kelvin == 0 || b.kelvin == 0 {
		return conversion{1, 1, 1}, false
	}
	if from == to {
		return conversion{1, 1, 1}, true
	}
	c = conversion{mass: b.mass / a.mass, energy: b.kelvin / a.kelvin}
	c.time = math.Sqrt(c.mass / c.energy) // energy = mass length^2 / time^2
	return c, true
}

// In is a frame in other units: itself where it does not say its own, or those are none to be asked for, or they are the same.
func (f *Frame) In(u Units) (*Frame, error) {
	if f.Units == u || f.Units == "" || u == "" {
		return f, nil
	}
	c, ok := convert(f.Units, u)
	if !ok {
		return nil, fmt.Errorf("the file is in units %s, and the laws were learned in units %s, which have no common size: give a file in %s, or laws that were learned in %s", f.Units, u, u, f.Units)
	}
	out := *f
	times := func(v []float64, by float64) []float64 {
		v = slices.Clone(v)
		for i := range v {
			v[i] *= by
		}
		return v
	}
	out.Units = u
	out.Time *= c.time
	out.Energy *= c.energy
	out.Mass, out.Vel, out.Force = times(f.Mass, c.mass), times(f.Vel, 1/c.time), times(f.Force, c.energy)
	return &out, nil
}

// symbol is an element that programs of chemistry take for a species: its own name where it is one, else the one of its mass in g/mol within
// 0.5%, else X.
func symbol(species string, mass float64) string {
	if _, ok := standard(species); ok {
		return species
	}
	best, off := "X", 0.005
	for name, m := range elements {
		if d := math.Abs(mass/m - 1); d < off || d == off && name < best {
			best, off = name, d
		}
	}
	return best
}
