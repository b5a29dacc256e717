package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data/atoms"
	fitparticles "hnn/fit/particles"
	"hnn/internal/natural"
	"hnn/model/particles"
)

// moments are the frames of a file as a fit takes them. Species are numbered in the order of their names, numbers in them as numbers.
func moments(frames []*atoms.Frame) (*fitparticles.Data, []string, error) {
	f := frames[0]
	var species []string
	for _, s := range f.Species {
		if !slices.Contains(species, s) {
			if species = append(species, s); len(species) > 100 {
				return nil, nil, errors.New("more than 100 species")
			}
		}
	}
	slices.SortFunc(species, func(a, b string) int { return cmp.Or(natural.Compare(a, b), strings.Compare(a, b)) })
	d := &fitparticles.Data{Box: particles.Box{Side: f.Cell, Periodic: f.Periodic}, Mass: f.Mass, Kinds: len(species), Fixed: f.Fixed}
	for _, s := range f.Species {
		d.Kind = append(d.Kind, uint8(slices.Index(species, s)))
	}
	for _, f := range frames {
		d.Times = append(d.Times, f.Time)
		d.X = append(d.X, f.Pos)
		if f.Vel != nil {
			d.V = append(d.V, f.Vel)
		}
		if f.Force != nil {
			d.F = append(d.F, f.Force)
		}
	}
	return d, species, nil
}

// unwrap makes positions that jump through the walls of a box continuous: between two frames none moves by half of it.
func unwrap(d *fitparticles.Data) {
	for f := 1; f < len(d.X); f++ {
		for i, x := range d.X[f] {
			if k := i % 3; d.Box.Periodic[k] {
				d.X[f][i] -= d.Box.Side[k] * math.Round((x-d.X[f-1][i])/d.Box.Side[k])
			}
		}
	}
}

// common is a value of each species whose particles all have one and the same.
func common(species []string, value []float64) map[string]float64 {
	out, differ := map[string]float64{}, map[string]bool{}
	for i, v := range value {
		if first, ok := out[species[i]]; ok && first != v {
			differ[species[i]] = true
		}
		out[species[i]] = v
	}
	for s := range differ {
		delete(out, s)
	}
	return out
}

// flat says whether all particles stay in one plane of z, and so are two-dimensional.
func flat(d *fitparticles.Data) int {
	if d.Box.Periodic[2] {
		return 3
	}
	for _, x := range d.X {
		for i := 2; i < len(x); i += 3 {
			if x[i] != x[2] {
				return 3
			}
		}
	}
	return 2
}

// otherPlane refuses particles that stay in a plane of another axis than z, or on a line along z: two dimensions are x and y.
func otherPlane(d *fitparticles.Data) error {
	stays := func(k int) bool {
		for f, x := range d.X {
			for i := k; i < len(x); i += 3 {
				if x[i] != d.X[0][k] || d.V != nil && d.V[f][i] != 0 || d.F != nil && d.F[f][i] != 0 {
					return false
				}
			}
		}
		return true
	}
	for k := range 2 {
		if stays(k) && !stays(2) {
			return fmt.Errorf("all particles stay at %c = %v: two dimensions are taken along x and y, so exchange %c and z of the box, positions, velocities and forces in the file", "xy"[k], d.X[0][k], "xy"[k])
		}
	}
	return nil
}
