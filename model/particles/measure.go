package particles

import "math"

// Temperature is 2 K / (d N - d), k_B = 1, of the motion about the mean one, which is momentum over mass: the d components of that are none of it.
func Temperature(mass, v []float64, dim int) float64 {
	if len(mass) < 2 {
		return 0
	}
	k, total := 0.0, 0.0
	var p [3]float64
	for i, u := range v {
		k += mass[i/3] * u * u
		p[i%3] += mass[i/3] * u
	}
	for _, m := range mass {
		total += m
	}
	common := (p[0]*p[0] + p[1]*p[1] + p[2]*p[2]) / total
	if common > 0.5*k { // the difference would be that of rounded numbers
		k = 0
		for i, u := range v {
			k += mass[i/3] * (u - p[i%3]/total) * (u - p[i%3]/total)
		}
		common = 0
	}
	return max(k-common, 0) / float64(dim*(len(mass)-1))
}

// HeldTemperature is 2 K / d N of the N bodies that are not fixed (nil for none): that of bodies that an outside force or others hold, whose mean motion
// is as thermal as any other.
func HeldTemperature(mass, v []float64, fixed []bool, dim int) float64 {
	k, n := 0.0, len(mass)
	for i, u := range v {
		k += mass[i/3] * u * u
	}
	for _, held := range fixed {
		if held {
			n--
		}
	}
	if n < 1 || len(mass) < 2 {
		return 0
	}
	return k / float64(dim*n)
}

// Temperature is that of the system's velocities: HeldTemperature where an outside force holds the bodies, or some are fixed.
func (s *System) Temperature(dim int) float64 {
	if s.Confined() {
		return HeldTemperature(s.Mass, s.V, s.Fixed, dim)
	}
	return Temperature(s.Mass, s.V, dim)
}

// Heat multiplies the velocities about the mean one, which stays; where an outside force holds the bodies all of them.
func (s *System) Heat(by float64) {
	if s.Confined() {
		Scale(s.V, by)
		return
	}
	mean, total := s.Momentum(), 0.0
	for _, m := range s.Mass {
		total += m
	}
	for i := range s.V {
		c := mean[i%3] / total
		s.V[i] = c + float64((s.V[i]-c)*by)
	}
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
