package particles

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Lattice is n places of the given density, on a face-centred cubic lattice in three dimensions and a square one in two,
// in the smallest cube or square that has whole cells for them. Where n does not fill it, places are left free at chance.
// In two dimensions z is 0 and not periodic.
func Lattice(n, dim int, density float64, rng *rand.Rand) (Box, []float64, error) {
	if n < 2 || dim != 2 && dim != 3 || !(density > 0) || math.IsInf(density, 0) {
		return Box{}, nil, fmt.Errorf("%d particles in %d dimensions of density %v: give at least 2, in 2 or 3, of a positive density", n, dim, density)
	}
	basis := [][3]float64{{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}}
	if dim == 2 {
		basis = basis[:1]
	}
	side := 1
	for places(side, dim)*len(basis) < n {
		side++
	}
	length := math.Pow(float64(n)/density, 1/float64(dim))
	box := Cube(length)
	if dim == 2 {
		box.Side[2], box.Periodic[2] = 0, false
	}
	var all [][3]float64
	for c := range places(side, dim) {
		at := [3]int{c % side, c / side % side, c / (side * side)}
		for _, b := range basis {
			var p [3]float64
			for k := range dim {
				p[k] = (float64(at[k]) + b[k] + 0.25) * length / float64(side)
			}
			all = append(all, p)
		}
	}
	for len(all) > n {
		i := rng.IntN(len(all))
		all = append(all[:i], all[i+1:]...)
	}
	x := make([]float64, 0, 3*n)
	for _, p := range all {
		x = append(x, p[:]...)
	}
	return box, x, nil
}

func places(side, dim int) int {
	if dim == 2 {
		return side * side
	}
	return side * side * side
}

// Sphere is n places of a Plummer model of scale 1 in open space, those within 10 of its middle, or the places of its shadow in two
// dimensions (S. Aarseth, M. Henon, R. Wielen, A&A 37, 183, 1974).
func Sphere(n, dim int, rng *rand.Rand) []float64 {
	x := make([]float64, 3*n)
	for i := range n {
		r := 11.0
		for r > 10 {
			r = 1 / math.Sqrt(math.Pow(1-rng.Float64(), -2.0/3)-1)
		}
		p := x[3*i : 3*i+3]
		length := 0.0
		for k := range p {
			p[k] = rng.NormFloat64()
			length += p[k] * p[k]
		}
		for k := range p {
			if p[k] *= r / math.Sqrt(length); k >= dim {
				p[k] = 0
			}
		}
	}
	return x
}

// Virial scales velocities so that twice the kinetic energy is -sum x F, as in a bound system that neither falls in nor spreads.
func (s *System) Virial() {
	w := 0.0
	for i, x := range s.X {
		w -= x * s.F[i]
	}
	if k := s.Kinetic(); k > 0 && w > 0 {
		Scale(s.V, math.Sqrt(w/(2*k)))
	}
}

// Velocities are of Maxwell and Boltzmann at a temperature (k_B = 1), with total momentum 0 and then scaled to that
// temperature exactly.
func Velocities(mass []float64, dim int, temperature float64, rng *rand.Rand) []float64 {
	v := Thermal(mass, dim, temperature, rng)
	Rest(mass, v)
	if t := Temperature(mass, v, dim); t > 0 {
		Scale(v, math.Sqrt(temperature/t))
	}
	return v
}

// Thermal are velocities of Maxwell and Boltzmann as they fall, the mean motion with them: those of bodies that an outside force holds.
func Thermal(mass []float64, dim int, temperature float64, rng *rand.Rand) []float64 {
	v := make([]float64, 3*len(mass))
	for i := range v {
		if i%3 < dim {
			v[i] = rng.NormFloat64() * math.Sqrt(temperature/mass[i/3])
		}
	}
	return v
}

// Rest takes the mean motion out of velocities.
func Rest(mass, v []float64) {
	var p [3]float64
	total := 0.0
	for i, m := range mass {
		total += m
		for k := range 3 {
			p[k] += m * v[3*i+k]
		}
	}
	for i := range v {
		v[i] -= p[i%3] / total
	}
}

// Scale multiplies velocities.
func Scale(v []float64, by float64) {
	for i := range v {
		v[i] *= by
	}
}
