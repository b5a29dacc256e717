package particles

import "math"

// Temperature is 2 K / (d N - d), k_B = 1: the d components of the mean motion are none of it.
func Temperature(mass, v []float64, dim int) float64 {
	k := 0.0
	for i, u := range v {
		k += mass[i/3] * u * u
	}
	if len(mass) < 2 {
		return 0
	}
	return k / float64(dim*(len(mass)-1))
}

// Temperature is that of the system's velocities: of d N - d degrees of freedom, or of d N where an outside force holds the bodies, whose mean
// motion is then as thermal as any other.
func (s *System) Temperature(dim int) float64 {
	t := Temperature(s.Mass, s.V, dim)
	if s.Confined() {
		t *= float64(s.N-1) / float64(s.N)
	}
	return t
}

// RDF counts pairs by distance: g(r) is their density over that of an ideal gas. Bins are equal from 0 to To.
type RDF struct {
	To     float64
	Dim    int
	count  []float64
	frames int
	ideal  float64 // pairs of an ideal gas per volume of a shell
}

// NewRDF counts up to a distance, at most half the box.
func NewRDF(to float64, bins, dim int) *RDF {
	return &RDF{To: to, Dim: dim, count: make([]float64, bins)}
}

// Add counts the pairs of a frame.
func (g *RDF) Add(box *Box, x []float64) {
	n := len(x) / 3
	per := float64(len(g.count)) / g.To
	box.Pairs(x, g.To, func(_, _ int, _ [3]float64, r2 float64) { g.count[min(int(math.Sqrt(r2)*per), len(g.count)-1)]++ })
	g.frames++
	g.ideal = float64(n) * float64(n-1) / 2 / box.Volume()
}

// Values are the middles of the bins and g there.
func (g *RDF) Values() (r, value []float64) {
	h := g.To / float64(len(g.count))
	for i, c := range g.count {
		lo, hi := float64(i)*h, float64(i+1)*h
		shell := math.Pi * (hi*hi - lo*lo)
		if g.Dim == 3 {
			shell = 4 * math.Pi / 3 * (hi*hi*hi - lo*lo*lo)
		}
		r = append(r, (lo+hi)/2)
		value = append(value, c/(float64(max(g.frames, 1))*g.ideal*shell))
	}
	return r, value
}

// Displacement is the mean of |x - x0|^2 over particles, of unwrapped positions.
func Displacement(x, x0 []float64) float64 {
	d := 0.0
	for i := range x {
		d += (x[i] - x0[i]) * (x[i] - x0[i])
	}
	return d * 3 / float64(len(x))
}
