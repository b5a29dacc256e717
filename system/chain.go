package system

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// Sized is a System that is there with any number of sites.
type Sized interface {
	System
	// Sites is their number.
	Sites() int
	// OfSize returns the same system with so many. It is an error if there is none.
	OfSize(sites int) (System, error)
}

// Ends is what is at the ends of a chain.
type Ends int

// The ends.
const (
	Fixed    Ends = iota // bound to walls at zero
	Free                 // bound to nothing
	Periodic             // bound to each other
)

// Chain is masses on a line, each bound to the next,
//
//	H = sum of p_i^2/(2 Mass) + sum of Site(q_i) + sum of Bond(q_{i+1} - q_i)
//
// with a law of a site and one of a bond, each given with its derivative: the FPUT and Toda chains (E. Fermi, J. Pasta, S.
// Ulam, Los Alamos report LA-1940, 1955; M. Toda, J. Phys. Soc. Japan 22, 1967), and fields on points of a line (sine-Gordon, phi^4,
// waves), of which Mass is the distance of two points.
type Chain struct {
	name  string
	n     int
	ends  Ends
	mass  float64
	cell  []float64 // masses that repeat along the chain instead of mass, nil for none
	site  *law      // nil for none
	bond  law
	start start
	// space is the length of the line of a field, 0 of a chain of masses: the distance of two points is space/n.
	space float64
	make  func(space float64, n int) *Chain // of a field: its laws depend on the distance
}

// law is a potential of one number and its derivative.
type law struct{ value, slope func(s float64) float64 }

// start draws an initial state.
type start func(c *Chain, rng *rand.Rand, q, p []float64)

// spring is the potential of a spring with cubic and quartic corrections.
func spring(alpha, beta float64) law {
	return law{
		func(s float64) float64 { return s * s * (0.5 + float64(s*(alpha/3+beta*s/4))) },
		func(s float64) float64 { return s * (1 + float64(s*(alpha+float64(beta*s)))) },
	}
}

// thermal draws positions of displacement about 0.5 and momenta of temperature 0.25.
func thermal(scale float64) start {
	return func(_ *Chain, rng *rand.Rand, q, p []float64) {
		for i := range q {
			q[i], p[i] = scale*elementary.Normal(rng), scale*elementary.Normal(rng)
		}
	}
}

// NewSpringChain is n masses and linear springs of one with free ends.
func NewSpringChain(n int) *Chain {
	return &Chain{name: "spring-chain", n: n, ends: Free, mass: 1, bond: spring(0, 0), start: thermal(0.5)}
}

// NewDiatomicChain is a ring of n masses, 1 and 2 in turn, and linear springs of one (C. Kittel, Introduction to Solid State Physics,
// chapter 4): n is even.
func NewDiatomicChain(n int) *Chain {
	return &Chain{name: "diatomic-chain", n: n, ends: Periodic, cell: []float64{1, 2}, bond: spring(0, 0), start: thermal(0.5)}
}

// NewFPUTAlpha is the chain of Fermi, Pasta, Ulam and Tsingou with cubic bonds, Alpha 0.25, and fixed ends.
func NewFPUTAlpha(n int) *Chain {
	return &Chain{name: "fput-alpha", n: n, mass: 1, bond: spring(0.25, 0), start: thermal(0.3)}
}

// NewFPUTBeta is that with quartic bonds, Beta 1.
func NewFPUTBeta(n int) *Chain {
	return &Chain{name: "fput-beta", n: n, mass: 1, bond: spring(0, 1), start: thermal(0.5)}
}

// NewToda is a ring with exponential bonds, exp(-s) + s - 1, which is integrable.
func NewToda(n int) *Chain {
	return &Chain{name: "toda", n: n, ends: Periodic, mass: 1, start: thermal(0.5), bond: law{
		func(s float64) float64 { return math.Expm1(-s) + s },
		func(s float64) float64 { return -math.Expm1(-s) },
	}}
}

// Fields on a ring of n points of a line that is long: u_tt = u_xx - U'(u), H the sum of the densities over the points
// times their distance dx: p = dx u_t, so that a momentum's mass is dx.
func field(name string, n int, length float64, u law, start start) *Chain {
	dx := length / float64(n)
	c := &Chain{
		name: name, n: n, ends: Periodic, mass: dx, start: start, space: length,
		bond: law{func(s float64) float64 { return s * s / (2 * dx) }, func(s float64) float64 { return s / dx }},
	}
	if u.value != nil {
		c.site = &law{func(s float64) float64 { return dx * u.value(s) }, func(s float64) float64 { return dx * u.slope(s) }}
	}
	c.make = func(length float64, n int) *Chain { return field(name, n, length, u, start) }
	return c
}

// waves draws a field of a few long waves, of amplitudes that add up to about size, and rates alike.
func waves(middle, size float64) start {
	return func(c *Chain, rng *rand.Rand, q, p []float64) {
		const modes = 3
		for i := range q {
			q[i], p[i] = middle, 0
		}
		// The longest waves have the length 20 in a field of any length.
		base := max(1, int(math.Round(c.space/20)))
		for k := 1; k <= modes; k++ {
			var a [4]float64
			for j := range a {
				a[j] = size * elementary.Normal(rng) / modes
			}
			for i := range q {
				sin, cos := elementary.Sincos(2 * math.Pi * float64(k*base) * float64(i) / float64(len(q)))
				q[i] += float64(a[0]*cos) + float64(a[1]*sin)
				p[i] += float64(c.mass * (float64(a[2]*cos) + float64(a[3]*sin)))
			}
		}
	}
}

// length is that of a field of n points: dx is 20/64.
func length(n int) float64 { return 20.0 / 64 * float64(n) }

// NewSineGordon is u_tt = u_xx - sin u on a ring of n points, 20/64 apart.
func NewSineGordon(n int) *Chain {
	return field("sine-gordon", n, length(n), law{
		func(u float64) float64 { return 1 - elementary.Cos(u) }, elementary.Sin,
	}, waves(0, 1.5))
}

// NewPhi4 is u_tt = u_xx + u - u^3.
func NewPhi4(n int) *Chain {
	return field("phi4", n, length(n), law{
		func(u float64) float64 { return (float64(u*u) - 1) * (float64(u*u) - 1) / 4 },
		func(u float64) float64 { return u * (float64(u*u) - 1) },
	}, waves(0, 1))
}

// NewWave is u_tt = u_xx.
func NewWave(n int) *Chain { return field("wave", n, length(n), law{}, waves(0, 1)) }

// Name returns what it is called, as "fput-alpha".
func (c *Chain) Name() string { return c.name }

// Dim returns twice the number of sites.
func (c *Chain) Dim() int { return 2 * c.n }

// Sites is the number of sites.
func (c *Chain) Sites() int { return c.n }

// OfSize returns the chain with so many sites, a field with points as far apart.
func (c *Chain) OfSize(sites int) (System, error) {
	if sites < 3 || sites > mostSites {
		return nil, fmt.Errorf("%s: %d sites; give 3 to %d", c.name, sites, mostSites)
	}
	if len(c.cell) > 0 && sites%len(c.cell) != 0 {
		return nil, fmt.Errorf("%s: %d sites; give a multiple of %d, which its masses repeat in", c.name, sites, len(c.cell))
	}
	if c.make != nil {
		return c.make(c.space/float64(c.n)*float64(sites), sites), nil
	}
	out := *c
	out.n = sites
	return &out, nil
}

// mostSites bounds what OfSize makes.
const mostSites = 1_000_000

// Ends is what is at the chain's ends.
func (c *Chain) Ends() Ends { return c.ends }

// Coordinates returns q1, q2, ..., p1, p2, ..., all dimensionless.
func (c *Chain) Coordinates() []Coordinate {
	out := make([]Coordinate, 2*c.n)
	for i := range c.n {
		out[i].Name, out[c.n+i].Name = fmt.Sprintf("q%d", i+1), fmt.Sprintf("p%d", i+1)
	}
	return out
}

// bonds calls visit with the difference of every bond, and the sites that it pulls at, -1 for a wall.
func (c *Chain) bonds(q []float64, visit func(i, j int, s float64)) {
	last := c.n - 1
	if c.ends == Fixed {
		visit(-1, 0, q[0])
	}
	for i := range last {
		visit(i, i+1, q[i+1]-q[i])
	}
	switch c.ends {
	case Fixed:
		visit(last, -1, -q[last])
	case Periodic:
		visit(last, 0, q[0]-q[last])
	}
}

// Hamiltonian returns the energy of the state.
func (c *Chain) Hamiltonian(x []float64) float64 {
	checkState(c.Dim(), x)
	q, h := x[:c.n], 0.0
	for i, p := range x[c.n:] {
		h += p * p / (2 * c.massOf(i))
		if c.site != nil {
			h += c.site.value(q[i])
		}
	}
	c.bonds(q, func(_, _ int, s float64) { h += c.bond.value(s) })
	return h
}

// Field stores dq/dt and dp/dt.
func (c *Chain) Field(x, dx []float64) {
	checkField(c.Dim(), x, dx)
	c.Velocity(x[c.n:], dx[:c.n])
	c.Force(x[:c.n], dx[c.n:])
}

// Velocity stores p/m.
func (c *Chain) Velocity(p, v []float64) {
	checkHalf(c.Dim(), p, v)
	for i, x := range p {
		v[i] = x / c.massOf(i)
	}
}

func (c *Chain) massOf(site int) float64 {
	if c.cell == nil {
		return c.mass
	}
	return c.cell[site%len(c.cell)]
}

// Force stores -dV/dq.
func (c *Chain) Force(q, f []float64) {
	checkHalf(c.Dim(), q, f)
	for i := range f {
		f[i] = 0
		if c.site != nil {
			f[i] = -c.site.slope(q[i])
		}
	}
	c.bonds(q, func(i, j int, s float64) {
		pull := c.bond.slope(s)
		if i >= 0 {
			f[i] += pull
		}
		if j >= 0 {
			f[j] -= pull
		}
	})
}

// Sample draws positions and momenta by temperature, and of a field a few long waves.
func (c *Chain) Sample(rng *rand.Rand, x []float64) {
	checkState(c.Dim(), x)
	c.start(c, rng, x[:c.n], x[c.n:])
}

// Mode stores the state at rest in normal mode k of fixed ends, from 1, with an amplitude: q_i = a sin(pi k i/(n+1)), as the
// literature begins with.
func (c *Chain) Mode(k int, amplitude float64, x []float64) {
	checkState(c.Dim(), x)
	clear(x)
	for i := range c.n {
		x[i] = amplitude * elementary.Sin(math.Pi*float64(k)*float64(i+1)/float64(c.n+1))
	}
}

// ModeEnergy is the energy of normal mode k of fixed ends in the state, of the springs' linear part: (P^2 + w^2 Q^2)/2, Q and P the
// projections on sqrt(2/(n+1)) sin(pi k i/(n+1)) and w = 2 sin(pi k/(2 (n+1))).
func (c *Chain) ModeEnergy(k int, x []float64) float64 {
	checkState(c.Dim(), x)
	a, b := 0.0, 0.0
	for i := range c.n {
		s := math.Sqrt(2/float64(c.n+1)) * elementary.Sin(math.Pi*float64(k)*float64(i+1)/float64(c.n+1))
		a, b = a+float64(s*x[i]), b+float64(s*x[c.n+i])
	}
	w := 2 * elementary.Sin(math.Pi*float64(k)/(2*float64(c.n+1)))
	return (float64(b*b) + float64(w*w*a*a)) / 2
}
